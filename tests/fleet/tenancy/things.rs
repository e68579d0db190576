//! Things of a tenant, by everything that a call can name them by.

use gildhall_proto::JobStatus;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::support::{Fleet, WorkerOptions, jobs, wait};

/// Stands in everything that only its owner may see, and that no test ever sends.
pub const CANARY: &str = "zq-canary";

/// The picture that both tenants upload: 8x8 pixels of gold, a PNG.
const GOLD: &str = "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000001149444154\
    78da63b8b2de1c2b62185a1200548d6e8162181cbe0000000049454e44ae426082";
/// The same in blue, of nobody.
const BLUE: &str = "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000001149444154\
    78da63305f7f052b62185a1200060d6e818d5eaccd0000000049454e44ae426082";
/// The same in black, under a name that is a secret.
const BLACK: &str = "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000000f49444154\
    78da63e0c4011886960400a3e606c159277eae0000000049454e44ae426082";

/// What there is to be named.
#[derive(Debug, Clone)]
pub struct Things {
    pub completed: String,
    pub waiting: String,
    pub cancelled: String,
    pub asset: String,
    /// The key of an asset that can be used, and of one that cannot yet.
    pub key: String,
    pub held_key: String,
    pub name: String,
    pub bytes: Vec<u8>,
    pub idempotency_key: String,
    pub job_cursor: String,
    pub asset_cursor: String,
    /// The id of the last event of the completed job.
    pub event: i64,
    /// A value of its jobs' metadata.
    pub order: String,
}

impl Things {
    /// Gives the fleet's first tenant one of each. Nothing of it changes afterwards by itself.
    pub fn of_tenant(fleet: &Fleet) -> Things {
        fleet.upload_ring();
        let (name, bytes) = ("ring.png", bytes(GOLD));
        let asset = upload(fleet, name, &bytes);
        upload(fleet, &format!("{CANARY}.png"), &self::bytes(BLACK));
        hold_back(fleet);
        let key = [("idempotency-key", "order-1")];
        let job = fleet.http.submit(&job("gold"), &key).job();
        let worker = fleet.start_worker(WorkerOptions::rendering());
        fleet.wait_for(job, JobStatus::Completed);
        drop(worker);
        let [waiting, cancelled] = [(); 2].map(|()| fleet.submit(&self::job("gold")));
        let cancel = format!("/api/v1/video/jobs/{cancelled}/cancel");
        assert_eq!(fleet.http.post(&cancel, b"", &[]).status, 200);
        fleet.wait_for(waiting, JobStatus::Queued);
        fleet.wait_until_told();
        Things {
            completed: job.to_string(),
            waiting: waiting.to_string(),
            cancelled: cancelled.to_string(),
            asset,
            key: format!("products/{name}"),
            held_key: "products/held.png".to_owned(),
            name: name.to_owned(),
            bytes,
            idempotency_key: "order-1".to_owned(),
            job_cursor: cursor(fleet, "jobs"),
            asset_cursor: cursor(fleet, "assets"),
            event: fleet.history(job).last().expect("it has ended").id,
            order: "gold".to_owned(),
        }
    }

    /// Things that nobody has, as like them as can be.
    pub fn of_nobody(like: &Things) -> Things {
        let id = Uuid::now_v7();
        // A cursor is a time and an id: the same time, so that the same things lie behind it.
        let cursor = |cursor: &str| {
            let (time, _) = cursor.split_once('-').expect("a time and an id");
            format!("{time}-{}", id.simple())
        };
        Things {
            completed: id.to_string(),
            waiting: id.to_string(),
            cancelled: id.to_string(),
            asset: id.to_string(),
            key: "products/nobodys.png".to_owned(),
            held_key: "products/nobodys-too.png".to_owned(),
            name: "nobodys.png".to_owned(),
            bytes: bytes(BLUE),
            idempotency_key: "order-of-nobody".to_owned(),
            job_cursor: cursor(&like.job_cursor),
            asset_cursor: cursor(&like.asset_cursor),
            event: like.event + 1_000_000,
            order: "nobodys".to_owned(),
        }
    }

    /// What no answer to anybody else may hold.
    pub fn secrets(&self, fleet: &Fleet) -> Vec<String> {
        let hash = sqlx::query_scalar(
            "SELECT sha256 FROM media_assets WHERE tenant_id = 'acme' AND position('canary' IN key) > 0",
        );
        let hash: String = wait(hash.fetch_one(&fleet.sql)).expect("it was uploaded");
        let mut secrets = vec![CANARY.to_owned(), "tenants/acme/".to_owned(), hash];
        secrets.extend([&self.completed, &self.waiting, &self.cancelled].map(Clone::clone));
        secrets.push(self.asset.clone());
        secrets
    }
}

/// A job whose metadata holds a secret.
fn job(order: &str) -> Value {
    let mut job = jobs::tiny();
    job["metadata"] = json!({"order": order, "secret": format!("{CANARY}-metadata")});
    job
}

fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits).expect("hexadecimal digits")
}

fn upload(fleet: &Fleet, name: &str, bytes: &[u8]) -> String {
    let path = format!("/api/v1/video/assets?kind=products&name={name}");
    let answer = fleet.http.post(&path, bytes, &[]);
    assert_eq!(answer.status, 201, "{}", answer.json());
    let id = &answer.json()["id"];
    id.as_str().expect("it has one").to_owned()
}

/// An asset that was not found clean yet: no job of its owner may name it.
fn hold_back(fleet: &Fleet) {
    let held = sqlx::query(
        "INSERT INTO media_assets (id, tenant_id, origin, kind, key, object_key, content_type, bytes, sha256, state, \
            due_at) VALUES (gen_random_uuid(), 'acme', 'upload', 'products', 'products/held.png', \
            'tenants/acme/video-assets/products/held.png', 'image/png', 1, repeat('7', 64), 'quarantined', \
            now() + interval '1 day')",
    );
    wait(held.execute(&fleet.sql)).expect("the tables take it");
}

/// All rows of the fleet's first tenant, table by table. Left out are when its keys were used, and what the audit log says
/// of those who try.
pub fn rows(fleet: &Fleet) -> Vec<(String, Option<String>)> {
    let tables = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        AND a.attname = CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END AND NOT a.attisdropped \
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'audit_log' \
        ORDER BY c.relname";
    let tables = sqlx::query_as(tables).fetch_all(&fleet.sql);
    let tables: Vec<(String, String)> = wait(tables).expect("the catalogue is there");
    let word = |(table, tenant): (String, String)| {
        let sql = format!(
            "SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) FROM \
             (SELECT to_jsonb(t) - 'last_used_at' AS r FROM {table} t WHERE {tenant} = 'acme') x"
        );
        let word = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&fleet.sql);
        let word: Option<String> = wait(word).expect("the fleet sees all");
        (table, word)
    };
    tables.into_iter().map(word).collect()
}

/// Where the second page of a list begins.
fn cursor(fleet: &Fleet, list: &str) -> String {
    let page = fleet.http.get(&format!("/api/v1/video/{list}?limit=1"));
    let page = page.json();
    let next = page["next"].as_str().expect("there are two at least");
    let (_, cursor) = next.split_once("cursor=").expect("it names where");
    cursor.to_owned()
}
