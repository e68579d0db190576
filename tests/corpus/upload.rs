//! Sends the corpus to the API, several files at a time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gildhall_samples::hostile::{Corpus, Family, HostileFile, Use};

use crate::support::{Answer, Client, until};

/// Uploads at a time.
const SENDERS: usize = 4;
/// How long one may take: an inspection has ten seconds on a processor, which it shares with those of the other senders.
const SLOWEST: Duration = Duration::from_secs(55);
/// How long the API may be too busy to take another one.
const BUSY: Duration = Duration::from_secs(60);
/// Why a file may be refused, by the types of problems.
pub const PROBLEMS: [&str; 4] = [
    "unsupported-content",
    "unreadable-media",
    "image-too-large",
    "media-over-limits",
];

/// What became of a file.
pub struct Upload {
    pub name: String,
    pub family: Family,
    pub usage: Use,
    pub end: Door,
    pub took: Duration,
}

/// How the API answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Door {
    /// It is an asset of this key.
    Taken(String),
    /// It is refused with this type of problem.
    Refused(String),
}

/// Uploads the first `count` files.
pub fn all(client: &Client, corpus: &Corpus, count: u32) -> Vec<Upload> {
    let next = AtomicU32::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let upload = send(client, corpus.file(index));
                    done.lock().expect("nobody panics holding it").push(upload);
                }
            });
        }
    });
    let mut uploads: Vec<Upload> = done.into_inner().expect("nobody panicked holding it");
    uploads.sort_by(|a, b| a.name.cmp(&b.name));
    uploads
}

fn send(client: &Client, file: HostileFile) -> Upload {
    let path = format!(
        "/api/v1/video/assets?kind={}&name={}",
        file.usage.word(),
        file.name
    );
    let headers = [("content-type", "application/octet-stream")];
    let mut began = Instant::now();
    // A place at the API is nothing that a file can be blamed for.
    let answer = until("the API takes an upload", BUSY, || {
        began = Instant::now();
        let answer = client.post(&path, &file.bytes, &headers);
        let is_busy = answer.status == 503 && slug(&answer) == "overloaded";
        (!is_busy).then_some(answer)
    });
    let end = match answer.status {
        200 | 201 => Door::Taken(text(&answer, "key")),
        // The scanner came to no end with it: nothing that a file may do to it.
        202 => Door::Refused("quarantined".to_owned()),
        _ => Door::Refused(slug(&answer)),
    };
    Upload {
        name: file.name,
        family: file.family,
        usage: file.usage,
        end,
        took: began.elapsed(),
    }
}

/// The last part of a problem's type.
fn slug(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let kind = text(answer, "type");
    kind.trim_start_matches("/problems/").to_owned()
}

fn text(answer: &Answer, field: &str) -> String {
    let body = answer.json();
    let text = body[field].as_str();
    text.unwrap_or_else(|| panic!("no {field} in {body}"))
        .to_owned()
}

/// Keys of the assets, by what they are for; each once, as the same bytes are one asset.
pub fn taken(uploads: &[Upload]) -> BTreeMap<Use, Vec<String>> {
    let mut taken: BTreeMap<Use, Vec<String>> = BTreeMap::new();
    for upload in uploads {
        if let Door::Taken(key) = &upload.end {
            let keys = taken.entry(upload.usage).or_default();
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
    }
    taken
}

/// That every upload ended as it may, and in time.
pub fn check(uploads: &[Upload]) {
    let odd: Vec<String> = uploads
        .iter()
        .filter_map(|upload| match &upload.end {
            Door::Refused(kind) if !PROBLEMS.contains(&kind.as_str()) => {
                Some(format!("{}: {kind}", upload.name))
            }
            _ if upload.took > SLOWEST => Some(format!("{}: {:?}", upload.name, upload.took)),
            _ => None,
        })
        .collect();
    assert!(odd.is_empty(), "{} odd uploads: {odd:#?}", odd.len());
    let is_taken = |upload: &&Upload| matches!(upload.end, Door::Taken(_));
    let taken = uploads.iter().filter(is_taken).count();
    // Were all refused, or none, something else would be wrong than the files.
    assert!(
        (uploads.len() / 20..uploads.len() * 9 / 10).contains(&taken),
        "{taken} of {} were taken",
        uploads.len()
    );
}
