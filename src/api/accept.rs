//! What a client says that it takes (`Accept`; RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

use super::problem::{Kind, Problem};

/// That the client takes this media type. One that says nothing takes anything.
///
/// # Errors
/// A problem that names the type.
pub fn check(headers: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    let fits = ranges(headers).filter_map(|range| Some((range.fit(media_type)?, range.is_refused)));
    match fits.max() {
        Some((_, false)) => Ok(()),
        None if ranges(headers).next().is_none() => Ok(()),
        _ => {
            let detail = format!("The answer comes as {media_type}.");
            Err(Problem::new(Kind::NotAcceptable, detail))
        }
    }
}

/// Whether the client asks for this media type by its name.
pub fn names(headers: &HeaderMap, media_type: &str) -> bool {
    ranges(headers).any(|range| range.fit(media_type) == Some(Fit::Name) && !range.is_refused)
}

/// A media range of the header.
struct Range<'h> {
    name: &'h str,
    /// Its weight is nought.
    is_refused: bool,
}

/// How closely a range fits a type; the closest one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    All,
    Kind,
    Name,
}

impl Range<'_> {
    fn fit(&self, media_type: &str) -> Option<Fit> {
        let (kind, _) = media_type.split_once('/').unwrap_or((media_type, ""));
        let of_kind = self.name.strip_suffix("/*");
        match self.name {
            "*/*" => Some(Fit::All),
            _ if of_kind.is_some_and(|own| own.eq_ignore_ascii_case(kind)) => Some(Fit::Kind),
            name if name.eq_ignore_ascii_case(media_type) => Some(Fit::Name),
            _ => None,
        }
    }
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = Range<'_>> {
    let lines = headers.get_all(header::ACCEPT).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(','));
    ranges
        .filter(|range| !range.trim().is_empty())
        .map(|range| {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            Range {
                name: name.trim(),
                is_refused: parameters.split(';').any(is_zero),
            }
        })
}

/// Whether a parameter is a weight of nought.
fn is_zero(parameter: &str) -> bool {
    let Some((name, weight)) = parameter.split_once('=') else {
        return false;
    };
    let is_weight = name.trim().eq_ignore_ascii_case("q");
    is_weight && weight.trim().parse::<f32>().ok() == Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const JSON: &str = "application/json";

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let line = |line| (header::ACCEPT, HeaderValue::from_static(line));
        lines.iter().copied().map(line).collect()
    }

    #[test]
    fn what_fits_closest_counts() {
        for (accept, taken) in [
            ("application/json", true),
            ("*/*", true),
            ("application/*", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/html, */*;q=0.1", true),
            ("text/html", false),
            ("", true),
            (" , ", true),
            ("application/json;q=0", false),
            ("application/json; q=0.000, */*", false),
            ("*/*;q=0, application/json", true),
            ("application/*;q=0, */*", false),
            ("application/problem+json", false),
            ("application/jsonp", false),
            ("json", false),
        ] {
            assert_eq!(check(&headers(&[accept]), JSON).is_ok(), taken, "{accept}");
        }
        assert!(check(&headers(&[]), JSON).is_ok());
        assert!(check(&headers(&["text/html", "application/json"]), JSON).is_ok());
        let problem = check(&headers(&["text/html"]), JSON);
        assert_eq!(problem.expect_err("no JSON").kind(), Kind::NotAcceptable);
    }

    #[test]
    fn a_name_is_not_a_wildcard() {
        for (accept, named) in [
            ("application/json", true),
            ("text/html, Application/JSON;q=0.5", true),
            ("*/*", false),
            ("application/*", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false),
            ("application/json; q=0, */*", false),
            ("application/json; q=0.000", false),
        ] {
            assert_eq!(names(&headers(&[accept]), JSON), named, "{accept}");
        }
        assert!(!names(&headers(&[]), JSON));
    }
}
