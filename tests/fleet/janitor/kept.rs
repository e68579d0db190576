//! What stays because somebody needs it, and what goes because nobody names it.

use gildhall_proto::JobStatus;
use serde_json::json;

use super::{DAY, LEFT, ONE_OF_EACH, add, clean, names, number, put, store_all};
use crate::support::scanner::stored;
use crate::support::{Client, Fleet, WorkerOptions, jobs, wait};

#[test]
fn what_a_living_or_recent_job_is_made_of_stays() {
    let fleet = Fleet::shared("living jobs");
    let living = ["pending", "queued", "processing", "retrying"];
    for name in living.into_iter().chain(["recent", "past", "unused"]) {
        add(&fleet, ONE_OF_EACH[0], "acme", name, 91 * DAY);
    }
    store_all(&fleet);
    let jobs = "INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, worker, fence, created_at, \
            dispatched_at, started_at, not_before) \
        SELECT gen_random_uuid(), 'acme', s, 4, jsonb_build_object('images', \
            jsonb_build_array(jsonb_build_object('asset', 'products/' || s))), 'w', 1, now() - interval '200 days', \
            now(), now(), CASE WHEN s = 'retrying' THEN now() END FROM unnest($1::text[]) s";
    wait(sqlx::query(jobs).bind(&living[..]).execute(&fleet.sql)).expect("the tables take it");
    // Jobs that ended, and tell what they were made of.
    for (name, days) in [("recent", 89), ("past", 92)] {
        let made = "WITH job AS (INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, created_at, \
                finished_at, output) VALUES (gen_random_uuid(), $1, 'completed', 4, '{}', \
                now() - make_interval(days => 95), now() - make_interval(secs => $3), '{}') RETURNING id) \
            INSERT INTO video_processing_assets (job_id, tenant_id, role, position, asset_key, sha256, media_asset_id) \
            SELECT job.id, $1, 'image', 0, a.key, a.sha256, a.id FROM job, media_assets a WHERE a.key = 'products/' || $2";
        add(&fleet, made, "acme", name, days * DAY);
    }
    let told = clean(&fleet, &[]);
    assert_eq!(number(&told, "uploads"), 2, "{told}");
    let kept = names(&fleet, LEFT[0].1, "acme");
    let expected = ["pending", "processing", "queued", "recent", "retrying"];
    assert_eq!(kept, expected.map(|name| format!("products/{name}")));
    assert_eq!(stored(&fleet, "tenants/").len(), expected.len());
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 6);

    // Seen in use today: it is not looked at again before its days are over. The recent one is as old as its job.
    let seen = "SELECT count(*) FROM media_assets WHERE used_at > now() - interval '1 hour'";
    assert_eq!(fleet.count(seen), 4);
    let known = "SELECT count(*) FROM media_assets WHERE used_at < now() - interval '88 days'";
    assert_eq!(fleet.count(known), 1);
}

#[test]
fn whoever_uploads_the_same_bytes_again_keeps_them() {
    let mut fleet = Fleet::shared("uploaded again");
    fleet.start_api();
    fleet.upload_ring();
    let age = "UPDATE media_assets SET created_at = now() - interval '100 days'";
    wait(sqlx::query(age).execute(&fleet.sql)).expect("the fleet may");
    let path = "/api/v1/video/assets?kind=products&name=ring.jpg";
    let kind = [("content-type", "application/octet-stream")];
    let again = fleet.http.post(path, &jobs::ring(), &kind);
    assert_eq!(again.status, 200, "{}", again.json());
    assert_eq!(number(&clean(&fleet, &[]), "uploads"), 0);
    let unused = "UPDATE media_assets SET used_at = now() - interval '91 days'";
    wait(sqlx::query(unused).execute(&fleet.sql)).expect("the fleet may");
    assert_eq!(number(&clean(&fleet, &[]), "uploads"), 1);
    // Its key and its bytes are free again.
    fleet.upload_ring();
    assert_eq!(stored(&fleet, "tenants/").len(), 1);
}

#[test]
fn objects_that_nothing_names_go_and_those_of_living_jobs_stay() {
    let mut fleet = Fleet::shared("leftovers");
    add(&fleet, ONE_OF_EACH[1], "acme", "young", DAY);
    let jobs = "INSERT INTO video_processing_jobs (id, tenant_id, status, priority, spec, finished_at) \
        SELECT $2::uuid, $1, CASE WHEN $3 > 0 THEN 'cancelled' ELSE 'pending' END, 4, '{}', \
            CASE WHEN $3 > 0 THEN now() END";
    let (cancelled, living, unknown) = (
        "01900000-0000-7000-8000-000000000001",
        "01900000-0000-7000-8000-000000000002",
        "01900000-0000-7000-8000-000000000003",
    );
    add(&fleet, jobs, "acme", cancelled, 1);
    add(&fleet, jobs, "acme", living, 0);
    let held = "INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, quarantine_key, content_type, bytes, \
            sha256, state, due_at) \
        VALUES ($2::uuid, $1, 'upload', 'products', 'products/held', 'x', 'y', 'image/jpeg', 1, repeat('0', 64), \
            'quarantined', now() + make_interval(secs => $3))";
    add(&fleet, held, "acme", living, DAY);
    let named = names(
        &fleet,
        "SELECT object_key FROM media_assets WHERE tenant_id = $1 AND origin = 'render' \
         UNION SELECT object_key FROM media_renditions ORDER BY 1",
        "acme",
    );
    let first_attempt = named[0].replace("/2/", "/1/");
    let left: [String; 4] = [
        first_attempt,
        format!("tenants/acme/videos/{cancelled}/1/video.mp4"),
        format!("tenants/acme/videos/{unknown}/3/video.mp4"),
        format!("quarantine/acme/{unknown}"),
    ];
    let mut kept = named;
    kept.extend([
        format!("tenants/acme/videos/{living}/1/video.mp4"),
        format!("quarantine/acme/{living}"),
        // Not ours to judge.
        "tenants/acme/videos/readme.txt".to_owned(),
        format!("tenants/stranger/videos/{unknown}/1/video.mp4"),
    ]);
    for key in left.iter().chain(&kept) {
        put(&fleet, key);
    }
    let told = clean(&fleet, &[]);
    assert_eq!(number(&told, "leftovers"), 0, "all are of today: {told}");

    fleet.env.push(("GILDHALL_JANITOR_FRESH_S", "0".to_owned()));
    assert_eq!(number(&clean(&fleet, &["--dry-run"]), "leftovers"), 4);
    assert_eq!(stored(&fleet, "").len(), left.len() + kept.len());
    assert_eq!(number(&clean(&fleet, &[]), "leftovers"), 4);
    kept.sort();
    let mut there = stored(&fleet, "");
    there.sort();
    assert_eq!(there, kept);
}

#[test]
fn an_expired_video_is_not_found_and_its_job_still_is() {
    let mut fleet = Fleet::shared("expired video");
    fleet.start_api();
    let job = fleet.submit(&jobs::any());
    let worker = fleet.start_worker(WorkerOptions::pretending(1));
    fleet.wait_for(job, JobStatus::Completed);
    drop(worker);
    let name =
        "UPDATE media_assets SET object_key = 'tenants/acme/videos/' || id || '/1/video.mp4'";
    wait(sqlx::query(name).execute(&fleet.sql)).expect("the fleet may");
    store_all(&fleet);
    let link = format!("/api/v1/video/assets/{job}");
    let json = [("accept", "application/json")];
    let download = fleet.http.get_with(&link, &json).json();
    let url = download["url"].as_str().expect("a URL").to_owned();
    assert_eq!(Client::new("").get(&url).status, 200);

    let age = "UPDATE media_assets SET created_at = now() - interval '91 days'";
    wait(sqlx::query(age).execute(&fleet.sql)).expect("the fleet may");
    assert_eq!(number(&clean(&fleet, &[]), "outputs"), 1);
    fleet
        .http
        .get_with(&link, &json)
        .is_problem(404, "not-found");
    assert_eq!(Client::new("").get(&url).status, 404);
    let there = fleet.http.get(&format!("/api/v1/video/jobs/{job}"));
    assert_eq!(there.status, 200, "{}", there.json());
    assert_eq!(there.json()["status"], json!("completed"));
}
