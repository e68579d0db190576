//! Renders what was taken: every image, sound, overlay and frame is part of at least one job.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gildhall::ledger::JobRecord;
use gildhall_proto::{JobId, JobStatus};
use gildhall_samples::hostile::Use;
use serde_json::{Value, json};

use crate::support::{Client, Fleet, until};

/// Images of one job, each of which is shown for two seconds.
const IMAGES: usize = 6;
const SECONDS_PER_IMAGE: usize = 2;
/// A job waits for those before it, and each of those may run into its limit of time.
const PATIENCE: Duration = Duration::from_secs(1200);

/// How a job may fail because of its files.
pub const REJECTED: [&str; 3] = ["no_usable_image", "audio_unusable", "image_too_costly"];
/// How it may fail because they take too much: the limits of its process, or its end by a fault of a decoder.
pub const RESOURCE: [&str; 5] = [
    "memory_limit",
    "cpu_limit",
    "time_limit",
    "thread_limit",
    "render_killed",
];

/// How a job ended.
pub struct Rendered {
    pub record: JobRecord,
    /// Its files, by their keys.
    pub keys: BTreeSet<String>,
}

impl Rendered {
    /// The code of its failure; nothing where it has a video.
    pub fn failure(&self) -> Option<&str> {
        let failure = self.record.failure.as_ref();
        failure
            .filter(|_| self.record.status == JobStatus::Failed)
            .map(|failure| failure.code.as_str())
    }

    /// Whether the video does without this file.
    pub fn left_out(&self, key: &str) -> bool {
        let output = self.record.output.as_ref();
        let warnings = output.map_or(&[][..], |output| output.warnings.as_slice());
        warnings.iter().any(|warning| warning["asset"] == key)
    }
}

/// Submits jobs until every file was in one, and waits for their ends. Jobs that fail because of their music are done again
/// without, so that their pictures have their turn.
pub fn all(fleet: &Fleet, client: &Client, taken: &BTreeMap<Use, Vec<String>>) -> Vec<Rendered> {
    let jobs = jobs_of(taken);
    let submitted: Vec<JobId> = jobs.iter().map(|job| submit(client, job)).collect();
    let mut rendered = ends(fleet, &submitted);
    let mut again = Vec::new();
    for (mut job, ended) in jobs.into_iter().zip(&rendered) {
        if ended.failure() == Some("audio_unusable") {
            job.as_object_mut().map(|job| job.remove("audio"));
            again.push(submit(client, &job));
        }
    }
    rendered.extend(ends(fleet, &again));
    rendered
}

/// Jobs of one sound, one overlay, one frame and a handful of images each; the last image is a sound one, so that there is a
/// video whatever the others are.
fn jobs_of(taken: &BTreeMap<Use, Vec<String>>) -> Vec<Value> {
    let of = |usage| taken.get(&usage).map_or(&[][..], Vec::as_slice);
    let [images, frames, audio, overlays] = Use::ALL.map(of);
    let fewest = images.len().div_ceil(IMAGES);
    let count = fewest
        .max(frames.len())
        .max(audio.len())
        .max(overlays.len());
    let each = images.len().div_ceil(count.max(1)).max(1);
    let mut shares = images.chunks(each).cycle();
    let job = |round: usize| {
        let mut images = shares.next().unwrap_or_default().to_vec();
        images.push("products/ring.jpg".to_owned());
        let mut job = json!({
            "duration_s": images.len() * SECONDS_PER_IMAGE,
            "images": images,
            "overlay": overlays.get(round).map_or("none", String::as_str),
            "frame": frames.get(round).map_or("procedural", String::as_str),
            "output": {"quality": "reduced", "preset": "ultrafast", "thumbnails": 0},
        });
        if let Some(audio) = audio.get(round) {
            job["audio"] = json!(audio);
        }
        job
    };
    (0..count).map(job).collect()
}

fn submit(client: &Client, job: &Value) -> JobId {
    let answer = client.submit(job, &[]);
    assert_eq!(answer.status, 202, "{} for {job}", answer.json());
    answer.job()
}

fn ends(fleet: &Fleet, jobs: &[JobId]) -> Vec<Rendered> {
    let end = |&job: &JobId| {
        let record = until(&format!("{job} ends"), PATIENCE, || {
            let record = fleet.job(job);
            record.status.is_terminal().then_some(record)
        });
        let keys = keys_of(&record.spec);
        Rendered { record, keys }
    };
    jobs.iter().map(end).collect()
}

/// Every file that a job names.
fn keys_of(spec: &Value) -> BTreeSet<String> {
    let images = spec["images"].as_array().into_iter().flatten();
    let image = |image: &Value| {
        image["asset"]
            .as_str()
            .or(image.as_str())
            .map(str::to_owned)
    };
    let others = ["audio", "overlay", "frame"].into_iter();
    let other = |field| spec[field].as_str().map(str::to_owned);
    images
        .filter_map(image)
        .chain(others.filter_map(other))
        .collect()
}

/// That every job ended as it may, and none was held up beyond its time.
pub fn check(rendered: &[Rendered], limit_s: u64) {
    let odd: Vec<String> = rendered
        .iter()
        .filter_map(|job| fault(job, limit_s))
        .collect();
    assert!(odd.is_empty(), "{} odd jobs: {odd:#?}", odd.len());
}

fn fault(job: &Rendered, limit_s: u64) -> Option<String> {
    let record = &job.record;
    let about = format!("{} of {:?}", record.id, job.keys);
    if record.crashes > 0 {
        return Some(format!("{about} took {} workers down", record.crashes));
    }
    match (record.status, job.failure()) {
        (JobStatus::Completed, _) => {}
        (JobStatus::Failed, Some(code)) if REJECTED.contains(&code) || RESOURCE.contains(&code) => {
        }
        (status, _) => return Some(format!("{about} is {status}: {:?}", record.failure)),
    }
    // Three attempts, with the waits between them.
    let longest_s = 3 * limit_s + 30;
    let took = record.finished_at? - record.started_at?;
    (took.whole_seconds() > longest_s as i64).then(|| format!("{about} took {took}"))
}
