//! What each type of problem means, at the address that names it.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{Kind, Problem};

/// `GET /problems/{slug}`: the kind of problem in words.
pub async fn page(Path(slug): Path<String>) -> Result<Response, Problem> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug);
    let kind = kind.ok_or_else(|| Problem::new(Kind::NotFound, "No such type of problem."))?;
    let text = format!(
        "{} ({})\n\n{}\n",
        kind.title(),
        kind.status().as_u16(),
        kind.advice()
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
