//! This process as a node: its data directory, its name, its lease.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use dialtone_domain::{Domain, NodeId};
use miette::{IntoDiagnostic, WrapErr, miette};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// How often the lease is renewed: three times in its length, so that two failures cost nothing.
const RENEWAL: Duration = Duration::from_secs(4);

/// Makes the data directory, readable by its owner only, and takes it for this process if the records are in it.
/// The lock is gone with the process, however it ends.
pub fn prepare_data_dir(path: &Path, exclusive: bool) -> Result<Option<File>, miette::Report> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot make the data directory {}", path.display()))?;
    if !exclusive {
        return Ok(None);
    }
    let lock = path.join("dialtone.lock");
    let file =
        File::create(&lock).into_diagnostic().wrap_err_with(|| format!("cannot write {}", lock.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(miette!(
            help = "several nodes share a Postgres database: set DATABASE_URL for each of them",
            "another board is running in {}",
            path.display()
        )),
    }
}

/// The node's name: the configured one, or the host's.
pub fn name(config: &Config) -> String {
    if !config.node.name.is_empty() {
        return config.node.name.clone();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let short: String = host.trim().split('.').next().unwrap_or_default().chars().take(12).collect();
    if config.embedded() || short.is_empty() { "1".to_owned() } else { short }
}

/// Renews the lease until shutdown. While the records are away the others see this node's callers leave.
pub async fn keep_lease(domain: Domain, node: NodeId, shutdown: CancellationToken) {
    let mut ticks = interval(RENEWAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = domain.nodes.renew(node).await {
            tracing::warn!(%error, "the node's lease was not renewed");
        }
    }
}
