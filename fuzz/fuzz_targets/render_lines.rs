//! Any words of a render process, in whose place whoever took it over speaks: no panic, lines come as they were said, what is
//! passed on are words, and no file is believed that is not in the render's own folder.
#![no_main]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;

use gildhall::child::{Ended, Status, each_line, tail};
use gildhall::worker::{AttemptError, Hearing, Report};
use gildhall_fuzz::now;
use gildhall_proto::EventProgress;
use gildhall_proto::limits::{MAX_RENDITIONS, MAX_THUMBNAILS};
use libfuzzer_sys::fuzz_target;
use tokio::sync::watch;

/// A folder that has files, links and folders on every machine; the render's own for now.
const OUTPUTS: &str = "/proc/self";
/// How much of a child's complaint is kept, in bytes.
const KEPT_BYTES: usize = 2048;

/// A byte as the end of a process: from `0` on an exit code, from 128 on a signal.
fn status(byte: u8) -> ExitStatus {
    ExitStatus::from_raw(match byte {
        128.. => i32::from(byte - 128),
        code => i32::from(code.wrapping_sub(b'0')) << 8,
    })
}

fn assert_word(text: &str) {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    assert!(
        (1..=64).contains(&text.len()) && text.bytes().all(plain),
        "{text:?}"
    );
}

fn assert_sound(report: &Report) {
    assert!(report.thumbnails.len() <= usize::from(MAX_THUMBNAILS));
    assert!(report.renditions.len() <= MAX_RENDITIONS);
    assert_word(&report.encoder);
    let files = [&report.video, &report.poster].into_iter();
    for file in files.chain(&report.thumbnails).chain(&report.renditions) {
        assert_eq!(file.path.parent(), Some(Path::new(OUTPUTS)));
        let metadata = fs::symlink_metadata(&file.path).expect("it was there");
        assert!(metadata.is_file(), "{}", file.path.display());
    }
}

/// A process may call itself what it likes: the system writes no end of a line into its name.
fn assert_name_changes_nothing(name: &str) {
    let name = name.replace('\n', "");
    let text = format!("Name:\t{name}\nVmSize:\t  4096 kB\nVmRSS:\t  2049 kB\nThreads:\t7\n");
    let expected = Status {
        resident_mb: 2,
        address_space_bytes: 4 << 20,
        threads: 7,
    };
    assert_eq!(Status::parse(&text), expected);
}

/// The complaint is the last of what was said.
fn complaint(said: &[u8]) -> String {
    let complaint = now(tail(said)).expect("it is short enough");
    let last = &said[said.len().saturating_sub(KEPT_BYTES)..];
    assert_eq!(complaint, String::from_utf8_lossy(last).trim());
    complaint
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&end, said)) = bytes.split_first() else {
        return;
    };
    let progress = watch::Sender::new(EventProgress {
        stage: "fetch".to_owned(),
        frames: 0,
        total_frames: 0,
    });
    let mut hearing = Hearing::new(&progress);
    let mut heard = Vec::new();
    let hear = |line: &[u8]| {
        hearing.line(line);
        assert_word(&progress.borrow().stage);
        heard.push(line.to_vec());
    };
    now(each_line(said, hear)).expect("it is short enough");
    assert_eq!(heard.join(&b'\n'), said.strip_suffix(b"\n").unwrap_or(said));

    let ended = Ended {
        status: status(end),
        complaint: complaint(said),
    };
    match hearing.conclude(&ended, Path::new(OUTPUTS)) {
        Ok(report) => {
            assert!(ended.status.success());
            assert_sound(&report);
        }
        Err(AttemptError::Render {
            code,
            brief,
            message,
            ..
        }) => {
            assert!(ended.status.code().is_some());
            assert_word(&code);
            // The ledger keeps no NUL.
            assert!(!brief.contains('\0') && !message.contains('\0'));
        }
        Err(_) => {}
    }
    let text = String::from_utf8_lossy(said);
    Status::parse(&text);
    assert_name_changes_nothing(&text);
});
