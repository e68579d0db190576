//! `DELETE /api/v1/video/assets/{id}`: an asset goes.

use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use crate::api::ApiState;
use crate::api::caller::{AssetsWrite, Caller};
use crate::api::id::{Id, not_found};
use crate::api::problem::{Problem, ProblemBody};
use crate::api::query::NoQuery;
use crate::api::schemas::Refusals;

/// Delete an asset
///
/// An upload, or a rendered video with its poster, thumbnails and renditions. Its bytes are gone when the answer comes; signed
/// URLs given out before lead to nothing. Nothing looks whether an unfinished job names it: such a job goes on without it where
/// it can, and fails where it cannot.
#[utoipa::path(
    delete,
    path = "/api/v1/video/assets/{id}",
    operation_id = "deleteAsset",
    tag = "assets",
    params(("id" = String, Path, format = Uuid, description = "The asset.")),
    responses(
        (status = 204, description = "The asset is gone."),
        (status = 404, description = "The tenant has no such asset.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["assets:write"])),
)]
pub async fn delete(
    caller: Caller<AssetsWrite>,
    State(api): State<ApiState>,
    Id(id): Id<Uuid>,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    let asset = api.ledger.asset(&caller.tenant, id).await?;
    let asset = asset.ok_or_else(not_found)?;
    let renditions = api.ledger.renditions(&caller.tenant, id).await?;
    let objects: Vec<String> = std::iter::once(asset.file)
        .chain(renditions.into_iter().map(|rendition| rendition.file))
        .map(|file| file.object_key)
        .chain(asset.quarantine_key)
        .collect();
    // The bytes first: a crash in between leaves a row without bytes, which the next delete or an upload of the same bytes
    // mends. What is stored at this very moment comes too late for this, and a porter clears it away.
    api.objects.delete(&objects).await?;
    let gone = api
        .ledger
        .delete_asset(&caller.tenant, id, &caller.actor())
        .await?;
    gone.map(|_| StatusCode::NO_CONTENT).ok_or_else(not_found)
}
