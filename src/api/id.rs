//! Ids in paths.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::problem::{Kind, Problem};

/// The id in the path, a UUID in its one usual spelling. What is no id names nothing: it is not found, like an id of
/// nobody's.
pub struct Id<T>(pub T);

/// Length of a UUID with hyphens (RFC 9562, section 4). Other spellings have others.
const CHARS: usize = 36;

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id<T>, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let usual = path.ok().filter(|Path(text)| text.len() == CHARS);
        let id = usual.and_then(|Path(text)| text.parse().ok());
        id.map(Id).ok_or_else(not_found)
    }
}

/// Nothing of this tenant has the id: the same answer whether another tenant's has.
pub fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "Nothing here has this id.")
}
