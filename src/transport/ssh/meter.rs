//! A stream that ends when a peer who has not logged in sends more than it may, or takes too long. The protocol's
//! own task reads from it, so the connection ends with it, whatever else still holds on to it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Counts what comes in, and the time, until the peer is known.
pub struct Meter<S> {
    stream: S,
    left: usize,
    known: Arc<AtomicBool>,
    /// Resolves to why the connection ends; gone once the peer is known.
    patience: Option<Pin<Box<dyn Future<Output = io::Error> + Send>>>,
}

impl<S> Meter<S> {
    /// Lets `allowance` bytes in until `known` is set, for which there is `time`, and none after `shutdown`.
    pub fn new(
        stream: S,
        allowance: usize,
        time: Duration,
        shutdown: CancellationToken,
        known: Arc<AtomicBool>,
    ) -> Self {
        let patience = async move {
            tokio::select! {
                () = sleep(time) => io::Error::new(io::ErrorKind::TimedOut, "too long without logging in"),
                () = shutdown.cancelled() => io::Error::other("the board goes down"),
            }
        };
        Self { stream, left: allowance, known, patience: Some(Box::pin(patience)) }
    }

    /// Whether the peer is a stranger still. Errors when it has been one for too long.
    fn poll_stranger(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        let Some(patience) = &mut self.patience else { return Ok(false) };
        if self.known.load(Ordering::Acquire) {
            self.patience = None;
            return Ok(false);
        }
        match patience.as_mut().poll(cx) {
            Poll::Ready(error) => Err(error),
            Poll::Pending => Ok(true),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Meter<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stranger = self.poll_stranger(cx)?;
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let came = buf.filled().len().saturating_sub(before);
        if stranger {
            let Some(left) = self.left.checked_sub(came) else {
                return Poll::Ready(Err(io::Error::other("too many bytes before logging in")));
            };
            self.left = left;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Meter<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
