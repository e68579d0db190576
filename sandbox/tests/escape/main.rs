//! The escape test: a process that has been taken over tries to get out.
//!
//! The test starts itself again as that process, once for every [`Attempt`](attempt::Attempt) of the tables. It closes the
//! sandbox around itself, makes the attempt, and tells how it went; the test compares that with the table, and looks
//! afterwards whether anything outside was harmed. What Landlock has a part in is tried with every version of it up to the
//! kernel's; and where the test runs as root, everything is tried as an ordinary user too.
//!
//! `cargo test --test escape -- NAME` makes only the attempts whose names contain NAME.

mod attempt;
mod calls;
mod files;
mod inside;
mod lasting;
mod layers;
mod network;
mod partial;
mod privileges;
mod processes;
mod programs;
mod resources;
mod works;
mod world;

use attempt::Attempt;
use layers::Layers;
use std::process::ExitCode;
use world::World;

/// Everything that is tried in a whole sandbox.
const TABLES: &[&[Attempt]] = &[
    works::TABLE,
    files::READING,
    files::WRITING,
    files::METADATA,
    files::PROC,
    network::TABLE,
    processes::OTHERS,
    processes::NEW,
    programs::TABLE,
    privileges::TABLE,
    resources::TABLE,
];

/// What later versions of Landlock refuse as well: tried with each version, so that none is needed.
const VERSIONED: &[&[Attempt]] = &[
    works::TABLE,
    files::READING,
    files::WRITING,
    files::METADATA,
    files::PROC,
    network::TABLE,
    processes::OTHERS,
];

/// The newest version of Landlock that the sandbox makes use of.
const NEWEST: u8 = 7;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["inside", name, root, layers] => inside::run(name, root, layers),
        ["outer", root] => lasting::outer(root),
        ["entering", what, root] => lasting::entering(what, root),
        _ => outside(words.iter().copied().find(|word| !word.starts_with('-'))),
    }
}

/// Runs what the filter lets through and tells all faults at the end.
fn outside(filter: Option<&str>) -> ExitCode {
    let Some(kernel) = gildhall_sandbox::available().landlock_abi else {
        // Silence would be taken for success.
        println!("escape: FAILED: this kernel has no Landlock, so that nothing can be tried");
        return ExitCode::FAILURE;
    };
    let newest = kernel.min(NEWEST);
    let (mut made, mut faults) = (0, Vec::new());
    for user in world::users() {
        let world = World::new(user);
        for abi in 1..=newest {
            let tables = if abi == newest { TABLES } else { VERSIONED };
            let attempts = tables.iter().copied().flatten();
            made += world.try_all(attempts, Layers::whole(abi), filter, &mut faults);
        }
        made += partial::run(&world, kernel, filter, &mut faults);
        if filter.is_none() {
            made += lasting::run(&world, &mut faults);
        }
        faults.extend(world.harm());
    }
    for fault in &faults {
        println!("escape: FAILED: {fault}");
    }
    println!("escape: {made} attempts, {} faults", faults.len());
    // A filter may be meant for other tests; without one, nothing made is nothing shown.
    match faults.is_empty() && (made > 0 || filter.is_some()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
