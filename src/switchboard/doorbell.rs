//! Ringing for other processes: whoever commits rings, the moment it is committed. The server, the console and the
//! commands all do it here.

use dialtone_domain::EventLog;
use tokio_util::sync::CancellationToken;

use super::nats::NatsRinger;

/// Rings for the other processes of the board: over NATS if there is one, else over Postgres. On SQLite nobody hears it,
/// and another process reads the log when its poll is due.
pub struct Ringer {
    log: EventLog,
    nats: Option<NatsRinger>,
}

impl Ringer {
    /// Rings for what is committed from here on, over `nats` or the database.
    pub fn new(log: &EventLog, nats: Option<NatsRinger>) -> Self {
        Self { log: log.clone(), nats }
    }

    /// The same for a process that writes now and then: it connects to NATS, if there is an address, at its first ring.
    pub fn occasional(log: &EventLog, nats: Option<&str>, prefix: &str) -> Self {
        Self::new(log, nats.map(|url| NatsRinger::occasional(url, prefix)))
    }

    /// Rings after each commit until `closing`, and then for what was committed before. Nobody waits for it: a ring that
    /// fails leaves the others to their poll.
    pub async fn run(mut self, closing: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                () = self.log.rung() => {}
                () = closing.cancelled() => return,
            }
            match &mut self.nats {
                Some(nats) => nats.ring().await,
                None => drop(self.log.ring_others().await),
            }
        }
    }
}
