//! Headers that every response carries, the API's and those of the health sockets of relays and workers: they tell browsers
//! to do less with it than they would.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// After the OWASP Secure Headers Project. Nothing here is a page, save the documentation, which brings its own policy. What
/// that list has and this one has not: `Strict-Transport-Security` comes where TLS is known of (`address`), `Clear-Site-Data`
/// has nothing to clear, and there is no `Server` to be told of.
const SAFE: [(HeaderName, &str); 11] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), autoplay=(), bluetooth=(), camera=(), clipboard-read=(), display-capture=(), fullscreen=(), \
        geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
        payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
        web-share=(), window-management=(), xr-spatial-tracking=()",
    ),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
    (HeaderName::from_static("x-dns-prefetch-control"), "off"),
];

/// Adds the headers, where the handler did not set its own.
pub async fn safe(mut response: Response) -> Response {
    for (name, value) in SAFE {
        let own = response.headers_mut().entry(name);
        own.or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[tokio::test]
    async fn a_response_gets_what_it_has_not() {
        let own = [(header::CACHE_CONTROL, "no-cache")];
        let response = safe((own, "text").into_response()).await;
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        for (name, _) in SAFE {
            let values = response.headers().get_all(&name).iter();
            assert_eq!(values.count(), 1, "{name}");
        }
    }
}
