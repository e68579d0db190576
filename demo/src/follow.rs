//! Follows a job's event stream in a thread of its own, so that whoever waits for news can also hear Ctrl-C.

use std::io::BufReader;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use gildhall_proto::{EventProgress, JobStatus};
use serde::Deserialize;

use crate::api::Api;
use crate::error::DemoError;
use crate::sse;

/// How long a stream that broke is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// What a stream tells.
#[derive(Debug, PartialEq)]
pub enum News {
    /// The job has come to this status.
    Status(JobStatus),
    /// An attempt is this far.
    Progress(EventProgress),
}

#[derive(Deserialize)]
struct StatusData {
    status: JobStatus,
}

/// Follows until the job has ended; the channel closes then. A stream that breaks is taken up behind its last event.
pub fn follow(api: Api, link: String) -> Receiver<News> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut last = None;
        while listen(&api, &link, &mut last, &sender) == Next::Again {
            thread::sleep(PAUSE);
        }
    });
    receiver
}

#[derive(PartialEq)]
enum Next {
    Again,
    End,
}

fn listen(api: &Api, link: &str, last: &mut Option<String>, sender: &Sender<News>) -> Next {
    let stream = match api.events(link, last.as_deref()) {
        Ok(Some(stream)) => stream,
        // Nothing is left to tell; whoever waits looks at the job itself.
        Ok(None) => return Next::End,
        Err(DemoError::Refused { status, .. }) if is_final(status) => return Next::End,
        Err(_) => return Next::Again,
    };
    let mut lines = BufReader::new(stream);
    while let Ok(Some(event)) = sse::next(&mut lines) {
        if event.id.is_some() {
            last.clone_from(&event.id);
        }
        let Some(news) = read(&event.name, &event.data) else {
            continue;
        };
        let is_end = matches!(news, News::Status(status) if status.is_terminal());
        // Nobody listens any more when the demo is ending.
        if sender.send(news).is_err() || is_end {
            return Next::End;
        }
    }
    Next::Again
}

/// Whether a refusal would be the same the next time: not one of an overload or an outage.
fn is_final(status: u16) -> bool {
    status < 500 && status != 429
}

/// Events that this client does not know are none of its business.
fn read(name: &str, data: &str) -> Option<News> {
    match name {
        "status" => {
            let data: StatusData = serde_json::from_str(data).ok()?;
            Some(News::Status(data.status))
        }
        "progress" => serde_json::from_str(data).ok().map(News::Progress),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_s_events_are_understood() {
        let data = r#"{"status":"processing","from":"queued","at":"2026-01-31T12:00:00Z"}"#;
        assert_eq!(
            read("status", data),
            Some(News::Status(JobStatus::Processing))
        );
        let data = r#"{"stage":"render","frames":30,"total_frames":900}"#;
        assert!(matches!(
            read("progress", data),
            Some(News::Progress(EventProgress { frames: 30, .. }))
        ));
        assert_eq!(read("status", "{}"), None);
        assert_eq!(read("later", "{}"), None);
    }
}
