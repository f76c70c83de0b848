//! The word to end, from whoever runs a board: how it is asked for, a signal or a test, is theirs.

use tokio_util::sync::CancellationToken;

/// Tells a board to end. Clones tell and hear the same.
#[derive(Debug, Clone)]
pub struct Shutdown {
    drain: CancellationToken,
    stop: CancellationToken,
}

impl Default for Shutdown {
    fn default() -> Self {
        let stop = CancellationToken::new();
        Self { drain: stop.child_token(), stop }
    }
}

impl Shutdown {
    /// No more calls; those under way are told, and have time to end.
    pub fn drain(&self) {
        self.drain.cancel();
    }

    /// No more calls, and those under way are cut off.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for the word to end, one way or the other.
    pub async fn draining(&self) {
        self.drain.cancelled().await;
    }

    /// Whether the word to end at once has come.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Waits for the word to end at once.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }
}
