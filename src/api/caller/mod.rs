//! Who is asking: the API key of a request, what it may do, and how often.

mod cache;
mod key;
mod refused;
mod scope;
mod standing;

pub use cache::KeyCache;
pub use scope::{AssetsRead, AssetsWrite, JobsRead, JobsWrite, Needs, Scope, UnknownScope};
pub use standing::Standing;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use key::{PresentedKey, StoredHash};

use std::fmt::Display;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use gildhall_proto::TenantId;
use serde_json::Value;
use time::OffsetDateTime;

use self::cache::Identity;
use self::refused::{Refused, Why};
use super::ApiState;
use super::address::Origin;
use super::audit::Refusal;
use super::observe::of_tenant;
use super::problem::{Kind, Problem};
use super::rate::{Buckets, Rate, Turn, later};
use crate::ledger::{Actor, ActorKind, AuditEntry};

/// A caller whose key carries the scope `S`. A handler that takes one can only be reached so, and never names a tenant
/// by any other way.
pub struct Caller<S> {
    /// Whose key it is.
    pub tenant: TenantId,
    key: key::PresentedKey,
    /// Where the request came from.
    address: Option<IpAddr>,
    scope: PhantomData<fn() -> S>,
}

impl<S> Caller<S> {
    /// The caller as the audit log names it.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::ApiKey,
            name: self.key.prefix.clone(),
            address: self.address,
        }
    }

    /// What the caller did, as a line of the audit log.
    pub fn act<const N: usize>(
        &self,
        action: &str,
        subject: impl Display,
        outcome: &str,
        detail: [(&str, Value); N],
    ) -> AuditEntry {
        let detail = detail.map(|(name, value)| (name.to_owned(), value));
        AuditEntry {
            actor: self.actor(),
            tenant: Some(self.tenant.clone()),
            action: action.to_owned(),
            subject: subject.to_string(),
            outcome: outcome.to_owned(),
            detail: detail.into_iter().collect(),
        }
    }
}

impl<S: Needs> FromRequestParts<ApiState> for Caller<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, Problem> {
        let stranger = |_: &Problem| tell_refusal(parts, api, "", Refused::stranger(Why::NoKey));
        let key = bearer(&parts.headers).inspect_err(stranger)?;
        let (now, utc) = (Instant::now(), OffsetDateTime::now_utc());
        // Whoever's key was right a while ago is not locked out by what others try from the same address.
        if !api.keys.has_been_right(&key) {
            may_guess(parts, api, now)?;
        }
        let known = api.keys.identify(&api.ledger, &key, now, utc).await?;
        let identity = known.map_err(|refused| {
            guessed_wrong(parts, api, now);
            tell_refusal(parts, api, &key.prefix, refused);
            refuse()
        })?;
        of_tenant(&identity.tenant);
        take_turn(&api.limits, &identity, now)?;
        let caller = Caller {
            tenant: identity.tenant.clone(),
            key,
            address: address(parts),
            scope: PhantomData,
        };
        if !identity.scopes.contains(&S::SCOPE) {
            caller.tell_missing_scope(parts, api);
            let detail = format!("The key does not carry the scope {}.", S::SCOPE);
            return Err(Problem::new(Kind::MissingScope, detail));
        }
        Ok(caller)
    }
}

impl<S: Needs> Caller<S> {
    /// Whether the caller may still: for what goes on for longer than the request.
    pub fn standing(&self, api: &ApiState) -> Standing {
        Standing::of(api, self.key.clone(), S::SCOPE)
    }

    fn tell_missing_scope(&self, parts: &Parts, api: &ApiState) {
        api.audit.refuse(Refusal {
            actor: self.actor(),
            tenant: Some(self.tenant.clone()),
            asked: asked(parts),
            why: "missing_scope",
            lacks: Some(S::SCOPE),
        });
    }
}

/// Notes for the audit log that somebody has no key that opens anything.
fn tell_refusal(parts: &Parts, api: &ApiState, prefix: &str, refused: Refused) {
    api.audit.refuse(Refusal {
        actor: Actor {
            kind: ActorKind::Anonymous,
            name: prefix.to_owned(),
            address: address(parts),
        },
        tenant: refused.tenant,
        asked: asked(parts),
        why: refused.why.as_str(),
        lacks: None,
    });
}

/// Where a request came from.
fn address(parts: &Parts) -> Option<IpAddr> {
    let origin = parts.extensions.get::<Origin>();
    origin.map(|origin| origin.address)
}

fn may_guess(parts: &Parts, api: &ApiState, now: Instant) -> Result<(), Problem> {
    let turn = address(parts).map(|address| api.addresses.may_guess(address, now));
    turn.unwrap_or(Ok(()))
}

fn guessed_wrong(parts: &Parts, api: &ApiState, now: Instant) {
    if let Some(address) = address(parts) {
        api.addresses.guessed_wrong(address, now);
    }
}

/// What a request asks for: its method and its route, not the path, which is of the client's choice.
fn asked(parts: &Parts) -> String {
    let route = parts.extensions.get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    format!("{} {route}", parts.method)
}

/// The key of the `Authorization` header (RFC 6750). Every fault of it gets the same answer, so that nobody learns which
/// part of a guess was right.
pub fn bearer(headers: &HeaderMap) -> Result<key::PresentedKey, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next(), values.next()) else {
        return Err(refuse());
    };
    let text = value.and_then(|value| value.to_str().ok());
    let (scheme, token) = text
        .and_then(|text| text.split_once(' '))
        .ok_or_else(refuse)?;
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    let key = bearer.then(|| key::PresentedKey::parse(token.trim_start_matches(' ')));
    key.flatten().ok_or_else(refuse)
}

fn refuse() -> Problem {
    let detail = "Send a valid key as Authorization: Bearer gk_….";
    let challenge = HeaderValue::from_static("Bearer realm=\"gildhall\"");
    Problem::new(Kind::Unauthenticated, detail).header(header::WWW_AUTHENTICATE, challenge)
}

fn take_turn(tenants: &Buckets<TenantId>, who: &Identity, now: Instant) -> Result<(), Problem> {
    let rate = Rate::even(who.requests_per_minute);
    let Turn::Later(wait) = tenants.take(&who.tenant, rate, now) else {
        return Ok(());
    };
    let limit = rate.per_minute;
    let detail = format!("The tenant may make {limit} requests a minute at this replica.");
    Err(later("tenant", rate, wait, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn exactly_one_bearer_key_is_read() {
        let key = "gk_abcd1234_0123456789abcdef0123456789abcdef";
        for good in [format!("Bearer {key}"), format!("bearer  {key}")] {
            let good: &'static str = good.leak();
            assert!(bearer(&headers(&[good])).is_ok(), "{good}");
        }
        let twice: &'static str = format!("Bearer {key}").leak();
        for bad in [&[][..], &["Bearer"], &["Basic YTpi"], &[twice, twice]] {
            let problem = bearer(&headers(bad)).expect_err("no key");
            assert_eq!(problem.kind(), Kind::Unauthenticated);
        }
    }
}
