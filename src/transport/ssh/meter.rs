//! A stream that ends when a peer who has not logged in sends more than it may.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Counts what comes in until the peer is known.
pub struct Meter<S> {
    stream: S,
    left: usize,
    known: Arc<AtomicBool>,
}

impl<S> Meter<S> {
    /// Lets `allowance` bytes in until `known` is set.
    pub fn new(stream: S, allowance: usize, known: Arc<AtomicBool>) -> Self {
        Self { stream, left: allowance, known }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Meter<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let came = buf.filled().len().saturating_sub(before);
        if !self.known.load(Ordering::Acquire) {
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
