//! Times and spans, as operators write and read them.

use serde_json::{Value, json};
use std::str::FromStr;
use std::time::Duration;
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, UtcOffset};

/// Longest span, in seconds: about a hundred years, which no calendar here runs out of.
const MAX_S: u64 = 36_500 * 86_400;

/// Reads a span such as `90d`: a number and s, m, h, d or w; from one second to a hundred years.
///
/// # Errors
/// Says what a span is.
pub fn span(text: &str) -> Result<Duration, String> {
    let fault = || "must be a number with s, m, h, d or w, such as 90d; at least 1s".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| fault())?;
    let unit_s = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(fault()),
    };
    let seconds = number.checked_mul(unit_s);
    let seconds = seconds.filter(|seconds| (1..=MAX_S).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(fault)
}

/// A moment of the past or the future, or so long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Then.
    At(OffsetDateTime),
    /// That long before the command runs.
    Ago(Duration),
}

impl Moment {
    /// Which time that is, now being `now`.
    pub fn time(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Moment::At(time) => time,
            Moment::Ago(span) => now - span,
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Moment, String> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok();
        // Its offset may lead out of the years that there are.
        let utc = time.and_then(|time| time.checked_to_offset(UtcOffset::UTC));
        let utc = utc.filter(|utc| (0..=9999).contains(&utc.year()));
        let moment = utc.or_else(|| midnight(text)).map(Moment::At);
        moment.or_else(|| span(text).ok().map(Moment::Ago)).ok_or_else(|| {
            "must be a time such as 2026-05-31T18:00:00Z, a day such as 2026-05-31, or how long ago, such as 2h".into()
        })
    }
}

/// The beginning of a day, in UTC.
fn midnight(text: &str) -> Option<OffsetDateTime> {
    let mut parts = text.split('-').map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_number)
    });
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, day.try_into().ok()?).ok()?;
    let is_whole = parts.next().is_none();
    is_whole.then(|| date.midnight().assume_utc())
}

/// A time for people, in UTC, to the second. One that a stranger wrote at the end of the years that there are may have none
/// in UTC, and keeps its own offset.
pub fn shown(at: OffsetDateTime) -> String {
    let utc = at.checked_to_offset(UtcOffset::UTC);
    let zone = utc.map_or_else(|| at.offset().to_string(), |_| "Z".to_owned());
    let at = utc.unwrap_or(at);
    let (hour, minute, second) = at.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02}{zone}", at.date())
}

/// The same, or a dash.
pub fn shown_or_dash(at: Option<OffsetDateTime>) -> String {
    at.map_or_else(|| "-".to_owned(), shown)
}

/// A time for programs (RFC 3339); null for a year beyond its four digits.
pub fn object(at: OffsetDateTime) -> Value {
    json!(at.format(&Rfc3339).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time")
    }

    #[test]
    fn spans_have_a_number_and_a_unit() {
        for (text, seconds) in [
            ("1s", 1),
            ("90d", 7_776_000),
            ("2w", 1_209_600),
            ("5m", 300),
        ] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        let endless = format!("{}w", u64::MAX);
        for text in [
            "", "d", "0s", "90", "-1d", "1.5h", "1y", "1 d", "9999999d", "é", &endless,
        ] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_times_days_or_spans_ago() {
        let time = |text: &str| text.parse::<Moment>().map(|parsed| parsed.time(moment()));
        assert_eq!(time("2025-10-09T08:53:20Z"), Ok(moment()));
        assert_eq!(time("2025-10-09T10:53:20+02:00"), Ok(moment()));
        assert_eq!(time("1h"), Ok(moment() - Duration::from_secs(3_600)));
        let day = time("2025-10-09").expect("a day");
        assert_eq!(shown(day), "2025-10-09 00:00:00Z");
        for text in [
            "",
            "yesterday",
            "2025-13-01",
            "2025-02-30",
            "2025-10",
            "2025-10-09-1",
            "+2025-1-1",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00+00:01",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_utc() {
        assert_eq!(shown(moment()), "2025-10-09 08:53:20Z");
        assert_eq!(shown_or_dash(None), "-");
        assert_eq!(object(moment()), json!("2025-10-09T08:53:20Z"));
        let last = OffsetDateTime::parse("9999-12-31T23:59:59-00:01", &Rfc3339);
        let last = shown(last.expect("a time, though none of UTC's"));
        assert_eq!(last, "9999-12-31 23:59:59-00:01:00");
    }
}
