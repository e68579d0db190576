//! What hostile media can do: nothing to the worker, to other jobs, to the machine, and only refusals at the door.
//!
//! For the worker's side, the renders of one job after the other are taken over: a program that is `gildhall` in all else
//! ([`taken_over`]) does one deed for each job once its sandbox is closed, and tells as the job's failure what came off.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gildhall_proto::{FailureClass, JobId, JobStatus};
use serde_json::{Value, json};

use crate::support::fleet::at_once;
use crate::support::ports::free_address;
use crate::support::process::Process;
use crate::support::{Answer, Client, Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(120);
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// Each deed of the program with how its job may fail: `held` where every try was refused, else what ended the render.
const DEEDS: [(&str, &[&str]); 17] = [
    ("read", &["held"]),
    ("other_jobs", &["held"]),
    ("write", &["held", "sandbox_violation"]),
    ("attributes", &["held", "sandbox_violation"]),
    ("environment", &["held"]),
    ("network", &["held", "sandbox_violation"]),
    ("program", &["held", "sandbox_violation"]),
    ("itself", &["held", "sandbox_violation"]),
    ("spy_on_parent", &["held", "sandbox_violation"]),
    ("signal_parent", &["held", "sandbox_violation"]),
    ("memory", &["held", "memory_limit"]),
    ("memory_file", &["held", "sandbox_violation"]),
    ("threads", &["held", "thread_limit"]),
    ("large_file", &["held", "file_size_limit"]),
    ("many_files", &["held", "disk_limit"]),
    ("babble", &["output_limit"]),
    ("lie", &["sandbox_violation"]),
];

/// The program that renders do these deeds with. Cargo builds it with the tests unless one of them is asked for alone.
fn taken_over() -> PathBuf {
    let gildhall = Path::new(env!("CARGO_BIN_EXE_gildhall"));
    let folder = gildhall.parent().expect("it lies in a folder");
    let program = folder.join("examples/taken_over");
    assert!(
        program.is_file(),
        "{} is missing: cargo build --example taken_over",
        program.display()
    );
    program
}

/// Starts a worker with these variables beside those of all tests.
fn worker_with(fleet: &mut Fleet, env: Vec<(&'static str, String)>) -> Process {
    let before = fleet.env.len();
    fleet.env.extend(env);
    let worker = fleet.start_worker(WorkerOptions::rendering());
    fleet.env.truncate(before);
    worker
}

fn upload(client: &Client, kind: &str, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/video/assets?kind={kind}&name={name}");
    client.post(
        &path,
        bytes,
        &[("content-type", "application/octet-stream")],
    )
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(name);
    fs::read(path).expect("it is one of the sample assets")
}

/// A job that touches all that a render may: photo, music with its beats, the default overlay, fonts, every output.
fn whole() -> Value {
    json!({
        "images": ["products/ring.jpg"],
        "audio": "audio/track.mp3",
        "duration_s": 2,
        "text_overlay": "Gold \u{2728}",
        "output": {"quality": "reduced", "preset": "ultrafast", "thumbnails": 1, "renditions": [{"width": 360, "height": 640}]},
    })
}

fn hostile(deed: &str) -> Value {
    let mut job = jobs::tiny();
    job["metadata"] = json!({"taken_over": deed});
    job
}

/// The hash of a job's video, once it is completed.
fn video_of(fleet: &Fleet, job: JobId) -> String {
    let done = fleet.wait_for(job, JobStatus::Completed);
    done.output.expect("it is completed").video.sha256
}

#[test]
fn a_render_that_was_taken_over_gets_nothing_and_the_next_job_has_the_same_bytes() {
    let mut fleet = Fleet::shared("taken over");
    fleet.start_api();
    fleet.limit(32);
    fleet.add_tenant("zenith", at_once(1));
    fleet.upload_ring();
    let track = upload(
        &fleet.http,
        "audio",
        "track.mp3",
        &sample("audio/track.mp3"),
    );
    assert_eq!(track.status, 201, "{}", track.json());
    let clean = {
        let _worker = fleet.start_worker(WorkerOptions::rendering());
        let job = fleet.submit(&whole());
        video_of(&fleet, job)
    };

    let program = taken_over().display().to_string();
    let env = vec![
        ("GILDHALL_RENDER_PROGRAM", program),
        ("GILDHALL_MEMORY_LIMIT_MB", "1024".to_owned()),
    ];
    let mut worker = worker_with(&mut fleet, env);
    let before = fleet.submit(&whole());
    assert_eq!(video_of(&fleet, before), clean, "it is the same renderer");
    let submitted = DEEDS.map(|(deed, _)| fleet.submit(&hostile(deed)));
    for ((deed, codes), job) in DEEDS.into_iter().zip(submitted) {
        let failed = until(&format!("{deed} has ended"), PATIENCE, || {
            let found = fleet.job(job);
            assert_ne!(found.status, JobStatus::Completed, "{deed}");
            (found.status == JobStatus::Failed).then_some(found)
        });
        let failure = failed.failure.expect("it failed");
        assert!(codes.contains(&failure.code.as_str()), "{deed}: {failure}");
        if failure.code == "sandbox_violation" {
            assert_eq!(failure.class, FailureClass::Rejected, "{deed}");
            assert_eq!(failed.attempts, 1, "{deed}: nobody gets a second try");
        }
        assert!(worker.ended().is_none(), "{deed}: {}", worker.log_tail());
    }
    let after = fleet.submit(&whole());
    assert_eq!(video_of(&fleet, after), clean);
    assert!(!Path::new("/tmp/gildhall-escape").exists());
    assert!(worker.children().is_empty(), "no render is left");
}

/// A PNG whose header promises 400000x250000 pixels, and without any.
const HUNDRED_GIGAPIXELS: &[u8] = b"\x89PNG\r\n\x1a\n\
    \0\0\0\x0dIHDR\x00\x06\x1a\x80\x00\x03\xd0\x90\x08\x02\0\0\0\xc9\xa2\xc9\x0e\
    \0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82";
const PLAYLIST: &[u8] = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n";

#[test]
fn what_cannot_be_decoded_is_refused_at_the_door() {
    let mut fleet = Fleet::shared("refused uploads");
    fleet.start_api();
    let (ring, glitter) = (sample("products/ring.jpg"), sample("overlays/glitter.mp4"));
    let (ring, glitter) = (ring.as_slice(), glitter.as_slice());
    for (kind, name, bytes, status, slug) in [
        (
            "products",
            "a.png",
            HUNDRED_GIGAPIXELS,
            422,
            "image-too-large",
        ),
        ("products", "a.jpg", &ring[..300], 422, "unreadable-media"),
        ("products", "b.jpg", glitter, 415, "unsupported-content"),
        ("products", "c.jpg", &ring[..0], 415, "unsupported-content"),
        ("overlays", "a.mp4", PLAYLIST, 415, "unsupported-content"),
        (
            "overlays",
            "b.mp4",
            &glitter[..2000],
            422,
            "unreadable-media",
        ),
        ("overlays", "c.mp4", ring, 415, "unsupported-content"),
        ("audio", "a.mp3", PLAYLIST, 415, "unsupported-content"),
        ("audio", "b.m4a", glitter, 415, "unsupported-content"),
    ] {
        println!("{kind}/{name}");
        let answer = upload(&fleet.http, kind, name, bytes);
        answer.is_problem(status, slug);
        let body = answer.json();
        let detail = body["detail"].as_str().expect("words");
        let is_clean = !detail.contains("/tmp") && !detail.contains("passwd");
        assert!(is_clean, "{detail}");
    }
    // Releases of FFmpeg differ in what they take this for.
    let disguised = [b"ID3\x04\0\0\0\0\0\0", PLAYLIST].concat();
    let answer = upload(&fleet.http, "audio", "c.mp3", &disguised);
    assert!(matches!(answer.status, 415 | 422), "{}", answer.json());
    assert_eq!(fleet.count("SELECT count(*) FROM media_assets"), 0);
}

#[test]
fn what_can_be_decoded_is_measured() {
    let mut fleet = Fleet::shared("measured uploads");
    fleet.start_api();
    let image = upload(
        &fleet.http,
        "products",
        "ring.png",
        &sample("products/ring.jpg"),
    )
    .json();
    assert_eq!(image["content_type"], "image/jpeg", "whatever its name");
    assert!(
        image["width"].as_u64() > Some(100) && image["height"].as_u64() > Some(100),
        "{image}"
    );
    assert_eq!(image["duration_ms"], Value::Null);
    let track = upload(
        &fleet.http,
        "audio",
        "track.mp3",
        &sample("audio/track.mp3"),
    )
    .json();
    assert!(track["duration_ms"].as_u64() > Some(5_000), "{track}");
    assert_eq!(track["width"], Value::Null);
    let overlay = sample("overlays/rain.mp4");
    let overlay = upload(&fleet.http, "overlays", "rain.mp4", &overlay).json();
    assert!(
        overlay["width"].is_u64() && overlay["duration_ms"].is_u64(),
        "{overlay}"
    );
}

/// What `/readyz` says of the sandbox.
fn sandbox_at(client: &Client) -> Option<Value> {
    let answer = client.try_get("/readyz", &[]).ok()?;
    Some(answer.json()["sandbox"].clone())
}

#[test]
fn readiness_tells_what_holds_the_renders() {
    let mut fleet = Fleet::shared("sandbox in readiness");
    fleet.start_api();
    let told = sandbox_at(&fleet.http).expect("it answers");
    assert_eq!(
        (&told["mode"], &told["seccomp"]),
        (&json!("required"), &json!(true))
    );
    assert!(told["landlock_abi"].as_u64() >= Some(1), "{told}");
    let whole = told["landlock_abi"].clone();
    for mode in ["required", "best-effort"] {
        let address = free_address();
        let env = vec![
            ("GILDHALL_SANDBOX", mode.to_owned()),
            ("GILDHALL_HEALTH_LISTEN", address.to_string()),
        ];
        let _worker = worker_with(&mut fleet, env);
        let client = Client::new(&format!("http://{address}"));
        let told = until("the worker answers", PATIENCE, || sandbox_at(&client));
        assert_eq!(
            (&told["mode"], &told["landlock_abi"]),
            (&json!(mode), &whole)
        );
    }
}

#[test]
fn a_worker_with_a_hardware_encoder_starts_only_where_the_sandbox_may_be_less() {
    let mut fleet = Fleet::shared("hardware encoder");
    let encoder = || ("GILDHALL_ENCODER", "auto".to_owned());
    let mut refused = worker_with(&mut fleet, vec![encoder()]);
    let status = refused.ends_within(ENDS_WITHIN);
    assert_eq!(status.code(), Some(5), "{}", refused.log_tail());
    let said = refused.log_tail();
    assert!(said.contains("GILDHALL_SANDBOX=best-effort"), "{said}");

    fleet.start_api();
    fleet.upload_ring();
    let best_effort = ("GILDHALL_SANDBOX", "best-effort".to_owned());
    let _worker = worker_with(&mut fleet, vec![encoder(), best_effort]);
    let job = fleet.submit(&jobs::tiny());
    fleet.wait_for(job, JobStatus::Completed);
}
