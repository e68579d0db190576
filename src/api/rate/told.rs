//! How somebody is told to come later.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};

use super::Rate;
use crate::api::problem::{Kind, Problem};

/// The problem of whoever has no turn for this long. `who` names the limit in the headers: a word.
pub fn later(who: &'static str, rate: Rate, wait: Duration, detail: String) -> Problem {
    let policy = format!("\"{who}\";q={};w=60", rate.per_minute);
    let state = format!("\"{who}\";r=0;t={}", wait.as_millis().div_ceil(1000).max(1));
    let problem = Problem::new(Kind::RateLimited, detail).retry_after(wait);
    [("ratelimit-policy", policy), ("ratelimit", state)]
        .into_iter()
        .fold(problem, |problem, (name, value)| {
            let value = HeaderValue::try_from(value).expect("a word, digits and ASCII punctuation");
            problem.header(HeaderName::from_static(name), value)
        })
}
