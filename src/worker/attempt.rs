//! One attempt: from a claimed job to stored files.

use super::Deps;
use super::assets::released;
use super::error::AttemptError;
use super::fetch::fetch;
use super::numbers;
use super::report::Report;
use super::stages;
use super::stop::Stop;
use super::trace::step;
use super::upload::{Destination, discard, upload};
use super::workspace::Workspace;
use crate::config::Step;
use crate::ledger::{Completion, Run};
use crate::objects::ObjectsError;
use crate::telemetry::chain;
use gildhall_proto::{EventProgress, JobOutput, JobSpec, Quality, UsedAsset};
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::watch;

/// How long a finished render waits for a store that is away, before the job is put off and rendered anew.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(120);
/// How long it waits between two tries.
const UPLOAD_AGAIN: Duration = Duration::from_secs(2);

/// Fetches, renders and uploads.
///
/// # Errors
/// When one of the steps fails or somebody stops the attempt; nothing of it is left in the working folder.
pub async fn attempt(
    deps: &Deps,
    run: &Run,
    progress: &watch::Sender<EventProgress>,
    mut stop: Stop,
) -> Result<Completion, AttemptError> {
    if let Some(nap) = deps.pretend {
        return pretend(nap, run, stop).await;
    }
    let began = Instant::now();
    let workspace = Workspace::create(&deps.folder)?;
    let inputs = tokio::select! {
        inputs = step("fetch", fetched(deps, run, &workspace)) => inputs?,
        reason = stop.requested() => return Err(AttemptError::Stopped(reason)),
    };
    deps.drills.after_part(Step::Fetched)?;
    let fetching = began.elapsed();
    let rendering = Instant::now();
    let render = rendered(deps, run, &workspace, progress, stop.clone());
    let report = step("render", render).await?;
    deps.drills.after_part(Step::Rendered)?;
    let rendering = rendering.elapsed();
    numbers::rendered(&report, run.quality, rendering);
    tell(progress, "upload", &report);
    let uploading = Instant::now();
    let to = Destination {
        tenant: &run.lease.tenant,
        job: run.lease.job,
        fence: run.lease.fence,
    };
    let uploaded = tokio::select! {
        output = step("upload", uploaded(deps, to, &report, run.quality)) => output,
        reason = stop.requested() => Err(AttemptError::Stopped(reason)),
    };
    let uploaded = uploaded.and_then(|output| {
        deps.drills.after_part(Step::Uploaded)?;
        Ok(output)
    });
    let mut output = uploaded.inspect_err(|_| {
        tokio::spawn(discard(deps.objects.clone(), to.prefix()));
    })?;
    for (name, took) in [
        ("fetch", fetching),
        ("render", rendering),
        ("upload", uploading.elapsed()),
    ] {
        numbers::step(name, took);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        output.timings.insert(format!("{name}_ms"), Value::from(ms));
    }
    Ok(Completion { output, inputs })
}

async fn fetched(
    deps: &Deps,
    run: &Run,
    workspace: &Workspace,
) -> Result<Vec<UsedAsset>, AttemptError> {
    fs::write(workspace.job_file(), job_file(run))?;
    let released = released(&deps.ledger, &run.lease.tenant, &run.spec);
    let released = deps
        .ledger_breaker
        .watch(is_ledger_outage, released)
        .await?;
    let (objects, cache) = (&deps.objects, &deps.cache);
    let work = fetch(objects, cache, &released, &run.spec, workspace);
    deps.objects_breaker.watch(is_outage, work).await
}

async fn rendered(
    deps: &Deps,
    run: &Run,
    workspace: &Workspace,
    progress: &watch::Sender<EventProgress>,
    stop: Stop,
) -> Result<Report, AttemptError> {
    let tenant = &run.lease.tenant;
    let report = deps
        .renderer
        .render(tenant, run.quality, workspace, progress, stop)
        .await?;
    stages::tell(&report.timings, SystemTime::now());
    Ok(report)
}

/// Uploads, and where the store is away tries again for a while: a render may have taken minutes. Every try writes the same
/// keys.
async fn uploaded(
    deps: &Deps,
    to: Destination<'_>,
    report: &Report,
    quality: Quality,
) -> Result<JobOutput, AttemptError> {
    let began = Instant::now();
    loop {
        let work = upload(&deps.objects, to, report.clone(), quality);
        match deps.objects_breaker.watch(is_outage, work).await {
            Err(error @ AttemptError::Objects { .. })
                if is_outage(&error) && began.elapsed() < UPLOAD_PATIENCE =>
            {
                tracing::warn!(error = chain(&error), "the video is not stored yet");
                tokio::time::sleep(UPLOAD_AGAIN).await;
            }
            result => return result,
        }
    }
}

/// The job as the renderer is to make it: at the quality of this attempt.
fn job_file(run: &Run) -> String {
    let mut spec: JobSpec = run.spec.clone();
    spec.output.quality = run.quality;
    spec.to_json()
}

/// Whether the store is in trouble, or does not know us: then it refuses every job's files, and a worker with wrong keys
/// would spend the attempts of all jobs it can get.
fn is_outage(error: &AttemptError) -> bool {
    matches!(error, AttemptError::Objects { source, .. }
        if source.is_outage() || matches!(source, ObjectsError::Refused { .. }))
}

fn is_ledger_outage(error: &AttemptError) -> bool {
    matches!(error, AttemptError::Ledger(error) if error.is_outage())
}

fn tell(progress: &watch::Sender<EventProgress>, stage: &str, report: &Report) {
    progress.send_replace(EventProgress {
        stage: stage.to_owned(),
        frames: report.frames,
        total_frames: report.frames,
    });
}

/// Sleeps instead of rendering, for measurements of everything else.
async fn pretend(nap: Duration, run: &Run, mut stop: Stop) -> Result<Completion, AttemptError> {
    tokio::select! {
        () = tokio::time::sleep(nap), if !nap.is_zero() => {}
        reason = stop.requested(), if !nap.is_zero() => return Err(AttemptError::Stopped(reason)),
        else => {}
    }
    Ok(Completion::nothing(run.quality))
}
