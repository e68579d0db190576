//! How many streams may be open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gildhall_proto::TenantId;

/// Most open streams of one tenant at this replica.
pub const PER_TENANT: usize = 20;
/// Most open streams of all tenants at this replica: each asks the ledger twice a second.
const IN_ALL: usize = 500;

/// The open streams of each tenant.
#[derive(Clone, Default)]
pub struct Places {
    taken: Arc<Mutex<HashMap<TenantId, usize>>>,
}

/// An open stream's place, free again when this is dropped.
pub struct Place {
    places: Places,
    tenant: TenantId,
}

impl Places {
    /// A place for one more stream; `None` where there is none left.
    pub fn take(&self, tenant: &TenantId) -> Option<Place> {
        let mut taken = self.lock();
        let all: usize = taken.values().sum();
        let own = taken.get(tenant).copied().unwrap_or(0);
        if all >= IN_ALL || own >= PER_TENANT {
            return None;
        }
        taken.insert(tenant.clone(), own + 1);
        Some(Place {
            places: self.clone(),
            tenant: tenant.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, usize>> {
        // Every change of the map is one call, so a panic elsewhere leaves it whole.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        match taken.get_mut(&self.tenant) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).expect("a name")
    }

    #[test]
    fn a_tenant_has_its_places_and_gets_them_back() {
        let (places, acme) = (Places::default(), tenant("acme"));
        let mut held: Vec<Place> = (0..PER_TENANT).filter_map(|_| places.take(&acme)).collect();
        assert_eq!(held.len(), PER_TENANT);
        assert!(places.take(&acme).is_none());
        assert!(places.take(&tenant("other")).is_some());
        held.pop();
        assert!(places.take(&acme).is_some());
        held.clear();
        assert!(places.lock().is_empty());
    }

    #[test]
    fn all_tenants_together_have_a_limit() {
        let places = Places::default();
        let held: Vec<Place> = (0..IN_ALL)
            .filter_map(|n| places.take(&tenant(&format!("t{n}"))))
            .collect();
        assert_eq!(held.len(), IN_ALL);
        assert!(places.take(&tenant("one-more")).is_none());
    }
}
