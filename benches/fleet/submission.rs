//! A request that submits a job, written once and sent many times.

use crate::Result;
use crate::http::Connection;
use futures_util::future::try_join_all;
use std::io::Write;
use std::net::SocketAddr;
use std::ops::Range;

/// The sample job, as customers send it.
const JOB: &[u8] = include_bytes!("../../assets/job.json");
/// Digits of the number that makes each idempotency key a new one.
const DIGITS: usize = 16;
/// Connections over which many jobs are submitted at once.
const CONNECTIONS: u32 = 16;

/// A request with room for its number.
#[derive(Clone)]
pub struct Submission {
    bytes: Vec<u8>,
    number: Range<usize>,
}

impl Submission {
    /// The request of whoever holds this API key. Each has an idempotency key, as it should in earnest.
    pub fn new(api_key: &str) -> Submission {
        let head = format!(
            "POST /api/v1/video/process HTTP/1.1\r\n\
             Host: 127.0.0.1\r\n\
             Authorization: Bearer {api_key}\r\n\
             Content-Type: application/json\r\n\
             Content-Length: {}\r\n\
             Idempotency-Key: ",
            JOB.len()
        );
        let number = head.len()..head.len() + DIGITS;
        let mut bytes = head.into_bytes();
        bytes.extend([b'0'; DIGITS]);
        bytes.extend(b"\r\n\r\n");
        bytes.extend(JOB);
        Submission { bytes, number }
    }

    /// The bytes to send for job `number`.
    pub fn numbered(&mut self, number: u64) -> &[u8] {
        let mut place = &mut self.bytes[self.number.clone()];
        // As many digits as there is room for.
        let _ = write!(place, "{number:0DIGITS$x}");
        &self.bytes
    }
}

/// Submits `count` jobs as fast as a few connections can.
pub async fn submit_all(address: SocketAddr, submission: Submission, count: u32) -> Result<()> {
    let share = |first| submit_share(address, submission.clone(), first, count);
    try_join_all((0..CONNECTIONS).map(share)).await?;
    Ok(())
}

async fn submit_share(
    address: SocketAddr,
    mut submission: Submission,
    first: u32,
    count: u32,
) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    for number in (first..count).step_by(CONNECTIONS as usize) {
        let request = submission.numbered(number.into());
        connection.exchange(request).await?.accepted()?;
    }
    Ok(())
}
