//! Places that somebody takes for a while: so many each, and so many in all.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places, and who has how many of them.
pub struct Places<K> {
    taken: Arc<Mutex<Taken<K>>>,
    each: usize,
    in_all: usize,
}

struct Taken<K> {
    by: HashMap<K, usize>,
    all: usize,
}

/// A place, free again when this is dropped.
pub struct Place<K: Eq + Hash> {
    taken: Arc<Mutex<Taken<K>>>,
    who: K,
}

impl<K: Clone + Eq + Hash> Places<K> {
    /// So many places each, and so many in all.
    pub fn of(each: usize, in_all: usize) -> Places<K> {
        let none = Taken {
            by: HashMap::new(),
            all: 0,
        };
        Places {
            taken: Arc::new(Mutex::new(none)),
            each,
            in_all,
        }
    }

    /// One more place; `None` where there is none left.
    pub fn take(&self, who: &K) -> Option<Place<K>> {
        let mut taken = lock(&self.taken);
        let own = taken.by.get(who).copied().unwrap_or(0);
        if taken.all >= self.in_all || own >= self.each {
            return None;
        }
        taken.by.insert(who.clone(), own + 1);
        taken.all += 1;
        Some(Place {
            taken: Arc::clone(&self.taken),
            who: who.clone(),
        })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all -= 1;
        match taken.by.get_mut(&self.who) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.by.remove(&self.who);
            }
        }
    }
}

fn lock<K>(taken: &Mutex<Taken<K>>) -> MutexGuard<'_, Taken<K>> {
    // Nothing between two changes of it can panic.
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_places_and_gets_them_back() {
        let places = Places::of(3, 100);
        let mut held: Vec<_> = (0..3).filter_map(|_| places.take(&"acme")).collect();
        assert_eq!(held.len(), 3);
        assert!(places.take(&"acme").is_none());
        assert!(places.take(&"other").is_some());
        held.pop();
        assert!(places.take(&"acme").is_some());
        held.clear();
        let taken = lock(&places.taken);
        assert_eq!((taken.by.len(), taken.all), (0, 0));
    }

    #[test]
    fn all_together_have_a_limit() {
        let places = Places::of(2, 5);
        let held: Vec<_> = (0..5).filter_map(|n| places.take(&n)).collect();
        assert_eq!(held.len(), 5);
        assert!(places.take(&5).is_none());
        drop(held);
        assert!(places.take(&5).is_some());
    }
}
