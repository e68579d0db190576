//! Messages that the fleet did not send: strangers', forged, repeated, late.

use gildhall_proto::{JobId, JobMessage, JobStatus, Priority, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::support::amqp::Message;
use crate::support::fleet::at_once;
use crate::support::{Fleet, WorkerOptions, jobs, until, wait};

const JSON: Option<&str> = Some("application/json");
const MSGPACK: Option<&str> = Some("application/vnd.msgpack");

fn message(job: JobId, tenant: &TenantId) -> JobMessage {
    let now = OffsetDateTime::now_utc();
    JobMessage::new(job, tenant.clone(), Priority::default(), now)
}

fn json(message: &JobMessage) -> Vec<u8> {
    serde_json::to_vec(message).expect("a message is JSON")
}

/// Waits until workers have dealt with everything published so far: what comes last is put away last.
fn wait_for_the_end(fleet: &Fleet) {
    const MARK: &[u8] = b"the end";
    fleet.publish(&[Message {
        body: MARK,
        content_type: None,
    }]);
    let patience = std::time::Duration::from_secs(60);
    until("the last message is put away", patience, || {
        let letters = fleet.dead_letters();
        letters.iter().any(|one| one.body == MARK).then_some(())
    });
}

#[test]
fn what_is_no_job_message_is_put_away_untouched() {
    let fleet = Fleet::shared("undecodable");
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let next_version = br#"{"version":2,"job_id":"01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d","tenant_id":"acme","submitted_at":"2026-01-31T12:00:00Z"}"#;
    let strange: [(&[u8], Option<&str>); 6] = [
        (b"\xC1\x00\xFF", MSGPACK),
        (b"{", JSON),
        (b"", None),
        (b"<job/>", Some("text/xml")),
        (next_version, JSON),
        (&[0x80; 20_000], MSGPACK),
    ];
    let messages = strange.map(|(body, content_type)| Message { body, content_type });
    fleet.publish(&messages);
    let letters = fleet.wait_for_dead_letters(strange.len());
    for (letter, (body, content_type)) in letters.iter().zip(strange) {
        assert_eq!(letter.body, body);
        assert_eq!(letter.content_type.as_deref(), content_type);
        assert_eq!(letter.code.as_deref(), Some("undecodable"));
        assert!(letter.dead_at.is_some());
        assert!(letter.message.as_ref().is_some_and(|why| !why.is_empty()));
    }
}

#[test]
fn messages_for_unknown_jobs_and_in_anothers_name_are_put_away() {
    let mut fleet = Fleet::shared("forged");
    fleet.start_api();
    fleet.add_tenant("zenith", at_once(2));
    let zenith = TenantId::parse("zenith").expect("a name");
    let job = fleet.submit_many(1)[0];
    fleet.wait_for(job, JobStatus::Queued);
    let unknown = json(&message(JobId::from_uuid(Uuid::now_v7()), &fleet.tenant));
    let forged = message(job, &zenith).to_msgpack();
    fleet.publish(&[
        Message {
            body: &unknown,
            content_type: JSON,
        },
        Message {
            body: &forged,
            content_type: MSGPACK,
        },
    ]);
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let letters = fleet.wait_for_dead_letters(2);
    let mut codes: Vec<_> = letters
        .iter()
        .filter_map(|one| one.code.as_deref())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["unknown_job", "wrong_tenant"]);
    assert!(letters.iter().any(|one| one.body == unknown));
    assert!(letters.iter().any(|one| one.body == forged));
    fleet.wait_for(job, JobStatus::Completed);
    assert_eq!(fleet.times(job, JobStatus::Processing), 1);
    let theirs = wait(
        fleet
            .ledger
            .jobs(Some(&zenith), &Default::default(), None, 10),
    );
    assert!(theirs.expect("the ledger is there").items.is_empty());
}

#[test]
fn a_message_in_anothers_name_gets_nothing_of_the_job() {
    let mut fleet = Fleet::shared("forged names");
    fleet.start_api();
    // Of the third name there is no tenant.
    for name in ["zenith", "acme-2"] {
        fleet.add_tenant(name, at_once(2));
    }
    let events = fleet.listen();
    let mut secret = jobs::any();
    secret["metadata"] = serde_json::json!({"secret": "zq-canary"});
    let job = fleet.submit(&secret);
    fleet.wait_for(job, JobStatus::Queued);
    let names = ["zenith", "acme-2", "nobody"].map(|name| TenantId::parse(name).expect("a name"));
    let forged: Vec<Vec<u8>> = names
        .iter()
        .map(|name| message(job, name).to_msgpack())
        .collect();
    // One that brings a spec of its own is no message of ours at all.
    let mut with_spec = serde_json::to_value(message(job, &fleet.tenant)).expect("it is JSON");
    with_spec["spec"] = serde_json::json!({"images": ["products/other.jpg"]});
    let with_spec = with_spec.to_string().into_bytes();
    let mut messages: Vec<Message> = forged
        .iter()
        .map(|body| Message {
            body,
            content_type: MSGPACK,
        })
        .collect();
    messages.push(Message {
        body: &with_spec,
        content_type: JSON,
    });
    fleet.publish(&messages);
    let _worker = fleet.start_worker(WorkerOptions::pretending(10));
    let letters = fleet.wait_for_dead_letters(4);
    fleet.wait_for(job, JobStatus::Completed);
    events.wait_for(job, "video.completed");

    for letter in &letters {
        let whole = format!("{letter:?}{}", String::from_utf8_lossy(&letter.body));
        assert!(!whole.contains("zq-canary"), "{whole}");
    }
    for event in events.heard() {
        assert!(event.routing_key.starts_with("acme.video."), "{event:?}");
    }
    for name in names {
        let folder = format!("tenants/{name}/");
        let objects = wait(fleet.objects.list(&folder)).expect("the store is there");
        assert!(objects.is_empty(), "{objects:?}");
    }
    assert_eq!(fleet.times(job, JobStatus::Processing), 1);
    let of_others = "SELECT (SELECT count(*) FROM video_processing_jobs WHERE tenant_id <> 'acme')
        + (SELECT count(*) FROM usage WHERE tenant_id <> 'acme')
        + (SELECT count(*) FROM media_assets WHERE tenant_id <> 'acme')";
    assert_eq!(fleet.count(of_others), 0);
}

#[test]
fn duplicate_late_and_early_messages_change_nothing() {
    let mut fleet = Fleet::shared("duplicates");
    fleet.start_api();
    let events = fleet.listen();
    // Two run at a time; the rest waits in the ledger and has no message yet.
    let jobs = fleet.submit_many(6);
    let by_hand: Vec<(Vec<u8>, Option<&str>)> = jobs
        .iter()
        .rev()
        .map(|&job| message(job, &fleet.tenant))
        .flat_map(|one| {
            [
                (json(&one), JSON),
                (one.to_msgpack(), MSGPACK),
                (json(&one), None),
            ]
        })
        .collect();
    let messages: Vec<Message> = by_hand
        .iter()
        .map(|(body, content_type)| Message {
            body,
            content_type: *content_type,
        })
        .collect();
    fleet.publish(&messages);
    let _workers = fleet.start_workers(2, WorkerOptions::pretending(150));
    fleet.publish(&messages);
    fleet.wait_for_all(&jobs);
    fleet.publish(&messages);
    wait_for_the_end(&fleet);

    for &job in &jobs {
        let record = fleet.job(job);
        assert_eq!((record.attempts, record.crashes), (0, 0));
        assert_eq!(fleet.times(job, JobStatus::Processing), 1);
        assert_eq!(fleet.times(job, JobStatus::Completed), 1);
    }
    events.each_completed_once(&jobs);
    assert_eq!(fleet.dead_letters().len(), 1, "nothing but the mark");
    assert_eq!(
        fleet.count("SELECT count(*) FROM media_assets"),
        6,
        "one output each"
    );
}
