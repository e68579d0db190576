//! Every test that a document names is there: an invariant without its test is a wish.
//!
//! In the documents' text a name in backticks counts as a test's where it has four words or more; in the last column of the
//! threat model every name counts, and paths have to exist as well.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::assert_none;
use crate::source::repository;

/// Where tests stand.
const PLACES: [&str; 9] = [
    "src", "tests", "demo", "devstack", "proto", "render", "resize", "samples", "sandbox",
];
/// Beginnings of what a path in backticks may be below, beside the root of the repository.
const ROOTS: [&str; 4] = ["", "tests/fleet", "render/src", "sandbox/src"];
/// A shorter name may be a table's, a column's or a code's.
const MIN_WORDS: usize = 4;

/// The names of all functions there are. (One that lost its `#[test]` is dead code, which the compiler tells.)
fn functions() -> HashSet<String> {
    let mut names = HashSet::new();
    for place in PLACES {
        collect(&repository().join(place), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut HashSet<String>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path);
            let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            names.extend(functions_of(&text));
        }
    }
}

fn functions_of(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub ").unwrap_or(line);
        let line = line.strip_prefix("async ").unwrap_or(line);
        let (name, _) = line.strip_prefix("fn ")?.split_once(['(', '<'])?;
        Some(name.to_owned())
    })
}

/// What stands in backticks, with its line.
fn quoted(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(index, line)| {
            let parts = line.split('`').skip(1).step_by(2);
            parts.map(move |part| (index + 1, part))
        })
        .collect()
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.bytes().all(plain) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn words(name: &str) -> usize {
    name.split('_').count()
}

/// Names in the text that no function has.
fn missing(document: &str, text: &str, functions: &HashSet<String>) -> Vec<String> {
    let named = quoted(text)
        .into_iter()
        .filter(|(_, name)| is_name(name) && words(name) >= MIN_WORDS);
    named
        .filter(|(_, name)| !functions.contains(*name))
        .map(|(line, name)| format!("{document}:{line}: there is no test `{name}`"))
        .collect()
}

/// What stands in a row's last column; nothing where the line is no row.
fn last_column(line: &str) -> Option<&str> {
    let row = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
    Some(row.rsplit_once('|').map_or(row, |(_, last)| last))
}

/// The last column of each row of the tables that end in a column of tests, with its line.
fn columns_of_tests(text: &str) -> Vec<(usize, &str)> {
    let mut rows = Vec::new();
    let (mut head, mut in_table) = ("", false);
    for (index, line) in text.lines().enumerate() {
        let Some(last) = last_column(line) else {
            in_table = false;
            continue;
        };
        if last.bytes().all(|byte| b"-: ".contains(&byte)) {
            in_table = head.trim() == "test";
        } else if in_table {
            rows.push((index + 1, last));
        }
        head = last;
    }
    rows
}

/// What a row of the threat model names and is not there; a row that names nothing is a fault as well.
fn unproven(text: &str, functions: &HashSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (line, column) in columns_of_tests(text) {
        let tests = quoted(column);
        if tests.is_empty() {
            faults.push(format!("SECURITY.md:{line}: a guard without a test"));
        }
        for (_, name) in tests {
            let is_there = match is_name(name) {
                true => functions.contains(name),
                false => ROOTS
                    .iter()
                    .any(|root| repository().join(root).join(name).exists()),
            };
            if !is_there {
                faults.push(format!("SECURITY.md:{line}: there is no `{name}`"));
            }
        }
    }
    faults
}

fn read(document: &str) -> String {
    let path = repository().join(document);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let functions = functions();
    let mut faults = Vec::new();
    for document in ["ARCHITECTURE.md", "SECURITY.md"] {
        faults.extend(missing(document, &read(document), &functions));
    }
    assert_none(&faults);
}

#[test]
fn every_guard_of_the_threat_model_has_a_test() {
    let text = read("SECURITY.md");
    assert!(
        columns_of_tests(&text).len() > 20,
        "the threat model was not found"
    );
    assert_none(&unproven(&text, &functions()));
}

#[test]
fn a_name_that_no_test_has_is_found() {
    let functions = HashSet::from(["this_is_a_test".to_owned()]);
    let text = "Held by `this_is_a_test`, `this_is_no_test`\n(`a/file.rs`, `two_words`).";
    let faults = missing("X.md", text, &functions);
    assert_eq!(faults, ["X.md:1: there is no test `this_is_no_test`"]);
}

#[test]
fn a_guard_without_a_test_is_found() {
    let functions = HashSet::from(["a_test".to_owned()]);
    let text = "| way | test |\n|---|---|\n| x | `a_test` |\n| y | none |\n| z | `other`, `tests/rooms` |\n";
    let faults = unproven(text, &functions);
    let expected = [
        "SECURITY.md:4: a guard without a test",
        "SECURITY.md:5: there is no `other`",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn functions_are_found_however_they_are_written() {
    let text = "fn one() {}\n    async fn two<T>() {}\npub fn three(\n// fn four()\n";
    let found: Vec<String> = functions_of(text).collect();
    assert_eq!(found, ["one", "two", "three"]);
}
