//! The numbered steps on the screen.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::DemoError;

const TICK: Duration = Duration::from_millis(100);
/// Where the durations stand, in characters.
const WIDTH: usize = 76;

/// Counts steps. A step shows what is being done on a terminal, and in any case what was done and how long it took.
#[derive(Default)]
pub struct Steps {
    done: usize,
}

impl Steps {
    /// Does a step. It gives its outcome and a line about it; the bar is its own while it lasts.
    pub fn run<T>(
        &mut self,
        doing: &str,
        act: impl FnOnce(&ProgressBar) -> Result<(T, String), DemoError>,
    ) -> Result<T, DemoError> {
        self.done += 1;
        let started = Instant::now();
        let bar = spinner(self.done, doing);
        let outcome = act(&bar);
        bar.finish_and_clear();
        match outcome {
            Ok((value, done)) => {
                println!("{}", line(self.done, &done, started.elapsed()));
                Ok(value)
            }
            Err(error) => {
                println!("{:>2}  {doing}: failed", self.done);
                Err(error)
            }
        }
    }
}

/// Hidden unless the error stream is a terminal.
fn spinner(number: usize, doing: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{prefix:>2}  {msg} {spinner:.yellow}") {
        bar.set_style(style.tick_chars("·∙•∙ "));
    }
    bar.set_prefix(number.to_string());
    bar.set_message(doing.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}

fn line(number: usize, done: &str, took: Duration) -> String {
    let dots = WIDTH.saturating_sub(done.chars().count()).max(2);
    let seconds = took.as_secs_f64();
    format!("{number:>2}  {done} {:·>dots$}{seconds:>6.1} s", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_stand_below_each_other() {
        let short = line(1, "done", Duration::from_millis(120));
        let long = line(10, "Größeres getan", Duration::from_secs(83));
        assert_eq!(short.chars().count(), long.chars().count());
        assert!(short.starts_with(" 1  done ··"), "{short}");
        assert!(long.ends_with("·  83.0 s"), "{long}");
    }

    #[test]
    fn a_failed_step_hands_its_error_on() {
        let mut steps = Steps::default();
        let failed = steps.run::<()>("failing", |_| Err(DemoError::Interrupted));
        assert!(matches!(failed, Err(DemoError::Interrupted)));
        let value = steps.run("counting", |_| Ok((7, "counted".to_owned())));
        assert_eq!(value.ok(), Some(7));
    }
}
