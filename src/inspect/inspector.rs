//! The side of the API: runs `gildhall inspect` and judges how it ended.

use super::answer::{Answer, Refusal};
use super::content::Content;
use super::error::InspectError;
use super::kind::AssetKind;
use super::measured::Measured;
use crate::child::{self, ChildError, Ended, Fate, Limits, Program};
use crate::telemetry::chain;
use std::path::Path;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long an inspection may take: its ten seconds on a processor, on a machine that does other things as well.
const TIME: Duration = Duration::from_secs(40);
/// Most memory of one, in megabytes: above what its sandbox lets it have.
const MEMORY_MB: u64 = 1024;
/// Longest side that is believed, in pixels; no decoder takes a longer one.
const MAX_SIDE_PX: u32 = 65_536;
/// Longest length that is believed, in milliseconds: a week.
const MAX_DURATION_MS: u64 = 7 * 24 * 3600 * 1000;
/// What the command ends with when it was called wrongly, or when the machine is at fault.
const MACHINE_EXIT_CODES: [i32; 2] = [2, 5];

/// Inspects uploads, a few at a time.
#[derive(Debug)]
pub struct Inspector {
    program: Program,
    places: Semaphore,
}

/// A file that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub content: Content,
    /// How large or long.
    pub measured: Measured,
}

impl Inspector {
    /// Runs inspections by this program, at most so many at a time; the others wait.
    pub fn new(program: Program, at_once: usize) -> Inspector {
        Inspector {
            program,
            places: Semaphore::new(at_once),
        }
    }

    /// Finds out what a file for this use is.
    ///
    /// # Errors
    /// When it cannot be used, or nobody can tell.
    pub async fn inspect(&self, kind: AssetKind, file: &Path) -> Result<Found, InspectError> {
        let _place = self.places.acquire().await;
        let mut command = self.program.command("inspect");
        command.args(["--kind", kind.as_str()]).arg(file);
        let limits = Limits {
            time: TIME,
            memory_mb: MEMORY_MB,
            disk: None,
        };
        let mut said = None;
        let hear = |line: &[u8]| said = serde_json::from_slice(line).ok();
        let ended = child::run(command, &limits, hear).await;
        let judged = judge(kind, ended, said);
        if let Err(error) = &judged {
            tracing::debug!(
                kind = kind.as_str(),
                error = chain(error),
                "an upload was not taken"
            );
        }
        judged
    }
}

/// From the end of an inspection to what is known of the file. An answer counts only where the process ended as one that
/// gives such an answer does.
pub fn judge(
    kind: AssetKind,
    ended: Result<Ended, ChildError>,
    said: Option<Answer>,
) -> Result<Found, InspectError> {
    let ended = ended.map_err(stopped)?;
    let code = ended.status.code();
    match said {
        Some(Answer::Found {
            media_type,
            extension,
            width,
            height,
            duration_ms,
        }) if code == Some(0) => {
            let content = Content::named(kind, &media_type, &extension);
            let content = content.ok_or(InspectError::Refused(Refusal::UnreadableMedia))?;
            let side = |side: Option<u32>| side.filter(|side| (1..=MAX_SIDE_PX).contains(side));
            let measured = Measured {
                width: side(width),
                height: side(height),
                duration_ms: duration_ms.filter(|ms| *ms <= MAX_DURATION_MS),
            };
            Ok(Found { content, measured })
        }
        Some(Answer::Refused { error }) if code.is_some() => Err(InspectError::Refused(error.code)),
        _ if code.is_some_and(|code| MACHINE_EXIT_CODES.contains(&code)) => {
            Err(InspectError::Failed(ended.without_result()))
        }
        _ => Err(stopped(ended.without_result())),
    }
}

/// What follows where a limit, the sandbox or a breakdown ended it.
fn stopped(error: ChildError) -> InspectError {
    let refusal = match &error {
        ChildError::System(_) | ChildError::DiskFull { .. } => return InspectError::Failed(error),
        ChildError::Ended {
            fate: Fate::Violation | Fate::Crashed,
            ..
        }
        | ChildError::OverOutput => {
            // Somebody should hear of it: it may be an attack, or a fault of a decoder.
            tracing::warn!(error = chain(&error), "an upload broke its inspection down");
            Refusal::UnreadableMedia
        }
        _ => Refusal::OverLimits,
    };
    InspectError::Refused(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    fn ended(raw: i32, complaint: &str) -> Result<Ended, ChildError> {
        Ok(Ended {
            status: ExitStatus::from_raw(raw),
            complaint: complaint.to_owned(),
        })
    }

    fn exit(code: i32) -> Result<Ended, ChildError> {
        ended(code << 8, "")
    }

    fn png(width: u32, duration_ms: u64) -> Option<Answer> {
        let content = Content::named(AssetKind::Products, "image/png", "png")?;
        let measured = Measured {
            width: Some(width),
            height: Some(2),
            duration_ms: Some(duration_ms),
        };
        Some(Answer::found(content, measured))
    }

    #[test]
    fn a_found_file_is_believed_within_bounds() {
        let found = judge(AssetKind::Products, exit(0), png(3, 5)).expect("it was found");
        assert_eq!(found.content.extension, "png");
        assert_eq!(
            (found.measured.width, found.measured.duration_ms),
            (Some(3), Some(5))
        );
        let boast = judge(AssetKind::Products, exit(0), png(u32::MAX, u64::MAX));
        let boast = boast.expect("it was found").measured;
        assert_eq!(
            (boast.width, boast.height, boast.duration_ms),
            (None, Some(2), None)
        );
    }

    #[test]
    fn what_its_kind_does_not_take_or_its_end_belies_is_not_believed() {
        for (kind, end) in [
            (AssetKind::Audio, exit(0)),
            (AssetKind::Products, exit(4)),
            (AssetKind::Products, ended(11, "")),
        ] {
            let judged = judge(kind, end, png(3, 5));
            assert!(
                matches!(judged, Err(InspectError::Refused(Refusal::UnreadableMedia))),
                "{judged:?}"
            );
        }
    }

    #[test]
    fn each_end_has_its_meaning() {
        use Refusal::{OverLimits, UnreadableMedia};
        let told = Answer::refused(Refusal::TooLargeImage, String::new());
        let judged = judge(AssetKind::Products, exit(4), Some(told));
        assert!(matches!(
            judged,
            Err(InspectError::Refused(Refusal::TooLargeImage))
        ));
        let aborted = "memory allocation of 9 bytes failed";
        for (end, refusal) in [
            // signal(7): XCPU, XFSZ, KILL, ABRT, SEGV and SYS.
            (ended(24, ""), OverLimits),
            (ended(25, ""), OverLimits),
            (ended(9, ""), OverLimits),
            (ended(6, aborted), OverLimits),
            (ended(11, ""), UnreadableMedia),
            (ended(31, ""), UnreadableMedia),
            (exit(101), UnreadableMedia),
            (Err(ChildError::OverTime { limit_s: 1 }), OverLimits),
            (Err(ChildError::OverOutput), UnreadableMedia),
        ] {
            let shown = format!("{end:?}");
            let judged = judge(AssetKind::Products, end, None);
            assert!(
                matches!(judged, Err(InspectError::Refused(found)) if found == refusal),
                "{shown}: {judged:?}"
            );
        }
    }

    #[test]
    fn a_fault_of_the_machine_says_nothing_of_the_file() {
        let gone = Err(ChildError::System(std::io::Error::other("gone")));
        for end in [exit(2), exit(5), gone] {
            let judged = judge(AssetKind::Products, end, None);
            assert!(matches!(judged, Err(InspectError::Failed(_))), "{judged:?}");
        }
    }
}
