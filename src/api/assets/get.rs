//! `GET /api/v1/video/assets/{id}`: the bytes of an asset, by a signed URL.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gildhall_proto::{JobId, TenantId};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::ApiState;
use crate::api::caller::{AssetsRead, Caller};
use crate::api::id::{Id, not_found};
use crate::api::problem::{Kind, Problem, ProblemBody};
use crate::api::query::Query;
use crate::api::renditions::{VIDEO, is_named};
use crate::api::schemas::Refusals;
use crate::ledger::{Asset, AssetOrigin, AssetState, StoredFile};

/// How long a signed URL opens its object.
const EXPIRES: Duration = Duration::from_secs(5 * 60);

/// A file and where to fetch it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Download {
    /// Opens the file to whoever has it, without a key, until it expires.
    pub url: String,
    /// When the URL expires.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: OffsetDateTime,
    /// Under which name it is saved.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Fetch an asset
///
/// An upload by its id, or a job's video by the job's id: a redirect to a signed URL of five minutes. With `Accept:
/// application/json` the URL comes in a JSON object instead.
#[utoipa::path(
    get,
    path = "/api/v1/video/assets/{id}",
    operation_id = "getAsset",
    tag = "assets",
    params(
        ("id" = String, Path, format = Uuid, description = "The asset, or the job that made the video."),
        ("rendition" = Option<String>, Query, description = "What of a video: `video` (as without it), `poster`, \
            `thumb-1`, `thumb-2` …, a size such as `720x1280`, or a file's full name."),
    ),
    responses(
        (status = 200, description = "The URL.", body = Download),
        (status = 302, description = "To the URL.", headers(("Location" = String, description = "The signed URL."))),
        (status = 404, description = "The tenant has no such asset or job, or the video no such rendition.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The job has no video (yet), or the asset was not released.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["assets:read"])),
)]
pub async fn get(
    caller: Caller<AssetsRead>,
    State(api): State<ApiState>,
    Id(id): Id<Uuid>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(raw.as_deref());
    let limit = "a name such as poster";
    let wanted = query.one("rendition", limit, |name| Some(name.to_owned()));
    query.finish()?;
    let Some(asset) = api.ledger.asset(&caller.tenant, id).await? else {
        return Err(why_not_there(&api, &caller.tenant, JobId::from_uuid(id)).await?);
    };
    if asset.state != AssetState::Released {
        let detail = format!("The asset is {}.", asset.state.as_str());
        return Err(Problem::new(Kind::AssetNotReleased, detail));
    }
    let (name, file) = file(&api, &caller.tenant, asset, wanted.as_deref()).await?;
    let download = sign(&api, name, file).await?;
    match wants_json(&headers) {
        true => Ok(Json(download).into_response()),
        false => redirect(&download.url),
    }
}

/// A job without a video, or nothing at all.
async fn why_not_there(api: &ApiState, tenant: &TenantId, job: JobId) -> Result<Problem, Problem> {
    let known = api.ledger.progress(tenant, job).await?;
    Ok(known.map_or_else(not_found, |known| {
        let detail = format!("The job is {}.", known.status);
        Problem::new(Kind::NotCompleted, detail)
    }))
}

/// The wanted file of an asset, with the name that it is saved under.
async fn file(
    api: &ApiState,
    tenant: &TenantId,
    asset: Asset,
    wanted: Option<&str>,
) -> Result<(String, StoredFile), Problem> {
    match wanted {
        None => Ok((save_name(&asset), asset.file)),
        Some(VIDEO) if asset.origin == AssetOrigin::Render => Ok((save_name(&asset), asset.file)),
        Some(wanted) => {
            let renditions = api.ledger.renditions(tenant, asset.id).await?;
            let mut named = renditions
                .into_iter()
                .filter(|rendition| is_named(&rendition.name, wanted));
            let rendition = named.next().ok_or_else(not_found)?;
            Ok((rendition.name, rendition.file))
        }
    }
}

/// An upload under its own name; a video under its job's.
fn save_name(asset: &Asset) -> String {
    match asset.origin {
        AssetOrigin::Render => format!("{}.mp4", asset.id),
        AssetOrigin::Upload => {
            let (_, name) = asset.key.rsplit_once('/').unwrap_or(("", &asset.key));
            name.to_owned()
        }
    }
}

async fn sign(api: &ApiState, name: String, file: StoredFile) -> Result<Download, Problem> {
    let expires_at = OffsetDateTime::now_utc() + EXPIRES;
    let url = api
        .objects
        .signed_url(
            &file.object_key,
            EXPIRES,
            Some(&name),
            Some(&file.content_type),
        )
        .await?;
    Ok(Download {
        url: url.as_str().to_owned(),
        expires_at,
        name,
        content_type: file.content_type,
        bytes: file.bytes,
        sha256: file.sha256,
    })
}

fn redirect(url: &str) -> Result<Response, Problem> {
    let location = HeaderValue::try_from(url).map_err(Problem::internal)?;
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

/// Whether JSON was asked for by its name. `*/*` asks for the bytes.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
        let refused = parameters.replace(' ', "").split(';').any(is_zero);
        name.trim().eq_ignore_ascii_case("application/json") && !refused
    })
}

/// Whether a parameter is a weight of nought (RFC 9110, 12.4.2).
fn is_zero(parameter: &str) -> bool {
    let weight = parameter.strip_prefix("q=");
    weight.and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_only_by_its_name() {
        for (accept, json) in [
            ("application/json", true),
            ("text/html, Application/JSON;q=0.5", true),
            ("*/*", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false),
            ("application/json; q=0, */*", false),
            ("application/json; q=0.000", false),
        ] {
            let value = HeaderValue::from_static(accept);
            let headers = HeaderMap::from_iter([(header::ACCEPT, value)]);
            assert_eq!(wants_json(&headers), json, "{accept}");
        }
        assert!(!wants_json(&HeaderMap::new()));
    }
}
