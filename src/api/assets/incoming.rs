//! The body of an upload, within its limits: how large it is, how long it takes, and how slowly it comes.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use gildhall_proto::limits::MAX_FILE_BYTES;
use tokio::time::{Instant, timeout_at};

use crate::api::body::{broken, too_large};
use crate::api::problem::{Kind, Problem};

/// How long the next bytes may take to come.
const STALL: Duration = Duration::from_secs(30);
/// How many bytes have to come in each [`STALL`] of waiting for them, the first one aside: whoever sends a byte now and then
/// holds a place that others want.
const LEAST_BYTES: u64 = 64 * 1024;
/// How long a whole upload may take: the largest file over a line of 1 Mbit/s.
const WHOLE: Duration = Duration::from_secs(15 * 60);

/// A body that comes in.
pub struct Incoming {
    chunks: BodyDataStream,
    /// When all of it has to be there.
    end: Instant,
    bytes: u64,
    stretch: Stretch,
}

/// So much time of waiting for bytes, and what has to come in it.
struct Stretch {
    /// What is left of it. Time that is spent on the bytes that came does not count: a slow disk is no fault of the client's.
    left: Duration,
    /// How many bytes of the whole have to be there at its end.
    wanted: u64,
}

impl Incoming {
    /// A body whose time begins now.
    pub fn new(body: Body) -> Incoming {
        Incoming {
            chunks: body.into_data_stream(),
            end: Instant::now() + WHOLE,
            bytes: 0,
            stretch: Stretch {
                left: STALL,
                wanted: 0,
            },
        }
    }

    /// How many bytes have come.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next bytes; nothing after the last ones.
    ///
    /// # Errors
    /// A problem where they do not come in time, are too many, or the connection broke.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let due = self.end.min(Instant::now() + STALL);
        loop {
            let turn = Instant::now() + self.stretch.left;
            let chunk = timeout_at(due.min(turn), self.chunks.next()).await;
            self.stretch.left = turn.saturating_duration_since(Instant::now());
            match chunk {
                Ok(chunk) => return self.count(chunk.transpose().map_err(broken)?),
                Err(_) if due <= turn => return Err(stalled()),
                Err(_) => self.turn()?,
            }
        }
    }

    fn count(&mut self, chunk: Option<Bytes>) -> Result<Option<Bytes>, Problem> {
        self.bytes += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        match self.bytes > MAX_FILE_BYTES {
            true => Err(too_large(MAX_FILE_BYTES)),
            false => Ok(chunk),
        }
    }

    /// Begins the next stretch, if enough came in this one.
    fn turn(&mut self) -> Result<(), Problem> {
        if self.bytes < self.stretch.wanted {
            return Err(stalled());
        }
        self.stretch = Stretch {
            left: STALL,
            wanted: self.bytes + LEAST_BYTES,
        };
        Ok(())
    }
}

fn stalled() -> Problem {
    let detail = format!(
        "No bytes came for {stall} s, fewer than {} KiB came in {stall} s, or the whole took more than {} min.",
        LEAST_BYTES / 1024,
        WHOLE.as_secs() / 60,
        stall = STALL.as_secs()
    );
    Problem::new(Kind::StalledBody, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use tokio::time::{advance, sleep, sleep_until};

    const LEAST: usize = LEAST_BYTES as usize;
    const STALLED: Option<Kind> = Some(Kind::StalledBody);

    fn body<S>(chunks: S) -> Body
    where
        S: stream::Stream<Item = usize> + Send + 'static,
    {
        Body::from_stream(chunks.map(|bytes| Ok::<_, axum::Error>(vec![0_u8; bytes])))
    }

    /// Why a body is refused whose chunks, of so many bytes, come so many ms after its beginning.
    async fn refused(chunks: &[(u64, usize)]) -> Option<Kind> {
        let begun = Instant::now();
        let chunks = stream::iter(chunks.to_vec()).then(move |(at_ms, bytes)| async move {
            sleep_until(begun + Duration::from_millis(at_ms)).await;
            bytes
        });
        let mut incoming = Incoming::new(body(chunks));
        loop {
            match incoming.next().await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(problem) => return Some(problem.kind()),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_bytes_may_take_thirty_seconds() {
        for (pause_ms, kind) in [(29_999, None), (30_000, None), (30_001, STALLED)] {
            let (first, later) = ([(pause_ms, 1)], [(7_000, 1), (7_000 + pause_ms, 1)]);
            assert_eq!(refused(&first).await, kind, "{pause_ms} ms at first");
            assert_eq!(refused(&later).await, kind, "{pause_ms} ms later");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_whole_upload_may_take_fifteen_minutes() {
        for (end_ms, kind) in [(899_999, None), (900_000, None), (900_001, STALLED)] {
            let mut chunks: Vec<_> = (0..90).map(|tenth| (tenth * 10_000, LEAST)).collect();
            chunks.push((end_ms, 1));
            assert_eq!(refused(&chunks).await, kind, "{end_ms} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_is_too_slow_is_given_up_after_a_minute() {
        for (bytes, kind) in [(LEAST - 1, STALLED), (LEAST, None), (LEAST + 1, None)] {
            let second = [(0, 1), (29_000, 1), (58_000, bytes), (61_000, 1)];
            assert_eq!(
                refused(&second).await,
                kind,
                "{bytes} in the second stretch"
            );
            // What came before does not count.
            let third = [
                (0, 1),
                (29_000, LEAST),
                (58_000, 9 * LEAST),
                (87_000, bytes),
                (91_000, 1),
            ];
            assert_eq!(refused(&third).await, kind, "{bytes} in the third stretch");
        }
        for (at_ms, kind) in [(59_999, None), (60_000, None), (60_001, STALLED)] {
            let last = [(0, 1), (29_000, 1), (58_000, 1), (at_ms, LEAST)];
            assert_eq!(refused(&last).await, kind, "{at_ms} ms");
        }
        // A small file that ends before is none that holds a place.
        assert_eq!(refused(&[(29_000, 1), (59_000, 1)]).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_disk_is_no_fault_of_the_client() {
        let slow = stream::repeat(1).then(|bytes| async move {
            sleep(STALL - Duration::from_secs(1)).await;
            bytes
        });
        let mut incoming = Incoming::new(body(slow));
        for _ in 0..2 {
            let chunk = incoming
                .next()
                .await
                .expect("it was waited for less than a minute");
            assert_eq!(chunk.map(|chunk| chunk.len()), Some(1));
            // Meanwhile the chunk is written.
            advance(STALL * 3).await;
        }
        let problem = incoming.next().await.err();
        assert_eq!(problem.map(|problem| problem.kind()), STALLED);
        assert_eq!(incoming.bytes(), 2);
    }
}
