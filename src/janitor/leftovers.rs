//! Objects that nothing names: what killed workers had stored of an attempt, and what was forgotten in quarantine.

use super::policy::Policy;
use super::{Janitor, JanitorError, Tally};
use crate::objects::{Listed, TenantKeys};
use gildhall_proto::{JobId, TenantId};
use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// Where to look.
#[derive(Clone, Copy, Debug)]
enum Place {
    Videos,
    Quarantine,
}

impl Janitor {
    /// Deletes them.
    pub(super) async fn remove_leftovers(
        &self,
        policies: &[Policy],
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        self.sweep(policies, true, tally).await
    }

    /// Counts them.
    pub(super) async fn count_leftovers(
        &self,
        policies: &[Policy],
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        self.sweep(policies, false, tally).await
    }

    async fn sweep(
        &self,
        policies: &[Policy],
        removes: bool,
        tally: &mut Tally,
    ) -> Result<(), JanitorError> {
        for policy in policies {
            for place in [Place::Videos, Place::Quarantine] {
                let found = self.sweep_place(&policy.tenant, place, removes).await?;
                tally.leftovers += found;
            }
        }
        Ok(())
    }

    /// Goes through one place page by page, and gives how many leftovers it found.
    async fn sweep_place(
        &self,
        tenant: &TenantId,
        place: Place,
        removes: bool,
    ) -> Result<u64, JanitorError> {
        let prefix = match place {
            Place::Videos => TenantKeys::videos(tenant),
            Place::Quarantine => TenantKeys::quarantined(tenant),
        };
        let fresh = Duration::from_secs(self.config.fresh_s.into());
        let (mut found, mut from) = (0, None);
        while !self.is_stopped() {
            let (page, next) = self.objects.list_page(&prefix, from).await?;
            let old: Vec<String> = page
                .into_iter()
                .filter_map(|object| old_key(object, fresh))
                .collect();
            let leftovers = match place {
                Place::Videos => self.unnamed_videos(tenant, old).await?,
                Place::Quarantine => self.unnamed_uploads(tenant, old).await?,
            };
            if removes && !leftovers.is_empty() {
                self.objects.delete(&leftovers).await?;
            }
            found += leftovers.len() as u64;
            if next.is_none() {
                break;
            }
            from = next;
            self.rest().await;
        }
        Ok(found)
    }

    /// Of these objects those whose job has ended and does not name them, or is gone. Whether it has ended is asked first: a
    /// job that ends in between names its objects by then.
    async fn unnamed_videos(
        &self,
        tenant: &TenantId,
        keys: Vec<String>,
    ) -> Result<Vec<String>, JanitorError> {
        let of_jobs: Vec<(JobId, String)> = keys
            .into_iter()
            .filter_map(|key| Some((TenantKeys::job_of(tenant, &key)?, key)))
            .collect();
        let jobs: BTreeSet<JobId> = of_jobs.iter().map(|(job, _)| *job).collect();
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let jobs: Vec<JobId> = jobs.into_iter().collect();
        let living: BTreeSet<JobId> = self.ledger.living_jobs(&jobs).await?.into_iter().collect();
        let named: HashSet<String> = self
            .ledger
            .named_objects(&jobs)
            .await?
            .into_iter()
            .collect();
        let is_left = |(job, key): &(JobId, String)| !living.contains(job) && !named.contains(key);
        let left = of_jobs.into_iter().filter(is_left);
        Ok(left.map(|(_, key)| key).collect())
    }

    /// Of these objects those that no upload waits with.
    async fn unnamed_uploads(
        &self,
        tenant: &TenantId,
        keys: Vec<String>,
    ) -> Result<Vec<String>, JanitorError> {
        let of_uploads: Vec<(Uuid, String)> = keys
            .into_iter()
            .filter_map(|key| Some((TenantKeys::upload_of(tenant, &key)?, key)))
            .collect();
        if of_uploads.is_empty() {
            return Ok(Vec::new());
        }
        let uploads: Vec<Uuid> = of_uploads.iter().map(|(upload, _)| *upload).collect();
        let held = self.ledger.in_quarantine(&uploads).await?;
        let left = of_uploads
            .into_iter()
            .filter(|(upload, _)| !held.contains(upload));
        Ok(left.map(|(_, key)| key).collect())
    }
}

/// The key of an object that nobody can be busy with; one of unknown age may be new.
fn old_key(object: Listed, fresh: Duration) -> Option<String> {
    let age = SystemTime::now().duration_since(object.modified?).ok()?;
    (age >= fresh).then_some(object.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_older_than_that_is_looked_at() {
        let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
        let is_old = |modified| {
            let object = Listed {
                key: "a".to_owned(),
                bytes: 1,
                modified,
            };
            old_key(object, 10 * minute).is_some()
        };
        assert!(!is_old(None));
        assert!(!is_old(Some(now + minute)));
        assert!(!is_old(Some(now - 9 * minute)));
        assert!(is_old(Some(now - 10 * minute)));
    }
}
