//! What waits for its transaction, tenant by tenant.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gildhall_proto::TenantId;

/// Most items in one batch.
pub const MAX_BATCH: usize = 64;

/// A lane for each tenant that has something waiting or under way.
pub struct Lanes<T> {
    waiting: Arc<Mutex<HashMap<TenantId, VecDeque<T>>>>,
}

impl<T> Default for Lanes<T> {
    fn default() -> Lanes<T> {
        Lanes {
            waiting: Arc::default(),
        }
    }
}

impl<T> Lanes<T> {
    /// Puts an item into the tenant's lane. Gives the lane where this opened it: whoever gets it serves it until
    /// [`Lane::next_batch`] ends.
    pub fn push(&self, tenant: &TenantId, item: T) -> Option<Lane<T>> {
        let mut waiting = lock(&self.waiting);
        if let Some(lane) = waiting.get_mut(tenant) {
            lane.push_back(item);
            return None;
        }
        waiting.insert(tenant.clone(), VecDeque::from([item]));
        Some(Lane {
            waiting: Arc::clone(&self.waiting),
            tenant: tenant.clone(),
            open: true,
        })
    }
}

/// The serving end of one tenant's lane. Dropped early, by a panic for instance, it closes the lane with all that
/// waits in it, and the tenant's next item opens a new one.
pub struct Lane<T> {
    waiting: Arc<Mutex<HashMap<TenantId, VecDeque<T>>>>,
    tenant: TenantId,
    open: bool,
}

impl<T> Lane<T> {
    /// Whose lane it is.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The next batch, oldest first; `None` closes the lane, under the lock that a new item would have to take.
    pub fn next_batch(&mut self) -> Option<Vec<T>> {
        let mut waiting = lock(&self.waiting);
        let lane = waiting.get_mut(&self.tenant).filter(|_| self.open)?;
        let batch: Vec<T> = lane.drain(..lane.len().min(MAX_BATCH)).collect();
        if batch.is_empty() {
            waiting.remove(&self.tenant);
            self.open = false;
            return None;
        }
        Some(batch)
    }
}

impl<T> Drop for Lane<T> {
    fn drop(&mut self) {
        if self.open {
            lock(&self.waiting).remove(&self.tenant);
        }
    }
}

type Map<T> = HashMap<TenantId, VecDeque<T>>;

fn lock<T>(waiting: &Mutex<Map<T>>) -> MutexGuard<'_, Map<T>> {
    // Every change of the map is one call, so a panic elsewhere leaves it whole.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).expect("a name")
    }

    #[test]
    fn the_first_item_opens_the_lane_and_the_rest_gather() {
        let (lanes, acme) = (Lanes::default(), tenant("acme"));
        let mut lane = lanes.push(&acme, 0).expect("the first opens it");
        assert_eq!(lane.next_batch(), Some(vec![0]));
        for n in 1..=MAX_BATCH + 1 {
            assert!(lanes.push(&acme, n).is_none());
        }
        assert!(lanes.push(&tenant("other"), 0).is_some());
        assert_eq!(lane.next_batch().map(|batch| batch.len()), Some(MAX_BATCH));
        assert_eq!(lane.next_batch(), Some(vec![MAX_BATCH + 1]));
        assert_eq!(lane.next_batch(), None);
    }

    #[test]
    fn a_closed_lane_is_opened_anew_and_the_old_end_stays_away_from_it() {
        let (lanes, acme) = (Lanes::default(), tenant("acme"));
        let mut old = lanes.push(&acme, 1).expect("the first opens it");
        assert_eq!((old.next_batch(), old.next_batch()), (Some(vec![1]), None));
        let mut new = lanes.push(&acme, 2).expect("it was closed");
        assert_eq!(old.next_batch(), None);
        drop(old);
        assert!(lanes.push(&acme, 3).is_none());
        assert_eq!(new.next_batch(), Some(vec![2, 3]));
    }

    #[test]
    fn a_lane_whose_server_is_lost_takes_its_items_along() {
        let (lanes, acme) = (Lanes::default(), tenant("acme"));
        let item = Arc::new(());
        drop(lanes.push(&acme, Arc::clone(&item)));
        assert_eq!(Arc::strong_count(&item), 1);
        assert!(lanes.push(&acme, item).is_some());
    }
}
