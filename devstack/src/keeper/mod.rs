//! The process that stands between a stack's owner and its services.
//!
//! A service must not outlive its owner, however that ends: by returning from `main` (statics are never dropped), by
//! a panic, by SIGKILL. So the owner starts one keeper and holds a pipe to it, and the keeper starts the services.
//! When the pipe closes, the owner is gone: the keeper kills everything below it and removes the temporary folder.
//! Services that leave their process group, as PostgreSQL's and Erlang's children do, are found by their parents:
//! the keeper is the reaper of all its descendants, so none can escape to process 1. Should the keeper itself be
//! killed, the kernel kills the services (their folder then stays).

mod children;
mod client;
mod home;
pub(crate) mod protocol;
mod spawn;
mod tree;

use std::io::{self, BufRead, Write};

pub(crate) use client::Keeper;

use self::children::Children;
use self::home::Home;
use self::protocol::{Answer, Request, VERSION};

/// The whole life of the keeper process: serves `requests` until they end, then kills its descendants and removes
/// the folder if it is temporary.
///
/// # Errors
/// Only where the process cannot be made a keeper; nothing has been started then. What fails later is answered.
pub fn run(requests: impl BufRead, answers: impl Write) -> io::Result<()> {
    // A session of its own: Ctrl-C in the owner's terminal must reach the owner alone. Refused to a process that
    // leads a group already, which no terminal signals either.
    let _ = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let mut children = Children::default();
    let mut home = None;
    serve(requests, answers, &mut children, &mut home);
    children.end();
    drop(home);
    Ok(())
}

/// Returns when the owner is gone: its requests end, cannot be read, or its answers cannot be written.
fn serve(
    requests: impl BufRead,
    mut answers: impl Write,
    children: &mut Children,
    home: &mut Option<Home>,
) {
    for line in requests.lines() {
        let Ok(line) = line else { return };
        let answer = match serde_json::from_str(&line) {
            Ok(request) => {
                obey(request, children, home).unwrap_or_else(|why| Answer::Failed { why })
            }
            Err(e) => Answer::Failed {
                why: format!("a request that is not understood: {e}"),
            },
        };
        if write(&mut answers, &answer).is_err() {
            return;
        }
    }
}

fn write(answers: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    answers.write_all(&line)?;
    answers.flush()
}

fn obey(
    request: Request,
    children: &mut Children,
    home: &mut Option<Home>,
) -> Result<Answer, String> {
    match request {
        Request::Open { folder } => {
            let opened = Home::open(folder.as_deref()).map_err(|e| e.to_string())?;
            let folder = opened.path().to_owned();
            *home = Some(opened);
            return Ok(Answer::Opened {
                version: VERSION,
                folder,
            });
        }
        Request::Spawn { name, launch } => children.spawn(name, &launch)?,
        Request::Signal { name, sign } => children.signal(&name, sign)?,
        Request::State { name } => return Ok(Answer::State(children.state(&name))),
    }
    Ok(Answer::Done)
}
