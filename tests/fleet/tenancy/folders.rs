//! Where tenants' bytes lie in the object store.

use crate::support::fleet::at_once;
use crate::support::{Client, Fleet, WorkerOptions, jobs, wait};

/// Each is the beginning of the next.
const NAMES: [&str; 3] = ["acme", "acme-2", "acme-2-3"];

fn upload(client: &Client) -> u16 {
    let path = "/api/v1/video/assets?kind=products&name=ring.jpg";
    client.post(path, &jobs::ring(), &[]).status
}

/// Keys below this prefix.
fn below(fleet: &Fleet, prefix: &str) -> Vec<String> {
    let objects = wait(fleet.objects.list(prefix)).expect("the store is there");
    objects.into_iter().map(|object| object.key).collect()
}

#[test]
fn every_object_lies_in_the_folder_of_the_tenant_whose_key_it_was_made_with() {
    let mut fleet = Fleet::shared("folders");
    fleet.start_api();
    let clients = [
        fleet.http.clone(),
        fleet.add_tenant(NAMES[1], at_once(2)),
        fleet.add_tenant(NAMES[2], at_once(2)),
    ];
    let _worker = fleet.start_worker(WorkerOptions::rendering());
    for client in &clients {
        // The same name and the same bytes: each tenant has its own.
        assert_eq!(upload(client), 201);
        let job = client.submit(&jobs::tiny(), &[]).job();
        fleet.wait_for(job, gildhall_proto::JobStatus::Completed);
    }
    let all = below(&fleet, "");
    let folders = NAMES.map(|name| format!("tenants/{name}/"));
    let of_folders = folders.each_ref().map(|folder| below(&fleet, folder));
    assert_eq!(of_folders[0].len(), of_folders[1].len());
    let counted: usize = of_folders.iter().map(Vec::len).sum();
    assert_eq!(counted, all.len(), "an object of no tenant: {all:?}");
    let strayed = "SELECT count(*) FROM (SELECT tenant_id, object_key FROM media_assets \
        UNION ALL SELECT tenant_id, object_key FROM media_renditions) f \
        WHERE NOT starts_with(f.object_key, 'tenants/' || f.tenant_id || '/')";
    assert_eq!(fleet.count(strayed), 0);
    let named = "SELECT count(*) FROM (SELECT object_key FROM media_assets \
        UNION ALL SELECT object_key FROM media_renditions) f";
    assert_eq!(fleet.count(named), i64::try_from(all.len()).expect("a few"));
}

#[test]
fn nothing_that_a_caller_says_leads_out_of_its_folder() {
    let mut fleet = Fleet::shared("climbing");
    fleet.start_api();
    let stranger = fleet.add_tenant(NAMES[1], at_once(2));
    assert_eq!(upload(&fleet.http), 201);
    for name in [
        "../../acme/video-assets/products/ring.jpg",
        "..%2F..%2Facme%2Fvideo-assets%2Fproducts%2Fring.jpg",
        "..%5Cacme%5Cring.jpg",
        "%2E%2E",
        "/tenants/acme/video-assets/products/ring.jpg",
        "%252e%252e%252facme",
        "..%EF%BC%8Facme",
    ] {
        let path = format!("/api/v1/video/assets?kind=products&name={name}");
        let answer = stranger.post(&path, b"x", &[]);
        answer.is_problem(400, "invalid-parameter");
        // What the server reads there, written out.
        let query = format!("name={name}");
        let (_, read) = form_urlencoded::parse(query.as_bytes())
            .next()
            .expect("a pair");
        let key = format!("products/{read}");
        let job = serde_json::json!({"images": [key], "duration_s": 1});
        stranger.submit(&job, &[]).is_problem(422, "invalid-job");
    }
    assert!(below(&fleet, "tenants/acme-2/").is_empty());
    assert_eq!(below(&fleet, "").len(), 1);
}
