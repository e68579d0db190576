//! A keep-alive connection that costs next to nothing: ready bytes out, status and body in. Just enough of HTTP/1.1
//! (RFC 9112) for this API, whose answers all have a `Content-Length`.

use crate::Result;
use gildhall_proto::JobId;
use serde::Deserialize;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer here.
const ANSWER_BYTES: usize = 4096;
const ACCEPTED: u16 = 202;

/// An open connection, used by one request at a time.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What was answered.
pub struct Answer<'a> {
    status: u16,
    body: &'a [u8],
}

/// What precedes a body.
struct Head {
    status: u16,
    /// Where the body begins, and its length.
    end: usize,
    body_bytes: usize,
}

#[derive(Deserialize)]
struct Accepted {
    job_id: JobId,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            received: Vec::with_capacity(ANSWER_BYTES),
        })
    }

    /// Sends a request and waits for its whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            if let Some(head) = Head::read(&self.received)? {
                break head;
            }
            self.receive().await?;
        };
        let end = head.end + head.body_bytes;
        while self.received.len() < end {
            self.receive().await?;
        }
        Ok(Answer {
            status: head.status,
            body: &self.received[head.end..end],
        })
    }

    async fn receive(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err("the API closed a connection".into()),
            _ => Ok(()),
        }
    }
}

impl Head {
    /// Nothing while it is not complete.
    fn read(received: &[u8]) -> Result<Option<Head>> {
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&received[..end])?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let mut fields = lines.filter_map(|line| line.split_once(':'));
        let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let status = status.and_then(|word| word.parse().ok());
        let body_bytes = length.and_then(|(_, value)| value.trim().parse().ok());
        match (status, body_bytes) {
            (Some(status), Some(body_bytes)) => Ok(Some(Head {
                status,
                end: end + 4,
                body_bytes,
            })),
            _ => Err(format!("the API's answer has an odd head: {text}").into()),
        }
    }
}

impl Answer<'_> {
    /// Fails unless a new job was accepted.
    pub fn accepted(&self) -> Result<()> {
        match self.status {
            ACCEPTED => Ok(()),
            status => {
                let body = String::from_utf8_lossy(self.body);
                Err(format!("the API answered {status}: {body}").into())
            }
        }
    }

    /// The job that was accepted.
    pub fn job(&self) -> Result<JobId> {
        self.accepted()?;
        let accepted: Accepted = serde_json::from_slice(self.body)?;
        Ok(accepted.job_id)
    }
}
