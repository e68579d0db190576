//! The scanner, and the porter of those processes that relay.

use crate::api::Probe;
use crate::config;
use crate::ledger::Ledger;
use crate::objects::Objects;
use crate::quarantine::Porter;
use crate::scan::Scanner;
use anyhow::Context;
use std::sync::Arc;

/// The scanner of this process. While it is away, somebody looks out for it.
pub(super) fn scanner(config: &config::Scan) -> Arc<Scanner> {
    let scanner = Arc::new(Scanner::new(config));
    if scanner.is_on() {
        tracing::info!(clamd = %config.clamd, "uploads are scanned");
    } else {
        tracing::warn!("uploads are not scanned: each can be used as it comes");
    }
    let watched = Arc::clone(&scanner);
    tokio::spawn(async move { watched.look_out().await });
    scanner
}

/// A porter of this name.
pub(super) fn porter(
    name: &str,
    ledger: &Arc<Ledger>,
    objects: Objects,
    scanner: Arc<Scanner>,
) -> anyhow::Result<Porter> {
    Porter::new(name, Arc::clone(ledger), objects, scanner)
        .context("cannot make the folder of quarantined uploads")
}

/// Uploads are taken without the scanner, so it is only reported; nobody misses one that is turned off.
pub(super) fn probe(scanner: &Arc<Scanner>) -> Option<Probe> {
    let scanner = Arc::clone(scanner);
    scanner.is_on().then(|| {
        Probe::optional("clamd", move || {
            let scanner = Arc::clone(&scanner);
            async move { scanner.ping().await.map_err(|error| error.to_string()) }
        })
    })
}
