//! `POST /api/v1/video/assets`: a file comes in.

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gildhall_proto::AssetKey;
use gildhall_proto::limits::MAX_FILE_BYTES;

use super::keep::Keep;
use super::kind::{self, AssetKind};
use super::receive::{Received, receive};
use super::view::AssetView;
use crate::api::caller::{AssetsWrite, Caller};
use crate::api::problem::{Kind, Problem, ProblemBody, RETRY_AFTER};
use crate::api::query::Query;
use crate::api::schemas::Refusals;
use crate::api::{ApiState, body, links};
use crate::ledger::Asset;

/// Most uploads of one tenant at a time at one replica, so that there are always places that it cannot take.
pub const PER_TENANT: usize = IN_ALL / 2;
/// Most uploads of all tenants at a time at one replica; each may fill 100 MB of the disk.
pub const IN_ALL: usize = 16;

/// Upload an asset
///
/// The body is the file itself, at most 100 MB. What it is shows in its content; its name and `Content-Type` do not matter.
/// Jobs name it by the `key` of the answer. The same bytes under the same kind are kept once: the answer is then 200 with the
/// asset that is there, whatever name was asked for.
///
/// The file is scanned before it can be used: 201 is an asset that is `released`. Where the scanner is away the answer is 202 with
/// an asset that is `quarantined`: it becomes released, or `refused`, by itself; ask for it again, or upload it again.
#[utoipa::path(
    post,
    path = "/api/v1/video/assets",
    operation_id = "uploadAsset",
    tag = "assets",
    params(
        ("kind" = String, Query, description = "What it is for: products (images), frames (images with alpha), audio or \
            overlays (videos)."),
        ("name" = Option<String>, Query, description = "Its file name, such as `ring.jpg`; its hash where none is given."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes of the file."),
    responses(
        (status = 201, description = "The asset is stored and can be used.", body = AssetView,
            headers(("Location" = String, description = "The asset's address."))),
        (status = 200, description = "The tenant had these bytes already, and they can be used.", body = AssetView,
            headers(("Location" = String, description = "The asset's address."))),
        (status = 202, description = "The asset is stored, and cannot be used until it was scanned.", body = AssetView,
            headers(("Location" = String, description = "The asset's address."))),
        (status = 408, description = "The body came too slowly.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Another asset has this name.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large; the connection ends.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The content is nothing that this kind takes.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The file is damaged, takes too much to decode, or is infected.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["assets:write"])),
)]
pub async fn upload(
    caller: Caller<AssetsWrite>,
    State(api): State<ApiState>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let wanted = Wanted::parse(raw.as_deref())?;
    body::check_announced(&headers, MAX_FILE_BYTES)?;
    let _place = api.uploads.take(&caller.tenant).ok_or_else(too_many)?;
    let received = receive(body, wanted.kind, &api.upload_dir, &api.inspector).await?;
    let keep = Keep {
        api: &api,
        caller: &caller,
        key: wanted.key(&received)?,
        kind: wanted.kind,
        received: &received,
    };
    let (status, asset) = keep.keep().await?;
    Ok(answer(status, asset))
}

fn answer(status: StatusCode, asset: Asset) -> Response {
    let location = HeaderValue::try_from(links::asset(asset.id)).expect("a path of ASCII");
    let body = Json(AssetView::from(asset));
    (status, [(header::LOCATION, location)], body).into_response()
}

fn too_many() -> Problem {
    let detail = format!(
        "Too many files are being uploaded: one replica takes {PER_TENANT} of a tenant at a time, and {IN_ALL} of all."
    );
    Problem::new(Kind::Overloaded, detail).retry_after(RETRY_AFTER)
}

/// What was asked for.
#[derive(Debug)]
pub struct Wanted {
    /// What the file is for.
    pub kind: AssetKind,
    /// What jobs will call it, where it was named.
    pub key: Option<AssetKey>,
}

impl Wanted {
    /// Reads a query.
    ///
    /// # Errors
    /// A problem with every fault.
    pub fn parse(raw: Option<&str>) -> Result<Wanted, Problem> {
        let mut query = Query::of(raw);
        let kind = query.many("kind", kind::WORDS, |word| word.parse::<AssetKind>().ok());
        let name = query.one("name", "a file name", |name| Some(name.to_owned()));
        // A wrong kind has been told already.
        let is_told = query.has_faults();
        let [kind] = kind[..] else {
            if !is_told {
                query.refuse("kind", "", kind::WORDS);
            }
            return Err(query.finish().expect_err("a kind is missing or wrong"));
        };
        let key = name.as_deref().map(|name| (name, key(kind, name)));
        if let Some((name, Err(limit))) = &key {
            query.refuse("name", name, limit);
        }
        query.finish()?;
        Ok(Wanted {
            kind,
            key: key.and_then(|(_, key)| key.ok()),
        })
    }

    /// What jobs will call the file.
    fn key(&self, received: &Received) -> Result<AssetKey, Problem> {
        let name = || format!("{}.{}", received.sha256, received.content.extension);
        match &self.key {
            Some(key) => Ok(key.clone()),
            None => key(self.kind, &name()).map_err(Problem::internal),
        }
    }
}

/// The key of a file of this name, or what a name must be.
fn key(kind: AssetKind, name: &str) -> Result<AssetKey, String> {
    if name.contains('/') {
        return Err("a file name without folders".to_owned());
    }
    let key = AssetKey::parse(&format!("{}/{name}", kind.as_str()));
    key.map_err(|fault| format!("a file name such as ring.jpg ({fault})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<Option<String>, usize> {
        let wanted = Wanted::parse(Some(raw));
        wanted
            .map(|wanted| wanted.key.map(|key| key.to_string()))
            .map_err(|problem| problem.errors().len())
    }

    #[test]
    fn the_kind_is_the_folder_and_the_name_is_optional() {
        assert_eq!(parse("kind=audio"), Ok(None));
        assert_eq!(
            parse("kind=products&name=ring%20gold.jpg"),
            Ok(Some("products/ring gold.jpg".to_owned()))
        );
    }

    #[test]
    fn no_name_leads_out_of_its_folder() {
        for name in [
            "",
            "..",
            ".",
            "a/b",
            "%2e%2e%2fa",
            "a%5cb",
            "a%00",
            "con",
            "%E2%80%AEa",
        ] {
            assert_eq!(
                parse(&format!("kind=products&name={name}")),
                Err(1),
                "{name}"
            );
        }
    }

    #[test]
    fn one_kind_is_needed() {
        assert_eq!(parse(""), Err(1));
        assert_eq!(parse("kind=video"), Err(1));
        assert_eq!(parse("kind=audio&kind=frames"), Err(1));
        assert_eq!(parse("kind=x&size=1"), Err(2));
    }
}
