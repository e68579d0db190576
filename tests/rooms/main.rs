//! The room arrows: which part of the code may know which. [`tables`] is the map, this holds the sources against it.
//! A failure lists every place that breaks a rule, so that one run tells all.

mod crates;
mod migrations;
mod named;
mod prose;
mod scan;
mod secrets;
mod source;
mod tables;

use scan::{NamedPath, from_crate_root, lines_with_word, paths};
use source::{SourceFile, repository, sources};
use tables::{HOUSES, House, IN_ONE_FILE, Knows, RESERVED, Reserved, SOURCES, UNSAFE_FILES};

/// Fails with every fault on a line of its own.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn starts_with(path: &[String], prefix: &str) -> bool {
    let prefix: Vec<&str> = prefix.split("::").collect();
    path.len() >= prefix.len() && path.iter().zip(prefix).all(|(a, b)| a == b)
}

/// What `file` names of its own crate beyond its room's table entry.
fn forbidden_arrows(house: &House, file: &SourceFile) -> Vec<String> {
    let Some(room) = file.module.first() else {
        return Vec::new(); // lib.rs and main.rs wire the rooms together
    };
    let Some((_, knows)) = house.rooms.iter().find(|(name, _)| name == room) else {
        return vec![format!(
            "{}: room `{room}` has no line in tests/rooms/tables.rs",
            house.src
        )];
    };
    let Knows::Only(allowed) = knows else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for path in paths(&file.text, false) {
        let Some(target) = from_crate_root(&path.segments, &file.module) else {
            continue;
        };
        let is_room = house
            .rooms
            .iter()
            .any(|(name, _)| Some(*name) == target.first().map(String::as_str));
        let is_own = target.first() == Some(room);
        if is_room && !is_own && !allowed.iter().any(|prefix| starts_with(&target, prefix)) {
            let target = target.join("::");
            faults.push(format!(
                "{}:{}: `{room}` must not know `{target}`",
                file.path, path.line
            ));
        }
    }
    faults
}

/// Where `file` names what `rule` reserves for others.
fn reserved_names(rule: &Reserved, file: &SourceFile, named: &[NamedPath]) -> Vec<String> {
    let covers = |place: &&str| file.path == **place || file.path.starts_with(&format!("{place}/"));
    if !rule.inside.iter().any(covers) || rule.except.iter().any(covers) {
        return Vec::new();
    }
    named
        .iter()
        .filter(|path| starts_with(&path.segments, rule.path))
        .map(|path| {
            format!(
                "{}:{}: `{}` must not stand here: {}",
                file.path, path.line, rule.path, rule.why
            )
        })
        .collect()
}

#[test]
fn rooms_know_only_what_their_arrows_allow() {
    let mut faults = Vec::new();
    for house in &HOUSES {
        for file in sources(house.src) {
            faults.extend(forbidden_arrows(house, &file));
        }
    }
    faults.dedup(); // an unknown room is told once, not for each of its files
    assert_none(&faults);
}

#[test]
fn libraries_and_the_process_stay_behind_their_rooms() {
    let files: Vec<SourceFile> = SOURCES.into_iter().flat_map(sources).collect();
    assert!(
        files.iter().any(|file| file.path == "src/main.rs"),
        "the scan found no sources"
    );
    let mut faults = Vec::new();
    for file in &files {
        let named = paths(&file.text, false);
        let broken = RESERVED
            .iter()
            .flat_map(|rule| reserved_names(rule, file, &named));
        faults.extend(broken);
    }
    for name in IN_ONE_FILE {
        let users: Vec<&str> = files
            .iter()
            .filter(|file| !lines_with_word(&file.text, name).is_empty())
            .map(|file| file.path.as_str())
            .collect();
        if users.len() > 1 {
            faults.push(format!(
                "`{name}` belongs in one file, not in {}",
                users.join(", ")
            ));
        }
    }
    assert_none(&faults);
}

#[test]
fn unsafe_stands_only_in_the_listed_files() {
    let mut faults = Vec::new();
    let mut users = Vec::new();
    for file in SOURCES.into_iter().flat_map(sources) {
        let lines = lines_with_word(&file.text, "unsafe");
        if lines.is_empty() {
            continue;
        }
        if !UNSAFE_FILES.contains(&file.path.as_str()) {
            faults.push(format!(
                "{}:{}: `unsafe` in a file that tables.rs does not list",
                file.path, lines[0]
            ));
        }
        users.push(file.path);
    }
    for listed in UNSAFE_FILES {
        if !users.iter().any(|user| user == listed) {
            faults.push(format!(
                "{listed} has no `unsafe` (any more): take it off the list in tables.rs"
            ));
        }
    }
    assert_none(&faults);
}

#[test]
fn the_repository_is_where_the_test_looks() {
    assert!(repository().join("deny.toml").is_file());
}

/// The rules on small sources that break them, so that a rule which never fires is noticed.
mod rules {
    use super::*;

    const HOUSE: House = House {
        src: "src",
        rooms: &[
            ("plan", Knows::Only(&["audio::edit"])),
            ("media", Knows::Only(&[])),
            ("audio", Knows::Everything),
        ],
    };

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile::new("src", path.to_owned(), text.to_owned())
    }

    #[test]
    fn a_forbidden_arrow_is_found_with_its_line() {
        let faults = forbidden_arrows(
            &HOUSE,
            &file(
                "src/plan/slots.rs",
                "\nuse crate::{media::Clip, audio::edit::Cut};",
            ),
        );
        assert_eq!(
            faults,
            ["src/plan/slots.rs:2: `plan` must not know `media::Clip`"]
        );
    }

    #[test]
    fn a_part_of_a_room_may_be_allowed_without_the_rest() {
        assert_eq!(
            forbidden_arrows(
                &HOUSE,
                &file("src/plan/mod.rs", "use super::audio::decode;")
            )
            .len(),
            1
        );
        assert_eq!(
            forbidden_arrows(&HOUSE, &file("src/plan/mod.rs", "use super::audio::edit;")).len(),
            0
        );
    }

    #[test]
    fn the_own_room_and_wiring_are_free() {
        assert!(
            forbidden_arrows(
                &HOUSE,
                &file("src/media/mod.rs", "use crate::media::open; use self::x;")
            )
            .is_empty()
        );
        assert!(
            forbidden_arrows(&HOUSE, &file("src/audio.rs", "use crate::media::open;")).is_empty()
        );
        assert!(
            forbidden_arrows(&HOUSE, &file("src/lib.rs", "use crate::media::open;")).is_empty()
        );
    }

    #[test]
    fn a_room_without_a_line_is_found() {
        let faults = forbidden_arrows(&HOUSE, &file("src/attic/mod.rs", ""));
        assert!(faults[0].contains("room `attic` has no line"), "{faults:?}");
    }

    #[test]
    fn a_reserved_name_is_found_outside_its_places() {
        let rule = Reserved {
            path: "std::process::exit",
            inside: &["src"],
            except: &["src/main.rs"],
            why: "because",
        };
        let count = |path: &str, source: &str| {
            reserved_names(&rule, &file(path, source), &paths(source, false)).len()
        };
        let source = "use std::process::{self, exit};";
        assert_eq!(count("src/plan/mod.rs", source), 1);
        assert_eq!(count("src/main.rs", source), 0);
        assert_eq!(count("src/plan/mod.rs", "// std::process::exit"), 0);
    }
}
