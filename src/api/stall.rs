//! A connection to somebody who has to take what is sent.
//!
//! Whoever asks and does not read the answer would hold the connection, and what the answer takes of memory, for ever: no
//! deadline of a request covers the time after the answer was begun.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A stream whose writes fail when the other side takes nothing for a while.
pub struct Patient<S> {
    stream: S,
    patience: Duration,
    /// Runs while a write waits.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    /// Waits for this long before it gives the other side up.
    pub fn new(stream: S, patience: Duration) -> Patient<S> {
        Patient {
            stream,
            patience,
            waiting: None,
        }
    }

    /// Turns an endless wait into an error.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let patience = self.patience;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        waiting
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.watch(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.watch(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let closed = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.watch(cx, closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const PATIENCE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up() {
        let (near, _far) = duplex(8);
        let mut patient = Patient::new(near, PATIENCE);
        patient.write_all(&[0; 8]).await.expect("there is room");
        let error = patient.write_all(&[0; 8]).await;
        assert_eq!(error.expect_err("no room").kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_little_now_and_then_is_waited_for() {
        let (near, mut far) = duplex(8);
        let reading = tokio::spawn(async move {
            let (mut all, mut some) = (0, [0; 4]);
            while all < 64 {
                tokio::time::sleep(PATIENCE - Duration::from_secs(1)).await;
                all += far.read(&mut some).await.expect("it is open");
            }
            all
        });
        let mut patient = Patient::new(near, PATIENCE);
        patient.write_all(&[0; 64]).await.expect("it goes on");
        assert_eq!(reading.await.expect("it ends"), 64);
    }

    #[tokio::test(start_paused = true)]
    async fn reading_takes_as_long_as_it_takes() {
        let (near, mut far) = duplex(8);
        let mut patient = Patient::new(near, PATIENCE);
        let writing = tokio::spawn(async move {
            tokio::time::sleep(PATIENCE * 10).await;
            far.write_all(b"late").await
        });
        let mut word = [0; 4];
        patient.read_exact(&mut word).await.expect("it comes");
        assert_eq!(&word, b"late");
        writing.await.expect("it ends").expect("it was read");
    }
}
