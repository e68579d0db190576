//! The command as people and scripts meet it: exit codes, what goes to which stream, and which files there are afterwards.
//!
//! Reading order: [`support`] is what the tests are written with; then `gildhall render` from its [`job_file`] to the [`plan`],
//! its [`progress`] and what it made ([`render`]), how it goes where nothing is made ([`exit_codes`], [`interrupted`]) and behind
//! its guards ([`sandbox`], [`held`]); then the other commands that need no service ([`inspect`], [`doctor`]). The commands of
//! the fleet are tried in `tests/fleet/`.

mod doctor;
mod exit_codes;
mod held;
mod inspect;
mod interrupted;
mod job_file;
mod plan;
mod progress;
mod render;
mod sandbox;
mod support;
