//! The command as people and scripts meet it: exit codes, what goes to which stream, and which files there are afterwards.

use gildhall_proto::JobSpec;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");

/// A folder of one test, the current one of every command; it goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{test}"));
        // A killed run may have left it behind.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, job: &Value) {
        fs::write(self.at(name), job.to_string()).expect("a job file");
    }

    /// Names of the files in it, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gildhall"));
        command
            .args(args)
            .current_dir(&self.0)
            .env_remove("GILDHALL_ENCODER")
            .env_remove("GILDHALL_THREADS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the command starts")
    }

    /// Runs with this on standard input.
    fn feed(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input).expect("it listens");
        drop(pipe);
        child.wait_with_output().expect("it ends")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A job of the sample assets that renders in a moment.
fn job(duration_s: u32) -> Value {
    json!({
        "images": ["products/ring.jpg"],
        "duration_s": duration_s,
        "overlay": "none",
        "output": {"quality": "reduced", "preset": "ultrafast", "thumbnails": 1},
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("plain text")
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON and nothing else")
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
}

#[test]
fn a_render_tells_its_result_as_json_and_its_progress_in_lines() {
    let folder = Folder::new("json");
    folder.write("job.json", &job(1));
    let args = [
        "render",
        "job.json",
        "--assets",
        ASSETS,
        "-o",
        "out/new/a.mp4",
        "--json",
    ];
    let output = folder.run(&args);
    assert_code(&output, 0);
    let report = json_of(&output);
    assert_eq!(
        (&report["duration_s"], &report["frames"]),
        (&json!(1.0), &json!(30))
    );
    assert_eq!(
        report["warnings"],
        json!([{"code": "no_beats", "reason": "no_audio"}])
    );
    assert!(report["peak_memory_bytes"].as_u64() > Some(10_000_000));
    for stage in ["measure", "photos", "compose", "encode", "sound", "total"] {
        let field = format!("{stage}_ms");
        assert!(report["timings"][&field].is_u64(), "{field}");
    }
    assert!(report["timings"]["total_ms"].as_u64() > Some(0));
    assert_eq!(report["video"]["path"], "out/new/a.mp4");
    assert_eq!(
        (&report["video"]["width"], &report["encoder"]),
        (&json!(720), &json!("x264"))
    );
    for file in ["a.mp4", "a.poster.jpg", "a.thumb-1.jpg"] {
        assert!(folder.at("out/new").join(file).is_file(), "{file}");
    }
    let progress = text(&output.stderr);
    assert_eq!(progress.lines().count(), 10, "{progress}");
    let last = progress.lines().last().unwrap_or_default();
    assert!(last.starts_with("frame 30/30 (100 %), "), "{last}");
    assert!(!progress.contains(['\r', '\x1b']), "{progress:?}");
}

#[test]
fn reduced_quality_needs_half_the_memory_at_most() {
    let folder = Folder::new("memory");
    let report_of = |quality: &str| {
        let mut job = job(5);
        job["images"] = json!([
            "products/ring.jpg",
            "products/box.webp",
            "products/bag.png",
            "products/perfume.jpg"
        ]);
        job["audio"] = json!("audio/track.mp3");
        job["overlay"] = json!("default");
        job["text_overlay"] = json!("Only 24 hours: the gold drop \u{2728}");
        job["output"] = json!({"quality": quality, "preset": "veryfast"});
        folder.write("job.json", &job);
        // Two threads on any machine: at full quality memory grows with each, at reduced quality it does not.
        let args = [
            "render",
            "job.json",
            "--assets",
            ASSETS,
            "--threads",
            "2",
            "-q",
            "--json",
        ];
        let output = folder.run(&args);
        assert_code(&output, 0);
        json_of(&output)
    };
    let (full, reduced) = (report_of("full"), report_of("reduced"));
    assert_eq!(full["frames"], reduced["frames"]);
    let peak = |report: &Value| report["peak_memory_bytes"].as_u64().expect("a number");
    let (full, reduced) = (peak(&full), peak(&reduced));
    assert!(2 * reduced <= full, "{reduced} bytes against {full}");
}

#[test]
fn without_json_a_person_reads_where_the_files_are() {
    let folder = Folder::new("summary");
    folder.write("job.json", &job(1));
    let output = folder.run(&["render", "job.json", "--assets", ASSETS, "-q"]);
    assert_code(&output, 0);
    let said = text(&output.stdout);
    for part in [
        "job.mp4",
        "720x1280",
        "job.poster.jpg",
        "30 frames",
        "warning",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    assert_eq!(text(&output.stderr), "", "--quiet");
    let wanted = ["job.json", "job.mp4", "job.poster.jpg", "job.thumb-1.jpg"];
    assert_eq!(folder.names(), wanted);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = Folder::new("usage");
    for args in [
        &["rendr"][..],
        &["render"],
        &["render", "job.json", "--encoder", "h265"],
        &["render", "job.json", "--threads", "0"],
        &["render", "job.json", "--threads", "65"],
        &["render", "job.json", "--time-limit", "0"],
        &["render", "job.json", "--time-limit", "3601"],
        &["render", "job.json", "--progress", "json"],
        &["render", "job.json", "--json", "--progress", "json", "-q"],
    ] {
        let output = folder.run(args);
        assert_code(&output, 2);
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_job_that_is_not_valid_ends_with_3_and_lists_every_fault() {
    let folder = Folder::new("faults");
    let faulty = json!({
        "images": ["../ring.jpg"], "duration": 20, "priority": 12, "output": {"crf": 99},
    });
    folder.write("job.json", &faulty);
    let output = folder.run(&["render", "job.json", "--assets", ASSETS]);
    assert_code(&output, 3);
    let said = text(&output.stderr);
    for field in ["/images/0", "/duration", "/priority", "/output/crf"] {
        assert!(said.contains(field), "no {field} in {said}");
    }
    assert!(said.contains("duration_s"), "no hint in {said}");
    for nonsense in [&b"{\"images\": ["[..], b"", b"\xff\xff"] {
        let output = folder.feed(&["render", "-", "--assets", ASSETS], nonsense);
        assert_code(&output, 3);
    }
    assert_eq!(folder.names(), ["job.json"]);
}

#[test]
fn media_that_cannot_be_used_end_with_4() {
    let folder = Folder::new("media");
    let mut no_image = job(1);
    no_image["images"] = json!(["products/no-such.jpg"]);
    let mut no_audio = job(1);
    no_audio["audio"] = json!("README.md");
    for (job, named) in [(no_image, "products/no-such.jpg"), (no_audio, "README.md")] {
        folder.write("job.json", &job);
        let output = folder.run(&["render", "job.json", "--assets", ASSETS, "-q"]);
        assert_code(&output, 4);
        let said = text(&output.stderr);
        assert!(said.contains(named) && said.lines().count() == 1, "{said}");
        assert!(output.stdout.is_empty());
        assert_eq!(folder.names(), ["job.json"]);
    }
}

#[test]
fn what_the_machine_lacks_ends_with_5() {
    let folder = Folder::new("machine");
    folder.write("job.json", &job(1));
    fs::write(folder.at("file"), b"no folder").expect("a file");
    for args in [
        &["render", "no-such-job.json"][..],
        &["render", "job.json", "--assets", "no-such-folder"],
        &[
            "render",
            "job.json",
            "--assets",
            ASSETS,
            "-o",
            "file/video.mp4",
        ],
    ] {
        let output = folder.run(args);
        assert_code(&output, 5);
        let said = text(&output.stderr);
        assert!(said.starts_with("error: "), "{said}");
    }
    assert_eq!(folder.names(), ["file", "job.json"]);
}

#[test]
fn with_json_a_failure_is_an_object_too() {
    let folder = Folder::new("failure");
    let mut faulty = job(1);
    faulty["priority"] = json!(12);
    folder.write("faulty.json", &faulty);
    let mut no_image = job(1);
    no_image["images"] = json!(["products/no-such.jpg"]);
    folder.write("no-image.json", &no_image);
    for (job, exit_code, code, class) in [
        ("faulty.json", 3, "invalid_job", "rejected"),
        ("no-image.json", 4, "no_usable_image", "rejected"),
        ("no-such.json", 5, "environment", "recoverable"),
    ] {
        let plain = folder.run(&["render", job, "--assets", ASSETS, "-q"]);
        let output = folder.run(&["render", job, "--assets", ASSETS, "-q", "--json"]);
        assert_code(&output, exit_code);
        assert_eq!(output.stderr, plain.stderr, "the same words for people");
        let error = &json_of(&output)["error"];
        assert_eq!(
            (&error["code"], &error["class"]),
            (&json!(code), &json!(class))
        );
        let message = error["message"].as_str().expect("a message");
        assert_eq!(format!("error: {message}\n"), text(&output.stderr));
        let fault = &error["faults"][0]["field"];
        match code {
            "invalid_job" => assert_eq!(fault, "/priority"),
            _ => assert_eq!(fault, &Value::Null),
        }
    }
}

#[test]
fn progress_for_programs_is_a_line_of_json_before_the_result() {
    let folder = Folder::new("progress");
    folder.write("job.json", &job(2));
    let args = ["render", "job.json", "--assets", ASSETS, "--json"];
    let output = folder.run(&[&args[..], &["--progress", "json"]].concat());
    assert_code(&output, 0);
    assert_eq!(text(&output.stderr), "");
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let (result, progress) = lines.split_last().expect("a result");
    assert_eq!(result["frames"], 60);
    assert!(!progress.is_empty());
    for line in progress {
        let line = &line["progress"];
        assert_eq!(
            (&line["stage"], &line["total"]),
            (&json!("render"), &json!(60))
        );
        let frames = line["frames"].as_u64().expect("a number");
        assert!((1..=60).contains(&frames), "{line}");
    }
    // A failure takes the result's place, on one line as well.
    let wrong = [
        &args[..2],
        &["--assets", "no-such", "--json", "--progress", "json"],
    ]
    .concat();
    let output = folder.run(&wrong);
    assert_code(&output, 5);
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert_eq!(json_of(&output)["error"]["class"], "recoverable");
}

#[test]
fn a_render_over_its_time_limit_ends_with_6_and_leaves_no_files() {
    let folder = Folder::new("time-limit");
    let mut long = job(180);
    // The full size, so that no machine is done within the second.
    long["output"] = json!({});
    folder.write("job.json", &long);
    let args = ["render", "job.json", "--assets", ASSETS, "-q", "--json"];
    let output = folder.run(&[&args[..], &["--time-limit", "1"]].concat());
    assert_code(&output, 6);
    assert!(text(&output.stderr).contains("time limit"));
    let error = &json_of(&output)["error"];
    assert_eq!(
        (&error["code"], &error["class"]),
        (&json!("time_limit"), &json!("resource"))
    );
    assert_eq!(folder.names(), ["job.json"]);
    for limit in ["1", "3600"] {
        folder.write("short.json", &job(1));
        let args = ["render", "short.json", "--assets", ASSETS, "--plan"];
        let output = folder.run(&[&args[..], &["--time-limit", limit]].concat());
        // Within the range of the option; how long a plan takes is the machine's affair.
        assert_ne!(output.status.code(), Some(2), "{limit}");
    }
}

#[test]
fn the_plan_is_printed_and_nothing_is_rendered() {
    let folder = Folder::new("plan");
    let mut job = job(8);
    job["images"] = json!(["products/ring.jpg", "products/bag.png"]);
    job["audio"] = json!("audio/track.mp3");
    let input = job.to_string();
    let args = ["render", "-", "--assets", ASSETS, "--plan"];
    let output = folder.feed(&args, input.as_bytes());
    assert_code(&output, 0);
    let plan = json_of(&output);
    assert_eq!(plan["frames"], 240);
    assert!(
        plan["slots"]
            .as_array()
            .is_some_and(|slots| slots.len() >= 2)
    );
    assert_eq!(plan["slots"][1]["asset"], "products/bag.png");
    assert!(plan["slots"][1]["beat_s"].is_f64(), "{}", plan["slots"][1]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    let again = folder.feed(&args, input.as_bytes());
    assert_eq!(again.stdout, output.stdout, "the same plan every time");
}

#[test]
fn kept_analyses_of_music_change_no_plan() {
    let folder = Folder::new("cache");
    let mut job = job(8);
    job["images"] = json!(["products/ring.jpg", "products/bag.png"]);
    job["audio"] = json!("audio/track.mp3");
    folder.write("job.json", &job);
    let plan = |more: &[&str]| {
        let args = ["render", "job.json", "--assets", ASSETS, "--plan"];
        let output = folder.run(&[&args[..], more].concat());
        assert_code(&output, 0);
        output.stdout
    };
    let cached = || plan(&["--cache", "kept/analyses"]);
    let without = plan(&[]);
    assert_eq!(cached(), without);
    let entries = fs::read_dir(folder.at("kept/analyses")).expect("it was made");
    let entries: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    let [entry] = &entries[..] else {
        panic!("{entries:?}");
    };
    let kept = fs::read(entry).expect("a file");
    assert_eq!(cached(), without);

    // An entry that could be true is believed, so nothing was analysed.
    let mut silenced: Value = serde_json::from_slice(&kept).expect("JSON");
    silenced["beats_s"] = json!([]);
    fs::write(entry, silenced.to_string()).expect("written");
    let warnings = |plan: &[u8]| {
        let plan: Value = serde_json::from_slice(plan).expect("JSON");
        plan["warnings"].clone()
    };
    assert_eq!(warnings(&without), json!([]));
    let no_pulse = json!([{"code": "no_beats", "reason": "no_pulse"}]);
    assert_eq!(warnings(&cached()), no_pulse);

    fs::write(entry, &kept[..kept.len() / 2]).expect("written");
    assert_eq!(cached(), without);
    assert_eq!(fs::read(entry).expect("a file"), kept, "it was replaced");
}

#[test]
fn a_messagepack_job_is_accepted_from_a_file_and_a_pipe() {
    let folder = Folder::new("msgpack");
    let spec = JobSpec::from_json(job(1).to_string().as_bytes()).expect("a valid job");
    let bytes = spec.to_msgpack();
    fs::write(folder.at("job.msgpack"), &bytes).expect("a job file");
    let output = folder.run(&["render", "job.msgpack", "--assets", ASSETS, "--plan"]);
    assert_code(&output, 0);
    assert_eq!(json_of(&output)["frames"], 30);
    let piped = folder.feed(&["render", "-", "--assets", ASSETS, "-q"], &bytes);
    assert_code(&piped, 0);
    assert!(folder.at("video.mp4").is_file());
}

#[test]
fn assets_lie_beside_the_job_unless_told_otherwise() {
    let folder = Folder::new("beside");
    fs::create_dir_all(folder.at("shop/products")).expect("a folder");
    let ring = Path::new(ASSETS).join("products/ring.jpg");
    fs::copy(ring, folder.at("shop/products/ring.jpg")).expect("a photo");
    folder.write("shop/job.json", &job(1));
    let output = folder.run(&["render", "shop/job.json", "--plan"]);
    assert_code(&output, 0);
    assert_eq!(json_of(&output)["slots"][0]["asset"], "products/ring.jpg");
}

#[test]
fn doctor_tells_what_there_is() {
    let folder = Folder::new("doctor");
    let output = folder.run(&["doctor", "--json"]);
    assert_code(&output, 0);
    let findings = json_of(&output);
    let encoders = findings["encoders"].as_array().expect("a list");
    let x264 = encoders.iter().find(|encoder| encoder["name"] == "x264");
    assert_eq!(x264.expect("x264 is listed")["fault"], Value::Null);
    for name in ["nvenc", "vaapi", "qsv"] {
        assert!(
            encoders.iter().any(|encoder| encoder["name"] == name),
            "{name}"
        );
    }
    assert_eq!(
        findings["audio_encoder"],
        json!({"name": "aac", "fault": null})
    );
    assert!(
        findings["ffmpeg"]
            .as_array()
            .is_some_and(|list| list.len() == 5)
    );
    assert!(
        findings["fonts"]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    );
    assert!(findings["threads"].as_u64() >= Some(1));
    assert!(findings["sandbox"]["whole"].is_boolean(), "{findings}");
    let for_people = folder.run(&["doctor"]);
    assert_code(&for_people, 0);
    let said = text(&for_people.stdout);
    assert!(said.contains("\nready to render"), "{said}");
    assert!(said.contains("encoder   aac      usable"), "{said}");
    assert!(said.contains("\nsandbox   "), "{said}");
}

#[test]
fn a_render_in_its_sandbox_gives_the_same_bytes() {
    let folder = Folder::new("sandbox");
    let mut job = job(1);
    job["audio"] = json!("audio/track.mp3");
    job["overlay"] = json!("default");
    job["text_overlay"] = json!("Gold \u{2728}");
    folder.write("job.json", &job);
    let render = |output: &str, more: &[&str]| {
        let args = ["render", "job.json", "--assets", ASSETS, "-q", "-o", output];
        assert_code(&folder.run(&[&args[..], more].concat()), 0);
        fs::read(folder.at(output)).expect("a video")
    };
    let free = render("free.mp4", &[]);
    let sandbox = ["--sandbox", "best-effort"];
    let limits = ["--memory-limit-mb", "2048", "--cpu-limit-s", "600"];
    let cache = ["--cache", "kept/music"];
    let held = render("out/held.mp4", &[&sandbox[..], &limits, &cache].concat());
    assert!(free == held, "{} bytes and {}", free.len(), held.len());
    let kept = fs::read_dir(folder.at("kept/music")).expect("it was made");
    assert_eq!(kept.count(), 1, "what it may write, it can");
    let unbounded = ["render", "job.json", "--sandbox", "best-effort"];
    assert_code(&folder.run(&unbounded), 2);
}

#[test]
fn an_upload_is_inspected_in_a_line() {
    let folder = Folder::new("inspect");
    let inspect = |kind: &str, file: &str| {
        let file = Path::new(ASSETS).join(file).display().to_string();
        folder.run(&["inspect", "--sandbox", "best-effort", "--kind", kind, &file])
    };
    let ring = inspect("products", "products/ring.jpg");
    assert_code(&ring, 0);
    let found = json_of(&ring);
    assert_eq!(
        (&found["media_type"], &found["extension"]),
        (&json!("image/jpeg"), &json!("jpg"))
    );
    assert!(
        found["width"].is_u64() && found["height"].is_u64(),
        "{found}"
    );
    let track = inspect("audio", "audio/track.mp3");
    assert_code(&track, 0);
    assert!(json_of(&track)["duration_ms"].as_u64() > Some(5_000));
    for (kind, file, code) in [
        ("audio", "products/ring.jpg", "unsupported_content"),
        ("overlays", "job.json", "unsupported_content"),
        ("audio", "overlays/glitter.mp4", "unsupported_content"),
    ] {
        let refused = inspect(kind, file);
        assert_code(&refused, 4);
        let error = json_of(&refused)["error"].clone();
        assert_eq!(
            (&error["code"], &error["class"]),
            (&json!(code), &json!("rejected")),
            "{file}"
        );
    }
    assert_code(&inspect("audio", "missing.mp3"), 5);
    assert_code(&inspect("video", "audio/track.mp3"), 2);
}

#[test]
fn help_documents_the_exit_codes() {
    let output = Folder::new("help").run(&["--help"]);
    assert_code(&output, 0);
    let said = text(&output.stdout);
    assert!(
        said.contains("Exit codes:") && said.contains("130"),
        "{said}"
    );
}

/// Starts a render of a minute and waits until frames are being encoded.
fn start_long_render(folder: &Folder) -> Child {
    folder.write("job.json", &job(60));
    let args = ["render", "job.json", "--assets", ASSETS];
    let mut child = folder.command(&args).spawn().expect("it starts");
    let stderr = child.stderr.take().expect("a pipe");
    let mut lines = BufReader::new(stderr);
    let mut line = String::new();
    lines.read_line(&mut line).expect("progress");
    assert!(line.starts_with("frame "), "{line}");
    // The pipe must stay open, or the next line of progress would find it closed.
    child.stderr = Some(lines.into_inner());
    let half = folder.names().into_iter().any(|name| is_half(&name));
    assert!(half, "nothing is being written: {:?}", folder.names());
    child
}

fn is_half(name: &str) -> bool {
    name.starts_with(".gildhall-") && name.ends_with(".part")
}

fn signal(child: &Child, name: &str) {
    let command = format!("kill -{name} {}", child.id());
    let sent = Command::new("sh").args(["-c", &command]).status();
    assert!(sent.expect("a shell").success(), "{command}");
}

#[test]
fn a_signal_ends_the_render_with_130_and_leaves_no_files() {
    for name in ["TERM", "INT"] {
        let folder = Folder::new(&format!("cancel-{name}"));
        let child = start_long_render(&folder);
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        assert_code(&output, 130);
        assert!(text(&output.stderr).contains("cancelled"));
        assert_eq!(folder.names(), ["job.json"]);
    }
}

#[test]
fn what_a_killed_render_left_goes_with_the_next_start() {
    let folder = Folder::new("killed");
    let child = start_long_render(&folder);
    signal(&child, "KILL");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), None, "killed");
    assert!(folder.names().iter().any(|name| is_half(name)));
    folder.write("next.json", &job(1));
    let next = folder.run(&["render", "next.json", "--assets", ASSETS, "-q"]);
    assert_code(&next, 0);
    let names = folder.names();
    assert!(!names.iter().any(|name| is_half(name)), "{names:?}");
    assert!(names.contains(&"next.mp4".to_owned()) && !names.contains(&"job.mp4".to_owned()));
}
