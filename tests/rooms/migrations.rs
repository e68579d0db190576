//! Migrations leave room for the release before: none takes away what its programs use, unless a comment right above the
//! statement says since which release nobody does (`-- Unused since 0.3.0: …`), and none makes a rule for its rows, unless one
//! says since which release all programs keep it (`-- Kept since 0.3.0: …`). What those programs do use is tried by
//! `tests/fleet/ledger/previous.rs`; this catches what it cannot know: whoever writes a migration has to ask.

use std::fs;

use crate::assert_none;
use crate::source::repository;

/// Migrations before this one were made before the rule.
const FIRST: u32 = 16;

/// Migrations that were made are never changed, so what stands in them without its comment is listed here: the file, how the
/// statement begins, and why the release before works all the same.
const LANDED: [(&str, &str, &str); 6] = [
    (
        "0016_quarantine.sql",
        "DROP FUNCTION API.INSERT_ASSET",
        "0019_previous_release.sql makes it anew",
    ),
    (
        "0016_quarantine.sql",
        "ALTER TABLE MEDIA_ASSETS ADD COLUMN QUARANTINE_KEY",
        "programs before it enter uploads and videos as released, and know none of the columns: all four rules hold",
    ),
    (
        "0017_audit.sql",
        "ALTER TABLE AUDIT_LOG ADD CONSTRAINT AUDIT_LOG_ACTOR_KIND_CHECK",
        "it only became wider: the four kinds of before are among the eight",
    ),
    (
        "0017_audit.sql",
        "REVOKE UPDATE, DELETE ON JOB_HISTORY FROM GILDHALL_FLEET",
        "programs before it add rows, by triggers, and read them: no more",
    ),
    (
        "0017_audit.sql",
        "REVOKE CREATE ON SCHEMA API FROM GILDHALL_FLEET",
        "it was granted two statements before, for that time alone",
    ),
    (
        "0018_retention.sql",
        "ALTER TABLE MEDIA_ASSETS ADD COLUMN USED_AT",
        "programs before it know no cleared_at: it stays null",
    ),
];

/// What somebody has to vouch for, by a comment that begins so, before a statement may stand in a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Nobody uses what is taken away.
    Unused,
    /// All rows that programs write keep the rule that is made.
    Kept,
}

impl Asked {
    fn words(self) -> &'static str {
        match self {
            Asked::Unused => "Unused since ",
            Asked::Kept => "Kept since ",
        }
    }
}

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

    /// Whether its comment names a release for this.
    fn answers(&self, asked: Asked) -> bool {
        let after = self.comment.split_once(asked.words());
        after.is_some_and(|(_, after)| after.starts_with(|c: char| c.is_ascii_digit()))
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

/// What is asked of an action of `ALTER TABLE`, since programs know the table as it was.
fn asked_of_action(action: &str) -> Option<Asked> {
    let words: Vec<&str> = action.split_whitespace().collect();
    let padded = format!(" {} ", words.join(" "));
    let has = |words: &str| padded.contains(&format!(" {words} "));
    if has("ADD") {
        // Rules of a column that is new are kept by programs that do not know it: theirs is null, or the default.
        let rules = ["CONSTRAINT", "CHECK", "PRIMARY", "FOREIGN", "EXCLUDE"];
        let is_rule = rules.iter().any(|rule| has(&format!("ADD {rule}"))) || has("UNIQUE");
        let is_wanted = has("NOT NULL") && !has("DEFAULT") && !has("GENERATED");
        return match is_rule {
            true => Some(Asked::Kept),
            false => is_wanted.then_some(Asked::Unused),
        };
    }
    let takes_away = has("DROP") && !has("DROP CONSTRAINT") && !has("DROP NOT NULL");
    let is_strict = takes_away || has("RENAME") || has("TYPE") || has("SET NOT NULL");
    is_strict.then_some(Asked::Unused)
}

/// What is asked of a statement among all those of its migration.
fn asked(statement: &Statement, all: &[Statement]) -> Vec<Asked> {
    let words = statement.words();
    if let Some((kind, name)) = dropped(&words) {
        return match all.iter().any(|other| makes(other, kind, name)) {
            true => Vec::new(),
            false => vec![Asked::Unused],
        };
    }
    match words.as_slice() {
        ["ALTER", "TABLE", ..] => {
            let actions = actions(&statement.text);
            let asked = actions.iter().filter_map(|one| asked_of_action(one));
            asked.collect()
        }
        ["ALTER", ..] if words.contains(&"RENAME") => vec![Asked::Unused],
        ["REVOKE", ..] => vec![Asked::Unused],
        ["CREATE", "UNIQUE", "INDEX", ..] if !is_of_new_table(&words, all) => vec![Asked::Kept],
        _ => Vec::new(),
    }
}

/// Whether an index is one of a table that its migration makes: nobody has rows there.
fn is_of_new_table(words: &[&str], all: &[Statement]) -> bool {
    let on = words.iter().position(|word| *word == "ON");
    let table = on.and_then(|on| words.get(on + 1));
    let table = table.and_then(|word| word.split('(').next());
    table.is_some_and(|table| all.iter().any(|other| makes(other, "TABLE", table)))
}

/// Statements that lack what is asked of them, with their places.
fn contracting(sql: &str) -> Vec<(usize, String)> {
    let all = statements(sql);
    let lacks = |one: &&Statement| asked(one, &all).iter().any(|asked| !one.answers(*asked));
    let found = all.iter().filter(lacks);
    found.map(|one| (one.line, one.words().join(" "))).collect()
}

#[test]
fn no_migration_takes_away_what_the_release_before_uses() {
    let folder = repository().join("migrations");
    let entries = fs::read_dir(&folder).expect("migrations are in the repository");
    let (mut faults, mut landed, mut seen) = (Vec::new(), 0, 0);
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
            let is_known =
                |(file, begin, _): &(&str, &str, &str)| *file == name && text.starts_with(begin);
            match LANDED.iter().any(is_known) {
                true => landed += 1,
                false => faults.push(format!("migrations/{name}:{line}: {text}")),
            }
        }
    }
    assert!(seen >= 3, "the scan found too few migrations");
    assert_eq!(landed, LANDED.len(), "what is known is not there any more");
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
        "-- Unused since whenever.\nDROP TABLE usage;",
        "REVOKE UPDATE, DELETE ON job_history FROM gildhall_fleet;",
        "revoke all on function api.jobs from public;",
        "GRANT CREATE ON SCHEMA api TO gildhall_fleet; REVOKE CREATE ON SCHEMA api FROM gildhall_fleet;",
        "-- Kept since 0.3.0: it is no rule.\nREVOKE SELECT ON jobs FROM gildhall_api;",
        "ALTER TABLE jobs ADD CONSTRAINT few_tries CHECK (tries < 9);",
        "ALTER TABLE jobs ADD COLUMN a text, ADD CONSTRAINT a_is_short CHECK (length(a) < 9) NOT VALID;",
        "ALTER TABLE jobs DROP CONSTRAINT few_tries, ADD CHECK (tries < 5);",
        "ALTER TABLE jobs ADD CONSTRAINT jobs_by_name UNIQUE (tenant_id, name);",
        "ALTER TABLE jobs ADD UNIQUE(name);",
        "ALTER TABLE jobs ADD COLUMN a text DEFAULT 'a' UNIQUE;",
        "ALTER TABLE jobs ADD PRIMARY KEY (id);",
        "ALTER TABLE jobs ADD FOREIGN KEY (tenant_id) REFERENCES tenants;",
        "-- Unused since 0.3.0: that is not the question.\nALTER TABLE jobs ADD CHECK (tries < 9);",
        "-- Kept since 0.3.0: that is half the answer.\nALTER TABLE jobs DROP COLUMN a, ADD CHECK (b > 0);",
        "CREATE UNIQUE INDEX jobs_by_name ON jobs (tenant_id, name);",
        "CREATE UNIQUE INDEX CONCURRENTLY jobs_by_name ON jobs(name) WHERE name <> '';",
        "CREATE TABLE names (name text); CREATE UNIQUE INDEX jobs_by_name ON jobs (name);",
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
        "GRANT SELECT ON jobs TO gildhall_api;",
        "-- Unused since 0.3.0: rows are only added.\nREVOKE UPDATE ON job_history FROM gildhall_fleet;",
        "-- Kept since 0.2.0: it only becomes wider.\nALTER TABLE jobs ADD CONSTRAINT kinds CHECK (kind IN ('a', 'b'));",
        "-- Kept since 0.2.0: 0 is the default.\n-- Unused since 0.2.0: nobody reads a.\nALTER TABLE jobs DROP a, ADD CHECK (b >= 0);",
        "-- Kept since 0.3.0: names are ids.\nCREATE UNIQUE INDEX jobs_by_name ON jobs (name);",
        "CREATE TABLE names (name text UNIQUE, CHECK (name <> '')); CREATE UNIQUE INDEX names_once ON names(name);",
        "CREATE INDEX jobs_by_name ON jobs (name);",
        "CREATE POLICY own ON jobs FOR INSERT TO gildhall_api WITH CHECK (tenant_id = '');",
        "CREATE FUNCTION api.a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN REVOKE ALL ON jobs FROM gildhall_api; END $$;",
    ];
    for sql in expands {
        assert!(contracting(sql).is_empty(), "{sql}");
    }
}
