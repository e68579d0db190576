//! What an answer tells of a role, in one line.

use super::HealthError;
use super::ask::Answer;
use crate::cli::operator::table::plain;
use reqwest::StatusCode;
use serde::Deserialize;

/// What is known of a role now.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// Whether it is as it should be.
    pub is_well: bool,
    /// How it is, for people.
    pub line: String,
}

/// The part of `/readyz` that is told on.
#[derive(Deserialize)]
struct Readiness {
    ready: bool,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    ok: bool,
    required: bool,
    why: Option<String>,
}

/// Reads an answer of `/healthz`.
pub fn alive(answer: Answer) -> Result<Known, HealthError> {
    if answer.status != StatusCode::OK {
        return Err(stranger(answer));
    }
    Ok(Known {
        is_well: true,
        line: format!("{} is alive", answer.place),
    })
}

/// Reads an answer of `/readyz`.
pub fn ready(answer: Answer) -> Result<Known, HealthError> {
    let Ok(told) = serde_json::from_slice::<Readiness>(&answer.body) else {
        return Err(stranger(answer));
    };
    let is_well = told.ready && answer.status == StatusCode::OK;
    // What decides nothing is told only where nothing else is.
    let away = away(&told.dependencies, !is_well);
    let verdict = match (is_well, away.is_empty()) {
        (true, true) => "is ready".to_owned(),
        (true, false) => format!("is ready, without {away}"),
        (false, true) => "is not ready".to_owned(),
        (false, false) => format!("is not ready: {away}"),
    };
    Ok(Known {
        is_well,
        line: format!("{} {verdict}", answer.place),
    })
}

/// The dependencies that are away, with the reasons: those that have to be there, or those that do not.
fn away(dependencies: &[Dependency], required: bool) -> String {
    let away = dependencies
        .iter()
        .filter(|one| !one.ok && one.required == required);
    let told = away.map(|one| match &one.why {
        Some(why) => plain(&format!("{} ({why})", one.name)),
        None => plain(&one.name),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn stranger(answer: Answer) -> HealthError {
    HealthError::Stranger {
        place: answer.place,
        status: answer.status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: &str = r#"{"name": "postgresql", "ok": true, "required": true}"#;
    const STORE: &str =
        r#"{"name": "s3", "ok": false, "required": true, "why": "it\u001b is away"}"#;
    const BROKER: &str = r#"{"name": "rabbitmq", "ok": false, "required": false}"#;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            place: "http://role".to_owned(),
            status: StatusCode::from_u16(status).expect("a status"),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_role_is_ready_or_it_says_what_is_missing() {
        let missing = "is not ready: s3 (it\u{FFFD} is away)";
        for (status, ready_field, dependencies, verdict) in [
            (200, true, &[LEDGER][..], "is ready"),
            (200, true, &[LEDGER, BROKER], "is ready, without rabbitmq"),
            (503, false, &[LEDGER, STORE, BROKER], missing),
            (503, false, &[], "is not ready"),
            // Who says both is not believed the better one.
            (503, true, &[LEDGER], "is not ready"),
        ] {
            let list = dependencies.join(", ");
            let body =
                format!(r#"{{"ready": {ready_field}, "dependencies": [{list}], "sandbox": {{}}}}"#);
            let known = ready(answer(status, &body)).expect("a role's answer");
            assert_eq!(known.line, format!("http://role {verdict}"));
            assert_eq!(known.is_well, verdict.starts_with("is ready"));
        }
    }

    #[test]
    fn who_answers_anything_else_is_no_role() {
        for (status, body) in [
            (200, "ok\n"),
            (200, "{}"),
            (404, ""),
            (503, r#"{"type": "/problems/timed-out"}"#),
        ] {
            let error = ready(answer(status, body)).expect_err("no role's answer");
            assert!(
                error.to_string().contains(&format!("it says {status}")),
                "{error}"
            );
        }
        for status in [301, 404, 503] {
            assert!(alive(answer(status, "ok\n")).is_err(), "{status}");
        }
    }

    #[test]
    fn a_role_that_answers_is_alive() {
        let expected = Known {
            is_well: true,
            line: "http://role is alive".to_owned(),
        };
        assert_eq!(
            alive(answer(200, "ok\n")).expect("a role's answer"),
            expected
        );
    }
}
