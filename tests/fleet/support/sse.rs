//! Server-sent events, as a browser reads them.

use std::io::{BufRead, BufReader, Lines};

use serde_json::Value;
use ureq::{Body, BodyReader};

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct SseEvent {
    pub id: Option<i64>,
    pub name: String,
    pub data: Value,
}

/// An open stream. Dropping it hangs up.
pub struct Sse {
    lines: Lines<BufReader<BodyReader<'static>>>,
}

impl Sse {
    pub fn new(body: Body) -> Sse {
        Sse {
            lines: BufReader::new(body.into_reader()).lines(),
        }
    }
}

impl Iterator for Sse {
    type Item = SseEvent;

    /// The next event; nothing once the server has ended the stream. Comments and fields of no event are passed over.
    fn next(&mut self) -> Option<SseEvent> {
        let (mut id, mut name, mut data) = (None, String::new(), String::new());
        loop {
            let line = self.lines.next()?.expect("the stream ends in order");
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => id = Some(value.parse().expect("ids are numbers of history")),
                "event" => name = value.to_owned(),
                "data" => data.push_str(value),
                "" if line.is_empty() && !data.is_empty() => {
                    let data = serde_json::from_str(&data).expect("the data is JSON");
                    return Some(SseEvent { id, name, data });
                }
                _ => {}
            }
        }
    }
}
