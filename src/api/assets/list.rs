//! `GET /api/v1/video/assets`: what a tenant has.

use axum::Json;
use axum::extract::{RawQuery, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::AssetView;
use crate::api::caller::{AssetsRead, Caller};
use crate::api::jobs::{DEFAULT_LIMIT, cursor, limit};
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::schemas::Refusals;
use crate::api::{ApiState, links};
use crate::ledger::{AssetOrigin, Cursor};

const KINDS: [&str; 5] = ["products", "frames", "audio", "overlays", "video"];

/// Some of a tenant's assets, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetPage {
    /// The assets.
    pub assets: Vec<AssetView>,
    /// Where the next page is; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// List assets
///
/// Uploads and rendered videos, the newest first, a page at a time.
#[utoipa::path(
    get,
    path = "/api/v1/video/assets",
    operation_id = "listAssets",
    tag = "assets",
    params(
        ("kind" = Option<String>, Query, description = "Only assets of this kind: products, frames, audio, overlays or \
            video."),
        ("origin" = Option<String>, Query, description = "Only what was uploaded (`upload`) or rendered (`render`)."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Assets of a page; 20 by default."),
        ("cursor" = Option<String>, Query, description = "Where the page begins; taken from `next` of the page before."),
    ),
    responses((status = 200, description = "The page.", body = AssetPage), Refusals),
    security(("api_key" = ["assets:read"])),
)]
pub async fn list(
    caller: Caller<AssetsRead>,
    State(api): State<ApiState>,
    RawQuery(raw): RawQuery,
) -> Result<Json<AssetPage>, Problem> {
    let wanted = Wanted::parse(raw.as_deref())?;
    let page = api
        .ledger
        .list_assets(
            &caller.tenant,
            wanted.origin,
            wanted.kind,
            wanted.cursor.as_ref(),
            wanted.limit,
        )
        .await?;
    let next = page
        .next
        .map(|next| links::next_page(links::ASSETS, raw.as_deref(), &next.to_string()));
    Ok(Json(AssetPage {
        assets: page.items.into_iter().map(AssetView::from).collect(),
        next,
    }))
}

/// What was asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Only assets of this kind.
    pub kind: Option<&'static str>,
    /// Only assets that came in this way.
    pub origin: Option<AssetOrigin>,
    /// At most so many.
    pub limit: u16,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
}

impl Wanted {
    /// Reads a query.
    ///
    /// # Errors
    /// A problem with every fault.
    pub fn parse(raw: Option<&str>) -> Result<Wanted, Problem> {
        let mut query = Query::of(raw);
        let kind = query.one("kind", "products, frames, audio, overlays or video", kind);
        let origin = query.one("origin", "upload or render", |word| word.parse().ok());
        let limit = query.one("limit", "1 to 100", limit);
        let cursor = query.one("cursor", "the cursor of a page before", cursor);
        query.finish()?;
        Ok(Wanted {
            kind,
            origin,
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            cursor,
        })
    }
}

fn kind(word: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|kind| *kind == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_words() {
        let wanted = Wanted::parse(Some("kind=video&origin=render&limit=1")).expect("good words");
        assert_eq!((wanted.kind, wanted.limit), (Some("video"), 1));
        assert_eq!(wanted.origin, Some(AssetOrigin::Render));
        let problem = Wanted::parse(Some("kind=x&origin=y")).expect_err("two faults");
        assert_eq!(problem.errors().len(), 2);
    }
}
