//! Following a job over HTTP.

use gildhall_proto::JobStatus;

use crate::support::sse::SseEvent;
use crate::support::{Fleet, WorkerOptions, jobs};

fn is(event: &SseEvent, status: &str) -> bool {
    event.name == "status" && event.data["status"] == status
}

#[test]
fn a_stream_that_was_cut_off_goes_on_where_it_was() {
    let mut fleet = Fleet::shared("a stream");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let path = format!("/api/v1/video/jobs/{job}/events");
    let _worker = fleet.start_worker(WorkerOptions::pretending(2500));

    // Cut off as soon as a worker has the job.
    let mut first: Vec<SseEvent> = Vec::new();
    for event in fleet.http.follow(&path, None).expect("it is under way") {
        first.push(event);
        if is(&first[first.len() - 1], "processing") {
            break;
        }
    }
    let last = first.last().and_then(|event| event.id).expect("an id");
    let last = last.to_string();
    let rest = fleet.http.follow(&path, Some(&last));
    let rest: Vec<SseEvent> = rest.expect("it is under way").collect();
    assert!(
        rest.iter().any(|event| event.name == "progress"),
        "{rest:?}"
    );
    assert!(rest.last().is_some_and(|event| is(event, "completed")));

    // Together they told the history, each line once.
    let told: Vec<i64> = [first, rest]
        .concat()
        .iter()
        .filter_map(|event| event.id)
        .collect();
    let history: Vec<i64> = fleet.history(job).iter().map(|entry| entry.id).collect();
    assert_eq!(told, history);
}

#[test]
fn a_job_that_has_ended_is_told_from_its_first_step_once() {
    let mut fleet = Fleet::shared("a finished stream");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let path = format!("/api/v1/video/jobs/{job}/events");
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    fleet.wait_for(job, JobStatus::Completed);
    let all = fleet.http.follow(&path, None).expect("it has a history");
    let all: Vec<SseEvent> = all.collect();
    let statuses: Vec<_> = all.iter().map(|event| &event.data["status"]).collect();
    assert_eq!(statuses, ["pending", "queued", "processing", "completed"]);
    let last = all[3].id.expect("an id").to_string();
    assert!(
        fleet.http.follow(&path, Some(&last)).is_none(),
        "nothing is left to tell"
    );
}
