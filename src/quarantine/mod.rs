//! The porter: sees to uploads that wait in quarantine, because the scanner was away when they came. Each is fetched, scanned,
//! and stored where it belongs and released, or refused. Any number of porters may run, and each may be killed anywhere: the
//! ledger hands a row to one at a time, and every step may be taken twice.
//!
//! What is stored and released are the very bytes that were scanned: they are taken from this machine's copy, and
//! not from the store again.

mod error;
mod examine;
mod wait;

use crate::ledger::{AssetState, Ledger, LedgerError, Quarantined};
use crate::objects::{Objects, TenantKeys};
use crate::scan::Scanner;
use crate::telemetry::chain;
use error::PorterError;
use futures_util::future::join_all;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the porter looks whether there is something to do.
const POLL: Duration = Duration::from_secs(1);
/// Files seen to at once; each may take 100 MB of the disk.
const AT_ONCE: i64 = 4;
/// How long fetching and storing a file may take, before another porter may have a try at it as well.
const TRANSFER: Duration = Duration::from_secs(60);
/// How long the porter goes on with what it has in hand when it is told to stop.
const LAST_WORD: Duration = Duration::from_secs(5);

/// A porter that is ready to run.
pub struct Porter {
    name: String,
    ledger: Arc<Ledger>,
    objects: Objects,
    scanner: Arc<Scanner>,
    folder: TempDir,
}

impl Porter {
    /// A porter of this name, by which the audit log knows it.
    ///
    /// # Errors
    /// When no folder can be made for what it has in hand.
    pub fn new(
        name: &str,
        ledger: Arc<Ledger>,
        objects: Objects,
        scanner: Arc<Scanner>,
    ) -> io::Result<Porter> {
        let folder = tempfile::Builder::new()
            .prefix("gildhall-quarantine-")
            .tempdir()?;
        examine::begin();
        Ok(Porter {
            name: name.to_owned(),
            ledger,
            objects,
            scanner,
            folder,
        })
    }

    /// Works until `shutdown`. What it had in hand then is another porter's when its lease is over.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                _ = poll.tick() => {}
            }
            let round = self.round();
            tokio::pin!(round);
            tokio::select! {
                done = &mut round => note(done),
                () = &mut shutdown => {
                    if let Ok(done) = timeout(LAST_WORD, round).await {
                        note(done);
                    }
                    return;
                }
            }
        }
    }

    /// Sees to everything that is due.
    async fn round(&self) -> Result<(), LedgerError> {
        let lease = TRANSFER + self.scanner.within();
        while self.ledger.quarantine_is_due().await? && self.can_scan().await {
            let taken = self.ledger.take_quarantined(AT_ONCE, lease).await?;
            join_all(taken.iter().map(|one| self.see_to(one))).await;
        }
        Ok(())
    }

    /// Nothing is taken while the scanner is away: it would only be put back.
    async fn can_scan(&self) -> bool {
        !self.scanner.is_away() && self.scanner.ping().await.is_ok()
    }

    async fn see_to(&self, one: &Quarantined) {
        let Err(error) = self.bring_to_its_end(one).await else {
            return;
        };
        let (asset, after) = (&one.asset, wait::before_next(one.tries));
        tracing::warn!(
            asset = %asset.id, tenant = %asset.tenant, tries = one.tries, error = chain(&error),
            "an upload stays in quarantine for now"
        );
        if let Err(error) = self.ledger.look_again(asset.id, after).await {
            tracing::warn!(asset = %asset.id, error = chain(&error), "it is looked at again when its lease is over");
        }
    }

    async fn bring_to_its_end(&self, one: &Quarantined) -> Result<(), PorterError> {
        let standing = match one.asset.state {
            _ if one.is_deleted => None,
            AssetState::Quarantined => self.examine(&one.asset).await?,
            standing => Some(standing),
        };
        self.clear(one, standing).await
    }

    /// Removes what is left of an asset that stands there now: of a released one its copy in quarantine, else everything.
    async fn clear(
        &self,
        one: &Quarantined,
        standing: Option<AssetState>,
    ) -> Result<(), PorterError> {
        let asset = &one.asset;
        let mut left = vec![TenantKeys::quarantine(&asset.tenant, asset.id)];
        match standing {
            Some(AssetState::Released) => {}
            Some(AssetState::Refused) | None => left.push(asset.file.object_key.clone()),
            // Somebody uploads it again at this moment, and will say so.
            Some(AssetState::Quarantined) => return Ok(()),
        }
        self.objects.delete(&left).await?;
        self.ledger.quarantine_is_cleared(asset.id).await?;
        Ok(())
    }
}

fn note(round: Result<(), LedgerError>) {
    if let Err(error) = round {
        tracing::warn!(error = chain(&error), "a round of the porter ended early");
    }
}
