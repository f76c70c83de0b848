//! The doorbell inside this process: rung after each commit.

use dialtone_domain::{Domain, EventLog};

/// Hears every commit of this process.
pub struct Bell(EventLog);

impl Bell {
    /// A bell that misses no ring from here on.
    pub fn new(domain: &Domain) -> Self {
        Self(domain.events.clone())
    }

    /// Waits for a commit since the last call. Cancel safe: a ring not answered is heard next time.
    pub async fn rung(&self) {
        self.0.rung().await;
    }
}
