//! `/healthz` (the process lives) and `/readyz` (it takes calls and reaches its records), over HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use dialtone_domain::Domain;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long the records may take to answer before the node says that it is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the node takes calls; set once it does, cleared when it drains.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says whether the node takes calls.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Whether the node takes calls.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[derive(Clone)]
struct Probed {
    domain: Domain,
    readiness: Readiness,
}

/// Answers both pages until `shutdown`. Errors: what the socket says.
pub async fn serve(
    listener: TcpListener,
    domain: Domain,
    readiness: Readiness,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(Probed { domain, readiness });
    axum::serve(listener, routes).with_graceful_shutdown(shutdown.cancelled_owned()).await
}

async fn ready(State(probed): State<Probed>) -> (StatusCode, &'static str) {
    if !probed.readiness.get() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not taking calls\n");
    }
    match tokio::time::timeout(PATIENCE, probed.domain.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
