//! Every service answers, and each test's part of it is its own.

mod support;

use std::collections::BTreeSet;
use std::thread;

use gildhall_devstack::{DevstackError, Stack};
use support::{psql, request, scan};

fn stack() -> &'static Stack {
    Stack::shared().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn a_fresh_database_belongs_to_a_user_that_is_held_by_row_level_security() {
    let fresh = stack().fresh("fresh database").expect("PostgreSQL is up");
    let who = "SELECT current_database(), rolcreaterole, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
    assert_eq!(
        psql(&fresh.database_url, who),
        Ok(format!("{}|t|f", fresh.name))
    );
    psql(&fresh.database_url, "CREATE TABLE mine (id int)").expect("the owner may make tables");
    assert_eq!(
        psql(&fresh.database_url, "SELECT count(*) FROM mine"),
        Ok("0".to_owned())
    );
}

#[test]
fn a_database_can_be_a_copy_of_another_one() {
    let first = stack().fresh("template").expect("the stack is up");
    psql(
        &first.database_url,
        "CREATE TABLE notes AS SELECT 'kept' AS note",
    )
    .expect("it is ours");
    let copy = stack()
        .database_like(&format!("{}-2", first.name), &first.name)
        .expect("nobody is connected to it");
    assert_eq!(psql(&copy, "SELECT note FROM notes"), Ok("kept".to_owned()));
    psql(&copy, "DROP TABLE notes").expect("what is in it belongs to the same user");
}

#[test]
fn wrong_passwords_are_refused_everywhere() {
    let fresh = stack().fresh("passwords").expect("the stack is up");
    let wrong = |url: &str| url.replacen("gildhall:", "gildhall:x", 1);
    let refusal = psql(&wrong(&fresh.database_url), "SELECT 1").expect_err("the password is wrong");
    assert!(
        refusal.contains("password authentication failed"),
        "{refusal}"
    );
    assert_eq!(
        request(
            "GET",
            &format!("{}/api/whoami", wrong(&fresh.management_url)),
            ""
        )
        .0,
        401
    );
    assert_eq!(
        request(
            "GET",
            &format!("{}/{}", fresh.s3.endpoint, fresh.s3.bucket),
            ""
        )
        .0,
        403
    );
}

#[test]
fn the_broker_user_may_do_everything_in_a_fresh_virtual_host() {
    let fresh = stack().fresh("virtual host").expect("the stack is up");
    assert!(
        fresh.amqp_url.ends_with(&format!("/{}", fresh.name)),
        "{}",
        fresh.amqp_url
    );
    let queue = format!("{}/api/queues/{}/jobs", fresh.management_url, fresh.name);
    assert_eq!(request("PUT", &queue, r#"{"durable":true}"#).0, 201);
    assert_eq!(request("GET", &queue, "").0, 200);
}

#[test]
fn all_share_the_scanner() {
    let fresh = stack().fresh("scanner").expect("the stack is up");
    let answer = scan(&fresh.clamd_url, b"nothing bad").expect("clamd is up");
    assert_eq!(answer, "stream: OK");
}

#[test]
fn names_are_new_every_time_and_making_twice_is_no_error() {
    let names: Vec<String> = thread::scope(|scope| {
        let making: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| stack().fresh("same").expect("the stack is up").name))
            .collect();
        making
            .into_iter()
            .map(|one| one.join().expect("it does not panic"))
            .collect()
    });
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 4);
    for name in &names {
        stack().database(name).expect("it is there");
        stack().vhost(name).expect("it is there");
        stack().bucket(name).expect("it is there");
    }
}

#[test]
fn what_is_discarded_is_gone() {
    let fresh = stack().fresh("discard").expect("the stack is up");
    stack().discard(&fresh).expect("it is there");
    let refusal = psql(&fresh.database_url, "SELECT 1").expect_err("the database is gone");
    assert!(refusal.contains("does not exist"), "{refusal}");
    assert_eq!(
        request(
            "GET",
            &format!("{}/api/vhosts/{}", fresh.management_url, fresh.name),
            ""
        )
        .0,
        404
    );
    stack().discard(&fresh).expect("twice is no error");
}

#[test]
fn names_that_need_quoting_are_refused() {
    for name in ["", "a\"; DROP DATABASE x", "a/b", "UPPER"] {
        assert!(
            matches!(stack().database(name), Err(DevstackError::BadName { .. })),
            "{name:?}"
        );
        assert!(
            matches!(stack().vhost(name), Err(DevstackError::BadName { .. })),
            "{name:?}"
        );
        assert!(
            matches!(stack().bucket(name), Err(DevstackError::BadName { .. })),
            "{name:?}"
        );
    }
}
