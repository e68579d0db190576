//! A client that sends bytes, whether they are HTTP or not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
pub struct Raw {
    stream: BufReader<TcpStream>,
}

/// A response.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Raw {
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Raw {
        let stream = TcpStream::connect(address).expect("somebody listens");
        let patient = stream.set_read_timeout(Some(PATIENCE));
        patient.expect("a time-out may be set");
        stream.set_nodelay(true).expect("it is TCP");
        Raw {
            stream: BufReader::new(stream),
        }
    }

    /// Sends bytes. Whether somebody takes them shows in the answer: the other side may have heard enough.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.get_mut().write_all(bytes.as_ref());
    }

    /// Sends bytes, and tells whether the other side has refused to take any more.
    pub fn is_cut_off(&mut self, bytes: &str) -> bool {
        self.stream.get_mut().write_all(bytes.as_bytes()).is_err()
    }

    /// The next response; nothing where the other side has hung up instead.
    #[track_caller]
    pub fn reply(&mut self) -> Option<Reply> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no response: {first:?}"));
        let mut headers = Vec::new();
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').expect("a header");
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Reply {
            status,
            headers,
            body: String::new(),
        };
        let bytes = reply.header("content-length").parse().unwrap_or(0);
        let mut body = Vec::new();
        // What was cut off is missing.
        let _ = (&mut self.stream).take(bytes).read_to_end(&mut body);
        reply.body = String::from_utf8_lossy(&body).into_owned();
        Some(reply)
    }

    /// All further responses until the other side hangs up.
    #[track_caller]
    pub fn rest(mut self) -> Vec<Reply> {
        std::iter::from_fn(|| self.reply()).collect()
    }

    /// The next line without its end; nothing at the end of the connection, in whichever way it ended.
    #[track_caller]
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                panic!("neither an answer nor an end within {PATIENCE:?}")
            }
            Err(_) => None,
        }
    }
}

impl Reply {
    /// A header's text; nothing where there is none.
    pub fn header(&self, name: &str) -> &str {
        let header = self.headers.iter().find(|(own, _)| own == name);
        header.map_or("", |(_, value)| value)
    }

    /// The last part of the type of the problem that it is; nothing where it is none.
    pub fn problem(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        let kind = body["type"].as_str().unwrap_or_default();
        kind.trim_start_matches("/problems/").to_owned()
    }
}

/// The only response to these bytes, sent on a connection of their own; nothing where the other side just hangs up.
#[track_caller]
pub fn ask(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Option<Reply> {
    let mut raw = Raw::connect(address);
    raw.send(bytes);
    raw.reply()
}

/// A request without a body.
pub fn request(method: &str, target: &str, token: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// The head of a request to upload an image, with further header lines.
pub fn upload(token: &str, headers: &str) -> String {
    format!(
        "POST /api/v1/video/assets?kind=products HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"
    )
}

/// The head of a request to submit a job, with further header lines.
pub fn submission(token: &str, headers: &str) -> String {
    format!(
        "POST /api/v1/video/process HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\
        Content-Type: application/json\r\n{headers}\r\n"
    )
}
