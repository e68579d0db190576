//! `gildhall job`.

use gildhall_proto::{JobId, JobStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Operator, act, acts, came_of};
use crate::support::{Fleet, WorkerOptions, jobs};

/// A job with the number of an order.
#[track_caller]
fn order(fleet: &Fleet, number: u32) -> JobId {
    let mut job = jobs::any();
    job["metadata"] = json!({"order": number});
    fleet.submit(&job)
}

/// A job that nobody submitted.
fn nobodys() -> JobId {
    JobId::from_uuid(Uuid::now_v7())
}

/// The ids in a list, as it has them.
fn ids(list: &Value) -> Vec<&str> {
    let jobs = list["jobs"].as_array().expect("a list");
    jobs.iter().filter_map(|job| job["id"].as_str()).collect()
}

#[test]
fn jobs_are_shown_and_found() {
    let mut fleet = Fleet::shared("jobs shown");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let orders = [1, 2, 3].map(|number| order(&fleet, number).to_string());
    let [first, second, third] = orders.each_ref().map(String::as_str);
    let shown = ada.asks(&["job", "show", second]).done();
    assert_eq!(
        (&shown["id"], &shown["tenant"]),
        (&json!(second), &json!("acme"))
    );
    assert_eq!(shown["metadata"], json!({"order": 2}));
    assert_eq!(shown["run"], 1);
    assert_eq!(shown["history"][0]["to"], "pending");
    let text = ada.run(&["job", "show", second]).stdout;
    assert!(text.contains(second) && text.contains("acme"), "{text}");

    let list = |args: &[&str]| ada.asks(&[&["job", "list"][..], args].concat()).done();
    assert_eq!(ids(&list(&[])), [third, second, first]);
    assert_eq!(ids(&list(&["--metadata", "order=2"])), [second]);
    assert_eq!(ids(&list(&["--tenant", "acme"])).len(), 3);
    assert_eq!(ids(&list(&["--status", "pending,queued"])).len(), 3);
    assert_eq!(ids(&list(&["--since", "1h"])).len(), 3);
    for nothing in [
        ["--tenant", "zenith"],
        ["--status", "failed"],
        ["--until", "1h"],
        ["--metadata", "order=4"],
    ] {
        assert_eq!(ids(&list(&nothing)), [""; 0], "{nothing:?}");
    }
    let page = list(&["--limit", "2"]);
    assert_eq!(ids(&page), [third, second]);
    let next = page["next"].as_str().expect("there is one more");
    let rest = list(&["--limit", "2", "--after", next]);
    assert_eq!((ids(&rest), &rest["next"]), (vec![first], &Value::Null));

    let unknown = nobodys().to_string();
    ada.asks(&["job", "show", &unknown])
        .refused(7, &format!("there is no job {unknown}"));
    ada.asks(&["job", "show", "7"]).refused(2, "UUID");
    assert!(
        acts(&fleet, &ada).is_empty(),
        "who only looks is not written down"
    );
}

#[test]
fn jobs_are_cancelled_and_retried_where_they_stand_so() {
    let mut fleet = Fleet::shared("jobs by hand");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let job = fleet.submit(&jobs::any());
    let id = job.to_string();
    let (cancel, retry) = (["job", "cancel", &id], ["job", "retry", &id]);

    let said = ada.does(&retry);
    said.refused(8, "it has not ended");
    assert_eq!(said.outcomes(), [came_of(job, "not_ended")]);
    let said = ada.does(&cancel);
    said.done();
    assert_eq!(said.outcomes(), [came_of(job, "cancelled")]);
    fleet.wait_for(job, JobStatus::Cancelled);
    let said = ada.does(&cancel);
    said.refused(8, "cannot be cancelled");
    assert_eq!(said.outcomes(), [came_of(job, "ended")]);
    let said = ada.does(&retry);
    said.done();
    assert_eq!(said.outcomes(), [came_of(job, "replayed")]);

    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let done = fleet.wait_for(job, JobStatus::Completed);
    assert_eq!((done.run, done.attempts), (2, 0));
    let said = ada.does(&retry);
    said.refused(8, "it has its video");
    assert_eq!(said.outcomes(), [came_of(job, "completed")]);
    ada.does(&cancel).refused(8, "cannot be cancelled");
    let expected = [
        act("job.replay", job, "not_ended"),
        act("job.cancel", job, "cancelled"),
        act("job.cancel", job, "terminal"),
        act("job.replay", job, "replayed"),
        act("job.replay", job, "completed"),
        act("job.cancel", job, "terminal"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

#[test]
fn the_worker_of_a_job_is_asked_to_stop() {
    let mut fleet = Fleet::shared("cancel by hand");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let _worker = fleet.start_worker(WorkerOptions::pretending(60_000));
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    let said = ada.does(&["job", "cancel", &job.to_string()]);
    said.done();
    assert_eq!(said.outcomes(), [came_of(job, "requested")]);
    fleet.wait_for(job, JobStatus::Cancelled);
}

#[test]
fn of_several_jobs_those_that_can_be_cancelled_are() {
    let mut fleet = Fleet::shared("several by hand");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let (first, unknown, last) = (order(&fleet, 1), nobodys(), order(&fleet, 2));
    let names = [first, unknown, last].map(|job| job.to_string());
    let [a, b, c] = names.each_ref().map(String::as_str);
    let said = ada.does(&["job", "cancel", a, b, c]);
    said.refused(7, &format!("there is no job {unknown}"));
    let expected = [
        came_of(first, "cancelled"),
        came_of(unknown, "unknown"),
        came_of(last, "cancelled"),
    ];
    assert_eq!(said.outcomes(), expected);
    for job in [first, last] {
        assert_eq!(fleet.job(job).status, JobStatus::Cancelled);
    }
}
