//! Whoever means harm, or does it without meaning to: at the door of the API, from outside.
//!
//! [`wire`] sends what is no request, or two in one. [`bodies`] and [`paths`] send requests that want to be understood in
//! another way, [`texts`] what has no business in a text field, [`uploads`] files that are too large or break off. [`patience`]
//! takes its time, [`places`] takes more places than there are, [`addresses`] asks too often, [`race`] asks a thousand times at
//! once. [`links`] tries what signed URLs open, [`told`] reads in answers what should not stand there, and [`internals`] in those of
//! every call while something behind it fails.

mod addresses;
mod bodies;
mod internals;
mod links;
#[path = "../../../proto/tests/common/naughty.rs"]
pub mod naughty;
mod paths;
mod patience;
mod places;
mod race;
mod texts;
mod told;
mod uploads;
mod wire;

use gildhall_proto::TenantId;

use crate::support::fleet::at_once;
use crate::support::raw::{Reply, upload};
use crate::support::tenant::Key;
use crate::support::{Client, Fleet, Raw};

/// A fleet with its API, and a key for everything.
fn open(test: &str) -> (Fleet, String) {
    let mut fleet = Fleet::shared(test);
    fleet.start_api();
    let token = key(&fleet);
    (fleet, token)
}

/// A further key of the first tenant.
fn key(fleet: &Fleet) -> String {
    Key::of(&fleet.tenant).add(&fleet.ledger)
}

/// Another tenant, and a key of it for everything.
fn stranger(fleet: &Fleet, name: &str) -> (Client, String) {
    let client = fleet.add_tenant(name, at_once(2));
    let tenant = TenantId::parse(name).expect("a name");
    (client, Key::of(&tenant).add(&fleet.ledger))
}

/// Begins an upload with these header lines. It has its place as soon as the API asks for the body, which it does before this
/// returns; else it gives the refusal.
#[track_caller]
fn begin(fleet: &Fleet, token: &str, headers: &str) -> Result<Raw, Reply> {
    let mut raw = Raw::connect(fleet.address());
    let headers = format!("{headers}Expect: 100-continue\r\n");
    raw.send(upload(token, &headers));
    let reply = raw.reply().expect("an answer");
    match reply.status {
        100 => Ok(raw),
        _ => Err(reply),
    }
}

/// As it stands in a URL.
fn encoded(text: &str) -> String {
    let spelled = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    spelled.collect()
}
