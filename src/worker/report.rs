//! What a render process says, believed as far as it can be checked: whoever took a render over speaks in its place.

use super::code::Code;
use super::error::{AttemptError, RenderClass};
use super::outcome::keepable;
use crate::child::Ended;
use crate::telemetry::chain;
use gildhall_proto::EventProgress;
use gildhall_proto::limits::{MAX_RENDITIONS, MAX_THUMBNAILS};
use serde::Deserialize;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// Longest name or word of a render, in bytes.
const MAX_WORD_BYTES: usize = 64;

/// What a render says of itself when it is done (`gildhall render --json`).
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// The video.
    pub video: ReportedFile,
    /// The poster.
    pub poster: ReportedFile,
    /// Thumbnails.
    pub thumbnails: Vec<ReportedFile>,
    /// Further sizes.
    pub renditions: Vec<ReportedFile>,
    /// Length in seconds.
    pub duration_s: f64,
    /// Length in frames.
    pub frames: u32,
    /// The encoder used.
    pub encoder: String,
    /// What was degraded.
    pub warnings: Vec<serde_json::Value>,
    /// Milliseconds each stage was busy.
    pub timings: serde_json::Map<String, serde_json::Value>,
}

/// A file that a render made.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A line of a render's output.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Progress { progress: Shown },
    Error { error: Described },
    Report(Box<Report>),
}

/// How far a render says it is; it says more for people.
#[derive(Debug, Deserialize)]
struct Shown {
    stage: String,
    frames: u32,
    total: u32,
}

#[derive(Debug, Deserialize)]
struct Described {
    code: String,
    class: RenderClass,
    /// For whoever sent the job.
    #[serde(default)]
    brief: String,
    /// For whoever runs the worker.
    message: String,
}

/// Hears a render out.
#[derive(Debug)]
pub struct Hearing<'p> {
    progress: &'p watch::Sender<EventProgress>,
    /// The last line that was no progress.
    last: Option<Line>,
    was_puzzled: bool,
}

impl<'p> Hearing<'p> {
    /// Passes progress on to here.
    pub fn new(progress: &'p watch::Sender<EventProgress>) -> Hearing<'p> {
        Hearing {
            progress,
            last: None,
            was_puzzled: false,
        }
    }

    /// Takes in a line.
    pub fn line(&mut self, line: &[u8]) {
        match serde_json::from_slice(line) {
            Ok(Line::Progress { progress }) if is_word(&progress.stage) => {
                self.progress.send_replace(EventProgress {
                    stage: progress.stage,
                    frames: progress.frames,
                    total_frames: progress.total,
                });
            }
            Ok(Line::Progress { .. }) => {}
            Ok(other) => self.last = Some(other),
            // Once: there may be millions of such lines.
            Err(error) if !self.was_puzzled => {
                self.was_puzzled = true;
                tracing::warn!(error = chain(&error), "the render said something unknown");
            }
            Err(_) => {}
        }
    }

    /// What came of a render that has ended, its files being in `outputs`.
    ///
    /// # Errors
    /// The failure that it described, or how it ended; also where it names what it did not make.
    pub fn conclude(self, ended: &Ended, outputs: &Path) -> Result<Report, AttemptError> {
        match self.last {
            Some(Line::Report(report)) if ended.status.success() => {
                match report.is_sound(outputs) {
                    true => Ok(*report),
                    false => Err(AttemptError::Lied),
                }
            }
            Some(Line::Error { error }) if ended.status.code().is_some() => {
                let code = match is_word(&error.code) {
                    true => error.code,
                    false => Code::RenderFailed.as_str().to_owned(),
                };
                Err(AttemptError::Render {
                    code,
                    class: error.class,
                    brief: keepable(error.brief),
                    message: keepable(error.message),
                })
            }
            _ => Err(ended.without_result().into()),
        }
    }
}

impl Report {
    /// Whether all that will be stored is a file of the render's own: a path elsewhere, or a link, would have this process
    /// store what the render itself cannot read.
    fn is_sound(&self, outputs: &Path) -> bool {
        let files = [&self.video, &self.poster].into_iter();
        let mut files = files.chain(&self.thumbnails).chain(&self.renditions);
        self.thumbnails.len() <= usize::from(MAX_THUMBNAILS)
            && self.renditions.len() <= MAX_RENDITIONS
            && is_word(&self.encoder)
            && files.all(|file| is_own(&file.path, outputs))
    }
}

fn is_own(path: &Path, outputs: &Path) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let name = path.file_name().and_then(|name| name.to_str());
    let is_plain = name.is_some_and(|name| name.len() <= MAX_WORD_BYTES && name.bytes().all(plain));
    // The render has ended, so nothing changes any more between this look and the upload.
    let is_file = || fs::symlink_metadata(path).is_ok_and(|it| it.is_file() && it.nlink() == 1);
    path.parent() == Some(outputs) && is_plain && is_file()
}

fn is_word(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=MAX_WORD_BYTES).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::{ChildError, Fate};
    use serde_json::{Value, json};
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use tempfile::TempDir;

    fn ended(raw_status: i32) -> Ended {
        Ended {
            status: ExitStatus::from_raw(raw_status),
            complaint: String::new(),
        }
    }

    fn nothing_yet() -> watch::Sender<EventProgress> {
        watch::Sender::new(EventProgress {
            stage: "fetch".to_owned(),
            frames: 0,
            total_frames: 0,
        })
    }

    /// What is concluded from these lines and this status.
    fn concluded(lines: &[Value], raw_status: i32, outputs: &Path) -> Result<Report, AttemptError> {
        let progress = nothing_yet();
        let mut hearing = Hearing::new(&progress);
        for line in lines {
            hearing.line(line.to_string().as_bytes());
        }
        hearing.conclude(&ended(raw_status), outputs)
    }

    fn outputs() -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["video.mp4", "video.poster.jpg"] {
            fs::write(folder.path().join(name), "bytes").expect("room");
        }
        folder
    }

    fn report(video: &Path, poster: &Path) -> Value {
        json!({
            "video": {"path": video, "bytes": 5, "width": 720, "height": 1280},
            "poster": {"path": poster, "bytes": 5, "width": 720, "height": 1280},
            "thumbnails": [], "renditions": [], "duration_s": 1.0, "frames": 30, "encoder": "x264",
            "threads": 2, "sound": null, "warnings": [], "timings": {"total_ms": 1}, "peak_memory_bytes": 0,
        })
    }

    #[test]
    fn progress_is_understood_as_the_renderer_writes_it() {
        let line = br#"{"progress": {"stage": "render", "frames": 123, "total": 900, "fps": 61.2, "eta_s": null}}"#;
        let progress = nothing_yet();
        Hearing::new(&progress).line(line);
        let expected = EventProgress {
            stage: "render".to_owned(),
            frames: 123,
            total_frames: 900,
        };
        assert_eq!(*progress.borrow(), expected);
        let odd = br#"{"progress": {"stage": "Your ad here", "frames": 1, "total": 2}}"#;
        Hearing::new(&progress).line(odd);
        assert_eq!(*progress.borrow(), expected, "no word of the renderer's");
    }

    #[test]
    fn a_report_counts_only_where_the_render_succeeded() {
        let folder = outputs();
        let at = |name: &str| folder.path().join(name);
        let report = report(&at("video.mp4"), &at("video.poster.jpg"));
        let good = concluded(std::slice::from_ref(&report), 0, folder.path());
        assert_eq!(good.expect("it is sound").frames, 30);
        let crashed = concluded(&[report], 11, folder.path());
        let fate = |result: Result<Report, AttemptError>| match result {
            Err(AttemptError::Child(ChildError::Ended { fate, .. })) => Some(fate),
            _ => None,
        };
        assert_eq!(fate(crashed), Some(Fate::Crashed));
        assert_eq!(fate(concluded(&[], 0, folder.path())), Some(Fate::Crashed));
        assert_eq!(
            fate(concluded(&[], 31, folder.path())),
            Some(Fate::Violation)
        );
    }

    #[test]
    fn nothing_is_stored_that_the_render_did_not_make() {
        let (folder, elsewhere) = (outputs(), outputs());
        let at = |name: &str| folder.path().join(name);
        let poster = at("video.poster.jpg");
        std::os::unix::fs::symlink("/etc/passwd", at("link.mp4")).expect("new");
        fs::hard_link(elsewhere.path().join("video.mp4"), at("hard.mp4")).expect("new");
        fs::create_dir(at("folder")).expect("new");
        fs::write(at("a b.mp4"), "bytes").expect("room");
        for video in [
            PathBuf::from("/etc/passwd"),
            elsewhere.path().join("video.mp4"),
            at("../video.mp4"),
            at("folder/../video.mp4"),
            at("link.mp4"),
            at("hard.mp4"),
            at("folder"),
            at("a b.mp4"),
            at("missing.mp4"),
            PathBuf::from("video.mp4"),
        ] {
            let lie = concluded(&[report(&video, &poster)], 0, folder.path());
            assert!(
                matches!(lie, Err(AttemptError::Lied)),
                "{}",
                video.display()
            );
        }
        let mut many = report(&at("video.mp4"), &poster);
        many["renditions"] = json!(vec![many["video"].clone(); MAX_RENDITIONS + 1]);
        let many = concluded(&[many], 0, folder.path());
        assert!(matches!(many, Err(AttemptError::Lied)), "{many:?}");
    }

    #[test]
    fn a_described_failure_keeps_its_code_where_that_is_a_word() {
        let folder = outputs();
        for (said, code) in [
            ("no_usable_image", "no_usable_image"),
            ("<script>", "render_failed"),
            ("", "render_failed"),
        ] {
            let line = json!({"error": {"code": said, "class": "rejected", "message": "why"}});
            let failed = concluded(std::slice::from_ref(&line), 4 << 8, folder.path());
            assert!(
                matches!(&failed, Err(AttemptError::Render { code: found, .. }) if found == code),
                "{failed:?}"
            );
            let killed = concluded(&[line], 31, folder.path());
            assert!(
                matches!(killed, Err(AttemptError::Child(_))),
                "its end says more than its words"
            );
        }
    }

    #[test]
    fn what_a_render_says_to_the_operator_is_not_for_the_tenant() {
        let folder = outputs();
        let said = |error: Value| {
            let failed = concluded(&[json!({ "error": error })], 5 << 8, folder.path());
            failed.expect_err("it failed").brief()
        };
        let error =
            json!({"code": "environment", "class": "recoverable", "message": "no /srv/work"});
        assert_eq!(said(error.clone()), "the render failed");
        let mut briefly = error;
        briefly["brief"] = json!("the machine is not\0 as it has to be");
        let told = "the render failed: the machine is not\u{fffd} as it has to be";
        assert_eq!(said(briefly), told);
    }
}
