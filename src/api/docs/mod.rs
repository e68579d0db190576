//! `/docs`: the OpenAPI document as a page to read. It loads nothing from elsewhere.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::ApiState;

/// The page may run its own script, wear its own style, and fetch the document.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page and what belongs to it.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/docs", get(page))
        .route("/docs/page.css", get(style))
        .route("/docs/page.js", get(script))
}

async fn page() -> Response {
    file("text/html; charset=utf-8", include_str!("page.html"))
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("page.css"))
}

async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("page.js"))
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
