//! What can go wrong with the object store.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::io;

/// Whatever lies below an error of this room.
pub(super) type Source = Box<dyn Error + Send + Sync>;

/// A call of [`super::Objects`] failed.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// There is no such object.
    #[error("there is no object {key:?}")]
    Missing {
        /// Its key.
        key: String,
    },
    /// The object, or what was to become one, has too many bytes. Nothing of it was kept.
    #[error("{key:?} has more than {limit} bytes")]
    TooLarge {
        /// Its key.
        key: String,
        /// Bytes allowed.
        limit: u64,
    },
    /// The store cannot be reached, is too slow, is overloaded or broken. Whether it did what it was asked is unknown.
    #[error("the object store is out of service: it could not {action}")]
    Unavailable {
        /// What was asked of it.
        action: &'static str,
        /// What it said, if it did.
        source: Source,
    },
    /// The store is there and does not want to. Mostly its settings or ours are wrong: keys, bucket, clock.
    #[error("the object store refused to {action}{}", in_brackets(.code.as_deref()))]
    Refused {
        /// What was asked of it.
        action: &'static str,
        /// Its code, such as `AccessDenied`.
        code: Option<String>,
        /// What it said.
        source: Source,
    },
    /// Whoever sends the bytes to store stopped before the end.
    #[error("the bytes to store stopped coming")]
    Interrupted(#[source] Source),
    /// A file of this machine could not be read or written.
    #[error("a local file could not be used")]
    Local(#[from] io::Error),
}

impl ObjectsError {
    /// Whether the store as a whole is in trouble: other requests will fare no better now, and this one may later.
    pub fn is_outage(&self) -> bool {
        matches!(self, ObjectsError::Unavailable { .. })
    }

    /// An error about the bucket or several objects.
    pub(super) fn of<E>(action: &'static str, error: SdkError<E>) -> ObjectsError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let code = error.code().map(str::to_owned);
        let is_outage = match &error {
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
            SdkError::DispatchFailure(failure) => !failure.is_user(),
            _ => is_outage_reply(status(&error), code.as_deref()),
        };
        let source = Source::from(error);
        match is_outage {
            true => ObjectsError::Unavailable { action, source },
            false => ObjectsError::Refused {
                action,
                code,
                source,
            },
        }
    }

    /// An error about one object, which may be missing.
    pub(super) fn of_key<E>(action: &'static str, key: &str, error: SdkError<E>) -> ObjectsError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        // Replies to HEAD have no body, hence no code.
        let is_missing = status(&error) == Some(404)
            && matches!(error.code(), None | Some("NoSuchKey" | "NotFound"));
        match is_missing {
            true => ObjectsError::Missing {
                key: key.to_owned(),
            },
            false => ObjectsError::of(action, error),
        }
    }

    /// An error of one object among several, by its code.
    pub(super) fn of_code(
        action: &'static str,
        code: Option<&str>,
        source: Source,
    ) -> ObjectsError {
        match is_outage_reply(None, code) {
            true => ObjectsError::Unavailable { action, source },
            false => ObjectsError::Refused {
                action,
                code: code.map(str::to_owned),
                source,
            },
        }
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|reply| reply.status().as_u16())
}

/// Whether a reply speaks of the store's own trouble. Some errors come with status 200, since they were found after the
/// reply had begun: the code decides there. Status 501 and 505 are answers about the request.
fn is_outage_reply(status: Option<u16>, code: Option<&str>) -> bool {
    let by_status = matches!(status, Some(429 | 500 | 502..=504 | 506..=599));
    let by_code = matches!(
        code,
        Some(
            "SlowDown"
                | "InternalError"
                | "ServiceUnavailable"
                | "RequestTimeout"
                | "Throttling"
                | "TooManyRequests"
        )
    );
    by_status || by_code
}

fn in_brackets(code: Option<&str>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_of_the_store_is_an_outage() {
        for status in [429, 500, 502, 503, 504, 599] {
            assert!(is_outage_reply(Some(status), None), "{status}");
        }
        for code in ["SlowDown", "InternalError", "RequestTimeout"] {
            assert!(is_outage_reply(Some(200), Some(code)), "{code}");
        }
    }

    #[test]
    fn a_refusal_is_none() {
        for status in [200, 400, 403, 404, 412, 501, 505] {
            assert!(!is_outage_reply(Some(status), None), "{status}");
        }
        assert!(!is_outage_reply(Some(403), Some("AccessDenied")));
        assert!(!is_outage_reply(None, None));
    }

    #[test]
    fn a_message_names_the_code_and_leaves_the_source_to_the_chain() {
        let error = ObjectsError::of_code("delete objects", Some("AccessDenied"), "why".into());
        assert_eq!(
            error.to_string(),
            "the object store refused to delete objects (AccessDenied)"
        );
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("why")
        );
        assert!(!error.is_outage());
    }
}
