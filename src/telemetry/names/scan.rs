//! What is told of scanning.

use super::{Kind, Metric, RELAYING};

/// Files that the scanner was asked about.
pub const SCANS: &str = "gildhall_scans_total";
/// Quarantined uploads that reached an end.
pub const QUARANTINE_ENDED: &str = "gildhall_quarantine_ended_total";

pub(super) const SCAN_METRICS: &[Metric] = &[
    Metric::new(
        SCANS,
        Kind::Counter,
        RELAYING,
        "Files to be scanned, by what came of it: `clean`, `infected`, or `failed` (the scanner was away or gave no verdict)",
    )
    .by(&["verdict"]),
    Metric::new(
        QUARANTINE_ENDED,
        Kind::Counter,
        RELAYING,
        "Uploads that left quarantine by themselves: `released`, `refused`, or `withdrawn` (their bytes were lost or altered)",
    )
    .by(&["end"]),
];
