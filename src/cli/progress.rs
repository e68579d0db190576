//! How far the render has come: a bar on a terminal, lines elsewhere, JSON for programs.

use gildhall_render::job::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Lines are written this many times in a render.
const LINES: u32 = 10;
/// Programs are told this often at most.
const JSON_EVERY: Duration = Duration::from_secs(1);

/// What `--progress` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// A bar on a terminal, ten lines elsewhere, on standard error
    Auto,
    /// One JSON object a line on standard output, at most one a second, before the result; needs --json
    Json,
}

/// Shows progress.
pub enum Display {
    /// `--quiet`.
    Silent,
    /// `--progress json`.
    Json(Mutex<Report>),
    /// A terminal.
    Bar(ProgressBar),
    /// A file or a pipe.
    Lines(Mutex<Lines>),
}

/// What output for programs has to remember.
#[derive(Default)]
pub struct Report {
    /// When the first frame was done, and how many were by then.
    first: Option<(Instant, u32)>,
    written: Option<Instant>,
}

/// What line output has to remember.
pub struct Lines {
    started: Instant,
    written: u32,
}

impl Display {
    /// Chooses by what is asked for, and by where the error stream leads.
    pub fn new(style: Style, quiet: bool) -> Self {
        if quiet {
            return Self::Silent;
        }
        if style == Style::Json {
            return Self::Json(Mutex::default());
        }
        if !io::stderr().is_terminal() {
            return Self::Lines(Mutex::new(Lines {
                started: Instant::now(),
                written: 0,
            }));
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = "{bar:36.yellow/dim} {pos}/{len} frames  {per_sec:.yellow}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(
                style
                    .progress_chars("━╸─")
                    .with_key("per_sec", frames_per_second),
            );
        }
        Self::Bar(bar)
    }

    /// Takes in news.
    pub fn update(&self, progress: Progress) {
        match self {
            Self::Silent => {}
            Self::Json(report) => {
                if let Ok(mut report) = report.lock()
                    && let Some(object) = report.update(progress, Instant::now())
                {
                    // Progress is a courtesy: a closed stream must not stop the render.
                    let _ = writeln!(io::stdout(), "{object}");
                }
            }
            Self::Bar(bar) => {
                bar.set_length(u64::from(progress.frames));
                bar.set_position(u64::from(progress.done));
            }
            Self::Lines(lines) => {
                if let Ok(mut lines) = lines.lock() {
                    lines.update(progress);
                }
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

impl Report {
    /// What is to be written, if it is time. The speed is that since the first frame, and not known before.
    fn update(&mut self, progress: Progress, now: Instant) -> Option<Value> {
        let (since, from) = *self.first.get_or_insert((now, progress.done));
        if self.written.is_some_and(|at| now - at < JSON_EVERY) {
            return None;
        }
        self.written = Some(now);
        let seconds = (now - since).as_secs_f64();
        let done = f64::from(progress.done - from);
        let fps = (done > 0.0 && seconds > 0.0).then(|| done / seconds);
        let eta_s = fps.map(|fps| f64::from(progress.frames - progress.done) / fps);
        let tenths = |value: f64| (value * 10.0).round() / 10.0;
        Some(json!({"progress": {
            "stage": "render",
            "frames": progress.done,
            "total": progress.frames,
            "fps": fps.map(tenths),
            "eta_s": eta_s.map(tenths),
        }}))
    }
}

impl Lines {
    fn update(&mut self, progress: Progress) {
        let due = progress.done * LINES / progress.frames.max(1);
        if due <= self.written {
            return;
        }
        self.written = due;
        let seconds = self.started.elapsed().as_secs_f64();
        let fps = f64::from(progress.done) / seconds.max(1e-3);
        let left = f64::from(progress.frames - progress.done) / fps;
        // Progress is a courtesy: a closed stream must not stop the render.
        let _ = writeln!(
            io::stderr(),
            "frame {}/{} ({} %), {fps:.1} fps, {left:.0} s left",
            progress.done,
            progress.frames,
            due * 100 / LINES,
        );
    }
}

fn frames_per_second(state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write) {
    // Writing into a string cannot fail.
    let _ = write!(out, "{:.1} fps", state.per_sec());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_once_a_second_with_speed_and_time_left() {
        let start = Instant::now();
        let mut report = Report::default();
        let mut at = |done, after_ms| {
            let progress = Progress { done, frames: 900 };
            report.update(progress, start + Duration::from_millis(after_ms))
        };
        let inner = |fps, eta_s, frames: u32| {
            json!({"progress": {
                "stage": "render", "frames": frames, "total": 900, "fps": fps, "eta_s": eta_s,
            }})
        };
        assert_eq!(at(1, 0), Some(inner(json!(null), json!(null), 1)));
        assert_eq!(at(60, 999), None);
        assert_eq!(at(61, 1_000), Some(inner(json!(60.0), json!(14.0), 61)));
        assert_eq!(at(150, 1_999), None);
        let last = at(900, 3_000);
        assert_eq!(last, Some(inner(json!(299.7), json!(0.0), 900)));
    }
}
