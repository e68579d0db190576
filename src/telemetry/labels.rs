//! Labels whose values others choose, bounded: every further value is a series more in every process and in Prometheus.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use metrics::SharedString;

/// What stands for all values beyond the bound. A tenant of that very name is counted in it.
pub const OTHER: &str = "other";

/// Failure codes that are told apart. There are about thirty; the code of a failed render is its child's word, and a child
/// that was taken over by its media could make up others.
const CODES: usize = 64;

/// The bounded labels of one process.
#[derive(Clone, Debug)]
pub struct Labels {
    /// Tenants by name.
    pub tenants: BoundedLabel,
    /// Codes of failures.
    pub codes: BoundedLabel,
}

impl Labels {
    /// So many tenants keep their names.
    #[must_use]
    pub fn new(tenants: usize) -> Labels {
        Labels {
            tenants: BoundedLabel::new(tenants),
            codes: BoundedLabel::new(CODES),
        }
    }
}

/// A label with a bounded number of values. The first ones keep their names for the life of the process, so that no series
/// ever moves; the rest are [`OTHER`]. Clones share their values.
#[derive(Clone, Debug)]
pub struct BoundedLabel {
    known: Arc<RwLock<HashSet<Arc<str>>>>,
    limit: usize,
}

impl BoundedLabel {
    /// A label with at most so many values beside [`OTHER`].
    #[must_use]
    pub fn new(limit: usize) -> BoundedLabel {
        BoundedLabel {
            known: Arc::default(),
            limit,
        }
    }

    /// Gives names their places before others come: the most important first.
    pub fn seed<'a>(&self, values: impl IntoIterator<Item = &'a str>) {
        for value in values {
            self.of(value);
        }
    }

    /// The label for a value: itself if it has a place or one is left.
    pub fn of(&self, value: &str) -> SharedString {
        // A set is whole whatever happened to its last holder.
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(value) {
            return SharedString::from_shared(Arc::clone(known));
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if value == OTHER || (known.len() >= self.limit && !known.contains(value)) {
            return SharedString::from(OTHER);
        }
        let value: Arc<str> = Arc::from(value);
        known.insert(Arc::clone(&value));
        SharedString::from_shared(value)
    }

    /// The values that have a place.
    #[must_use]
    pub fn known(&self) -> Vec<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(label: &BoundedLabel, value: &str) -> String {
        label.of(value).into_owned()
    }

    #[test]
    fn the_first_keep_their_names_and_the_rest_share_one() {
        let tenants = BoundedLabel::new(2);
        assert_eq!(label(&tenants, "acme"), "acme");
        assert_eq!(label(&tenants, "zenith"), "zenith");
        for late in ["late", "later"] {
            assert_eq!(label(&tenants, late), OTHER);
        }
        assert_eq!(label(&tenants.clone(), "acme"), "acme");
        let mut known = tenants.known();
        known.sort();
        assert_eq!(known, ["acme", "zenith"]);
    }

    #[test]
    fn seeds_come_first() {
        let tenants = BoundedLabel::new(1);
        tenants.seed(["large", "small"]);
        assert_eq!(label(&tenants, "small"), OTHER);
        assert_eq!(label(&tenants, "large"), "large");
    }

    #[test]
    fn a_bound_of_nothing_and_the_common_name_take_no_place() {
        assert_eq!(label(&BoundedLabel::new(0), "acme"), OTHER);
        let tenants = BoundedLabel::new(1);
        assert_eq!(label(&tenants, OTHER), OTHER);
        assert_eq!(label(&tenants, "acme"), "acme");
    }
}
