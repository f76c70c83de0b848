//! The doorbell that Postgres carries between processes.

use dialtone_domain::events::Listener;

/// Waits until another process rings. Without a listener it never does. Cancel safe.
pub async fn rung(listener: Option<&mut Listener>) {
    match listener {
        Some(listener) => listener.rung().await,
        None => std::future::pending().await,
    }
}
