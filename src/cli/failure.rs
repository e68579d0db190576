//! What programs read when there is no video.

use super::exit;
use super::sandbox::Violation;
use crate::telemetry::chain;
use gildhall_proto::SpecFaults;
use gildhall_render::job::RenderError;
use gildhall_sandbox::SandboxError;
use serde_json::{Value, json};

/// What is said of errors that are nobody's but the machine's.
const MACHINE: &str = "the machine is not as a render needs it";

/// The error with everything below it, for the error stream. Not as anyhow writes it, which repeats what a library's error
/// says of its own source.
pub fn words(error: &anyhow::Error) -> String {
    chain(&**error)
}

/// The error as an object: a stable code, a class that says what to do about it, the words of the error stream, the same
/// without anything of this machine, and the faults of a job that is not valid.
pub fn object(error: &anyhow::Error) -> Value {
    let mut inner = json!({
        "code": code(error),
        "class": exit::class(error),
        "message": words(error),
        "brief": brief(error),
    });
    if let Some(faults) = error.downcast_ref::<SpecFaults>() {
        inner["faults"] = json!(faults.faults);
    }
    json!({ "error": inner })
}

fn code(error: &anyhow::Error) -> &'static str {
    if error.is::<SpecFaults>() {
        return "invalid_job";
    }
    if error.is::<Violation>() {
        return "sandbox_violation";
    }
    if error.is::<SandboxError>() {
        return "sandbox_unavailable";
    }
    error
        .downcast_ref::<RenderError>()
        .map_or("environment", RenderError::code)
}

/// What happened, without paths, and without what the system and libraries say: a worker passes it on to whoever sent the job.
fn brief(error: &anyhow::Error) -> String {
    if let Some(violation) = error.downcast_ref::<Violation>() {
        return violation.to_string();
    }
    if let Some(faults) = error.downcast_ref::<SpecFaults>() {
        return faults.to_string();
    }
    error
        .downcast_ref::<RenderError>()
        .map_or_else(|| MACHINE.to_owned(), RenderError::brief)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LedgerError;
    use crate::worker::Code;
    use anyhow::{Context, anyhow};
    use gildhall_proto::{FailureClass, JobSpec};
    use gildhall_render::job::ErrorClass;
    use std::collections::BTreeSet;
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_render_error_tells_its_code_and_class() {
        let value = object(&RenderError::TimeUp.into());
        assert_eq!(value["error"]["code"], "time_limit");
        assert_eq!(value["error"]["class"], "resource");
        assert_eq!(value["error"]["faults"], Value::Null);
    }

    #[test]
    fn an_invalid_job_tells_its_faults() {
        let faults = JobSpec::from_json(br#"{"images": ["a.png"], "priority": 12}"#);
        let value = object(&faults.expect_err("a fault").into());
        let error = &value["error"];
        assert_eq!(
            (&error["code"], &error["class"]),
            (&json!("invalid_job"), &json!("rejected"))
        );
        assert_eq!(error["faults"][0]["field"], "/priority");
        assert_eq!(error["faults"][0]["code"], "out_of_range");
    }

    #[test]
    fn what_the_sandbox_refused_is_the_job_s() {
        let error = anyhow!("permission denied").context(Violation);
        let value = object(&error);
        assert_eq!(value["error"]["class"], "rejected");
        assert_eq!(value["error"]["code"], "sandbox_violation");
    }

    #[test]
    fn everything_else_is_the_machine_s() {
        let error = Err::<(), _>(anyhow!("no such file")).context("cannot read the job file");
        let value = object(&error.expect_err("an error"));
        assert_eq!(value["error"]["class"], "recoverable");
        assert_eq!(value["error"]["code"], "environment");
        assert_eq!(
            value["error"]["message"],
            "cannot read the job file: no such file"
        );
    }

    #[test]
    fn a_cause_is_told_once_also_where_a_library_repeats_it() {
        let error = anyhow::Error::from(LedgerError::no_answer()).context("nothing was done");
        let told = "nothing was done: the ledger is not available: \
            error communicating with database: timed out";
        let repeated = format!("{told}: timed out");
        assert_eq!(format!("{error:#}"), repeated, "or this is not needed");
        assert_eq!(words(&error), told);
        assert_eq!(object(&error)["error"]["message"], told);
    }

    #[test]
    fn nothing_of_the_machine_is_passed_on() {
        let denied = || io::Error::other("/srv/work: permission denied");
        let path = PathBuf::from("/srv/work/attempt-7/outputs/video.mp4");
        let source = denied();
        let of_the_machine = anyhow::Error::from(denied()).context("cannot open /srv/work");
        for (error, brief) in [
            (of_the_machine, MACHINE),
            (SandboxError::PartOfLandlock.into(), MACHINE),
            (
                anyhow::Error::from(denied()).context(Violation),
                "the sandbox refused it",
            ),
            (
                RenderError::Output { path, source }.into(),
                "video.mp4 cannot be written",
            ),
        ] {
            let error = &object(&error)["error"];
            assert_eq!(error["brief"], brief);
            let message = error["message"].as_str().expect("text");
            assert!(message.len() > brief.len(), "{message}");
        }
    }

    type Pairs = BTreeSet<(FailureClass, String)>;

    /// Classes and codes that the guide for integrators lists.
    fn listed() -> Pairs {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/integrate/errors.md");
        let guide = fs::read_to_string(guide).expect("it is in the repository");
        let (_, section) = guide
            .split_once("## Failures of jobs")
            .expect("it has that section");
        let mut pairs = Pairs::new();
        for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
            let (class, row) = row.split_once("` | ").expect("a class and more");
            let class: FailureClass = class.parse().expect("a class");
            let (codes, _) = row.split_once(" | ").expect("codes and more");
            let codes = codes.split('`').skip(1).step_by(2);
            for code in codes {
                assert!(pairs.insert((class, code.to_owned())), "{code} twice");
            }
        }
        pairs
    }

    /// Classes and codes that a job can fail with.
    fn known() -> Pairs {
        let others = Code::ALL.map(|code| (code.class(), code.as_str().to_owned()));
        let of_renders = RenderError::ENDS.map(|(class, code)| {
            let class = match class {
                ErrorClass::Rejected => FailureClass::Rejected,
                // Nobody stopped the worker, so that it is tried again.
                ErrorClass::Recoverable | ErrorClass::Cancelled => FailureClass::Recoverable,
                ErrorClass::Resource => FailureClass::Resource,
            };
            (class, code.to_owned())
        });
        let faults = JobSpec::from_json(b"{}").expect_err("it has no images");
        let of_commands: [anyhow::Error; 4] = [
            faults.into(),
            anyhow!("denied").context(Violation),
            SandboxError::PartOfLandlock.into(),
            anyhow!("anything else"),
        ];
        let of_commands = of_commands.map(|error| {
            let error = &object(&error)["error"];
            let word = |name: &str| error[name].as_str().expect("a word").to_owned();
            let class: FailureClass = word("class").parse().expect("it may be passed on");
            (class, word("code"))
        });
        let all = others.into_iter().chain(of_renders).chain(of_commands);
        all.collect()
    }

    #[test]
    fn the_guide_lists_every_class_and_code_that_a_job_can_fail_with() {
        let (listed, known) = (listed(), known());
        let missing: Vec<_> = known.difference(&listed).collect();
        assert!(missing.is_empty(), "not in the guide: {missing:?}");
        let false_ones: Vec<_> = listed.difference(&known).collect();
        assert!(false_ones.is_empty(), "in the guide alone: {false_ones:?}");
    }
}
