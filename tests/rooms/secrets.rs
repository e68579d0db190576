//! The hash of a secret is compared in one place, in constant time. Nothing else in the sources compares it, and the database
//! is never asked which key has it: an index would tell by its time how much of a guess was right.

use std::fs;

use crate::assert_none;
use crate::prose::strings;
use crate::scan::{Fragment, fragments, words};
use crate::source::{repository, sources};

/// The column, and every field that holds what is in it.
const HASH: &str = "secret_sha256";
/// The one place.
const PLACE: &str = "src/api/caller/key.rs";
const COMPARISON: &str = "self.secret_sha256[..].ct_eq(&stored.0)";
/// What would let the types of that place be compared in another way, or hand out their bytes.
const OTHER_WAYS: [&str; 10] = [
    "AsRef",
    "Borrow",
    "Deref",
    "Eq",
    "Hash",
    "Index",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Serialize",
];
/// Methods and macros that compare.
const COMPARES: [&str; 10] = [
    "assert_eq",
    "cmp",
    "contains",
    "ends_with",
    "eq",
    "matches",
    "ne",
    "partial_cmp",
    "position",
    "starts_with",
];
/// Words of SQL behind which rows are looked for or put in order.
const LOOKING: [&str; 8] = [
    "GROUP", "HAVING", "INDEX", "ON", "ORDER", "USING", "WHEN", "WHERE",
];
/// Words of SQL that end that.
const OTHERWISE: [&str; 15] = [
    "CHECK",
    "DO",
    "ELSE",
    "END",
    "FROM",
    "FUNCTION",
    "INSERT",
    "INTO",
    "RETURNING",
    "RETURNS",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "VALUES",
];
/// What compares its two sides, or the first letter of it.
const OPERATORS: [&str; 10] = [
    "!", "<", "=", ">", "BETWEEN", "ILIKE", "IN", "IS", "LIKE", "~",
];

/// Whether these words stand in the code one behind the other.
fn has(code: &Fragment, sequence: &[&str]) -> bool {
    let mut windows = code.tokens.windows(sequence.len());
    windows.any(|window| window.iter().zip(sequence).all(|(a, b)| a == b))
}

/// Whether the code compares a hash in its own way.
fn compares(code: &Fragment) -> bool {
    let by_name = COMPARES.iter().any(|name| has(code, &[*name]));
    has(code, &[HASH]) && (by_name || has(code, &["=", "="]) || has(code, &["!", "="]))
}

/// Faults of the place that compares: its bytes leave their types in one expression only.
fn faults_of_the_place(source: &str) -> Vec<String> {
    let (mut faults, mut compared) = (Vec::new(), 0);
    for code in fragments(source) {
        let text = code.tokens.concat();
        if text == COMPARISON {
            compared += 1;
        } else if has(&code, &[".", "0"]) || has(&code, &[".", HASH]) || compares(&code) {
            faults.push(format!("{PLACE}:{}: {text}", code.line));
        }
        let other = OTHER_WAYS.iter().find(|name| has(&code, &[**name]));
        faults.extend(other.map(|name| format!("{PLACE}:{}: {name}", code.line)));
    }
    if compared != 1 {
        faults.push(format!("{PLACE}: {compared} times `{COMPARISON}`"));
    }
    faults
}

/// Lines on which SQL compares the hash, or looks for rows by it.
fn compared_in_sql(sql: &str) -> Vec<usize> {
    let lines = sql.lines().map(|line| match line.split_once("--") {
        Some((code, _)) => code,
        None => line,
    });
    let found = words(&lines.collect::<Vec<_>>().join("\n"));
    let words: Vec<String> = found
        .iter()
        .map(|(_, word)| word.to_ascii_uppercase())
        .collect();
    let hash = HASH.to_ascii_uppercase();
    let places = (0..words.len()).filter(|at| words[*at] == hash);
    places
        .filter(|at| is_compared(&words, *at))
        .map(|at| found[at].0)
        .collect()
}

fn is_compared(words: &[String], at: usize) -> bool {
    let word = |at: Option<usize>| {
        let found = at.and_then(|at| words.get(at));
        found.map_or("", String::as_str)
    };
    let mut start = at;
    // `k.secret_sha256` begins with its table.
    while start >= 2 && words[start - 1] == "." {
        start -= 2;
    }
    let before = word(start.checked_sub(1));
    if before == "COLUMN" {
        return false; // COMMENT ON COLUMN ... IS ...
    }
    let around = [before, word(Some(at + 1))];
    let is_side = around.iter().any(|one| OPERATORS.contains(one));
    let clause = words[..start]
        .iter()
        .rev()
        .find(|word| LOOKING.contains(&word.as_str()) || OTHERWISE.contains(&word.as_str()));
    let is_looked_for = clause.is_some_and(|clause| LOOKING.contains(&clause.as_str()));
    // What is handed to a function comes back as something else that can be compared. A list of columns is no call, and the
    // length of a hash is no secret.
    let handed_to = word(start.checked_sub(2));
    let is_name = handed_to.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_list = ["INTO", "TABLE"].contains(&word(start.checked_sub(3)));
    let is_known = is_list || OTHERWISE.contains(&handed_to) || handed_to == "LENGTH";
    let is_handed_on = before == "(" && is_name && !is_known;
    is_side || is_handed_on || (is_looked_for && handed_to != "LENGTH")
}

#[test]
fn the_hash_of_a_secret_is_compared_in_one_place_and_in_constant_time() {
    let (mut faults, mut holders) = (Vec::new(), 0);
    for file in sources("src") {
        if file.path == PLACE {
            faults.extend(faults_of_the_place(&file.text));
            continue;
        }
        for code in fragments(&file.text) {
            holders += usize::from(has(&code, &[HASH]));
            if compares(&code) {
                let text = code.tokens.join(" ");
                faults.push(format!("{}:{}: {text}", file.path, code.line));
            }
        }
    }
    assert!(holders > 5, "the scan found too few places with a hash");
    assert_none(&faults);
}

#[test]
fn no_sql_looks_for_a_key_by_the_hash_of_its_secret() {
    let (mut faults, mut seen) = (Vec::new(), 0);
    let mut look = |path: &str, first: usize, sql: &str| {
        seen += usize::from(sql.contains(HASH));
        let lines = compared_in_sql(sql).into_iter();
        faults.extend(lines.map(|line| format!("{path}:{}", first + line - 1)));
    };
    for file in sources("src") {
        for (line, text) in strings(&file.text) {
            // A backslash at the end of a line belongs to the literal, not to the SQL.
            look(&file.path, line, &text.replace('\\', " "));
        }
    }
    let folder = repository().join("migrations");
    for entry in fs::read_dir(&folder).expect("migrations are in the repository") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let sql = fs::read_to_string(&path).expect("it is text");
        look(&format!("migrations/{name}"), 1, &sql);
    }
    assert!(seen >= 5, "the scan found too little SQL with a hash");
    assert_none(&faults);
}

#[test]
fn a_comparison_is_found_however_it_is_written() {
    let place = |compare: &str| {
        format!("struct StoredHash(Vec<u8>); fn compare() -> Choice {{ {compare} }}")
    };
    assert!(faults_of_the_place(&place(COMPARISON)).is_empty());
    for bad in [
        "bool::from(self.secret_sha256[..].ct_eq(&stored.0))",
        "self.secret_sha256[..] == stored.0",
        "stored.0.starts_with(&self.secret_sha256)",
        "true",
        "self.secret_sha256[..].ct_eq(&stored.0); stored.0 == other",
        "self.secret_sha256[..].ct_eq(&stored.0) } #[derive(PartialEq)] struct Open {",
    ] {
        assert!(!faults_of_the_place(&place(bad)).is_empty(), "{bad}");
    }
    for bad in [
        "fn a() { let same = key.secret_sha256 == record.secret_sha256; }",
        "fn a() { if record.secret_sha256 != hash {} }",
        "fn a() { record.secret_sha256.eq(&hash) }",
        "fn a() { assert_eq!(record.secret_sha256, hash); }",
    ] {
        assert!(fragments(bad).iter().any(compares), "{bad}");
    }
    let good = "fn a(b: u8) { if b == 1 {} let key = Key { secret_sha256: made.secret_sha256 }; }";
    assert!(!fragments(good).iter().any(compares));
}

#[test]
fn a_comparison_in_sql_is_found_however_it_is_written() {
    for bad in [
        "SELECT id FROM api_keys WHERE secret_sha256 = $1",
        "SELECT id FROM api_keys k WHERE prefix = $1 AND $2 = k.secret_sha256",
        "SELECT id FROM api_keys WHERE (prefix, secret_sha256) IN (SELECT $1, $2)",
        "SELECT k.secret_sha256 = $2 FROM api_keys k WHERE prefix = $1",
        "SELECT encode(k.secret_sha256, 'hex') FROM api_keys k",
        "select count(*) from a join b on b.hash = a.secret_sha256",
        "CREATE INDEX api_keys_by_hash ON api_keys (secret_sha256)",
        "SELECT CASE WHEN secret_sha256 IS NULL THEN 1 END",
    ] {
        assert_eq!(compared_in_sql(bad), [1], "{bad}");
    }
    for good in [
        "SELECT k.id, k.secret_sha256 FROM api_keys k WHERE k.prefix = p_prefix",
        "SELECT CASE WHEN revoked THEN 1 ELSE 2 END, secret_sha256, scopes FROM api_keys",
        "INSERT INTO api_keys (id, secret_sha256, scopes) SELECT $1, $2, $3 FROM tenants WHERE id = $4",
        "CREATE TABLE api_keys (secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32))",
        "COMMENT ON COLUMN api_keys.secret_sha256 IS 'Of the secret part.'",
        "SELECT 1 -- WHERE secret_sha256 = $1",
    ] {
        assert!(compared_in_sql(good).is_empty(), "{good}");
    }
}
