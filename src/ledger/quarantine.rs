//! Uploads that are not released yet, as porters see them.
//!
//! A porter takes a row for a while, sees to its bytes, and says what came of it. Porters never get the same row within that
//! while; one that takes longer, or dies, leaves the row to the next. Each step looks where the row stands, so that an
//! asset is released or refused once, whoever tries.

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use super::assets::AssetRow;
use super::numbers::timed;
use super::read::{self, ms};
use super::{Asset, AssetState, Ledger, LedgerError};

/// An asset that a porter has to see to.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// The asset, as it stands.
    pub asset: Asset,
    /// Whether somebody deleted it.
    pub is_deleted: bool,
    /// How often a porter took it up, this time included.
    pub tries: u32,
}

/// What came of a step that ends the quarantine of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Whether this very call did it.
    pub changed: bool,
    /// Where the asset stands now; none where it is gone.
    pub standing: Option<AssetState>,
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct EndedRow {
    changed: bool,
    standing: Option<String>,
}

impl TryFrom<EndedRow> for Ended {
    type Error = LedgerError;

    fn try_from(row: EndedRow) -> Result<Ended, LedgerError> {
        Ok(Ended {
            changed: row.changed,
            standing: standing(row.standing)?,
        })
    }
}

/// Where an asset stands, from its word.
pub(super) fn standing(word: Option<String>) -> Result<Option<AssetState>, LedgerError> {
    let state = word.map(|word| word.parse::<AssetState>());
    state
        .transpose()
        .map_err(|fault| LedgerError::corrupt("media_assets.state", fault))
}

#[derive(Debug, sqlx::FromRow)]
struct QuarantinedRow {
    #[sqlx(flatten)]
    asset: AssetRow,
    deleted_at: Option<OffsetDateTime>,
    tries: i32,
}

impl TryFrom<QuarantinedRow> for Quarantined {
    type Error = LedgerError;

    fn try_from(row: QuarantinedRow) -> Result<Quarantined, LedgerError> {
        Ok(Quarantined {
            asset: row.asset.try_into()?,
            is_deleted: row.deleted_at.is_some(),
            tries: read::count(row.tries),
        })
    }
}

/// Why a quarantined asset can never be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawn {
    /// Its bytes are not there: mostly, its upload was cut off.
    Lost,
    /// Its bytes are others than those that were uploaded.
    Altered,
}

impl Withdrawn {
    /// The word of the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Withdrawn::Lost => "lost",
            Withdrawn::Altered => "altered",
        }
    }
}

impl Ledger {
    /// Whether there is anything for a porter to do.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn quarantine_is_due(&self) -> Result<bool, LedgerError> {
        let asked = sqlx::query_scalar("SELECT fleet.quarantine_is_due()");
        let due: bool = timed("quarantine_is_due", asked.fetch_one(&self.pool)).await?;
        Ok(due)
    }

    /// Takes up to `limit` assets, those first that have been due for longest. For as long as `lease` no other porter gets
    /// them.
    ///
    /// # Errors
    /// [`LedgerError`]. Assets whose answer got lost are due again after the lease.
    pub async fn take_quarantined(
        &self,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Quarantined>, LedgerError> {
        let asked = sqlx::query_as("SELECT * FROM fleet.take_quarantined($1, $2)")
            .bind(limit)
            .bind(ms(lease));
        let rows: Vec<QuarantinedRow> =
            timed("take_quarantined", asked.fetch_all(&self.pool)).await?;
        rows.into_iter().map(Quarantined::try_from).collect()
    }

    /// Puts an asset back that could not be seen to, until `after` is over.
    ///
    /// # Errors
    /// [`LedgerError`]; the asset is then due after the lease.
    pub async fn look_again(&self, asset: Uuid, after: Duration) -> Result<(), LedgerError> {
        let asked = sqlx::query("SELECT fleet.look_again($1, $2)")
            .bind(asset)
            .bind(ms(after));
        timed("look_again", asked.execute(&self.pool)).await?;
        Ok(())
    }

    /// Releases a quarantined asset whose bytes lie where they belong; `scanned`: after a scanner found them clean. Written to
    /// the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn release_asset(
        &self,
        asset: Uuid,
        scanned: bool,
        porter: &str,
    ) -> Result<Ended, LedgerError> {
        let asked = sqlx::query_as("SELECT changed, standing FROM fleet.release_asset($1, $2, $3)")
            .bind(asset)
            .bind(scanned)
            .bind(porter);
        let row: EndedRow = timed("release_asset", asked.fetch_one(&self.pool)).await?;
        row.try_into()
    }

    /// Refuses a quarantined asset for good. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn refuse_asset(
        &self,
        asset: Uuid,
        signature: &str,
        porter: &str,
    ) -> Result<Ended, LedgerError> {
        let asked = sqlx::query_as("SELECT changed, standing FROM fleet.refuse_asset($1, $2, $3)")
            .bind(asset)
            .bind(signature)
            .bind(porter);
        let row: EndedRow = timed("refuse_asset", asked.fetch_one(&self.pool)).await?;
        row.try_into()
    }

    /// Takes a quarantined asset out of sight that can never be released; `false` where it is not quarantined any more. Its
    /// key and its bytes can be uploaded again. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn withdraw_asset(
        &self,
        asset: Uuid,
        why: Withdrawn,
        porter: &str,
    ) -> Result<bool, LedgerError> {
        let asked = sqlx::query_scalar("SELECT fleet.withdraw_asset($1, $2, $3)")
            .bind(asset)
            .bind(why.as_str())
            .bind(porter);
        let withdrawn: bool = timed("withdraw_asset", asked.fetch_one(&self.pool)).await?;
        Ok(withdrawn)
    }

    /// Says that nothing of an asset that has left quarantine is left there.
    ///
    /// # Errors
    /// [`LedgerError`]; then a porter looks again.
    pub async fn quarantine_is_cleared(&self, asset: Uuid) -> Result<(), LedgerError> {
        let asked = sqlx::query("SELECT fleet.quarantine_is_cleared($1)").bind(asset);
        timed("quarantine_is_cleared", asked.execute(&self.pool)).await?;
        Ok(())
    }
}
