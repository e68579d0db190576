//! How far the render has come: a bar on a terminal, lines elsewhere.

use gildhall_render::job::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::Instant;

/// Lines are written this many times in a render.
const LINES: u32 = 10;

/// Shows progress on the error stream.
pub enum Display {
    /// `--quiet`.
    Silent,
    /// A terminal.
    Bar(ProgressBar),
    /// A file or a pipe.
    Lines(Mutex<Lines>),
}

/// What line output has to remember.
pub struct Lines {
    started: Instant,
    written: u32,
}

impl Display {
    /// Chooses by where the error stream leads.
    pub fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Silent;
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
