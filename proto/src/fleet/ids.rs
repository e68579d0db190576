//! Who a job belongs to, and which job it is.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest name of a tenant, in characters: a DNS label (RFC 1035), so that it can stand in a host name too.
pub const MAX_TENANT_CHARS: usize = 63;
const TENANT_PATTERN: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/// A word that names nothing of the fleet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// Not a tenant's name.
    #[error(
        "a tenant's name has 1 to {MAX_TENANT_CHARS} of a-z, 0-9 and -, and neither begins nor ends with -"
    )]
    Tenant,
    /// Not a job's id.
    #[error("a job's id is a UUID such as 01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d")]
    Job,
}

/// The name of a tenant: lower-case letters, digits and inner hyphens, at most 63 of them. It never changes,
/// and stands in object keys and routing keys as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

impl TenantId {
    /// Reads a tenant's name.
    ///
    /// # Errors
    /// [`IdFault::Tenant`] for anything but a name of the allowed letters and length.
    pub fn parse(name: &str) -> Result<TenantId, IdFault> {
        let bytes = name.as_bytes();
        let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let edges = [bytes.first(), bytes.last()];
        let good = bytes.len() <= MAX_TENANT_CHARS
            && bytes.iter().all(allowed)
            && edges
                .iter()
                .all(|edge| edge.is_some_and(|byte| *byte != b'-'));
        if good {
            Ok(TenantId(name.to_owned()))
        } else {
            Err(IdFault::Tenant)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TenantId {
    type Err = IdFault;

    fn from_str(name: &str) -> Result<TenantId, IdFault> {
        TenantId::parse(name)
    }
}

impl TryFrom<String> for TenantId {
    type Error = IdFault;

    fn try_from(name: String) -> Result<TenantId, IdFault> {
        TenantId::parse(&name)
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> String {
        tenant.0
    }
}

impl JsonSchema for TenantId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TenantId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The name of a tenant.",
            "type": "string",
            "pattern": TENANT_PATTERN
        })
    }
}

/// Which job: a UUID (RFC 9562), version 7 where the fleet makes it, so that ids sort by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(Uuid);

impl JobId {
    /// The job with this UUID.
    pub const fn from_uuid(uuid: Uuid) -> JobId {
        JobId(uuid)
    }

    /// Its UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for JobId {
    type Err = IdFault;

    fn from_str(text: &str) -> Result<JobId, IdFault> {
        Uuid::try_parse(text).map(JobId).map_err(|_| IdFault::Job)
    }
}

impl TryFrom<String> for JobId {
    type Error = IdFault;

    fn try_from(text: String) -> Result<JobId, IdFault> {
        text.parse()
    }
}

impl From<JobId> for String {
    fn from(job: JobId) -> String {
        job.to_string()
    }
}

impl JsonSchema for JobId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The id of a job.",
            "type": "string",
            "format": "uuid"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_have_one_to_sixty_three_allowed_characters() {
        for length in [1, 2, MAX_TENANT_CHARS - 1, MAX_TENANT_CHARS] {
            assert!(TenantId::parse(&"a".repeat(length)).is_ok(), "{length}");
        }
        for bad in ["", &"a".repeat(MAX_TENANT_CHARS + 1)] {
            assert_eq!(TenantId::parse(bad), Err(IdFault::Tenant));
        }
    }

    #[test]
    fn nothing_that_could_leave_a_path_or_a_routing_key_is_a_tenant() {
        assert!(TenantId::parse("acme-2").is_ok());
        for bad in [
            "-a", "a-", "A", "a.b", "a/b", "..", "a b", "ä", "a\0", "*", "#", "a_b",
        ] {
            assert_eq!(TenantId::parse(bad), Err(IdFault::Tenant), "{bad:?}");
        }
        assert!(serde_json::from_str::<TenantId>("\"../x\"").is_err());
    }

    #[test]
    fn job_ids_are_uuids() {
        let id: JobId = "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d"
            .parse()
            .expect("a UUID");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("01930b6e".parse::<JobId>(), Err(IdFault::Job));
    }
}
