//! One trace for a job's whole life: from the request that submits it to the events that tell of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gildhall_proto::{JobId, JobStatus};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::collector::{Collector, Span};
use crate::support::events::Heard;
use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, jobs, until};

/// The trace and the span of whoever submits a job.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

const PATIENCE: Duration = Duration::from_secs(30);

const REQUEST: &str = "POST /api/v1/video/process";
const DISPATCH: &str = "publish gildhall.jobs";
const PROCESS: &str = "process gildhall.jobs";
const EVENT: &str = "publish gildhall.events";

fn traceparent() -> String {
    format!("00-{TRACE}-{CALLER}-01")
}

fn submit(fleet: &Fleet, job: &serde_json::Value) -> JobId {
    let caller = traceparent();
    let answer = fleet.http.submit(job, &[("traceparent", caller.as_str())]);
    assert_eq!(answer.status, 202, "{}", answer.json());
    answer.job()
}

/// The span that a message or a row names, of the caller's trace.
fn span_named_by(traceparent: &str) -> &str {
    let ids = traceparent.strip_prefix(&format!("00-{TRACE}-"));
    let ids = ids.unwrap_or_else(|| panic!("{traceparent} is of another trace"));
    ids.strip_suffix("-01").expect("the caller asked for it")
}

fn traceparent_of(event: &Heard) -> &str {
    event.headers.get("traceparent").map_or("", String::as_str)
}

fn named<'s>(spans: &'s [Span], name: &str) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

#[track_caller]
fn only<'s>(spans: &'s [Span], name: &str) -> &'s Span {
    let found = named(spans, name);
    assert_eq!(found.len(), 1, "{name}: {found:#?}");
    found[0]
}

/// Names of a span and of those above it, up to the request.
#[track_caller]
fn upwards<'s>(spans: &'s [Span], id: &str) -> Vec<&'s str> {
    let by_id: BTreeMap<&str, &Span> = spans.iter().map(|span| (&*span.id, span)).collect();
    let mut names = Vec::new();
    let mut at = id;
    while at != CALLER {
        let span = by_id.get(at);
        let span = span.unwrap_or_else(|| panic!("{at} is missing below {names:?}"));
        names.push(&*span.name);
        assert!(names.len() <= spans.len(), "a ring: {names:?}");
        at = &span.parent;
    }
    names
}

fn below<'s>(spans: &'s [Span], parent: &Span) -> BTreeSet<&'s str> {
    let children = spans.iter().filter(|span| span.parent == parent.id);
    children.map(|span| &*span.name).collect()
}

/// Whether so many attempts have ended and the publish of this event is there.
fn is_whole(spans: &[Span], attempts: usize, event: &str) -> bool {
    attempts_of(spans).len() == attempts && spans.iter().any(|span| span.id == event)
}

/// The spans in which a worker had the job, in the order of their fencing numbers; without those in which a message turned
/// out to be too early or too late.
fn attempts_of(spans: &[Span]) -> Vec<&Span> {
    let mut attempts = named(spans, PROCESS);
    attempts.retain(|span| !span.attribute("gildhall.attempt").is_empty());
    attempts.sort_by_key(|span| span.attribute("gildhall.fence").parse::<i64>().ok());
    attempts
}

#[test]
fn a_job_is_one_trace_from_its_request_to_its_event() {
    let collector = Collector::start();
    let mut fleet = Fleet::shared("one trace");
    fleet.env = collector.env();
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let job = submit(&fleet, &jobs::tiny());
    let record = fleet.wait_for(job, JobStatus::Completed);
    let completed = events.wait_for(job, "video.completed");
    let told = span_named_by(traceparent_of(&completed));
    let spans = collector.wait_for(TRACE, |spans| is_whole(spans, 1, told));

    let request = only(&spans, REQUEST);
    assert_eq!((&*request.parent, request.kind), (CALLER, SpanKind::Server));
    assert_eq!(request.attribute("http.response.status_code"), "202");
    let kept = record.traceparent.expect("the request had one");
    assert_eq!(span_named_by(&kept), request.id);
    assert_eq!(upwards(&spans, told), [EVENT, PROCESS, DISPATCH, REQUEST]);
    for span in &spans {
        assert_eq!(upwards(&spans, &span.id).last(), Some(&REQUEST));
        assert_eq!(span.error, None, "{span:#?}");
    }
    let queued = events.wait_for(job, "video.queued");
    let queued = span_named_by(traceparent_of(&queued));
    assert_eq!(upwards(&spans, queued), [EVENT, REQUEST]);
    messages_are_described(&spans, job);
    steps_are_told(&spans);
}

/// As OpenTelemetry's conventions for messaging have it.
fn messages_are_described(spans: &[Span], job: JobId) {
    let job = job.to_string();
    let job = job.as_str();
    let (dispatch, process) = (only(spans, DISPATCH), only(spans, PROCESS));
    assert_eq!(
        (dispatch.kind, process.kind),
        (SpanKind::Producer, SpanKind::Consumer)
    );
    assert_eq!(dispatch.service, "gildhall-api");
    assert_eq!(process.service, "gildhall-worker");
    for (span, operation, kind, destination) in [
        (dispatch, "publish", "send", "gildhall.jobs:jobs"),
        (process, "process", "process", "gildhall.jobs"),
    ] {
        for (key, value) in [
            ("messaging.system", "rabbitmq"),
            ("messaging.operation.name", operation),
            ("messaging.operation.type", kind),
            ("messaging.destination.name", destination),
            ("messaging.message.id", job),
            ("gildhall.job.id", job),
            ("gildhall.tenant.id", "acme"),
        ] {
            assert_eq!(span.attribute(key), value, "{key} of {}", span.name);
        }
    }
    assert_eq!(process.attribute("gildhall.attempt"), "1");
    assert_eq!(process.attribute("gildhall.outcome"), "completed");
    let events = named(spans, EVENT);
    assert!(events.iter().all(|span| span.kind == SpanKind::Producer));
    let destinations = events
        .iter()
        .map(|span| span.attribute("messaging.destination.name").to_owned());
    let destinations: BTreeSet<String> = destinations.collect();
    let expected = ["queued", "processing", "completed"];
    let expected = expected.map(|kind| format!("gildhall.events:acme.video.{kind}"));
    assert_eq!(destinations, BTreeSet::from(expected));
}

/// The steps of the attempt, and the stages of its render.
fn steps_are_told(spans: &[Span]) {
    let steps = below(spans, only(spans, PROCESS));
    for step in ["claim", "fetch", "render", "upload", "finish"] {
        assert!(steps.contains(step), "{step} in {steps:?}");
    }
    let stages = below(spans, only(spans, "render"));
    for stage in ["render compose", "render encode"] {
        assert!(stages.contains(stage), "{stage} in {stages:?}");
        let stage = only(spans, stage);
        let lasted = stage.lasted.as_millis().to_string();
        assert_eq!(stage.attribute("gildhall.busy_ms"), lasted, "{stage:#?}");
    }
}

#[test]
fn every_attempt_has_a_span_that_tells_why_it_failed() {
    let collector = Collector::start();
    let mut fleet = Fleet::shared("traced retries");
    fleet.env = collector.env();
    fleet.start_api();
    fleet.upload_ring();
    let events = fleet.listen();
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let job = submit(&fleet, &jobs::endless());
    let first = render_of(&worker, None);
    kill_process(first, Signal::KILL).expect("it renders for minutes");
    let second = render_of(&worker, Some(first));
    kill_process(second, Signal::KILL).expect("it renders for minutes");
    fleet.wait_for(job, JobStatus::Failed);
    let failed = events.wait_for(job, "video.failed");
    let told = span_named_by(traceparent_of(&failed));
    fleet.wait_for_dead_letters(1);
    let spans = collector.wait_for(TRACE, |spans| {
        is_whole(spans, 2, told) && !named(spans, "publish gildhall.dead").is_empty()
    });

    let attempts = attempts_of(&spans);
    for (span, attempt, outcome) in [(attempts[0], "1", "retry"), (attempts[1], "2", "failed")] {
        assert_eq!(span.attribute("gildhall.attempt"), attempt);
        assert_eq!(span.attribute("gildhall.outcome"), outcome);
        assert_eq!(span.attribute("error.type"), "render_killed");
        let why = span.error.as_deref().unwrap_or("");
        assert!(why.contains("SIGKILL"), "{why}");
        assert_eq!(upwards(&spans, &span.id), [PROCESS, DISPATCH, REQUEST]);
    }
    let renders = named(&spans, "render");
    assert_eq!(renders.len(), 2);
    assert!(
        renders.iter().all(|span| span.error.is_some()),
        "{renders:#?}"
    );
    let last = upwards(&spans, told);
    assert_eq!(last, [EVENT, PROCESS, DISPATCH, REQUEST]);
    let dead = only(&spans, "publish gildhall.dead");
    assert_eq!(dead.parent, attempts[1].id);
}

/// The render process that a worker has now, if it is another one.
fn render_of(worker: &Process, known: Option<Pid>) -> Pid {
    until("a render", PATIENCE, || {
        let mut renders = worker.children().into_iter();
        renders.find(|pid| Some(*pid) != known)
    })
}

#[test]
fn a_job_that_is_taken_over_stays_in_its_trace() {
    let collector = Collector::start();
    let mut fleet = Fleet::shared("traced takeover");
    fleet.env = collector.env();
    fleet.start_api();
    let events = fleet.listen();
    let mut worker = fleet.start_worker(WorkerOptions::pretending(60_000).lease_ms(1000));
    let job = submit(&fleet, &jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    worker.kill9();
    let _other = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.wait_for(job, JobStatus::Completed);
    let completed = events.wait_for(job, "video.completed");
    let told = span_named_by(traceparent_of(&completed));
    // What a killed worker was at, it cannot tell any more.
    let spans = collector.wait_for(TRACE, |spans| is_whole(spans, 1, told));

    let attempt = attempts_of(&spans)[0];
    assert_eq!(attempt.attribute("gildhall.fence"), "2");
    assert_eq!(attempt.attribute("gildhall.outcome"), "completed");
    assert_eq!(upwards(&spans, told), [EVENT, PROCESS, DISPATCH, REQUEST]);
}

#[test]
fn while_traces_are_off_nobody_is_told_and_the_callers_trace_is_handed_on() {
    let collector = Collector::start();
    let mut fleet = Fleet::shared("no traces");
    fleet.start_api();
    let events = fleet.listen();
    fleet.env = collector.env();
    fleet.env.push(("OTEL_TRACES_EXPORTER", "none".to_owned()));
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let traced = submit(&fleet, &jobs::any());
    let untraced = fleet.submit(&jobs::any());
    let record = fleet.wait_for(traced, JobStatus::Completed);
    assert_eq!(record.traceparent, Some(traceparent()));
    for kind in ["video.queued", "video.processing", "video.completed"] {
        let event = events.wait_for(traced, kind);
        assert_eq!(traceparent_of(&event), traceparent(), "{kind}");
        // One that the API began, so that the lines of all logs on this job can be found: not sampled.
        let event = events.wait_for(untraced, kind);
        let begun = traceparent_of(&event);
        assert!(begun.ends_with("-00"), "{kind}: {begun}");
        assert_eq!(
            Some(begun.to_owned()),
            fleet.job(untraced).traceparent,
            "{kind}"
        );
    }
    assert_eq!(collector.connections(), 0);
}
