//! Server-sent events, as the HTML standard describes them (9.2.6, interpreting an event stream), for the lines that
//! the API writes.

use std::io::{self, BufRead};

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServerEvent {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its data.
    pub data: String,
}

/// Reads the next event; nothing at the end of the stream. An event that the end cuts off is no event.
pub fn next(lines: &mut impl BufRead) -> io::Result<Option<ServerEvent>> {
    let mut event = ServerEvent::default();
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            if !event.data.is_empty() {
                return Ok(Some(event));
            }
            event = ServerEvent::default();
            continue;
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut event.name),
            "data" => {
                if !event.data.is_empty() {
                    event.data.push('\n');
                }
                event.data.push_str(value);
            }
            // Comments (no name before the colon), `retry`, and what later releases may add.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(stream: &str) -> Vec<ServerEvent> {
        let mut lines = stream.as_bytes();
        std::iter::from_fn(|| next(&mut lines).expect("memory can be read")).collect()
    }

    #[test]
    fn events_comments_and_retries_are_told_apart() {
        let stream = "retry: 2000\n\nid: 7\nevent: status\ndata: {\"a\":1}\n\n\
            :\n\nevent: progress\r\ndata:x\r\ndata: y\r\n\r\n";
        let events = all(stream);
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].id.as_deref(), Some("7"));
        assert_eq!(
            (events[0].name.as_str(), events[0].data.as_str()),
            ("status", "{\"a\":1}")
        );
        assert_eq!(
            (events[1].name.as_str(), events[1].data.as_str()),
            ("progress", "x\ny")
        );
        assert_eq!(events[1].id, None);
    }

    #[test]
    fn an_event_that_is_cut_off_is_none() {
        assert!(all("event: status\ndata: {\"status\":\"comple").is_empty());
    }
}
