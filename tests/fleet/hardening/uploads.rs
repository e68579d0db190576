//! Uploads that are too large, or break off: they end at the limit, and leave nothing behind.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use gildhall_proto::limits::MAX_FILE_BYTES;

use super::{begin, open};
use crate::support::raw::upload;
use crate::support::scanner::stored;
use crate::support::{Fleet, Raw, until};

/// Most uploads of a tenant at a time.
const PLACES: usize = 8;
/// How long a place may take to be free again, or a file to come and go.
const SOON: Duration = Duration::from_secs(20);
const MIB: u64 = 1 << 20;
/// More than the systems of both sides keep for a reader who reads no more.
const ON_THE_WAY_BYTES: u64 = 64 * MIB;
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

/// How so many zeros are sent.
type Part = fn(u64) -> String;

/// Files of uploads under way, and how many bytes they have.
fn under_way(fleet: &Fleet) -> Vec<u64> {
    let work = fleet.work_folder();
    let folder = work.parent().expect("it lies in the test's folder");
    let folders = entries(folder.to_owned()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("gildhall-uploads-")
    });
    let files = folders.flat_map(entries);
    // One may be gone by now.
    files
        .filter_map(|file| Some(fs::metadata(file).ok()?.len()))
        .collect()
}

fn entries(folder: PathBuf) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder that can be read");
    entries.flatten().map(|entry| entry.path())
}

/// No file, no row, no object; and every place is free.
#[track_caller]
fn nothing_is_left(fleet: &Fleet, token: &str) {
    assert_eq!(under_way(fleet), Vec::<u64>::new());
    assert_eq!(fleet.count("SELECT count(*) FROM media_assets"), 0);
    assert_eq!(stored(fleet, ""), Vec::<String>::new());
    let take = || begin(fleet, token, "Content-Length: 10\r\n").ok();
    let held: Vec<Raw> = (0..PLACES)
        .map(|number| until(&format!("place {number} is free"), SOON, take))
        .collect();
    drop(held);
    until("their files are gone", SOON, || {
        under_way(fleet).is_empty().then_some(())
    });
}

fn zeros(bytes: u64) -> String {
    "\0".repeat(usize::try_from(bytes).expect("it fits into memory"))
}

/// One chunk of zeros; at least one of them, since the chunk of none is the last one.
fn chunk(bytes: u64) -> String {
    format!("{bytes:x}\r\n{}\r\n", zeros(bytes))
}

/// Sends so many zeros, a MiB at a time.
fn send(raw: &mut Raw, bytes: u64, part: Part) {
    let (mebibyte, rest) = (part(MIB), bytes % MIB);
    (0..bytes / MIB).for_each(|_| raw.send(&mebibyte));
    if rest > 0 {
        raw.send(part(rest));
    }
}

/// That it is told to be too large, and that the connection ends with that.
#[track_caller]
fn is_too_large(mut raw: Raw) {
    let reply = raw.reply().expect("an answer");
    let told = (reply.status, reply.problem());
    assert_eq!(told, (413, "body-too-large".to_owned()));
    assert!(raw.reply().is_none(), "the connection is closed");
}

#[test]
fn an_upload_that_says_that_it_is_too_large_is_refused_unread() {
    let (fleet, token) = open("announced uploads");
    for bytes in [MAX_FILE_BYTES + 1, u64::from(u32::MAX) + 1, i64::MAX as u64] {
        for expect in ["Expect: 100-continue\r\n", ""] {
            let mut raw = Raw::connect(fleet.address());
            raw.send(upload(
                &token,
                &format!("Content-Length: {bytes}\r\n{expect}"),
            ));
            // Nobody asked for a byte of it first (100), and none was sent.
            is_too_large(raw);
        }
    }
    nothing_is_left(&fleet, &token);
}

#[test]
fn an_upload_may_have_100_mb_and_the_connection_ends_beyond() {
    let (fleet, token) = open("sizes of uploads");
    for bytes in [MAX_FILE_BYTES - 1, MAX_FILE_BYTES] {
        let announced = (format!("Content-Length: {bytes}\r\n"), zeros as Part, "");
        let chunked = (CHUNKED.to_owned(), chunk as Part, "0\r\n\r\n");
        for (headers, part, end) in [announced, chunked] {
            let mut raw = Raw::connect(fleet.address());
            raw.send(upload(&token, &headers));
            send(&mut raw, bytes, part);
            raw.send(end);
            let reply = raw.reply().expect("an answer");
            // Zeros are no image, which is found out when all of them are there.
            let told = (reply.status, reply.problem());
            let expected = (415, "unsupported-content".to_owned());
            assert_eq!(told, expected, "{bytes} bytes, {headers:?}");
        }
    }
    // One byte more, of a body that is not over yet.
    let mut raw = Raw::connect(fleet.address());
    raw.send(upload(&token, CHUNKED));
    send(&mut raw, MAX_FILE_BYTES + 1, chunk);
    is_too_large(raw);
    nothing_is_left(&fleet, &token);
}

#[test]
fn an_upload_without_an_end_is_cut_off() {
    let (fleet, token) = open("an endless upload");
    let mut raw = Raw::connect(fleet.address());
    raw.send(upload(&token, CHUNKED));
    let (more, mut taken_bytes) = (chunk(MIB), 0);
    while !raw.is_cut_off(&more) {
        taken_bytes += MIB;
        let most = MAX_FILE_BYTES + ON_THE_WAY_BYTES;
        assert!(taken_bytes <= most, "{taken_bytes} bytes are taken");
    }
    // The last chunk may have been taken in part.
    assert!(taken_bytes + MIB > MAX_FILE_BYTES, "{taken_bytes}");
    is_too_large(raw);
    nothing_is_left(&fleet, &token);
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let (fleet, token) = open("broken uploads");
    let length = "Content-Length: 10000000\r\n";
    for is_reset in [false, true] {
        let mut raw = match is_reset {
            false => begin(&fleet, &token, length).expect("there is a place"),
            // Whoever closes a connection without having read all (here: 100) resets it (RFC 1122, section 4.2.2.13).
            true => {
                let mut raw = Raw::connect(fleet.address());
                let headers = format!("{length}Expect: 100-continue\r\n");
                raw.send(upload(&token, &headers));
                raw
            }
        };
        send(&mut raw, 2 * MIB, zeros);
        until("a part of it is there", SOON, || {
            (under_way(&fleet).iter().sum::<u64>() >= MIB).then_some(())
        });
        drop(raw);
        until("it is gone", SOON, || {
            under_way(&fleet).is_empty().then_some(())
        });
        nothing_is_left(&fleet, &token);
    }
}
