//! The tables of this release, as programs of the release before use them: whatever they send is taken, and gives what it
//! gave. [`CALLS`] lists it, made from that release's sources.

use std::path::Path;

use gildhall_devstack::Stack;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::fleet::{Fleet, pool};
use crate::support::wait;

const CALLS: &str = include_str!("previous_release.txt");
/// Invalid table definition: what gives nothing (`void`) is no column of a view.
const NO_COLUMNS: &str = "42P16";

/// A statement, and the role that sends it.
#[derive(Debug, Clone, Copy)]
struct Call {
    role: &'static str,
    sql: &'static str,
}

/// What a statement gives: names and types of its columns.
type Columns = Vec<(String, String)>;

/// The lines of the list that begin with this word, without it.
fn lines(word: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = CALLS.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter(move |(first, _)| *first == word)
        .map(|(_, rest)| rest)
}

fn calls() -> Vec<Call> {
    let of = |word, role| lines(word).map(move |sql| Call { role, sql });
    let api = of("api", "gildhall_api");
    api.chain(of("fleet", "gildhall_fleet")).collect()
}

async fn run(connection: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.map(|_| ())
}

/// Has the database look at a statement, as it would before it runs it, and tells what it would give.
async fn look(connection: &mut PgConnection, call: Call) -> sqlx::Result<Columns> {
    run(connection, format!("PREPARE called AS {}", call.sql)).await?;
    let types: Vec<String> = sqlx::query_scalar(
        "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'called'",
    )
    .fetch_all(&mut *connection)
    .await?;
    // Whether the role may do all of it, is looked at before the first row.
    let nothing = vec!["NULL"; types.len()].join(", ");
    let given = match types.is_empty() {
        true => String::new(),
        false => format!("({nothing})"),
    };
    run(connection, format!("EXPLAIN EXECUTE called{given}")).await?;
    run(connection, "DEALLOCATE called".to_owned()).await?;
    match call.sql.starts_with("SELECT") {
        true => columns(connection, call.sql, &types).await,
        // It gives a number, or nothing.
        false => Ok(Columns::new()),
    }
}

/// The columns of a query, which a view of it has as well.
async fn columns(
    connection: &mut PgConnection,
    sql: &str,
    types: &[String],
) -> sqlx::Result<Columns> {
    let mut bare = sql.to_owned();
    // From the last one on: $1 is in $12 as well.
    for (index, kind) in types.iter().enumerate().rev() {
        bare = bare.replace(&format!("${}", index + 1), &format!("NULL::{kind}"));
    }
    let made = run(connection, format!("CREATE TEMP VIEW called AS {bare}")).await;
    if let Err(error) = made {
        let reason = error.as_database_error().and_then(|reason| reason.code());
        return match reason.as_deref() {
            Some(NO_COLUMNS) => Ok(Columns::new()),
            _ => Err(error),
        };
    }
    let columns = sqlx::query_as(
        "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute \
         WHERE attrelid = 'pg_temp.called'::regclass AND attnum > 0 ORDER BY attnum",
    )
    .fetch_all(&mut *connection)
    .await?;
    run(connection, "DROP VIEW pg_temp.called".to_owned()).await?;
    Ok(columns)
}

/// What the calls give on this database, each with its fault where it is refused.
fn answers(database_url: &str) -> Vec<Result<Columns, String>> {
    let mut answers = Vec::new();
    wait(async {
        for role in ["gildhall_api", "gildhall_fleet"] {
            let pool = pool(database_url, role).await;
            for call in calls().into_iter().filter(|call| call.role == role) {
                let mut connection = pool.acquire().await.expect("the database is there");
                let answer = look(&mut connection, call).await;
                // A statement that was refused halfway is not for the next one to find.
                connection.close().await.expect("it is there still");
                answers.push(answer.map_err(|error| error.to_string()));
            }
            pool.close().await;
        }
    });
    answers
}

/// A database with the tables of the release before.
fn of_the_release_before() -> String {
    let stack = Stack::shared().unwrap_or_else(|error| panic!("{error}"));
    let fresh = stack.fresh("the release before");
    let url = fresh.unwrap_or_else(|error| panic!("{error}")).database_url;
    let newest = lines("migrations")
        .next()
        .and_then(|line| line.parse().ok());
    let newest = newest.expect("the list says which migration was the newest");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    wait(async {
        let migrator = Migrator::new(folder).await.expect("they are well-formed");
        let mut owner = PgConnection::connect(&url).await.expect("it is new");
        let made = migrator.run_to(newest, &mut owner).await;
        made.expect("they were made before");
    });
    url
}

#[test]
fn what_the_release_before_sends_is_taken_and_gives_what_it_gave() {
    let fleet = Fleet::shared("previous release");
    let before = answers(&of_the_release_before());
    let now = answers(fleet.database_url());
    let mut faults = Vec::new();
    let mut compared = 0;
    for (call, (before, now)) in calls().iter().zip(before.into_iter().zip(now)) {
        let before = before.unwrap_or_else(|error| panic!("{}: {error}", call.sql));
        compared += before.len();
        match now {
            Err(error) => faults.push(format!("{call:?}: {error}")),
            Ok(now) => {
                let gone = before.iter().filter(|column| !now.contains(column));
                faults.extend(gone.map(|column| format!("{call:?}: {column:?} is gone")));
            }
        }
    }
    assert!(compared > 150, "only {compared} columns were compared");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn an_upload_of_the_release_before_is_entered_as_it_entered_it() {
    let fleet = Fleet::shared("upload of the release before");
    let enter = "SELECT i.outcome, (i.asset).state, (i.asset).due_at IS NULL FROM api.insert_asset($1, \
        gen_random_uuid(), 'products', 'products/ring.jpg', 'tenants/acme/video-assets/products/ring.jpg', 'image/jpeg', \
        1, $2, NULL, NULL, NULL, 'released') i";
    let enter = |hash: String| {
        let enter = sqlx::query_as(enter).bind("acme").bind(hash);
        let entered: sqlx::Result<(String, String, bool)> = wait(async {
            let api = pool(fleet.database_url(), "gildhall_api").await;
            enter.fetch_one(&api).await
        });
        entered.expect("the API may")
    };
    let released = |outcome: &str| (outcome.to_owned(), "released".to_owned(), true);
    assert_eq!(enter("a".repeat(64)), released("created"));
    assert_eq!(enter("a".repeat(64)), released("existing"));
    assert_eq!(enter("b".repeat(64)), released("key_taken"));
}
