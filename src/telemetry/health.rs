//! `/healthz` (the process lives) and `/readyz` (it takes calls and can write its records), over HTTP.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use dialtone_domain::{Domain, InstanceId, Unavailable};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long the records may take to answer before the instance says that it is not ready.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long an answer of the records is given again, so that asking often costs no more than asking now and then.
const FRESH: Duration = Duration::from_secs(1);
/// How long a client may take to send the head of its request.
const HEAD_LIMIT: Duration = Duration::from_secs(5);
/// The longest that a connection is kept, whatever it does: one request is answered on each.
const CONNECTION_LIMIT: Duration = Duration::from_secs(10);
/// Connections at once. One more, and the oldest is closed: whoever holds many cannot keep a newcomer out.
const CONNECTIONS: usize = 64;
/// How long to wait when a connection cannot be accepted, as when every file descriptor is taken.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Whether the instance takes calls; set once it does, cleared when it drains.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says whether the instance takes calls.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Whether the instance takes calls.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Finds out whether the records can be written.
struct Probe {
    domain: Domain,
    instance: InstanceId,
    readiness: Readiness,
    attempts: Attempts,
}

impl Probe {
    async fn write(&self) -> Result<(), Unavailable> {
        let (domain, instance) = (self.domain.clone(), self.instance);
        self.attempts.answer(|| async move { domain.instances.seen(instance).await }).await
    }
}

/// What an attempt to write came to, and when it was over.
type Attempt = (Instant, Result<(), Unavailable>);

/// The last attempt, which is held for as long as it is being made.
#[derive(Default)]
struct Attempts(Arc<Mutex<Option<Attempt>>>);

impl Attempts {
    /// Makes an attempt, or says how the last one went if that was a moment ago. One is made at a time, and it goes on
    /// in a task of its own: a client that hangs up neither ends it nor makes room for the next.
    async fn answer<F>(&self, attempt: impl FnOnce() -> F) -> Result<(), Unavailable>
    where
        F: Future<Output = Result<(), Unavailable>> + Send + 'static,
    {
        let mut last = Arc::clone(&self.0).lock_owned().await;
        if let Some((at, answer)) = *last
            && at.elapsed() < FRESH
        {
            return answer;
        }
        let attempt = attempt();
        let made = tokio::spawn(async move {
            let answer = timeout(PATIENCE, attempt).await.unwrap_or(Err(Unavailable::Away));
            *last = Some((Instant::now(), answer));
            answer
        });
        made.await.unwrap_or(Err(Unavailable::Away))
    }
}

/// Answers both pages, in the name of `instance`, until `shutdown`.
pub async fn serve(
    listener: TcpListener,
    domain: Domain,
    instance: InstanceId,
    readiness: Readiness,
    shutdown: CancellationToken,
) {
    let probe = Arc::new(Probe { domain, instance, readiness, attempts: Attempts::default() });
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(probe);
    let mut connections = JoinSet::new();
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the health page cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        open.retain(|connection| !connection.is_finished());
        if open.len() >= CONNECTIONS
            && let Some(oldest) = open.pop_front()
        {
            oldest.abort();
        }
        open.push_back(connections.spawn(answer(stream, routes.clone())));
    }
}

async fn answer(stream: TcpStream, routes: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    // A client that hung up, was too slow or spoke no HTTP needs no line in the log.
    let _ = timeout(CONNECTION_LIMIT, connection).await;
}

async fn ready(State(probe): State<Arc<Probe>>) -> (StatusCode, &'static str) {
    if !probe.readiness.get() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not taking calls\n");
    }
    match probe.write().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(Unavailable::Full) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the records cannot be written: no room on the disk\n")
        }
        Err(Unavailable::Away | Unavailable::Unknown) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use tokio::sync::Semaphore;

    #[tokio::test(start_paused = true)]
    async fn clients_that_hang_up_start_no_further_write() {
        let (attempts, begun, gate) =
            (Attempts::default(), Arc::new(AtomicU32::new(0)), Arc::new(Semaphore::new(0)));
        let ask = || {
            let (begun, gate) = (Arc::clone(&begun), Arc::clone(&gate));
            attempts.answer(move || async move {
                begun.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.map(drop).map_err(|_| Unavailable::Away)
            })
        };
        for _ in 0..3 {
            // The clock stands still until nothing else can go on: the client hangs up while the write is under way.
            assert!(timeout(Duration::from_millis(1), ask()).await.is_err());
        }
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        gate.add_permits(1);
        assert_eq!(ask().await, Ok(()));
        assert_eq!(begun.load(Ordering::SeqCst), 1, "what the first found out counts");
    }
}
