//! A scanner of a test's own, and files for it.

use std::time::Duration;

use gildhall_devstack::{Options, Provision, Services, Stack, eicar};
use serde_json::Value;

use super::{Answer, Client, Fleet, jobs, until, wait};

/// A porter looks once a second, and a breaker's probe comes once a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A clamd that the test may kill, pause and start again. It takes a tenth of a second to start.
pub struct Scanner(Stack);

impl Scanner {
    /// Starts it, and lets all processes that this fleet starts from now on use it.
    pub fn of(fleet: &mut Fleet) -> Scanner {
        let stack = Stack::start(Options {
            services: Services {
                rabbitmq: Provision::Without,
                postgres: Provision::Without,
                s3: Provision::Without,
                clamd: Provision::Private,
            },
            ..Options::default()
        });
        let stack = stack.unwrap_or_else(|error| panic!("{error}"));
        let url = stack.clamd_url().expect("it is in the stack");
        fleet.env.push(("GILDHALL_CLAMD", url));
        Scanner(stack)
    }

    pub fn kill(&self) {
        self.0.clamd().kill9().expect("it is ours");
    }

    pub fn start(&self) {
        self.0.clamd().start().expect("it comes up");
    }

    /// It takes connections then, and says nothing.
    pub fn pause(&self) {
        self.0.clamd().pause().expect("it is ours");
    }

    pub fn resume(&self) {
        self.0.clamd().resume().expect("it is ours");
    }
}

/// An image like no other: its number stands in it, in a comment.
pub fn clean(number: usize) -> Vec<u8> {
    commented(format!("image {number}").as_bytes())
}

/// An image that anybody can see and clamd does not like: the test file stands in a comment of it.
pub fn infected() -> Vec<u8> {
    commented(&eicar())
}

/// The image of these tests with a comment in front (JPEG, ISO/IEC 10918-1, B.2.4.5).
fn commented(comment: &[u8]) -> Vec<u8> {
    let image = jobs::ring();
    let (start, rest) = image.split_at(2);
    let length = u16::try_from(comment.len() + 2).expect("it is short");
    [start, b"\xFF\xFE", &length.to_be_bytes(), comment, rest].concat()
}

/// Uploads an image under this name.
pub fn upload(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/video/assets?kind=products&name={name}");
    client.post(
        &path,
        bytes,
        &[("content-type", "application/octet-stream")],
    )
}

/// The address of an asset that was answered, in this state.
#[track_caller]
pub fn link(answer: &Answer, status: u16, state: &str) -> String {
    let body = answer.json();
    assert_eq!(answer.status, status, "{body}");
    assert_eq!(body["state"], state, "{body}");
    let link = body["link"].as_str().expect("an address").to_owned();
    assert_eq!(answer.header("location"), link);
    link
}

/// The asset as the list shows it; nothing where it is not there.
pub fn listed(client: &Client, key: &str) -> Option<Value> {
    let page = client
        .get("/api/v1/video/assets?origin=upload&limit=100")
        .json();
    let assets = page["assets"].as_array().expect("a list");
    assets.iter().find(|asset| asset["key"] == key).cloned()
}

/// Waits until the asset is in this state.
#[track_caller]
pub fn wait_until(client: &Client, key: &str, state: &str) -> Value {
    until(&format!("{key} is {state}"), PATIENCE, || {
        listed(client, key).filter(|asset| asset["state"] == state)
    })
}

/// Waits until the asset is gone.
#[track_caller]
pub fn wait_until_gone(client: &Client, key: &str) {
    until(&format!("{key} is gone"), PATIENCE, || {
        listed(client, key).is_none().then_some(())
    });
}

/// The objects below a prefix, by key.
pub fn stored(fleet: &Fleet, prefix: &str) -> Vec<String> {
    let objects = wait(fleet.objects.list(prefix)).expect("the store is there");
    objects.into_iter().map(|object| object.key).collect()
}

/// Waits until nothing is left in quarantine.
#[track_caller]
pub fn wait_until_cleared(fleet: &Fleet) {
    until("the quarantine is cleared", PATIENCE, || {
        stored(fleet, "quarantine/").is_empty().then_some(())
    });
}
