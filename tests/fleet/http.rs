//! A job over HTTP, from its submission to its video, and what is refused on the way.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use gildhall_proto::{JobId, JobStatus};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Client, Fleet, WorkerOptions, jobs, wait};

#[test]
fn a_submitted_job_becomes_a_video_that_its_signed_url_downloads() {
    let mut fleet = Fleet::shared("a real job");
    fleet.start_api();
    fleet.upload_ring();
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    let job = fleet.submit(&jobs::tiny());
    fleet.wait_for(job, JobStatus::Completed);

    let view = fleet.http.get(&format!("/api/v1/video/jobs/{job}")).json();
    let (output, video) = (&view["output"], &view["output"]["video"]);
    assert_eq!(
        (&view["status"], &view["attempt"]),
        (&json!("completed"), &json!(1))
    );
    assert_eq!(
        (&output["frames"], &output["duration_ms"]),
        (&json!(30), &json!(1000))
    );
    assert_eq!(
        (&video["width"], &video["height"]),
        (&json!(720), &json!(1280)),
        "the job asked for reduced quality"
    );
    assert_eq!(downloaded(&fleet, video), sha256_of(video));
    assert_eq!(
        downloaded(&fleet, &output["poster"]),
        sha256_of(&output["poster"])
    );
    assert_eq!(output["thumbnails"].as_array().map(Vec::len), Some(1));
    one_output_is_stored(&fleet, job);
}

fn sha256_of(file: &Value) -> String {
    file["sha256"].as_str().expect("a hash").to_owned()
}

/// Follows a file's link to its bytes, by redirect and by JSON, and hashes them.
fn downloaded(fleet: &Fleet, file: &Value) -> String {
    let link = file["link"].as_str().expect("a link");
    let redirect = fleet.http.get(link);
    assert_eq!(redirect.status, 302, "{link}");
    // Signed, so nobody is asked for a key.
    let bytes = Client::new("").get(redirect.header("location"));
    assert_eq!(bytes.status, 200, "{link}");
    assert_eq!(
        Some(bytes.header("content-type")),
        file["content_type"].as_str()
    );
    assert_eq!(Some(bytes.body.len() as u64), file["bytes"].as_u64());
    let asked = [("accept", "application/json")];
    let told = fleet.http.get_with(link, &asked).json();
    let again = Client::new("").get(told["url"].as_str().expect("a URL"));
    assert_eq!(again.body, bytes.body, "{link}");
    hex::encode(Sha256::digest(&bytes.body))
}

/// All objects of the job are those that it names.
fn one_output_is_stored(fleet: &Fleet, job: JobId) {
    let output = fleet.job(job).output.expect("it is completed");
    let named: BTreeSet<String> = output.files().map(|file| file.key.clone()).collect();
    let prefix = format!("tenants/{}/videos/{job}/", fleet.tenant);
    let stored = wait(fleet.objects.list(&prefix)).expect("the store is there");
    let stored: BTreeSet<String> = stored.into_iter().map(|object| object.key).collect();
    assert_eq!(stored, named);
}

#[test]
fn a_refusal_names_every_faulty_field() {
    let mut fleet = Fleet::shared("faulty fields");
    fleet.start_api();
    let job =
        json!({"images": ["../ring.jpg"], "duration_s": 0.5, "priority": 12, "colour": "red"});
    let answer = fleet.http.submit(&job, &[]);
    answer.is_problem(422, "invalid-job");
    assert_eq!(
        pointers(&answer),
        ["/colour", "/duration_s", "/images/0", "/priority"]
    );

    let broken = [("content-type", "application/json")];
    let path = "/api/v1/video/process";
    let answer = fleet.http.post(path, b"{\"images\":", &broken);
    answer.is_problem(400, "malformed-body");
    let answer = fleet
        .http
        .post(path, b"images: []", &[("content-type", "text/yaml")]);
    answer.is_problem(415, "unsupported-media-type");
    let answer = fleet.http.get("/api/v1/video/jobs?limit=0&colour=red");
    answer.is_problem(400, "invalid-parameter");
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        fleet.count("SELECT count(*) FROM video_processing_jobs"),
        0,
        "nothing was accepted"
    );
}

fn pointers(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let errors = body["errors"].as_array().expect("a list");
    let pointer = |error: &Value| error["pointer"].as_str().expect("a pointer").to_owned();
    let mut pointers: Vec<String> = errors.iter().map(pointer).collect();
    pointers.sort();
    pointers
}

#[test]
fn an_idempotency_key_stands_for_one_job() {
    let mut fleet = Fleet::shared("idempotency");
    fleet.start_api();
    let key = [("idempotency-key", "order-1")];
    let first = fleet.http.submit(&jobs::any(), &key);
    assert_eq!(first.status, 202);
    let link = format!("/api/v1/video/jobs/{}", first.job());
    assert_eq!(first.header("location"), link);

    let again = fleet.http.submit(&jobs::any(), &key);
    assert_eq!((again.status, again.job()), (200, first.job()));
    let same = json!({"duration_s": 1.0, "images": [{"asset": "products/ring.jpg"}]});
    let again = fleet.http.submit(&same, &key);
    assert_eq!(
        (again.status, again.job()),
        (200, first.job()),
        "another spelling of the same job"
    );
    let other = json!({"images": ["products/ring.jpg"], "duration_s": 2});
    let answer = fleet.http.submit(&other, &key);
    answer.is_problem(422, "idempotency-key-reused");
    let second = fleet
        .http
        .submit(&other, &[("idempotency-key", "order-2")])
        .job();
    assert_ne!(second, first.job());
    let stranger = fleet.add_tenant("zenith", crate::support::fleet::at_once(2));
    let theirs = stranger.submit(&jobs::any(), &key);
    assert_eq!(theirs.status, 202, "keys belong to a tenant");
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 3);
}

#[test]
fn a_thousand_submissions_of_one_idempotency_key_make_one_job() {
    const CALLERS: usize = 200;
    const CALLS: usize = 5;
    let mut fleet = Fleet::shared("a thousand submissions");
    fleet.start_api();
    let (_replica, other) = fleet.start_another_api();
    let start = Barrier::new(CALLERS);
    let call = |caller: usize| {
        let client = if caller.is_multiple_of(2) {
            fleet.http.clone()
        } else {
            other.clone()
        };
        start.wait();
        let key = [("idempotency-key", "one-and-only")];
        (0..CALLS)
            .map(|_| client.submit(&jobs::any(), &key))
            .collect::<Vec<Answer>>()
    };
    let answers: Vec<Answer> = thread::scope(|scope| {
        let calling: Vec<_> = (0..CALLERS)
            .map(|caller| scope.spawn(move || call(caller)))
            .collect();
        let answers = calling.into_iter().map(|one| one.join());
        answers
            .flat_map(|one| one.expect("it got its answers"))
            .collect()
    });
    // While the first is on its way into the ledger, another replica may say so.
    let (busy, told): (Vec<_>, Vec<_>) = answers.iter().partition(|one| one.status == 409);
    for answer in busy {
        answer.is_problem(409, "submission-in-flight");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let created = told.iter().filter(|answer| answer.status == 202).count();
    let jobs: BTreeSet<JobId> = told.iter().map(|answer| answer.job()).collect();
    assert_eq!((created, jobs.len()), (1, 1));
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 1);
}

#[test]
fn lists_are_turned_by_their_cursor() {
    let mut fleet = Fleet::shared("cursor");
    fleet.start_api();
    let stranger = fleet.add_tenant("zenith", crate::support::fleet::at_once(2));
    stranger.submit(&jobs::any(), &[]).job();
    let mut submitted: Vec<String> = (0..7)
        .map(|number| {
            let mut job = jobs::any();
            job["metadata"] = json!({"batch": number % 2});
            fleet.submit(&job).to_string()
        })
        .collect();
    submitted.reverse();
    assert_eq!(all_pages(&fleet, "/api/v1/video/jobs?limit=3"), submitted);

    let odd = all_pages(&fleet, "/api/v1/video/jobs?limit=2&metadata.batch=1");
    let expected: Vec<&String> = submitted.iter().skip(1).step_by(2).collect();
    assert_eq!(odd.iter().collect::<Vec<_>>(), expected);
    let none = all_pages(&fleet, "/api/v1/video/jobs?status=completed&status=failed");
    assert!(none.is_empty(), "{none:?}");
    let answer = fleet.http.get("/api/v1/video/jobs?cursor=nonsense");
    answer.is_problem(400, "invalid-parameter");
}

/// The ids on a page and all that follow.
fn all_pages(fleet: &Fleet, first: &str) -> Vec<String> {
    let (mut path, mut ids) = (Some(first.to_owned()), Vec::new());
    while let Some(next) = path {
        let page = fleet.http.get(&next).json();
        for job in page["jobs"].as_array().expect("a list") {
            ids.push(job["job_id"].as_str().expect("an id").to_owned());
        }
        path = page["next"].as_str().map(str::to_owned);
    }
    ids
}
