//! A tenant as it is shown.

use crate::cli::operator::when;
use crate::ledger::Tenant;
use serde_json::{Value, json};

/// For programs.
pub fn object(tenant: &Tenant) -> Value {
    json!({
        "id": tenant.id,
        "max_concurrent": tenant.limits.max_concurrent,
        "requests_per_minute": tenant.limits.requests_per_minute,
        "monthly_jobs": tenant.limits.monthly_jobs,
        "suspended_at": tenant.suspended_at.map(when::object),
        "created_at": when::object(tenant.created_at),
    })
}

/// For people: its facts with their names.
pub fn facts(tenant: &Tenant) -> Vec<(&'static str, String)> {
    vec![
        ("tenant", tenant.id.to_string()),
        ("status", status(tenant)),
        ("at the same time", tenant.limits.max_concurrent.to_string()),
        (
            "requests a minute",
            tenant.limits.requests_per_minute.to_string(),
        ),
        ("jobs a month", quota(tenant)),
        ("created", when::shown(tenant.created_at)),
    ]
}

/// Whether it may do anything.
pub fn status(tenant: &Tenant) -> String {
    tenant.suspended_at.map_or_else(
        || "active".to_owned(),
        |since| format!("suspended since {}", when::shown(since)),
    )
}

/// Its quota in a word.
pub fn quota(tenant: &Tenant) -> String {
    let quota = tenant.limits.monthly_jobs;
    quota.map_or_else(|| "no limit".to_owned(), |jobs| jobs.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::TenantLimits;
    use gildhall_proto::TenantId;
    use time::OffsetDateTime;

    #[test]
    fn a_tenant_is_shown_with_its_limits() {
        let at = OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time");
        let tenant = Tenant {
            id: TenantId::parse("acme").expect("a name"),
            limits: TenantLimits::default(),
            suspended_at: Some(at),
            created_at: at,
        };
        let expected = json!({
            "id": "acme",
            "max_concurrent": 2,
            "requests_per_minute": 600,
            "monthly_jobs": null,
            "suspended_at": "2025-10-09T08:53:20Z",
            "created_at": "2025-10-09T08:53:20Z",
        });
        assert_eq!(object(&tenant), expected);
        assert_eq!(status(&tenant), "suspended since 2025-10-09 08:53:20Z");
        assert_eq!(quota(&tenant), "no limit");
        assert_eq!(facts(&tenant)[0], ("tenant", "acme".to_owned()));
    }
}
