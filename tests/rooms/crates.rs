//! The arrows between crates, as cargo itself reports them.

use std::process::Command;

use crate::assert_none;
use crate::source::repository;
use crate::tables::CRATE_ARROWS;

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(repository())
        .output()
        .expect("cargo runs this test, so it can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// What a manifest asks for of `ours`, other than for development.
fn workspace_dependencies(package: &serde_json::Value, ours: &[&str]) -> Vec<String> {
    let names = package["dependencies"].as_array().into_iter().flatten();
    let kept = names.filter(|dependency| dependency["kind"] != "dev");
    let names = kept.filter_map(|dependency| dependency["name"].as_str());
    names
        .filter(|name| ours.contains(name))
        .map(str::to_owned)
        .collect()
}

#[test]
fn crates_depend_only_as_the_arrows_allow() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"]);
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).expect("cargo metadata is JSON");
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo metadata lists packages");
    let ours: Vec<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let mut faults = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = CRATE_ARROWS.iter().find(|(known, _)| *known == name) else {
            faults.push(format!(
                "crate `{name}` has no line in tests/rooms/tables.rs"
            ));
            continue;
        };
        let found = workspace_dependencies(package, &ours);
        let wrong = found
            .iter()
            .filter(|dependency| !allowed.contains(&dependency.as_str()));
        faults
            .extend(wrong.map(|dependency| format!("`{name}` must not depend on `{dependency}`")));
    }
    assert_none(&faults);
}

/// Whether a licence expression such as `MIT OR LGPL-2.1` leaves no choice but a GPL.
fn demands_gpl(expression: &str) -> bool {
    expression
        .split(" OR ")
        .all(|choice| choice.contains("GPL"))
}

/// Anyone may embed the contract (MIT OR Apache-2.0), so nothing below it may ask for more.
#[test]
fn the_contract_is_free_of_gpl() {
    const TREE: [&str; 10] = [
        "tree",
        "--locked",
        "--package",
        "gildhall-proto",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
    ];
    let tree = cargo(&TREE);
    assert!(tree.contains("serde "), "no dependencies seen:\n{tree}");
    let lines = tree.lines().filter_map(|line| line.split_once('\t'));
    let wrong = lines.filter(|(_, licence)| demands_gpl(licence.trim_end_matches(" (*)")));
    assert_none(
        &wrong
            .map(|(package, licence)| format!("{package}: {licence}"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_choice_of_licences_may_include_a_gpl() {
    assert!(demands_gpl("GPL-3.0"));
    assert!(demands_gpl("LGPL-2.1-or-later OR GPL-3.0-or-later"));
    assert!(!demands_gpl("MIT OR Apache-2.0 OR LGPL-2.1-or-later"));
    assert!(!demands_gpl("MIT"));
}
