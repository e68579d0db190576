//! Database addresses.

use crate::error::DevstackError;

/// A server and a user, without a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseServer {
    /// `postgres://user:password@host:port`, still percent-encoded.
    base: String,
    /// `?sslmode=…` and the like, or nothing.
    query: String,
    /// The database to connect to in order to make others.
    maintenance: String,
}

impl DatabaseServer {
    pub(crate) fn new(user: &str, password: &str, port: u16) -> Self {
        let base = format!("postgres://{user}:{password}@127.0.0.1:{port}");
        Self {
            base,
            query: String::new(),
            maintenance: "postgres".to_owned(),
        }
    }

    /// Reads `postgres://user:password@host:port/database?options`.
    pub(crate) fn parse(url: &str) -> Result<Self, DevstackError> {
        Self::parts(url).ok_or_else(|| DevstackError::BadSetting {
            setting: "GILDHALL_TEST_DATABASE_URL",
            why: "it is not postgres://user:password@host:port/database".to_owned(),
        })
    }

    fn parts(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (address, query) = match rest.split_once('?') {
            Some((address, query)) => (address, format!("?{query}")),
            None => (rest, String::new()),
        };
        let (authority, database) = address.split_once('/').unwrap_or((address, ""));
        let maintenance = if database.is_empty() {
            "postgres"
        } else {
            database
        };
        let known = matches!(scheme, "postgres" | "postgresql") && !authority.is_empty();
        known.then(|| Self {
            base: format!("{scheme}://{authority}"),
            query,
            maintenance: maintenance.to_owned(),
        })
    }

    /// The URL of a database whose name needs no encoding.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.query)
    }

    /// The URL of the database that is always there.
    pub(super) fn maintenance_url(&self) -> String {
        self.url(&self.maintenance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_put_in_place_of_any_other() {
        let full = DatabaseServer::parse("postgresql://me:p%40ss@db:5433/main?sslmode=disable")
            .expect("well formed");
        assert_eq!(
            full.url("new"),
            "postgresql://me:p%40ss@db:5433/new?sslmode=disable"
        );
        assert_eq!(
            full.maintenance_url(),
            "postgresql://me:p%40ss@db:5433/main?sslmode=disable"
        );
        let short = DatabaseServer::parse("postgres://db").expect("well formed");
        assert_eq!(
            (short.url("new").as_str(), short.maintenance_url().as_str()),
            ("postgres://db/new", "postgres://db/postgres")
        );
        for url in ["", "mysql://db/x", "postgres:///x", "db/x"] {
            assert!(DatabaseServer::parse(url).is_err(), "{url:?}");
        }
    }
}
