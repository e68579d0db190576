//! A map that forgets what was not asked for lately.

use std::collections::HashMap;
use std::hash::Hash;

/// At most so many entries, without ever looking through all of them: when the young half is full, it becomes the old one,
/// and what was old is forgotten. An entry that is asked for is young again.
pub struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    half: usize,
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    /// An empty map of at most so many entries, at least two.
    pub fn of(most: usize) -> Recent<K, V> {
        Recent {
            young: HashMap::new(),
            old: HashMap::new(),
            half: (most / 2).max(1),
        }
    }

    /// The entry, if it was not forgotten.
    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        if !self.young.contains_key(key) {
            let value = self.old.remove(key)?;
            self.insert(key, value);
        }
        self.young.get_mut(key)
    }

    /// The entry, made where there is none.
    pub fn get_or_insert_with(&mut self, key: &K, make: impl FnOnce() -> V) -> &mut V {
        if !self.young.contains_key(key) {
            let value = self.old.remove(key).unwrap_or_else(make);
            self.insert(key, value);
        }
        let entry = self.young.get_mut(key);
        entry.expect("it was inserted if it was not there")
    }

    fn insert(&mut self, key: &K, value: V) {
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key.clone(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_it_may() {
        let mut recent = Recent::of(10);
        for n in 0..1_000 {
            *recent.get_or_insert_with(&n, || 0) += 1;
            assert!(recent.young.len() + recent.old.len() <= 10);
        }
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let mut recent = Recent::of(10);
        for n in 0..1_000 {
            *recent.get_or_insert_with(&0, || 0) += 1;
            recent.get_or_insert_with(&n, || 0);
        }
        assert_eq!(recent.get(&0), Some(&mut 1_000));
        assert_eq!(recent.get(&1), None);
        assert_eq!(recent.get(&999), Some(&mut 0));
    }
}
