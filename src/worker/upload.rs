//! Stores what a render made.

use super::error::AttemptError;
use super::report::{Report, ReportedFile};
use crate::objects::{Objects, TenantKeys};
use crate::telemetry::chain;
use gildhall_proto::{JobFile, JobId, JobOutput, Quality, TenantId};
use std::path::Path;

/// Where the output of one attempt goes. The fencing number is part of every key, so an attempt that lost its lease
/// overwrites nothing.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// Which job.
    pub job: JobId,
    /// The fencing number of the attempt.
    pub fence: i64,
}

impl Destination<'_> {
    /// What the keys of this attempt begin with, and no other attempt's.
    pub fn prefix(&self) -> String {
        TenantKeys::output(self.tenant, self.job, self.fence, "")
    }
}

/// Removes what an attempt stored that nobody will ever see. What cannot be removed now takes room, and is in nobody's way.
pub async fn discard(objects: Objects, prefix: String) {
    let removed = async {
        let stored = objects.list(&prefix).await?;
        let keys: Vec<String> = stored.into_iter().map(|object| object.key).collect();
        objects.delete(&keys).await
    };
    if let Err(error) = removed.await {
        tracing::warn!(
            prefix,
            error = chain(&error),
            "the files of an attempt that came to nothing stay in the store"
        );
    }
}

/// Uploads every file of a render.
///
/// # Errors
/// When a file cannot be read or stored.
pub async fn upload(
    objects: &Objects,
    to: Destination<'_>,
    report: Report,
    quality: Quality,
) -> Result<JobOutput, AttemptError> {
    let video = put(objects, to, &report.video).await?;
    let poster = put(objects, to, &report.poster).await?;
    let thumbnails = put_all(objects, to, &report.thumbnails).await?;
    let renditions = put_all(objects, to, &report.renditions).await?;
    Ok(JobOutput {
        video,
        poster: Some(poster),
        thumbnails,
        renditions,
        duration_ms: (report.duration_s * 1000.0).round() as u64,
        frames: report.frames,
        encoder: report.encoder,
        quality: quality.to_string(),
        warnings: report.warnings,
        timings: report.timings,
    })
}

async fn put_all(
    objects: &Objects,
    to: Destination<'_>,
    files: &[ReportedFile],
) -> Result<Vec<JobFile>, AttemptError> {
    let mut stored = Vec::with_capacity(files.len());
    for file in files {
        stored.push(put(objects, to, file).await?);
    }
    Ok(stored)
}

async fn put(
    objects: &Objects,
    to: Destination<'_>,
    file: &ReportedFile,
) -> Result<JobFile, AttemptError> {
    let name = file_name(&file.path)?;
    let content_type = content_type(&file.path);
    let key = TenantKeys::output(to.tenant, to.job, to.fence, &name);
    let stored = objects
        .upload(&file.path, &key, content_type)
        .await
        .map_err(|source| AttemptError::Objects {
            what: format!("storing {name}"),
            source,
        })?;
    Ok(JobFile {
        name,
        key,
        content_type: content_type.to_owned(),
        bytes: stored.bytes,
        sha256: stored.sha256,
        width: file.width,
        height: file.height,
    })
}

fn file_name(path: &Path) -> std::io::Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned)
        .ok_or_else(|| std::io::Error::other("the render named a file without a name"))
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("mp4") => "video/mp4",
        Some("jpg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}
