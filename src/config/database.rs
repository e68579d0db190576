//! PostgreSQL.

use super::Secret;

/// Where the ledger lies.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "PostgreSQL")]
pub struct Database {
    /// PostgreSQL to connect to, as postgres://user:password@host:port/name. Prefer the variable to the flag: a
    /// command line can be read by every user of the machine.
    #[arg(
        id = "database_url",
        long = "database-url",
        env = "GILDHALL_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub url: Secret,
    /// Connections this process may hold at once, 1 to 1000.
    #[arg(
        id = "database_max_connections",
        long = "database-max-connections",
        env = "GILDHALL_DATABASE_MAX_CONNECTIONS",
        value_name = "COUNT",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub max_connections: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, assert_range, parse};

    const URL: [&str; 2] = ["--database-url", "postgres://gildhall:hunter2@db/gildhall"];

    #[test]
    fn the_url_is_needed_and_never_printed() {
        assert!(!accepts::<Database>(&[]));
        assert!(!accepts::<Database>(&["--database-url", ""]));
        let database: Database = parse(&URL).expect("the URL is all that is needed");
        assert_eq!(database.max_connections, 10);
        assert!(!format!("{database:?}").contains("hunter2"));
    }

    #[test]
    fn connections_are_limited() {
        assert_range::<Database>("--database-max-connections", 1, 1000, &URL);
    }
}
