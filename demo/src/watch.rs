//! Shows how the job goes until it has ended.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use gildhall_proto::{EventProgress, JobStatus};
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::DemoError;
use crate::follow::News;
use crate::roles::Roles;
use crate::stop::Stop;

/// How often Ctrl-C and the processes are looked after.
const POLL: Duration = Duration::from_millis(200);
/// How long the job may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// Where there is no bar, lines are written this many times in a render.
const LINES: u32 = 5;

/// Waits until the job has ended, as far as its events tell.
pub fn watch(
    news: &Receiver<News>,
    bar: &ProgressBar,
    roles: &mut Roles,
    stop: &Stop,
) -> Result<(), DemoError> {
    let deadline = Instant::now() + PATIENCE;
    let mut display = Display::new(bar);
    while Instant::now() < deadline {
        stop.check()?;
        roles.check()?;
        match news.recv_timeout(POLL) {
            Ok(News::Status(status)) => {
                display.status(status);
                if status.is_terminal() {
                    return Ok(());
                }
            }
            Ok(News::Progress(progress)) => display.progress(&progress),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
    Err(DemoError::TooLate {
        what: "the job has not ended".to_owned(),
        waited_s: PATIENCE.as_secs(),
    })
}

/// A bar on a terminal, lines elsewhere.
struct Display<'b> {
    bar: &'b ProgressBar,
    /// Lines that were written.
    written: u32,
}

impl<'b> Display<'b> {
    fn new(bar: &'b ProgressBar) -> Display<'b> {
        Display { bar, written: 0 }
    }

    fn status(&mut self, status: JobStatus) {
        self.bar.set_message(format!("The job is {status}"));
        // A new attempt begins its frames anew.
        self.written = 0;
        if self.bar.is_hidden() {
            println!("      {status}");
        }
    }

    fn progress(&mut self, progress: &EventProgress) {
        let (frames, total) = (progress.frames, progress.total_frames);
        if total == 0 {
            return;
        }
        if self.bar.is_hidden() {
            self.lines(frames, total);
            return;
        }
        if self.bar.length() != Some(u64::from(total)) {
            let style = "{prefix:>2}  {msg}  {bar:30.yellow/dim} {pos}/{len} frames";
            if let Ok(style) = ProgressStyle::with_template(style) {
                self.bar.set_style(style.progress_chars("━╸─"));
            }
            self.bar.set_length(u64::from(total));
        }
        self.bar.set_position(u64::from(frames));
    }

    fn lines(&mut self, frames: u32, total: u32) {
        let due = u64::from(frames) * u64::from(LINES) / u64::from(total);
        // A fifth of a number of frames is at most five.
        let due = u32::try_from(due).unwrap_or(LINES);
        if due > self.written {
            self.written = due;
            println!("      {frames} of {total} frames");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn it_watches_until_the_end() {
        let (sender, receiver) = channel();
        for news in [
            News::Status(JobStatus::Processing),
            News::Progress(EventProgress {
                stage: "render".to_owned(),
                frames: 900,
                total_frames: 900,
            }),
            News::Status(JobStatus::Completed),
        ] {
            sender.send(news).expect("the receiver is here");
        }
        let stop = Stop::listen().expect("signals can be listened for");
        let bar = ProgressBar::hidden();
        watch(&receiver, &bar, &mut Roles::default(), &stop).expect("it has ended");
    }
}
