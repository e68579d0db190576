//! What the tests of this crate share.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use gildhall_devstack::{Options, Provision, Services, Stack};

/// Starts a stack of its own with only some services.
pub fn start(services: Services) -> Stack {
    Stack::start(Options {
        services,
        ..Options::default()
    })
    .unwrap_or_else(|e| panic!("{e}"))
}

/// No service; tests name the ones that they want.
pub fn nothing() -> Services {
    Services {
        rabbitmq: Provision::Without,
        postgres: Provision::Without,
        s3: Provision::Without,
        clamd: Provision::Without,
    }
}

/// Polls until it holds; fails the test after `patience`.
pub fn until(what: &str, patience: Duration, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + patience;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within {patience:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Runs SQL and returns what it prints, or psql's error.
pub fn psql(url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            url,
        ])
        .args(["--command", sql])
        .output()
        .expect("psql is a package of the setup");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

/// A request with the credentials in the URL, if any: status and body.
pub fn request(method: &str, url: &str, body: &str) -> (u16, String) {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .max_idle_connections(0);
    let agent =
        ureq::Agent::new_with_config(config.timeout_global(Some(Duration::from_secs(30))).build());
    let answer = match method {
        "GET" => agent.get(url).call(),
        "PUT" => agent.put(url).content_type("application/json").send(body),
        "POST" => agent.post(url).content_type("application/json").send(body),
        other => panic!("no test sends {other}"),
    };
    let mut answer = answer.unwrap_or_else(|e| panic!("{method} {url}: {e}"));
    (
        answer.status().as_u16(),
        answer
            .body_mut()
            .read_to_string()
            .expect("the answer is text"),
    )
}

/// What clamd at this `tcp://host:port` says of bytes (INSTREAM: each piece behind its length, an empty one at the end), or
/// why it could not be asked.
pub fn scan(url: &str, bytes: &[u8]) -> io::Result<String> {
    let address = url.strip_prefix("tcp://").expect("it is an address");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(b"zINSTREAM\0")?;
    for piece in bytes.chunks(1 << 16) {
        let length = u32::try_from(piece.len()).expect("a piece is short");
        stream.write_all(&length.to_be_bytes())?;
        stream.write_all(piece)?;
    }
    stream.write_all(&[0; 4])?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.trim_end_matches('\0').to_owned())
}
