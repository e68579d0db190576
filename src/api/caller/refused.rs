//! Why a caller is turned away. The caller is told none of it, and the audit log all.

use gildhall_proto::TenantId;

use crate::ledger::Closed;

/// Somebody without a key that opens anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong with the key.
    pub why: Why,
    /// Whose key it is, if anybody's.
    pub tenant: Option<TenantId>,
}

impl Refused {
    /// One whose key is nobody's.
    pub fn stranger(why: Why) -> Refused {
        Refused { why, tenant: None }
    }

    /// One who brings the public part of a tenant's key.
    pub fn of(tenant: TenantId, why: Why) -> Refused {
        Refused {
            why,
            tenant: Some(tenant),
        }
    }
}

/// What can be wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is none, or nothing that looks like one.
    NoKey,
    /// Nobody has it.
    UnknownKey,
    /// Its secret is another.
    WrongSecret,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
    /// Its tenant is suspended.
    Suspended,
}

impl Why {
    /// The word of the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::NoKey => "no_key",
            Why::UnknownKey => "unknown_key",
            Why::WrongSecret => "wrong_secret",
            Why::Revoked => "revoked",
            Why::Expired => "expired",
            Why::Suspended => "suspended",
        }
    }
}

impl From<Closed> for Why {
    fn from(closed: Closed) -> Why {
        match closed {
            Closed::Revoked => Why::Revoked,
            Closed::Expired => Why::Expired,
            Closed::Suspended => Why::Suspended,
        }
    }
}
