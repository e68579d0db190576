//! What a run did.

use crate::ledger::Past;

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Idempotency keys that went.
    pub keys: u64,
    /// Events that nobody took, and that went.
    pub events: u64,
    /// Lines of the audit log that went.
    pub audit: u64,
    /// Uploads that can no longer be used.
    pub uploads: u64,
    /// Videos that can no longer be fetched.
    pub outputs: u64,
    /// Deleted uploads and videos, by whomever, whose objects went.
    pub cleared: u64,
    /// Jobs that went, with their history.
    pub jobs: u64,
    /// Objects that nothing named, and that went.
    pub leftovers: u64,
}

impl Tally {
    /// The counts with their names, in the order of the steps.
    pub fn counts(&self) -> [(&'static str, u64); 8] {
        [
            ("keys", self.keys),
            ("events", self.events),
            ("audit", self.audit),
            ("uploads", self.uploads),
            ("outputs", self.outputs),
            ("cleared", self.cleared),
            ("jobs", self.jobs),
            ("leftovers", self.leftovers),
        ]
    }

    /// Adds what is past of a tenant.
    pub(super) fn count(&mut self, past: &Past) {
        self.keys += past.keys;
        self.events += past.events;
        self.audit += past.audit;
        self.uploads += past.uploads;
        self.outputs += past.outputs;
        self.jobs += past.jobs;
    }
}
