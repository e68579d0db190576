//! The way of the sample job, as its sender goes it.

use std::fs;
use std::path::Path;

use gildhall_proto::JobStatus;
use serde_json::Value;
use uuid::Uuid;

use crate::api::{Accepted, Job, Output};
use crate::error::DemoError;
use crate::fleet::Fleet;
use crate::follow::follow;
use crate::options::Options;
use crate::rabbitmq::{Integrator, Message};
use crate::services::NAME;
use crate::steps::Steps;
use crate::stop::Stop;
use crate::tenant::TENANT;
use crate::{assets, download, watch};

/// Starts the fleet, makes the video, and stops everything.
pub fn run(options: &Options, stop: &Stop) -> Result<(), DemoError> {
    println!(
        "Gildhall: a video from upload to download, with everything it needs on this machine.\n"
    );
    let mut steps = Steps::default();
    let mut fleet = Fleet::start(options, &mut steps, stop)?;
    let outcome = travel(options, &mut fleet, &mut steps, stop);
    let ended = fleet.end(options);
    let results = outcome?;
    ended?;
    print!("{results}");
    Ok(())
}

/// Gives what is to be said in the end.
fn travel(
    options: &Options,
    fleet: &mut Fleet,
    steps: &mut Steps,
    stop: &Stop,
) -> Result<String, DemoError> {
    // Bound before the job exists: an event goes to the queues that are there when it is published.
    let integrator = Integrator::bind(&fleet.services.management_url, NAME, TENANT)?;
    let accepted = submit(options, fleet, steps, stop)?;
    let output = wait_for_video(&accepted, fleet, steps, stop)?;
    steps.run("Downloading", |_| fetch(options, fleet, &output))?;
    let event = steps.run("Waiting for the event", |_| {
        let event = integrator.wait_for(&accepted.job_id, stop)?;
        let done = format!("RabbitMQ delivered the event {}", event.routing_key());
        Ok((event, done))
    })?;
    let history = steps.run("Reading the history", |_| {
        let history = fleet.gildhall.run(&["job", "show", &accepted.job_id])?;
        Ok((history, "The job's history is read".to_owned()))
    })?;
    save(options, &event, &history)?;
    Ok(results(options, &event, &history))
}

fn submit(
    options: &Options,
    fleet: &Fleet,
    steps: &mut Steps,
    stop: &Stop,
) -> Result<Accepted, DemoError> {
    let mut job = assets::read(options)?;
    steps.run("Uploading the assets", |_| {
        let (files, bytes) = assets::upload(&mut job, &fleet.api, options, stop)?;
        let megabytes = megabytes(bytes);
        Ok(((), format!("{files} assets are uploaded, {megabytes}")))
    })?;
    steps.run("Submitting the job", |_| {
        let idempotency_key = Uuid::now_v7().to_string();
        let accepted = fleet.api.submit(&job, &idempotency_key)?;
        let done = format!("The job {} is accepted", accepted.job_id);
        Ok((accepted, done))
    })
}

fn wait_for_video(
    accepted: &Accepted,
    fleet: &mut Fleet,
    steps: &mut Steps,
    stop: &Stop,
) -> Result<Output, DemoError> {
    let news = follow(fleet.api.clone(), accepted.links.events.clone());
    steps.run("Rendering", |bar| {
        watch::watch(&news, bar, &mut fleet.roles, stop)?;
        let output = completed(fleet.api.job(&accepted.links.this)?)?;
        let done = match output.warnings.len() {
            0 => format!("{} frames are rendered", output.frames),
            many => format!(
                "{} frames are rendered, with {many} warnings",
                output.frames
            ),
        };
        Ok((output, done))
    })
}

fn completed(job: Job) -> Result<Output, DemoError> {
    match (job.status, job.output) {
        (JobStatus::Completed, Some(output)) => Ok(output),
        (status, _) => Err(DemoError::NoVideo {
            status: status.to_string(),
            why: job
                .failure
                .map_or("nothing says why".to_owned(), |why| why.to_string()),
        }),
    }
}

fn fetch(options: &Options, fleet: &Fleet, output: &Output) -> Result<((), String), DemoError> {
    download::fetch(&fleet.api, &output.video, &options.result("video.mp4"))?;
    let mut bytes = output.video.bytes;
    if let Some(poster) = &output.poster {
        download::fetch(&fleet.api, poster, &options.result("poster.jpg"))?;
        bytes += poster.bytes;
    }
    let size = megabytes(bytes);
    let done = format!("Video and poster are downloaded, {size}; their SHA-256 is right");
    Ok(((), done))
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn save(options: &Options, event: &Message, history: &str) -> Result<(), DemoError> {
    write(&options.result("event.json"), &pretty(&event.shown()))?;
    write(&options.result("history.txt"), history)
}

fn write(path: &Path, text: &str) -> Result<(), DemoError> {
    fs::write(path, text).map_err(DemoError::io(format!("write {}", path.display())))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn results(options: &Options, event: &Message, history: &str) -> String {
    let out = options.out.display();
    format!(
        "\nThe event, as an integrator receives it:\n\n{}\nThe job, as an operator sees it:\n\n{}\n\
         Everything is stopped again. In {out}/ are\n  \
         video.mp4    the video\n  poster.jpg   its poster\n  event.json   the event\n  \
         history.txt  what happened to the job\n  logs/        what API, workers and services said\n",
        indent(&pretty(&event.shown())),
        indent(history),
    )
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_completed_job_has_a_video() {
        let file = json!({"link": "/a", "bytes": 1, "sha256": "00"});
        let output = json!({"video": file, "poster": file, "frames": 900});
        let job = |value: Value| serde_json::from_value::<Job>(value).expect("a job");
        let good = completed(job(json!({"status": "completed", "output": output})));
        assert_eq!(good.expect("a video").frames, 900);
        let failure =
            json!({"class": "rejected", "code": "asset_missing", "message": "no such file"});
        let bad = completed(job(json!({"status": "failed", "failure": failure})));
        let told = bad.expect_err("no video").to_string();
        assert!(told.contains("failed: asset_missing"), "{told}");
    }
}
