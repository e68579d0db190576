//! Reads query strings strictly: every fault of every parameter is reported, and a typo is never ignored.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::{FieldFault, Problem};

/// Stands in the signature of a handler that takes no parameters: one that is there is a mistake, and is told.
pub struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<NoQuery, Problem> {
        Query::of(parts.uri.query()).finish().map(|()| NoQuery)
    }
}

/// Reads a whole number without a sign; `parse` alone would take one.
pub fn whole<T: FromStr>(text: &str) -> Option<T> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The parameters of a request that nobody has asked for yet.
pub struct Query {
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Vec<FieldFault>,
}

impl Query {
    /// The parameters of a raw query string.
    pub fn of(raw: Option<&str>) -> Query {
        let pairs = form_urlencoded::parse(raw.unwrap_or("").as_bytes());
        Query {
            left: pairs.into_owned().collect(),
            known: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// A parameter that may be there once; `limit` says what it takes.
    pub fn one<T>(
        &mut self,
        name: &'static str,
        limit: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let limit = format!("{limit}, once");
        let mut values = self.read(name, &limit, |text| {
            read(text).map(|value| (text.to_owned(), value))
        });
        let (_, value) = values.pop()?;
        if let Some((first, _)) = values.first() {
            self.faults.push(FieldFault::parameter(name, first, &limit));
        }
        Some(value)
    }

    /// A parameter that may be there any number of times.
    pub fn many<T>(
        &mut self,
        name: &'static str,
        limit: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        self.read(name, limit, read)
    }

    /// Parameters whose names begin with `prefix`, each with the rest of its name.
    pub fn prefixed(&mut self, prefix: &'static str) -> Vec<(String, String)> {
        self.known.push(prefix);
        let left = std::mem::take(&mut self.left);
        let (found, left) = left
            .into_iter()
            .partition(|(name, _)| name.starts_with(prefix));
        self.left = left;
        let found: Vec<(String, String)> = found;
        let rest = |(name, value): (String, String)| (name[prefix.len()..].to_owned(), value);
        found.into_iter().map(rest).collect()
    }

    /// Adds a fault that was found outside.
    pub fn refuse(&mut self, name: &str, value: &str, limit: &str) {
        self.faults.push(FieldFault::parameter(name, value, limit));
    }

    /// Whether anything was wrong so far.
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// A problem with all faults, parameters that nobody asked for included.
    pub fn finish(mut self) -> Result<(), Problem> {
        let known = match self.known.as_slice() {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let unknown = self
            .left
            .iter()
            .map(|(name, _)| FieldFault::unknown(name, &known));
        self.faults.extend(unknown);
        self.faults.truncate(gildhall_proto::limits::MAX_FAULTS);
        match self.faults.is_empty() {
            true => Ok(()),
            false => Err(Problem::parameters(self.faults)),
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        limit: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        self.known.push(name);
        let left = std::mem::take(&mut self.left);
        let (found, left): (Vec<_>, Vec<_>) = left.into_iter().partition(|(key, _)| key == name);
        self.left = left;
        let mut values = Vec::new();
        for (_, text) in found {
            match read(&text) {
                Some(value) => values.push(value),
                None => self.faults.push(FieldFault::parameter(name, &text, limit)),
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<u32> {
        text.parse().ok().filter(|n| (1..=100).contains(n))
    }

    fn codes(query: Query) -> Vec<String> {
        let Err(problem) = query.finish() else {
            return Vec::new();
        };
        problem.errors().iter().map(|e| e.code.clone()).collect()
    }

    #[test]
    fn reads_what_is_asked_for() {
        let mut query = Query::of(Some("limit=100&status=a&status=b&metadata.x%20y=1"));
        assert_eq!(query.one("limit", "1 to 100", number), Some(100));
        let statuses = query.many("status", "a word", |word| Some(word.to_owned()));
        assert_eq!(statuses, ["a", "b"]);
        assert_eq!(
            query.prefixed("metadata."),
            [("x y".to_owned(), "1".to_owned())]
        );
        assert!(query.finish().is_ok());
        assert!(Query::of(None).finish().is_ok());
    }

    #[test]
    fn every_fault_is_told_and_a_typo_is_one() {
        let mut query = Query::of(Some("limit=0&limt=5&limit=101"));
        assert_eq!(query.one("limit", "1 to 100", number), None);
        assert_eq!(
            codes(query),
            [
                "invalid_parameter",
                "invalid_parameter",
                "unknown_parameter"
            ]
        );
    }

    #[test]
    fn where_there_are_none_each_is_a_fault() {
        assert_eq!(codes(Query::of(Some("a=1&b"))), ["unknown_parameter"; 2]);
        assert!(Query::of(Some("")).finish().is_ok());
    }

    #[test]
    fn at_most_fifty_faults_are_told() {
        for (faults, told) in [(49, 49), (50, 50), (51, 50), (5_000, 50)] {
            let raw = vec!["x"; faults].join("&");
            assert_eq!(codes(Query::of(Some(&raw))).len(), told);
        }
    }

    #[test]
    fn numbers_have_digits_only() {
        assert_eq!(whole::<u16>("007"), Some(7));
        for bad in ["", "+7", "-7", " 7", "7 ", "7.0", "٧", "65536", "0x7"] {
            assert_eq!(whole::<u16>(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_parameter_that_is_there_twice_is_refused() {
        let mut query = Query::of(Some("limit=5&limit=6"));
        query.one("limit", "1 to 100", number);
        assert_eq!(codes(query), ["invalid_parameter"]);
    }
}
