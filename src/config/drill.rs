//! A fault on purpose.

use std::str::FromStr;

/// What a worker does wrong, and after which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drill {
    /// What it does.
    pub deed: Deed,
    /// After which step.
    pub step: Step,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The process is killed (SIGKILL).
    Kill,
    /// The attempt fails, once.
    Fail,
}

/// The steps on the way of a job through a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its message has come.
    Received,
    /// The ledger has given it to this worker.
    Claimed,
    /// Its assets are here.
    Fetched,
    /// Its video is here.
    Rendered,
    /// Its video is stored.
    Uploaded,
    /// The ledger knows that it is done.
    Finished,
    /// Its events are told; only the acknowledgement is left.
    Told,
}

/// Not a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a drill is kill:STEP or fail:STEP, of the steps received, claimed, fetched, rendered, uploaded, finished and told; \
     only fetched, rendered and uploaded can fail"
)]
pub struct BadDrill;

impl FromStr for Drill {
    type Err = BadDrill;

    fn from_str(text: &str) -> Result<Drill, BadDrill> {
        let (deed, step) = text.split_once(':').ok_or(BadDrill)?;
        let step = match step {
            "received" => Step::Received,
            "claimed" => Step::Claimed,
            "fetched" => Step::Fetched,
            "rendered" => Step::Rendered,
            "uploaded" => Step::Uploaded,
            "finished" => Step::Finished,
            "told" => Step::Told,
            _ => return Err(BadDrill),
        };
        let deed = match (deed, step) {
            ("kill", _) => Deed::Kill,
            ("fail", Step::Fetched | Step::Rendered | Step::Uploaded) => Deed::Fail,
            _ => return Err(BadDrill),
        };
        Ok(Drill { deed, step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_can_kill_and_those_of_an_attempt_can_fail() {
        let steps = [
            "received", "claimed", "fetched", "rendered", "uploaded", "finished", "told",
        ];
        for step in steps {
            let kill = format!("kill:{step}").parse::<Drill>();
            assert_eq!(kill.map(|drill| drill.deed), Ok(Deed::Kill), "{step}");
            let fails = ["fetched", "rendered", "uploaded"].contains(&step);
            assert_eq!(
                format!("fail:{step}").parse::<Drill>().is_ok(),
                fails,
                "{step}"
            );
        }
        for bad in ["", "kill", "kill:", "kill:later", "hang:claimed"] {
            assert_eq!(bad.parse::<Drill>(), Err(BadDrill), "{bad:?}");
        }
    }
}
