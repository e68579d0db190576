//! Bounds what refusals add to the audit log, or whoever knocks often enough would fill it.
//!
//! In each window of time the first refusal of its kind is told at once, and at the end of the window how often it was
//! repeated. There is room for so many kinds for each tenant, and as many for all who are nobody's: whatever is beyond is
//! counted in one line. So nobody can hide what is tried with one tenant's keys behind what they try themselves.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gildhall_proto::TenantId;
use serde_json::{Map, json};

use crate::api::caller::Scope;
use crate::ledger::{Actor, ActorKind, AuditEntry};

/// How long repeats are counted before they are told.
pub const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Most kinds that are told for each tenant in a window, in two lines each.
const MAX_KINDS: usize = 20;
const ACTION: &str = "request.refuse";

/// Somebody was turned away.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// Who, as far as is known.
    pub actor: Actor,
    /// Whose key was brought, if anybody's.
    pub tenant: Option<TenantId>,
    /// What was asked for: the method and the route.
    pub asked: String,
    /// Why.
    pub why: &'static str,
    /// The scope that the key does not carry, where that is why.
    pub lacks: Option<Scope>,
}

impl Refusal {
    /// The line for it; `further` is how often it was repeated.
    fn line(self, further: u64) -> AuditEntry {
        let mut detail = Map::new();
        if let Some(scope) = self.lacks {
            detail.insert("scope".to_owned(), json!(scope.as_str()));
        }
        if further > 0 {
            detail.insert("further".to_owned(), json!(further));
        }
        AuditEntry {
            actor: self.actor,
            tenant: self.tenant,
            action: ACTION.to_owned(),
            subject: self.asked,
            outcome: self.why.to_owned(),
            detail,
        }
    }
}

/// The refusals of one window, by whose they are.
#[derive(Default)]
pub struct Refusals {
    window: Mutex<HashMap<Option<TenantId>, Owner>>,
}

#[derive(Default)]
struct Owner {
    /// How often each kind was repeated.
    repeats: HashMap<Refusal, u64>,
    /// Refusals for whose kind there was no room.
    others: u64,
}

impl Refusals {
    /// Counts a refusal, and gives its line where it is to be told at once.
    pub fn note(&self, refusal: Refusal) -> Option<AuditEntry> {
        // Counts are changed by plain arithmetic, so a panic elsewhere leaves them whole.
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = window.entry(refusal.tenant.clone()).or_default();
        if let Some(repeats) = owner.repeats.get_mut(&refusal) {
            *repeats += 1;
            return None;
        }
        if owner.repeats.len() >= MAX_KINDS {
            owner.others += 1;
            return None;
        }
        owner.repeats.insert(refusal.clone(), 0);
        Some(refusal.line(0))
    }

    /// Begins a new window, and gives the lines about the repeats of the last one.
    pub fn end_window(&self) -> Vec<AuditEntry> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let last = std::mem::take(&mut *window);
        drop(window);
        last.into_iter()
            .flat_map(|(tenant, owner)| owner.lines(tenant))
            .collect()
    }
}

impl Owner {
    fn lines(self, tenant: Option<TenantId>) -> Vec<AuditEntry> {
        let repeated = self.repeats.into_iter().filter(|(_, times)| *times > 0);
        let mut lines: Vec<AuditEntry> = repeated
            .map(|(refusal, times)| refusal.line(times))
            .collect();
        if self.others > 0 {
            let others = Refusal {
                actor: Actor {
                    kind: ActorKind::Anonymous,
                    name: String::new(),
                    address: None,
                },
                tenant,
                asked: "any".to_owned(),
                why: "too_many_kinds",
                lacks: None,
            };
            lines.push(others.line(self.others));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str, tenant: Option<&str>) -> Refusal {
        Refusal {
            actor: Actor {
                kind: ActorKind::Anonymous,
                name: name.to_owned(),
                address: None,
            },
            tenant: tenant.map(|name| TenantId::parse(name).expect("a name")),
            asked: "GET /api/v1/video/jobs".to_owned(),
            why: "unknown_key",
            lacks: None,
        }
    }

    fn further(line: &AuditEntry) -> Option<u64> {
        line.detail.get("further")?.as_u64()
    }

    #[test]
    fn the_first_is_told_at_once_and_repeats_in_one_line() {
        let refusals = Refusals::default();
        let line = refusals.note(refusal("abcd1234", None)).expect("the first");
        assert_eq!(
            (line.action.as_str(), line.outcome.as_str()),
            (ACTION, "unknown_key")
        );
        assert_eq!(further(&line), None);
        for _ in 0..1_000 {
            assert!(refusals.note(refusal("abcd1234", None)).is_none());
        }
        let lines = refusals.end_window();
        assert_eq!(lines.len(), 1);
        assert_eq!(further(&lines[0]), Some(1_000));
        assert!(refusals.end_window().is_empty());
        let again = refusals.note(refusal("abcd1234", None));
        assert!(again.is_some(), "a new window has begun");
    }

    #[test]
    fn knocking_fills_neither_the_log_nor_the_memory() {
        let refusals = Refusals::default();
        let knock = |n: usize| refusals.note(refusal(&n.to_string(), None));
        assert_eq!((0..10_000).filter_map(knock).count(), MAX_KINDS);
        assert_eq!((0..10_000).filter_map(knock).count(), 0);
        let lines = refusals.end_window();
        assert_eq!(lines.len(), MAX_KINDS + 1);
        let all: u64 = lines.iter().filter_map(further).sum();
        assert_eq!(all, 20_000 - MAX_KINDS as u64);
    }

    #[test]
    fn nobody_hides_what_is_tried_with_a_tenants_keys() {
        let refusals = Refusals::default();
        for n in 0..1_000 {
            refusals.note(refusal(&n.to_string(), None));
            refusals.note(refusal(&n.to_string(), Some("zenith")));
        }
        let line = refusals.note(refusal("abcd1234", Some("acme")));
        let tenant = line.and_then(|line| line.tenant);
        assert_eq!(
            tenant.map(|tenant| tenant.to_string()),
            Some("acme".to_owned())
        );
    }
}
