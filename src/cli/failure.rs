//! What programs read when there is no video.

use super::exit;
use super::sandbox::Violation;
use gildhall_proto::SpecFaults;
use gildhall_render::job::RenderError;
use gildhall_sandbox::SandboxError;
use serde_json::{Value, json};

/// The error as an object: a stable code, a class that says what to do about it, the words of the error stream, and
/// the faults of a job that is not valid.
pub fn object(error: &anyhow::Error) -> Value {
    let mut inner = json!({
        "code": code(error),
        "class": exit::class(error),
        "message": format!("{error:#}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context, anyhow};
    use gildhall_proto::JobSpec;

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
}
