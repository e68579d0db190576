//! The guide for integrators lists every kind of problem and every code of a faulty field, as they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gildhall_proto::FaultCode;

use super::{FieldFault, Kind};

/// What stands below a heading of the guide, down to the next one.
fn section(heading: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/integrate/errors.md");
    let guide = fs::read_to_string(guide).expect("it is in the repository");
    let below = guide.split_once(&format!("\n## {heading}\n"));
    let (_, below) = below.unwrap_or_else(|| panic!("the guide has no {heading}"));
    let end = below.find("\n## ").unwrap_or(below.len());
    below[..end].to_owned()
}

/// The cells of a table's rows.
fn rows(section: &str) -> Vec<Vec<&str>> {
    let rows = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| row.split(" | ").collect()).collect()
}

#[track_caller]
fn assert_same(listed: &BTreeSet<String>, known: &BTreeSet<String>) {
    let missing: Vec<_> = known.difference(listed).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:#?}");
    let false_ones: Vec<_> = listed.difference(known).collect();
    assert!(false_ones.is_empty(), "in the guide alone: {false_ones:#?}");
}

#[test]
fn the_guide_lists_every_kind_of_problem_with_its_status_and_advice() {
    let section = section("Problems");
    let listed = rows(&section).into_iter().filter_map(|row| match row[..] {
        [status, kind, advice, _] if status != "status" => {
            Some(format!("{status} {kind} {advice}"))
        }
        _ => None,
    });
    let known = Kind::ALL.iter().map(|kind| {
        let (status, slug) = (kind.status().as_u16(), kind.slug());
        format!("{status} `{slug}` {}", kind.advice())
    });
    assert_same(&listed.collect(), &known.collect());
}

#[test]
fn the_guide_lists_every_code_of_a_faulty_field() {
    let section = section("Faulty fields");
    let codes = rows(&section).into_iter().flat_map(|row| {
        let quoted = row[0].split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect::<Vec<_>>()
    });
    let of_jobs = FaultCode::ALL.map(|code| {
        let word = serde_json::to_value(code).expect("a word");
        word.as_str().expect("a word").to_owned()
    });
    let others = [
        FieldFault::parameter("limit", "x", "a number").code,
        FieldFault::unknown("x", "limit").code,
        // Of assets that are not released: see `barred`.
        "asset_quarantined".to_owned(),
        "asset_refused".to_owned(),
    ];
    let known = of_jobs.into_iter().chain(others);
    assert_same(&codes.collect(), &known.collect());
}
