//! An asset as its owner sees it.

use gildhall_proto::JobId;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::links;
use crate::ledger::Asset;

/// An asset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Asset)]
pub struct AssetView {
    /// Its id.
    pub id: Uuid,
    /// How jobs name it.
    #[schema(example = "products/ring.jpg")]
    pub key: String,
    /// What it was uploaded for: `products`, `frames`, `audio` or `overlays`; `video` of a job's output.
    pub kind: String,
    /// `upload` or `render`.
    pub origin: String,
    /// `released`: jobs may name it; `quarantined`: not yet, since it was not scanned; `refused`: never.
    pub state: String,
    /// What the scanner found in it, where it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Its media type, by its content.
    pub content_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its width in pixels, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Its length in milliseconds, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// The job that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    pub job_id: Option<JobId>,
    /// When it was stored.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// Its address, which gives a signed URL.
    pub link: String,
}

impl From<Asset> for AssetView {
    fn from(asset: Asset) -> AssetView {
        AssetView {
            link: links::asset(asset.id),
            id: asset.id,
            key: asset.key,
            kind: asset.kind,
            origin: asset.origin.as_str().to_owned(),
            state: asset.state.as_str().to_owned(),
            refusal: asset.refusal,
            content_type: asset.file.content_type,
            bytes: asset.file.bytes,
            sha256: asset.file.sha256,
            width: asset.file.width,
            height: asset.file.height,
            duration_ms: asset.duration_ms,
            job_id: asset.job,
            created_at: asset.created_at,
        }
    }
}
