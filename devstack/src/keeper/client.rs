//! The owner's end of the pipe.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::protocol::{Answer, Launch, Request, Sign, State, VERSION};
use crate::error::DevstackError;
use crate::siblings;

const PROGRAM: &str = "gildhall-devstack-keeper";

/// A running keeper. Dropping it ends it with all its services and returns when its folder is gone.
pub(crate) struct Keeper {
    /// None only while it is dropped.
    link: Mutex<Option<Link>>,
    process: Child,
    folder: PathBuf,
}

struct Link {
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Keeper {
    /// Starts a keeper on a folder that stays, or on a temporary one.
    pub(crate) fn start(folder: Option<&Path>) -> Result<Self, DevstackError> {
        let program = siblings::find(PROGRAM)?;
        let mut process = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(DevstackError::io(format!("start {}", program.display())))?;
        let requests = process
            .stdin
            .take()
            .expect("it was asked for with Stdio::piped");
        let answers = process
            .stdout
            .take()
            .expect("it was asked for with Stdio::piped");
        let link = Link {
            requests,
            answers: BufReader::new(answers),
        };
        let mut keeper = Self {
            link: Mutex::new(Some(link)),
            process,
            folder: PathBuf::new(),
        };
        keeper.folder = keeper.open(folder)?;
        Ok(keeper)
    }

    fn open(&self, folder: Option<&Path>) -> Result<PathBuf, DevstackError> {
        // The keeper has the owner's working folder now, but would not follow a later change of it.
        let folder = folder
            .map(std::path::absolute)
            .transpose()
            .map_err(DevstackError::io("find the folder"))?;
        match self.ask(&Request::Open { folder })? {
            Answer::Opened {
                version: VERSION,
                folder,
            } => Ok(folder),
            other => Err(out_of_turn(&other)),
        }
    }

    /// The folder of this stack, absolute.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a process under a name whose former process has ended.
    pub(crate) fn spawn(&self, name: &str, launch: Launch) -> Result<(), DevstackError> {
        self.order(&Request::Spawn {
            name: name.to_owned(),
            launch,
        })
    }

    /// Signals a process; does nothing if it has ended.
    pub(crate) fn signal(&self, name: &str, sign: Sign) -> Result<(), DevstackError> {
        self.order(&Request::Signal {
            name: name.to_owned(),
            sign,
        })
    }

    pub(crate) fn state(&self, name: &str) -> Result<State, DevstackError> {
        match self.ask(&Request::State {
            name: name.to_owned(),
        })? {
            Answer::State(state) => Ok(state),
            other => Err(out_of_turn(&other)),
        }
    }

    fn order(&self, request: &Request) -> Result<(), DevstackError> {
        match self.ask(request)? {
            Answer::Done => Ok(()),
            other => Err(out_of_turn(&other)),
        }
    }

    fn ask(&self, request: &Request) -> Result<Answer, DevstackError> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let link = link
            .as_mut()
            .expect("the link is taken only in drop, which has the keeper to itself");
        match link.exchange(request).map_err(DevstackError::KeeperGone)? {
            Answer::Failed { why } => Err(DevstackError::Keeper { why }),
            answer => Ok(answer),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The closed pipe is the sign to end. There is nobody to tell if the keeper was killed meanwhile.
        drop(
            self.link
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let _ = self.process.wait();
    }
}

impl Link {
    fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.requests.write_all(&line)?;
        self.requests.flush()?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

/// An answer that does not fit the request, as one of another version.
fn out_of_turn(answer: &Answer) -> DevstackError {
    let why =
        format!("it answered {answer:?}; build it anew with `cargo build -p gildhall-devstack`");
    DevstackError::Keeper { why }
}
