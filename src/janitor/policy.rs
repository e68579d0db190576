//! How long what is kept.

use crate::config;
use crate::ledger::{Keep, PastAfter};
use gildhall_proto::TenantId;

/// A tenant with the days after which its things are past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whose things.
    pub tenant: TenantId,
    /// After how long. A job's days are those of its idempotency key at least, so that no key ever names a job that is gone.
    pub after: PastAfter,
}

impl Policy {
    /// A tenant's own days, and the installation's where it has none.
    pub fn of(tenant: TenantId, keep: &Keep, config: &config::Retention) -> Policy {
        let days = |own: Option<u32>, all: u32| some_days(own.unwrap_or(all));
        let keys = days(keep.keys, config.keys_days);
        let history = days(keep.history, config.history_days);
        Policy {
            tenant,
            after: PastAfter {
                uploads: days(keep.uploads, config.uploads_days),
                outputs: days(keep.outputs, config.outputs_days),
                history: history.zip(keys).map(|(history, keys)| history.max(keys)),
                keys,
                audit: days(keep.audit, config.audit_days),
            },
        }
    }
}

/// Days; nothing for 0, which is for ever.
pub fn some_days(days: u32) -> Option<u32> {
    (days > 0).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(keep: Keep) -> PastAfter {
        let config = config::Retention {
            uploads_days: 90,
            outputs_days: 91,
            history_days: 180,
            keys_days: 2,
            audit_days: 0,
            batch: 200,
            pause_ms: 0,
            fresh_s: 86_400,
        };
        let tenant = TenantId::parse("acme").expect("a name");
        Policy::of(tenant, &keep, &config).after
    }

    #[test]
    fn a_tenants_own_days_go_first_and_nothing_is_for_ever() {
        let all = policy(Keep::default());
        assert_eq!((all.uploads, all.outputs), (Some(90), Some(91)));
        assert_eq!(
            (all.history, all.keys, all.audit),
            (Some(180), Some(2), None)
        );
        let own = policy(Keep {
            uploads: Some(7),
            outputs: Some(0),
            audit: Some(30),
            ..Keep::default()
        });
        assert_eq!((own.uploads, own.outputs), (Some(7), None));
        assert_eq!(own.audit, Some(30));
    }

    #[test]
    fn a_job_stays_as_long_as_its_key() {
        let longer = policy(Keep {
            history: Some(1),
            ..Keep::default()
        });
        assert_eq!(longer.history, Some(2));
        let for_ever = policy(Keep {
            keys: Some(0),
            ..Keep::default()
        });
        assert_eq!((for_ever.keys, for_ever.history), (None, None));
    }
}
