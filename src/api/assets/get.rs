//! `GET /api/v1/video/assets/{id}`: the bytes of an asset, by a signed URL.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gildhall_proto::{JobId, JobStatus, TenantId};
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::caller::{AssetsRead, Caller};
use crate::api::id::{Id, not_found};
use crate::api::problem::{Kind, Problem, ProblemBody};
use crate::api::query::Query;
use crate::api::renditions::{VIDEO, is_named};
use crate::api::schemas::Refusals;
use crate::api::{ApiState, accept};
use crate::ledger::{Asset, AssetOrigin, AssetState, StoredFile};
use crate::objects::TenantKeys;

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
    let download = sign(&api, &caller.tenant, name, file).await?;
    let detail = [("file", json!(download.name))];
    let act = caller.act("asset.download", id, "signed", detail);
    api.audit.tell(act).await?;
    // `*/*` asks for the bytes.
    match accept::names(&headers, gildhall_proto::JSON) {
        true => Ok(Json(download).into_response()),
        false => redirect(&download.url),
    }
}

/// A job without a video, or nothing at all: what a completed job made has expired or was deleted.
async fn why_not_there(api: &ApiState, tenant: &TenantId, job: JobId) -> Result<Problem, Problem> {
    let known = api.ledger.progress(tenant, job).await?;
    let unfinished = known.filter(|known| known.status != JobStatus::Completed);
    Ok(unfinished.map_or_else(not_found, |known| {
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

async fn sign(
    api: &ApiState,
    tenant: &TenantId,
    name: String,
    file: StoredFile,
) -> Result<Download, Problem> {
    if !TenantKeys::are_of(tenant, &file.object_key) {
        return Err(Problem::internal(
            "a file of a tenant lies outside its folder",
        ));
    }
    let expires_at = OffsetDateTime::now_utc() + EXPIRES;
    let url = api
        .objects
        .signed_url(&file.object_key, EXPIRES, &name, &file.content_type)
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
