//! A stream that fails when the connection must end, when its peer does not read, or sends too much without logging in.
//! The protocol's own task reads and writes it, so the connection ends with it, whatever else still holds on to it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::state::ConnectionState;

/// So many reads go at once while enough is held, then comes a pause: a client that is told to wait sends in crumbs.
const CRUMBS: u32 = 32;
/// The pause.
const PAUSE: Duration = Duration::from_millis(20);

/// Watches over what comes and goes.
pub struct PreAuthLimit<S> {
    stream: S,
    state: Arc<ConnectionState>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    /// What may still come before the peer is known; none once it is.
    left: Option<usize>,
    stall: Duration,
    /// When what is being written must have gone on.
    stalled: Option<Pin<Box<Sleep>>>,
    crumbs: u32,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> PreAuthLimit<S> {
    /// Lets `allowance` bytes in until the peer is known, and output wait for `stall`.
    pub fn new(stream: S, allowance: usize, stall: Duration, state: Arc<ConnectionState>) -> Self {
        let cut = Box::pin(state.cut.clone().cancelled_owned());
        Self { stream, state, cut, left: Some(allowance), stall, stalled: None, crumbs: 0, pause: None }
    }

    fn poll_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.cut.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::Error::other("the line is cut")),
            Poll::Pending => Ok(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PreAuthLimit<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if let Some(left) = self.left {
            let came = buf.filled().len().saturating_sub(before);
            self.left = if self.state.known() {
                None
            } else {
                let left = left.checked_sub(came);
                Some(left.ok_or_else(|| io::Error::other("too many bytes before logging in"))?)
            };
        }
        if self.state.holds_enough() {
            self.crumbs += 1;
            if self.crumbs >= CRUMBS {
                self.crumbs = 0;
                self.pause = Some(Box::pin(sleep(PAUSE)));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PreAuthLimit<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stall = self.stall;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(stall)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the caller does not read")))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
