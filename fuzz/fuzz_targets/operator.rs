//! Any word of an operator on the command line, by the first character: the public part of a key, a span, a moment, a rate, a
//! dead letter, a quota or days, or a place to ask how a role is; or what is answered there. No panic, limits hold, no secret
//! that was pasted is repeated, and no terminal is spoken to.
#![no_main]

use std::time::Duration;

use gildhall::cli::{
    Answer, AuditDays, Days, Moment, Pasted, Quota, Rate, Which, place, ready, shown, span,
};
use gildhall_fuzz::choice;
use http::StatusCode;
use libfuzzer_sys::fuzz_target;
use time::OffsetDateTime;

/// Longest span, in seconds: about a hundred years.
const MAX_S: u64 = 36_500 * 86_400;
/// Most days that anything is kept short of for ever, and least of the audit log.
const DAYS: (u32, u32) = (36_500, 30);

fn pasted(text: &str) {
    let of = |text: &str| {
        let pasted: Pasted = text.parse().unwrap_or_else(|never| match never {});
        pasted
    };
    let pasted = of(text);
    match pasted.prefix() {
        Ok(prefix) => {
            let plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
            assert!((1..=32).contains(&prefix.len()) && plain);
            assert_eq!(
                text.strip_prefix("gk_").unwrap_or(text).split('_').next(),
                Some(prefix)
            );
            assert_eq!(format!("{pasted:?}"), format!("Pasted({:?})", Some(prefix)));
        }
        Err(error) => {
            // It says nothing of what was pasted.
            let other = of("").prefix().expect_err("nothing was").to_string();
            assert_eq!(error.to_string(), other);
            assert_eq!(format!("{pasted:?}"), "Pasted(None)");
        }
    }
}

fn spans(text: &str) {
    if let Ok(found) = span(text) {
        let seconds = found.as_secs();
        assert!((1..=MAX_S).contains(&seconds) && found == Duration::from_secs(seconds));
        assert_eq!(span(&format!("{seconds}s")), Ok(found));
    }
}

fn moments(text: &str) {
    let Ok(moment) = text.parse::<Moment>() else {
        return;
    };
    let now = OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time");
    let time = moment.time(now);
    assert!(time.offset().is_utc() && (0..=9999).contains(&time.year()));
    assert!(shown(time).is_ascii());
}

fn rates(text: &str) {
    if let Ok(rate) = text.parse::<Rate>() {
        let longest = Duration::from_secs(3_600);
        assert!((Duration::from_micros(100)..=longest).contains(&rate.every));
    }
}

fn letters(text: &str) {
    if let Ok(which) = text.parse::<Which>() {
        assert_eq!(which.to_string().parse(), Ok(which));
    }
}

fn counts(text: &str) {
    if let Ok(Quota(Some(jobs))) = text.parse::<Quota>() {
        assert!(
            i32::try_from(jobs).is_ok(),
            "what the ledger's column holds"
        );
    }
    let (most, least) = DAYS;
    if let Ok(Days(Some(days))) = text.parse::<Days>() {
        assert!(days <= most);
    }
    if let Ok(AuditDays(Some(days))) = text.parse::<AuditDays>() {
        assert!(days == 0 || (least..=most).contains(&days));
    }
}

fn places(text: &str) {
    if let Ok(found) = place(text) {
        assert!(found.starts_with("http://") || found.starts_with("https://"));
        assert_eq!(place(&found), Ok(found));
    }
}

fn answers(text: &str) {
    for status in [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE] {
        let answer = Answer {
            place: "http://role".to_owned(),
            status,
            body: text.as_bytes().to_vec(),
        };
        if let Ok(known) = ready(answer) {
            assert!(known.line.starts_with("http://role is "));
            assert!(!known.line.contains(char::is_control));
            assert!(!known.is_well || status == StatusCode::OK);
        }
    }
}

fuzz_target!(|input: &str| {
    let (word, text) = choice(input, 8);
    match word {
        0 => pasted(text),
        1 => spans(text),
        2 => moments(text),
        3 => rates(text),
        4 => letters(text),
        5 => counts(text),
        6 => places(text),
        _ => answers(text),
    }
});
