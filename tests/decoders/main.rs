//! Every FFmpeg decoder and demuxer that the renderer may use, and every kind of photo, at work inside the real sandbox.
//!
//! Each row of the tables is a small file with its way through FFmpeg. It is made, seen to go that way, inspected as the API
//! inspects uploads, and rendered as a worker renders jobs, both in a child behind the whole sandbox. A system call that a
//! decoder needs and the sandbox refuses shows as a dead child, a refusal, or a warning; each of them fails the row.
//!
//! The renderer gives every decoder a single thread, so that is what is tried here. The tables cannot tell of what no row
//! holds: a codec's rarer tools, such as AAC's spectral band replication, which Debian's `ffmpeg` cannot encode.
//!
//! Reading order: the [`row`] and the tables ([`sounds`], [`films`], [`photos`]), what no `ffmpeg` encodes ([`made`]), then what
//! becomes of a row: [`picked`], [`inspected`], [`rendered`], in the [`child`].

mod child;
mod films;
mod inspected;
mod made;
mod photos;
mod picked;
mod place;
mod rendered;
mod row;
mod sounds;

use gildhall_render::media::allowed::{DECODERS, DEMUXERS};
use place::Place;
use row::{Means, Row};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Rows at a time, of each test.
const AT_ONCE: usize = 2;
/// Listed decoders that no file reaches, each with the one of the same codec that is always taken before it.
const SHADOWED: [(&str, &str); 1] = [("mp3", "mp3float")];

fn listed(names: &[&'static str]) -> BTreeSet<&'static str> {
    names.iter().copied().collect()
}

/// What the rows name.
fn named(name: impl Fn(&Means) -> &'static str) -> BTreeSet<&'static str> {
    let rows = [sounds::rows(), films::rows(), photos::rows()];
    let means = rows.iter().flatten().filter_map(|row| row.means.as_ref());
    means.map(name).collect()
}

#[test]
fn the_tables_name_every_listed_decoder() {
    let mut decoders = named(|means| means.decoder);
    for (decoder, before) in SHADOWED {
        let place = |name: &str| DECODERS.iter().position(|listed| *listed == name);
        assert!(decoders.contains(before), "{before} has no row");
        assert!(place(before) < place(decoder), "{decoder} is taken first");
        assert!(decoders.insert(decoder), "{decoder} has a row");
    }
    assert_eq!(decoders, listed(DECODERS));
}

#[test]
fn the_tables_name_every_listed_demuxer() {
    assert_eq!(named(|means| means.demuxer), listed(DEMUXERS));
}

#[test]
fn sounds_of_every_decoder_pass_through_the_sandbox() {
    pass(&sounds::rows());
}

#[test]
fn films_of_every_decoder_pass_through_the_sandbox() {
    pass(&films::rows());
}

#[test]
fn photos_of_every_format_pass_through_the_sandbox() {
    pass(&photos::rows());
}

/// Sends all rows through, and fails with every one that did not come out as it should.
fn pass(rows: &[Row]) {
    let place = Place::new().unwrap_or_else(|error| panic!("{error:#}"));
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = send(row, &place) {
                        let fault = format!("{}: {error:#}", row.name);
                        faults.lock().expect("nobody panics holding it").push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("nobody panicked holding it");
    let (count, all) = (faults.len(), rows.len());
    assert!(
        faults.is_empty(),
        "{count} of {all} rows:\n{}",
        faults.join("\n")
    );
}

/// Sends one row through. Its times are shown where somebody wants to see them (`--nocapture`).
fn send(row: &Row, place: &Place) -> anyhow::Result<()> {
    let own = place.folder_for(row)?;
    let began = Instant::now();
    row.make(&place.inputs())?;
    let made = began.elapsed();
    picked::check(row, place)?;
    let began = Instant::now();
    inspected::check(row, place, &own)?;
    let inspected = began.elapsed();
    let began = Instant::now();
    rendered::check(row, place, &own)?;
    let rendered = began.elapsed();
    let [made, inspected, rendered] = [made, inspected, rendered].map(|took| took.as_millis());
    println!(
        "{:<18} made in {made:>4} ms, inspected in {inspected:>4} ms, rendered in {rendered:>4} ms",
        row.name
    );
    Ok(())
}
