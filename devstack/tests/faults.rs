//! Kill, stop, pause and wipe do to each service what they say, and only that.

mod support;

use std::time::Duration;

use gildhall_devstack::{
    DevstackError, EICAR_SIGNATURE, Options, Provision, Services, Stack, eicar,
};
use support::{nothing, psql, request, scan, start, until};

#[test]
fn rabbitmq_keeps_durable_queues_through_kill_and_stop_and_loses_them_by_wiping() {
    let stack = start(Services {
        rabbitmq: Provision::Private,
        ..nothing()
    });
    stack.vhost("faults").expect("RabbitMQ is up");
    let management = stack.management_url().expect("RabbitMQ is in the stack");
    let queue = format!("{management}/api/queues/faults/jobs");
    assert_eq!(request("PUT", &queue, r#"{"durable":true}"#).0, 201);
    let message = r#"{"properties":{"delivery_mode":2},"routing_key":"jobs","payload":"kept","payload_encoding":"string"}"#;
    assert_eq!(
        request(
            "POST",
            &format!("{management}/api/exchanges/faults/amq.default/publish"),
            message
        )
        .0,
        200
    );

    // Publishing over the management API gives no confirm: only a stop in order is sure to write the message.
    stack.rabbitmq().restart().expect("it ends in order");
    stack.rabbitmq().kill9().expect("it is ours");
    assert_eq!(stack.rabbitmq().is_up().ok(), Some(false));
    stack.rabbitmq().start().expect("it comes up on its data");
    let take = r#"{"count":1,"ackmode":"ack_requeue_true","encoding":"auto"}"#;
    let (status, taken) = request("POST", &format!("{queue}/get"), take);
    assert!(
        status == 200 && taken.contains(r#""payload":"kept""#),
        "{status} {taken}"
    );

    stack.rabbitmq().wipe().expect("it comes up empty");
    assert_eq!(request("GET", &queue, "").0, 404);
    stack.vhost("faults").expect("it can be made again");
}

#[test]
fn postgres_keeps_tables_through_kill_and_stop_and_loses_them_by_wiping() {
    let stack = start(Services {
        postgres: Provision::Private,
        ..nothing()
    });
    let url = stack.database("faults").expect("PostgreSQL is up");
    psql(&url, "CREATE TABLE notes AS SELECT 'kept' AS note").expect("it is ours");

    stack.postgres().kill9().expect("it is ours");
    assert!(psql(&url, "SELECT 1").is_err());
    stack.postgres().start().expect("it recovers");
    stack.postgres().restart().expect("it ends in order");
    assert_eq!(psql(&url, "SELECT note FROM notes"), Ok("kept".to_owned()));

    stack.postgres().wipe().expect("it comes up empty");
    assert!(psql(&url, "SELECT 1").is_err());
    assert_eq!(
        stack.database("faults").ok().as_deref(),
        Some(url.as_str()),
        "address and password stay"
    );
    assert_eq!(
        psql(&url, "SELECT to_regclass('notes') IS NULL"),
        Ok("t".to_owned())
    );
}

#[test]
fn s3_keeps_buckets_through_kill_and_stop_and_loses_them_by_wiping() {
    let stack = start(Services {
        s3: Provision::Private,
        ..nothing()
    });
    let settings = stack.bucket("faults").expect("S3 is up");
    let bucket = stack.folder().expect("S3 is private").join("s3/faults");
    assert!(bucket.is_dir());
    stack.s3().kill9().expect("it is ours");
    assert_eq!(stack.s3().is_up().ok(), Some(false));
    stack.s3().start().expect("it comes up");
    stack.s3().restart().expect("it ends on SIGTERM");
    assert!(bucket.is_dir());
    assert_eq!(
        stack.bucket("faults").ok(),
        Some(settings),
        "address and keys stay"
    );
    stack.s3().wipe().expect("it comes up empty");
    assert!(!bucket.exists());
}

#[test]
fn clamd_finds_the_test_file_before_and_after_each_fault() {
    let stack = start(Services {
        clamd: Provision::Private,
        ..nothing()
    });
    let url = stack.clamd_url().expect("clamd is in the stack");
    let photo = [&b"\x89PNG\r\n\x1a\n"[..], &eicar(), b" and more"].concat();
    let finds = |bytes: &[u8]| scan(&url, bytes).expect("clamd is up");
    let found = format!("stream: {EICAR_SIGNATURE} FOUND");
    let works = || {
        assert_eq!(finds(&eicar()), found);
        assert_eq!(finds(&photo), found, "wherever it stands");
        assert_eq!(finds(b"nothing of the kind"), "stream: OK");
        assert_eq!(finds(b""), "stream: OK");
    };
    works();
    stack.clamd().kill9().expect("it is ours");
    assert_eq!(stack.clamd().is_up().ok(), Some(false));
    assert!(scan(&url, b"x").is_err());
    stack.clamd().start().expect("it comes up");
    works();
    stack.clamd().restart().expect("it ends on SIGTERM");
    works();
    stack.clamd().wipe().expect("it writes its files anew");
    works();
}

#[test]
fn clamd_takes_the_largest_upload() {
    const LARGEST: usize = 100_000_000;
    let stack = start(Services {
        clamd: Provision::Private,
        ..nothing()
    });
    let url = stack.clamd_url().expect("clamd is in the stack");
    let mut bytes = vec![7; LARGEST];
    assert_eq!(scan(&url, &bytes).ok().as_deref(), Some("stream: OK"));
    // The whole of it is looked at.
    let end = LARGEST - eicar().len();
    bytes[end..].copy_from_slice(&eicar());
    let found = scan(&url, &bytes).expect("clamd is up");
    assert!(found.ends_with(" FOUND"), "{found}");
}

#[test]
fn a_paused_service_does_not_answer_until_it_is_resumed() {
    let stack = start(Services {
        postgres: Provision::Private,
        s3: Provision::Private,
        clamd: Provision::Private,
        ..nothing()
    });
    for service in [stack.postgres(), stack.s3(), stack.clamd()] {
        service.pause().expect("it is ours");
        assert_eq!(service.is_up().ok(), Some(false));
        service.resume().expect("it is ours");
        until("it answers again", Duration::from_secs(20), || {
            service.is_up().unwrap_or(false)
        });
        service.pause().expect("it is ours");
        service.kill9().expect("paused processes can be killed");
        service.start().expect("it comes up");
    }
}

#[test]
fn services_of_others_and_absent_ones_are_told_apart_from_ours() {
    let private = start(Services {
        postgres: Provision::Private,
        ..nothing()
    });
    let url = private.database("shared").expect("PostgreSQL is up");
    psql(&url, "SELECT 1").expect("it is up");
    // A user that may create databases stands for a running server's.
    let services = Services {
        postgres: Provision::Existing(url),
        ..nothing()
    };
    let guest = Stack::start(Options {
        services,
        ..Options::default()
    })
    .expect("nothing has to be started");
    assert!(guest.folder().is_none() && !guest.postgres().is_ours());
    for refused in [
        guest.postgres().kill9(),
        guest.postgres().wipe(),
        guest.postgres().pause(),
    ] {
        assert!(matches!(refused, Err(DevstackError::NotOurs { .. })));
    }
    assert!(matches!(
        guest.s3().start(),
        Err(DevstackError::LeftOut { .. })
    ));
    assert!(matches!(
        guest.bucket("abc"),
        Err(DevstackError::LeftOut { .. })
    ));
    assert!(matches!(
        guest.clamd_url(),
        Err(DevstackError::LeftOut { .. })
    ));
    assert!(matches!(
        guest.fresh("abc"),
        Err(DevstackError::Sql { .. } | DevstackError::LeftOut { .. })
    ));
    assert_eq!(private.postgres().is_up().ok(), Some(true));
}
