//! What hostile media can do: nothing to the worker, to other jobs, to the machine, and only refusals at the door.
//!
//! For the worker's side, the renders of one job after the other are taken over: a program that is `gildhall` in all else
//! ([`taken_over`]) does one deed for each job once its sandbox is closed, and tells as the job's failure what came off. How a
//! child is held before it opens anything is `tests/cli/held.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use gildhall_proto::{FailureClass, JobId, JobStatus};
use rustix::process::{Pid, getpgid};
use serde_json::{Value, json};

use crate::support::fleet::at_once;
use crate::support::ports::free_address;
use crate::support::process::Process;
use crate::support::{Answer, Client, Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(120);
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// Each deed of the program with how its job fails: `held` where every single try was refused as not permitted. The others are
/// of too much of something, which ends the render, and of lies.
const DEEDS: [(&str, &str); 17] = [
    ("read", "held"),
    ("other_jobs", "held"),
    ("write", "held"),
    ("attributes", "held"),
    ("environment", "held"),
    ("network", "held"),
    ("program", "held"),
    ("itself", "held"),
    ("spy_on_parent", "held"),
    ("signal_parent", "held"),
    ("memory", "memory_limit"),
    ("memory_file", "held"),
    ("threads", "thread_limit"),
    ("large_file", "file_size_limit"),
    ("many_files", "disk_limit"),
    ("babble", "output_limit"),
    ("lie", "sandbox_violation"),
];

/// All variables that a child has, by their names in order.
const GIVEN: [&str; 3] = ["LANG", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"];

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

fn hostile(deed: &str, others: &[String]) -> Value {
    let mut job = jobs::tiny();
    job["metadata"] = json!({"taken_over": deed, "others": others});
    job
}

/// What lies in the folder of the only worker while no job of acme's runs, and is not acme's own, by its path from there. The
/// files of an attempt of somebody else are put beside it.
fn of_others(fleet: &Fleet) -> Vec<String> {
    let entries = fs::read_dir(fleet.work_folder()).expect("workers work there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    let [worker] = &folders[..] else {
        panic!("one worker has one folder: {folders:?}");
    };
    until("the folder of the last attempt is gone", PATIENCE, || {
        let mut names = names(worker).into_iter();
        (!names.any(|name| name.starts_with("attempt-"))).then_some(())
    });
    let inputs = worker.join("attempt-of-zenith/inputs");
    fs::create_dir_all(&inputs).expect("room");
    fs::write(inputs.join("ring.jpg"), jobs::ring()).expect("room");
    let mut found = Vec::new();
    below(worker, "", &mut found);
    found.retain(|path| !path.starts_with("cache/analyses/acme"));
    for needed in [
        "cache/analyses/zenith/",
        "attempt-of-zenith/inputs/ring.jpg",
    ] {
        let is_there = found.iter().any(|path| path.starts_with(needed));
        assert!(is_there, "{needed} is not among {found:?}");
    }
    let is_asset = |path: &&String| path["cache/".len()..].parse::<u32>().is_ok();
    let cached = found.iter().filter(|path| path.starts_with("cache/"));
    assert_eq!(cached.filter(is_asset).count(), 4, "two of each: {found:?}");
    found
}

/// Every file and folder below `folder`, as `path` leads there.
fn below(folder: &Path, path: &str, found: &mut Vec<String>) {
    for name in names(folder) {
        let (inner, path) = (folder.join(&name), format!("{path}{name}"));
        if inner.is_dir() {
            below(&inner, &format!("{path}/"), found);
        }
        found.push(path);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.into_string().expect("a plain name"));
    names.collect()
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
    let zenith = fleet.add_tenant("zenith", at_once(1));
    for client in [&fleet.http, &zenith] {
        for (kind, name) in [("products", "ring.jpg"), ("audio", "track.mp3")] {
            let uploaded = upload(client, kind, name, &sample(&format!("{kind}/{name}")));
            assert_eq!(uploaded.status, 201, "{}", uploaded.json());
        }
    }
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
    let others_job = zenith.submit(&whole(), &[]).job();
    assert_eq!(video_of(&fleet, others_job), clean, "and the same job");
    let others = of_others(&fleet);
    let submitted = DEEDS.map(|(deed, _)| fleet.submit(&hostile(deed, &others)));
    for ((deed, code), job) in DEEDS.into_iter().zip(submitted) {
        let failed = until(&format!("{deed} has ended"), PATIENCE, || {
            let found = fleet.job(job);
            assert_ne!(found.status, JobStatus::Completed, "{deed}");
            (found.status == JobStatus::Failed).then_some(found)
        });
        let failure = failed.failure.expect("it failed");
        assert_eq!(failure.code, code, "{deed}: {failure}");
        if code == "sandbox_violation" {
            assert_eq!(failure.class, FailureClass::Rejected, "{deed}");
            assert_eq!(failed.attempts, 1, "{deed}: nobody gets a second try");
        }
        assert!(worker.ended().is_none(), "{deed}: {}", worker.log_tail());
    }
    let after = fleet.submit(&whole());
    assert_eq!(video_of(&fleet, after), clean);
    let log = worker.log();
    let deaths = log.lines().filter(|line| line.contains("escaped:"));
    let deaths: Vec<&str> = deaths.collect();
    assert!(deaths.is_empty(), "something came off before: {deaths:#?}");
    assert!(!Path::new("/tmp/gildhall-escape").exists());
    assert!(worker.children().is_empty(), "no render is left");
}

/// What the system tells of a running child.
struct Seen {
    arguments: Vec<String>,
    /// Names of its variables, in order.
    variables: Vec<String>,
    group: Pid,
}

/// Looks at a child, if it is an inspection by now and has not ended yet.
fn see(child: Pid) -> Option<Seen> {
    let words = |file: &str| -> Option<Vec<String>> {
        let bytes = fs::read(format!("/proc/{}/{file}", child.as_raw_nonzero())).ok()?;
        let words = bytes
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty());
        let words = words.map(|word| String::from_utf8_lossy(word).into_owned());
        Some(words.collect())
    };
    let arguments = words("cmdline")?;
    // A moment before, it is still the API.
    arguments.get(1).filter(|role| *role == "inspect")?;
    // Behind its sandbox nobody but root may read that.
    let variables = words("environ")?;
    let names = variables
        .iter()
        .filter_map(|variable| variable.split_once('='));
    let mut names: Vec<String> = names.map(|(name, _)| name.to_owned()).collect();
    names.sort();
    let group = getpgid(Some(child)).ok()?;
    // What has ended meanwhile has no variables any more.
    (!names.is_empty()).then_some(Seen {
        arguments,
        variables: names,
        group,
    })
}

/// Ends what goes on beside a test, also where that fails.
struct Until<'a>(&'a AtomicBool);

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn an_upload_is_inspected_by_a_child_that_closes_its_sandbox_and_is_given_nothing() {
    let fleet = Fleet::shared("inspected by a child");
    let (api, client) = fleet.start_another_api();
    let overlay = sample("overlays/glitter.mp4");
    let is_seen = AtomicBool::new(false);
    let (pid, seen) = thread::scope(|scope| {
        let _end = Until(&is_seen);
        scope.spawn(|| {
            while !is_seen.load(Ordering::Relaxed) {
                upload(&client, "overlays", "glitter.mp4", &overlay);
            }
        });
        until("an inspection is seen", PATIENCE, || {
            let mut children = api.children().into_iter();
            children.find_map(|child| Some((child, see(child)?)))
        })
    });
    let parent = api.id().to_string();
    for (option, value) in [("--sandbox", "required"), ("--parent", parent.as_str())] {
        let mut pairs = seen.arguments.windows(2);
        let is_given = pairs.any(|pair| pair == [option, value]);
        assert!(is_given, "{option} {value}: {:?}", seen.arguments);
    }
    assert_eq!(seen.variables, GIVEN);
    assert_eq!(seen.group, pid, "a group of its own");
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
    assert_eq!(told["devices"], json!(false), "{told}");
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
        assert_eq!(told["devices"], json!(false), "{told}");
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
