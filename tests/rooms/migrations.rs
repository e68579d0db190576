//! Migrations leave room for the release before: none takes away, or makes stricter, what its programs use, unless a comment
//! right above the statement says since which release nobody does (`-- Unused since 0.3.0: …`). What those programs do use
//! is tried by `tests/fleet/ledger/previous.rs`; this catches what it cannot know: whoever writes a migration has to ask.

use std::fs;

use crate::assert_none;
use crate::source::repository;

/// Migrations before this one were made before the rule.
const FIRST: u32 = 16;
const WAIVER: &str = "Unused since ";
/// What was made against the rule, and how it was mended: migrations that were made are never changed.
const MENDED: [(&str, &str, &str); 1] = [(
    "0016_quarantine.sql",
    "DROP FUNCTION API.INSERT_ASSET",
    "0019_previous_release.sql makes it anew",
)];

/// A statement in capitals, with the bodies of functions and texts left out.
#[derive(Debug, Default)]
struct Statement {
    line: usize,
    /// The comment right above it.
    comment: String,
    text: String,
}

impl Statement {
    fn words(&self) -> Vec<&str> {
        self.text.split_whitespace().collect()
    }

    fn is_waived(&self) -> bool {
        let after = self.comment.split_once(WAIVER).map(|(_, after)| after);
        after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_alphanumeric()))
    }
}

fn statements(sql: &str) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut current = Statement::default();
    let mut quote: Option<&str> = None;
    for (index, line) in sql.lines().enumerate() {
        if quote.is_none() && line.trim().is_empty() && current.text.is_empty() {
            current.comment.clear();
        }
        let mut rest = line;
        while let Some(next) = rest.chars().next() {
            let taken = match quote {
                Some(end) if rest.starts_with(end) => {
                    quote = None;
                    end.len()
                }
                Some(_) => next.len_utf8(),
                None if rest.starts_with("--") => {
                    if current.text.is_empty() {
                        current.comment.push_str(&rest[2..]);
                    }
                    rest.len()
                }
                None if rest.starts_with("$$") => {
                    quote = Some("$$");
                    2
                }
                None if next == '\'' => {
                    quote = Some("'");
                    1
                }
                None if next == ';' => {
                    all.push(std::mem::take(&mut current));
                    1
                }
                None => {
                    if current.text.is_empty() && !next.is_whitespace() {
                        current.line = index + 1;
                    }
                    if !(current.text.is_empty() && next.is_whitespace()) {
                        current.text.extend(next.to_uppercase());
                    }
                    next.len_utf8()
                }
            };
            rest = &rest[taken..];
        }
        if quote.is_none() && !current.text.is_empty() {
            current.text.push(' ');
        }
    }
    all
}

/// What a `DROP` takes away, where it is something that programs name: its kind and name.
fn dropped<'a>(words: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let kinds = [
        "TABLE",
        "VIEW",
        "FUNCTION",
        "PROCEDURE",
        "SCHEMA",
        "TYPE",
        "SEQUENCE",
        "ROLE",
    ];
    let rest = words.strip_prefix(&["DROP"])?;
    let rest = rest.strip_prefix(&["MATERIALIZED"]).unwrap_or(rest);
    let (kind, rest) = rest.split_first()?;
    let rest = rest.strip_prefix(&["IF", "EXISTS"]).unwrap_or(rest);
    let name = rest.first()?.split('(').next()?;
    kinds.contains(kind).then_some((*kind, name))
}

/// Whether a statement makes what another one dropped.
fn makes(statement: &Statement, kind: &str, name: &str) -> bool {
    let words = statement.words();
    let is_create = words.first() == Some(&"CREATE");
    let named = words
        .iter()
        .position(|word| *word == kind)
        .and_then(|at| words.get(at + 1));
    let named = named.and_then(|word| word.split('(').next());
    is_create && named == Some(name)
}

/// The actions of `ALTER TABLE`, without what stands in brackets: commas outside of them come between two.
fn actions(text: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => outside.push(letter),
            _ => {}
        }
    }
    outside.split(',').map(str::to_owned).collect()
}

/// Whether an action of `ALTER TABLE` is in the way of programs that know the table as it was.
fn is_strict(action: &str) -> bool {
    let padded = format!(
        " {} ",
        action.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let has = |words: &str| padded.contains(&format!(" {words} "));
    if has("ADD") {
        return has("NOT NULL") && !has("DEFAULT") && !has("GENERATED");
    }
    let takes_away = has("DROP") && !has("DROP CONSTRAINT") && !has("DROP NOT NULL");
    takes_away || has("RENAME") || has("TYPE") || has("SET NOT NULL")
}

fn contracts(statement: &Statement, all: &[Statement]) -> bool {
    let words = statement.words();
    if let Some((kind, name)) = dropped(&words) {
        return !all.iter().any(|other| makes(other, kind, name));
    }
    match words.first_chunk() {
        Some(["ALTER", "TABLE"]) => actions(&statement.text).iter().any(|one| is_strict(one)),
        Some(["ALTER", _]) => words.contains(&"RENAME"),
        _ => false,
    }
}

/// Statements that contract, with their places.
fn contracting(sql: &str) -> Vec<(usize, String)> {
    let all = statements(sql);
    let found = all
        .iter()
        .filter(|one| contracts(one, &all) && !one.is_waived());
    found.map(|one| (one.line, one.words().join(" "))).collect()
}

#[test]
fn no_migration_takes_away_what_the_release_before_uses() {
    let folder = repository().join("migrations");
    let entries = fs::read_dir(&folder).expect("migrations are in the repository");
    let (mut faults, mut mended, mut seen) = (Vec::new(), 0, 0);
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = name.split('_').next().and_then(|word| word.parse().ok());
        let number: u32 = number.unwrap_or_else(|| panic!("{name} has no number"));
        if number < FIRST {
            continue;
        }
        seen += 1;
        let sql = fs::read_to_string(&path).expect("it is text");
        for (line, text) in contracting(&sql) {
            match MENDED
                .iter()
                .any(|(file, known, _)| *file == name && *known == text)
            {
                true => mended += 1,
                false => faults.push(format!("migrations/{name}:{line}: {text}")),
            }
        }
    }
    assert!(seen >= 3, "the scan found too few migrations");
    assert_eq!(mended, MENDED.len(), "what is known is not there any more");
    assert_none(&faults);
}

#[test]
fn what_contracts_is_told_from_what_does_not() {
    let contracts = [
        "DROP TABLE usage;",
        "DROP FUNCTION IF EXISTS api.jobs(text, uuid);",
        "DROP VIEW job_overview; CREATE VIEW job_acts AS SELECT 1;",
        "ALTER TABLE jobs DROP COLUMN spec;",
        "ALTER TABLE jobs ADD COLUMN a text, DROP b;",
        "alter table jobs alter column spec type text;",
        "ALTER TABLE jobs ALTER spec SET NOT NULL;",
        "ALTER TABLE jobs ADD COLUMN a text NOT NULL;",
        "ALTER TABLE jobs RENAME COLUMN a TO b;",
        "ALTER FUNCTION api.jobs RENAME TO jobs_before;",
        "-- Unused since 0.3.0: it is about something else.\n\nDROP TABLE usage;",
    ];
    for sql in contracts {
        assert_eq!(contracting(sql).len(), 1, "{sql}");
    }
    let expands = [
        "DROP FUNCTION api.jobs; CREATE FUNCTION api.jobs(p_tenant text) RETURNS void LANGUAGE sql AS $$ SELECT 1; $$;",
        "CREATE FUNCTION api.a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE usage; END $$;",
        "ALTER TABLE jobs ADD COLUMN a integer NOT NULL DEFAULT 0 CHECK (a >= 0), ADD COLUMN b text;",
        "ALTER TABLE jobs DROP CONSTRAINT jobs_check;",
        "ALTER TABLE jobs ALTER COLUMN a DROP NOT NULL;",
        "ALTER FUNCTION api.jobs OWNER TO gildhall_fleet;",
        "COMMENT ON COLUMN jobs.a IS 'DROP TABLE usage; it''s said';",
        "DROP INDEX jobs_by_age;",
        "-- DROP TABLE usage;",
        "-- Unused since 0.3.0: the API asks api.key_standing.\nDROP FUNCTION api.authenticate;",
    ];
    for sql in expands {
        assert!(contracting(sql).is_empty(), "{sql}");
    }
}
