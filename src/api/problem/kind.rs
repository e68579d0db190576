//! The kinds of problem.

use axum::http::StatusCode;

/// Where the types of problems are found: `/problems/{slug}`.
pub const BASE: &str = "/problems/";

/// A kind of problem. Its slug is part of the contract; later releases may add kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MalformedRequest,
    MalformedBody,
    InvalidJob,
    InvalidParameter,
    InvalidIdempotencyKey,
    BrokenBody,
    Unauthenticated,
    MissingScope,
    NotFound,
    NoSuchRoute,
    MethodNotAllowed,
    NotAcceptable,
    StalledBody,
    SubmissionInFlight,
    AlreadyEnded,
    NotReplayable,
    NotCompleted,
    AssetNameTaken,
    AssetNotReleased,
    IdempotencyKeyReused,
    UnusableAssets,
    BodyTooLarge,
    UnsupportedMediaType,
    UnsupportedContent,
    Infected,
    UnreadableMedia,
    ImageTooLarge,
    MediaOverLimits,
    RateLimited,
    QuotaExceeded,
    TooManyStreams,
    Internal,
    Unavailable,
    Overloaded,
    TimedOut,
    Other(StatusCode),
}

/// What is the same for every problem of one kind.
struct Row(&'static str, u16, &'static str, &'static str);

impl Kind {
    /// Every kind that has a page of its own.
    pub const ALL: &'static [Kind] = &[
        Kind::MalformedRequest,
        Kind::MalformedBody,
        Kind::InvalidJob,
        Kind::InvalidParameter,
        Kind::InvalidIdempotencyKey,
        Kind::BrokenBody,
        Kind::Unauthenticated,
        Kind::MissingScope,
        Kind::NotFound,
        Kind::NoSuchRoute,
        Kind::MethodNotAllowed,
        Kind::NotAcceptable,
        Kind::StalledBody,
        Kind::SubmissionInFlight,
        Kind::AlreadyEnded,
        Kind::NotReplayable,
        Kind::NotCompleted,
        Kind::AssetNameTaken,
        Kind::AssetNotReleased,
        Kind::IdempotencyKeyReused,
        Kind::UnusableAssets,
        Kind::BodyTooLarge,
        Kind::UnsupportedMediaType,
        Kind::UnsupportedContent,
        Kind::Infected,
        Kind::UnreadableMedia,
        Kind::ImageTooLarge,
        Kind::MediaOverLimits,
        Kind::RateLimited,
        Kind::QuotaExceeded,
        Kind::TooManyStreams,
        Kind::Internal,
        Kind::Unavailable,
        Kind::Overloaded,
        Kind::TimedOut,
    ];

    /// The URI reference that names the kind; `about:blank` where the status says all (RFC 9457, 4.2.1).
    pub fn uri(self) -> String {
        match self {
            Kind::Other(_) => "about:blank".to_owned(),
            _ => format!("{BASE}{}", self.slug()),
        }
    }

    /// The last part of the URI reference.
    pub fn slug(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Kind::Other(status) => status,
            _ => StatusCode::from_u16(self.row().1).expect("the table holds real statuses"),
        }
    }

    /// What kind of problem it is, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Other(status) => status.canonical_reason().unwrap_or("Refused"),
            _ => self.row().2,
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        self.row().3
    }

    #[rustfmt::skip]
    fn row(self) -> Row {
        match self {
            Kind::MalformedRequest => Row("malformed-request", 400, "The request is malformed", "Send one Host header, and no header twice that may stand once; the detail names it."),
            Kind::MalformedBody => Row("malformed-body", 400, "The body cannot be read", "Send one JSON document or one MessagePack map, and name its media type."),
            Kind::InvalidJob => Row("invalid-job", 422, "The job breaks the contract", "Mend every field listed in errors; the same job will be refused again."),
            Kind::InvalidParameter => Row("invalid-parameter", 400, "A parameter is wrong", "Mend the parameters listed in errors."),
            Kind::InvalidIdempotencyKey => Row("invalid-idempotency-key", 400, "The idempotency key is wrong", "Give one Idempotency-Key of 1 to 255 visible ASCII characters."),
            Kind::BrokenBody => Row("broken-body", 400, "The body ended early", "Send it again; the connection broke, or its length was not the announced one."),
            Kind::Unauthenticated => Row("unauthenticated", 401, "No valid API key", "Send a key that is neither expired nor revoked as Authorization: Bearer gk_…"),
            Kind::MissingScope => Row("missing-scope", 403, "The API key lacks a scope", "Use a key that carries the scope named in the detail."),
            Kind::NotFound => Row("not-found", 404, "There is no such thing", "Check the id; another tenant's things are never found."),
            Kind::NoSuchRoute => Row("no-such-route", 404, "There is no such address", "See /docs for every address."),
            Kind::MethodNotAllowed => Row("method-not-allowed", 405, "The address does not take this method", "Use one of the methods in the Allow header."),
            Kind::NotAcceptable => Row("not-acceptable", 406, "The answer comes in no media type that is accepted", "Accept the media type in the detail, or leave the Accept header out."),
            Kind::StalledBody => Row("stalled-body", 408, "The body came too slowly", "Send it again over a steadier connection."),
            Kind::SubmissionInFlight => Row("submission-in-flight", 409, "The first request with this idempotency key is not done", "Send the same request again in a moment."),
            Kind::AlreadyEnded => Row("already-ended", 409, "The job has already ended", "Nothing is left to cancel; look at its status."),
            Kind::NotReplayable => Row("not-replayable", 409, "The job cannot be replayed", "Only failed and cancelled jobs can be replayed."),
            Kind::NotCompleted => Row("not-completed", 409, "The job has no output", "Wait for the job to complete, or see why it failed."),
            Kind::AssetNameTaken => Row("asset-name-taken", 409, "Another asset has this name", "Choose another name, or delete the other asset first."),
            Kind::AssetNotReleased => Row("asset-not-released", 409, "The asset cannot be used", "Wait until it was looked through; one that was refused never can be."),
            Kind::IdempotencyKeyReused => Row("idempotency-key-reused", 422, "The idempotency key belongs to another job", "Use a new key for a new job."),
            Kind::UnusableAssets => Row("unusable-assets", 422, "The job names assets that cannot be used", "Wait until every asset listed in errors is released, then submit the job again; name another one for each that was refused."),
            Kind::BodyTooLarge => Row("body-too-large", 413, "The body is too large", "Send less; the detail names the limit."),
            Kind::UnsupportedMediaType => Row("unsupported-media-type", 415, "The media type is not read here", "Name one of the media types in the detail as Content-Type."),
            Kind::UnsupportedContent => Row("unsupported-content", 415, "The content is not of this kind of asset", "Upload a file of a format that the kind takes; the name does not matter."),
            Kind::UnreadableMedia => Row("unreadable-media", 422, "The file cannot be decoded", "Make the file anew; this one is damaged or not what it seems to be."),
            Kind::ImageTooLarge => Row("image-too-large", 422, "The image has too many pixels", "Scale the image down; the detail names the limits."),
            Kind::MediaOverLimits => Row("media-over-limits", 422, "The file takes too much to decode", "Save it smaller or in a simpler form; another try of the same file ends the same."),
            Kind::Infected => Row("infected", 422, "The scanner found something harmful", "Upload another file. If this one is harmless, tell whoever runs this service what the scanner called it."),
            Kind::RateLimited => Row("rate-limited", 429, "Too many requests", "Wait as long as Retry-After says."),
            Kind::QuotaExceeded => Row("quota-exceeded", 429, "The month's jobs are used up", "Wait for the next month, or ask for a higher quota."),
            Kind::TooManyStreams => Row("too-many-streams", 429, "Too many open event streams", "Close one, or follow several jobs by asking for their status."),
            Kind::Internal => Row("internal", 500, "Something broke here", "Give the instance to whoever runs this service."),
            Kind::Unavailable => Row("unavailable", 503, "A service behind the API is away", "Send the same request again after Retry-After."),
            Kind::Overloaded => Row("overloaded", 503, "Too much is going on", "Send the same request again after Retry-After."),
            Kind::TimedOut => Row("timed-out", 503, "The request took too long", "Send it again; with an idempotency key no job is made twice."),
            Kind::Other(_) => Row("", 0, "", ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_an_error_status() {
        let slugs: HashSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let status = kind.status();
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{kind:?}"
            );
            assert!(!kind.title().is_empty() && !kind.advice().is_empty());
        }
    }

    #[test]
    fn a_bare_status_is_about_blank() {
        let kind = Kind::Other(StatusCode::IM_A_TEAPOT);
        assert_eq!(
            (kind.uri().as_str(), kind.title()),
            ("about:blank", "I'm a teapot")
        );
    }
}
