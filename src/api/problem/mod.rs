//! Everything that goes wrong is told as a problem (RFC 9457): one type, made where the fault is found, written to the
//! wire and into the log in one place, [`tell`].

mod body;
#[cfg(test)]
mod guide;
mod kind;
mod pages;
mod tell;

pub use body::{FieldFault, ProblemBody, field_faults};
pub use kind::Kind;
pub use pages::page;
pub use tell::tell;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::ledger::LedgerError;
use crate::objects::ObjectsError;

/// How long a client waits before it asks again where nothing better is known.
pub const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Why a request is refused. As a response it is bare: [`tell`] gives it its body.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    detail: String,
    errors: Vec<FieldFault>,
    headers: HeaderMap,
    /// For the log only: a client never sees it.
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// A problem on its way through the response's extensions to [`tell`].
#[derive(Clone)]
struct Untold(Arc<Inner>);

impl Problem {
    /// A problem of this kind; the detail says what is wrong with this very request.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Inner {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            headers: HeaderMap::new(),
            cause: None,
        }))
    }

    /// Something that must not happen; the cause goes to the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        let detail = "The fault is on this side and has been logged.";
        Problem::new(Kind::Internal, detail).caused_by(cause)
    }

    /// A service behind the API is away.
    pub fn unavailable(what: &str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        Problem::new(Kind::Unavailable, format!("{what} cannot be reached."))
            .retry_after(RETRY_AFTER)
            .caused_by(cause)
    }

    /// One query parameter or header is wrong.
    pub fn parameter(name: &str, value: &str, limit: &str) -> Problem {
        Problem::parameters(vec![FieldFault::parameter(name, value, limit)])
    }

    /// Query parameters or headers are wrong.
    pub fn parameters(errors: Vec<FieldFault>) -> Problem {
        Problem::new(Kind::InvalidParameter, "See errors for each of them.").with_errors(errors)
    }

    /// Lists what is wrong.
    pub fn with_errors(mut self, errors: Vec<FieldFault>) -> Problem {
        self.0.errors = errors;
        self
    }

    /// Says when to try again, in whole seconds rounded up, at least one.
    pub fn retry_after(self, wait: Duration) -> Problem {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        let value = u64::try_from(seconds).unwrap_or(u64::MAX);
        self.header(header::RETRY_AFTER, HeaderValue::from(value))
    }

    /// Adds a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.0.headers.insert(name, value);
        self
    }

    /// Keeps the cause for the log.
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        self.0.cause = Some(cause.into());
        self
    }

    /// Its kind.
    #[cfg(test)]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What is wrong, field by field.
    #[cfg(any(fuzzing, test))]
    pub fn errors(&self) -> &[FieldFault] {
        &self.0.errors
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem(mut inner) = self;
        let headers = std::mem::take(&mut inner.headers);
        let mut response = (inner.kind.status(), headers).into_response();
        response.extensions_mut().insert(Untold(Arc::new(*inner)));
        response
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Problem {
        if error.is_outage() {
            Problem::unavailable("The ledger", error)
        } else {
            Problem::internal(error)
        }
    }
}

impl From<ObjectsError> for Problem {
    fn from(error: ObjectsError) -> Problem {
        if error.is_outage() {
            Problem::unavailable("The storage", error)
        } else {
            Problem::internal(error)
        }
    }
}
