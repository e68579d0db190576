//! Thousands of hostile files on their way through the whole fleet: uploaded over HTTP, and rendered where they are taken.
//!
//! The files come from the project's own seeded mutator (`gildhall-samples hostile`). Each upload has to end in an asset or
//! in a problem whose type is listed here, each job in a video or in a failure whose code is; no process of the fleet may
//! end, hang, or take more memory than it is given. `make corpus` does it with thousands of files, `make test` with a few
//! hundred.
//!
//! Reading order: [`upload`], [`render`], and what is measured meanwhile: [`watch`].

mod render;
#[path = "../fleet/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the tests of the fleet need more of it"
)]
mod support;
mod table;
mod upload;
mod watch;

use std::env;

use gildhall_samples::hostile::Corpus;

use support::{Fleet, WorkerOptions, jobs};
use table::Table;
use watch::Watch;

/// How many files there are where `CORPUS_FILES` does not say: every family of the mutator has its share.
const FILES: u32 = 300;
/// The seed where `CORPUS_SEED` does not say.
const SEED: u64 = 7;
const WORKERS: usize = 2;
/// What renders may take here.
const RENDER_MB: u64 = 1024;
const RENDER_S: u64 = 120;

fn number(variable: &str, otherwise: u64) -> u64 {
    let Ok(text) = env::var(variable) else {
        return otherwise;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("{variable} is a number, and not {text:?}"))
}

#[test]
fn hostile_files_end_in_success_or_a_listed_refusal_and_hurt_nobody() {
    let files = u32::try_from(number("CORPUS_FILES", FILES.into())).expect("not that many");
    let seed = number("CORPUS_SEED", SEED);
    let bases = tempfile::tempdir().expect("a folder");
    let corpus = Corpus::new(seed, bases.path()).unwrap_or_else(|error| panic!("{error}"));

    let mut fleet = Fleet::shared("corpus");
    fleet.env = vec![
        ("GILDHALL_MEMORY_LIMIT_MB", RENDER_MB.to_string()),
        ("GILDHALL_RENDER_TIMEOUT_S", RENDER_S.to_string()),
    ];
    fleet.limit(2 * WORKERS as u32);
    let (mut api, client) = fleet.start_another_api();
    fleet.http = client.clone();
    let mut workers = fleet.start_workers(WORKERS, WorkerOptions::rendering());
    fleet.upload_ring();

    let watch = Watch::begin();
    let uploads = upload::all(&client, &corpus, files);
    let taken = upload::taken(&uploads);
    let rendered = render::all(&fleet, &client, &taken);
    // Whoever has rendered hostile media renders sound ones as well.
    let sound = fleet.submit(&jobs::tiny());
    fleet.wait_for_all(&[sound]);
    let memory = watch.end();

    let table = Table::of(&uploads, &rendered, &memory);
    println!("\nhostile corpus: {files} files of seed {seed}\n{table}");
    upload::check(&uploads);
    render::check(&rendered, RENDER_S);
    memory.check(RENDER_MB);
    for process in std::iter::once(&mut api).chain(&mut workers) {
        assert!(process.ended().is_none(), "{}", process.log_tail());
    }
    let crashes = "SELECT count(*) FROM video_processing_jobs WHERE crashes > 0";
    assert_eq!(fleet.count(crashes), 0, "no worker was lost with a job");
}
