//! This process as a node: its data directory, its name, its lease.

use std::fs::File;
use std::path::Path;

use dialtone_domain::nodes::{NodesError, RENEW};
use dialtone_domain::{Domain, NodeId};
use miette::{IntoDiagnostic, WrapErr, miette};
use rustix::process::Resource;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

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

/// Lets the process have as many open files as it may: each call is one, and the usual soft limit is 1,024. Returns how
/// many calls can be taken, so that the database, the health page and those who are turned away have files as well.
pub fn raise_file_limit(calls: usize) -> usize {
    let mut limit = rustix::process::getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let Some(files) = rustix::process::getrlimit(Resource::Nofile).current else { return calls };
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    let possible = calls_within(files);
    if possible < calls {
        tracing::warn!(
            files,
            calls = possible,
            "fewer open files allowed than limits.calls needs: fewer calls are taken; raise LimitNOFILE"
        );
    }
    calls.min(possible)
}

/// How many calls so many open files are enough for.
fn calls_within(files: usize) -> usize {
    /// Files besides calls: the database, listeners, NATS, logs, the health page, callers who are turned away.
    const OTHERS: usize = 128;
    files.saturating_sub(OTHERS).max(files / 4).max(1)
}

/// The node's name: the configured one, or the host's with the port it answers telnet at, so that two nodes of one
/// machine have two names and each has the same one after a restart. A board on its own has just a number.
pub fn name(config: &Config, telnet_port: u16) -> String {
    if !config.node.name.is_empty() {
        return config.node.name.clone();
    }
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let short: String = host.split('.').next().unwrap_or_default().chars().take(12).collect();
    if config.embedded() { "1".to_owned() } else { format!("{short}:{telnet_port}") }
}

/// Renews the lease until shutdown. While the records are away the others see this node's callers leave. A node
/// whose place another has taken sets `replaced`: two of one name would close each other's calls.
pub async fn keep_lease(
    domain: Domain,
    node: NodeId,
    replaced: CancellationToken,
    shutdown: CancellationToken,
) {
    let mut ticks = interval(RENEW);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match domain.nodes.renew(node).await {
            Ok(()) => {}
            Err(error @ NodesError::Replaced) => {
                tracing::error!(%error, "stopping: give each node a name of its own (node.name)");
                replaced.cancel();
                return;
            }
            Err(error) => tracing::warn!(%error, "the node's lease was not renewed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_from_calls() {
        assert_eq!([64, 160, 256, 1024, 65_536].map(calls_within), [16, 40, 128, 896, 65_408]);
    }
}
