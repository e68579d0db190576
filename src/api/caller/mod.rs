//! Who is asking: the API key of a request, what it may do, and how often.

mod cache;
mod key;
mod rate;
mod scope;

pub use cache::KeyCache;
pub use rate::RateLimits;
pub use scope::{AssetsRead, AssetsWrite, JobsRead, JobsWrite, Needs, Scope, UnknownScope};

use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use gildhall_proto::TenantId;
use time::OffsetDateTime;

use self::cache::Identity;
use self::rate::Turn;
use super::ApiState;
use super::problem::{Kind, Problem};
use crate::ledger::{Actor, ActorKind};

/// A caller whose key carries the scope `S`. A handler that takes one can only be reached so, and never names a tenant
/// by any other way.
pub struct Caller<S> {
    /// Whose key it is.
    pub tenant: TenantId,
    /// The public part of the key.
    prefix: String,
    /// Where the request came from.
    address: Option<IpAddr>,
    scope: PhantomData<fn() -> S>,
}

impl<S> Caller<S> {
    /// The caller as the audit log names it.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::ApiKey,
            name: self.prefix.clone(),
            address: self.address,
        }
    }
}

impl<S: Needs> FromRequestParts<ApiState> for Caller<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, Problem> {
        let key = bearer(&parts.headers)?;
        let now = Instant::now();
        let known = api.keys.identify(&api.ledger, &key, now).await?;
        let identity = known.filter(|known| known.is_valid(OffsetDateTime::now_utc()));
        let identity = identity.ok_or_else(refuse)?;
        take_turn(&api.limits, &identity, now)?;
        if !identity.scopes.contains(&S::SCOPE) {
            let detail = format!("The key does not carry the scope {}.", S::SCOPE);
            return Err(Problem::new(Kind::MissingScope, detail));
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Caller {
            tenant: identity.tenant.clone(),
            prefix: key.prefix,
            address: peer.map(|ConnectInfo(peer)| peer.ip()),
            scope: PhantomData,
        })
    }
}

/// The key of the `Authorization` header (RFC 6750). Every fault of it gets the same answer, so that nobody learns which
/// part of a guess was right.
fn bearer(headers: &HeaderMap) -> Result<key::PresentedKey, Problem> {
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

fn take_turn(limits: &RateLimits, who: &Identity, now: Instant) -> Result<(), Problem> {
    let limit = who.requests_per_minute;
    let Turn::Later(wait) = limits.take(&who.tenant, limit, now) else {
        return Ok(());
    };
    let detail = format!("The tenant may make {limit} requests a minute at this replica.");
    let policy = format!("\"tenant\";q={limit};w=60");
    let state = format!(
        "\"tenant\";r=0;t={}",
        wait.as_millis().div_ceil(1000).max(1)
    );
    let problem = Problem::new(Kind::RateLimited, detail).retry_after(wait);
    Err([("ratelimit-policy", policy), ("ratelimit", state)]
        .into_iter()
        .fold(problem, |problem, (name, value)| {
            let value = HeaderValue::try_from(value).expect("digits and ASCII punctuation");
            problem.header(HeaderName::from_static(name), value)
        }))
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
