//! Whoever means harm, or does it without meaning to: at the door of the API, from outside.
//!
//! [`wire`] sends what is no request, or two in one. [`bodies`] and [`paths`] send requests that want to be understood in
//! another way, [`texts`] what has no business in a text field. [`patience`] takes its time, [`places`] takes more places than
//! there are, [`addresses`] asks too often, [`race`] asks a thousand times at once. [`links`] tries what signed URLs open, and [`told`] reads in answers what should not
//! stand there.

mod addresses;
mod bodies;
mod links;
#[path = "../../../proto/tests/common/naughty.rs"]
mod naughty;
mod paths;
mod patience;
mod places;
mod race;
mod texts;
mod told;
mod wire;

use crate::support::Fleet;
use crate::support::tenant::Key;

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

/// As it stands in a URL.
fn encoded(text: &str) -> String {
    let spelled = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    spelled.collect()
}
