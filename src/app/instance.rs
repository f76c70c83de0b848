//! A board as an instance: its data directory, its name, its lease.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dialtone_domain::instances::{Holder, InstancesError, JoinError, Joined, Joining, RENEW};
use dialtone_domain::{Domain, InstanceId};
use miette::{IntoDiagnostic, WrapErr, miette};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::database;
use crate::server::Shutdown;

/// How often a name that is held is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Makes the data directory, readable by its owner only.
pub fn prepare_data_dir(path: &Path) -> Result<(), miette::Report> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot make the data directory {}", path.display()))
}

/// The file beside a SQLite database whose lock says that a board serves it; none for a server.
pub fn lock_file(url: &str) -> Option<PathBuf> {
    let path = database::file(url)?;
    // One file, one lock, by whatever name it is opened.
    let mut lock = path.canonicalize().unwrap_or(path).into_os_string();
    lock.push(".lock");
    Some(lock.into())
}

/// A SQLite database taken for one board; dropping it lets the database go.
pub struct DatabaseLock(File);

impl Drop for DatabaseLock {
    fn drop(&mut self) {
        // Closing would not be enough: a program that this process is just starting has the file open for a moment too.
        self.0.unlock().ok();
    }
}

/// Takes a SQLite database for a board, which alone may serve it. The lock lies beside the file, so that it holds
/// for boards with other data directories too, and is gone with the process, however that ends.
pub fn lock_database(url: &str) -> Result<Option<DatabaseLock>, miette::Report> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let Some(lock) = lock_file(url) else { return Ok(None) };
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file =
        options.open(&lock).into_diagnostic().wrap_err_with(|| format!("cannot write {}", lock.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(DatabaseLock(file))),
        Err(_) => Err(miette!(
            help = "several instances share a Postgres database: set DATABASE_URL for each of them",
            "another board is running on {}",
            lock.with_extension("").display()
        )),
    }
}

/// Joins the board as an instance, by its configured name or by a number. A name that another instance holds is waited for:
/// after a crash its lease runs out, and if it is renewed, somebody lives there.
pub async fn join(domain: &Domain, config: &Config, port: u16) -> Result<Joined, miette::Report> {
    let host = format!("{}:{port}", rustix::system::uname().nodename().to_string_lossy());
    let name = Some(config.instance.name.as_str()).filter(|name| !name.is_empty());
    let joining = Joining { name, host: &host, exclusive: config.embedded() };
    let mut seen: Option<Box<Holder>> = None;
    loop {
        let holder = match domain.instances.join(joining).await {
            Ok(joined) => return Ok(joined),
            Err(JoinError::Held(holder)) => holder,
            Err(error) => {
                return Err(error).into_diagnostic().wrap_err("cannot join the board as an instance");
            }
        };
        match &seen {
            None => {
                tracing::warn!(
                    instance = %holder.name, host = %holder.host, since = %holder.since, until = %holder.expires_at,
                    "this name is held: waiting until its lease is renewed or runs out"
                );
                seen = Some(holder);
            }
            Some(before) if *before == holder => {}
            Some(_) => {
                return Err(miette!(
                    help = "give this one a name of its own (instance.name or DIALTONE_INSTANCE__NAME), or none: then it gets \
                            a number",
                    "{}",
                    JoinError::Held(holder)
                ));
            }
        }
        sleep(ASK_AGAIN).await;
    }
}

/// Renews the lease until the board closes. While the records are away the others see this instance's callers leave. An
/// instance whose place another has taken drains: two of one name would close each other's calls.
pub async fn keep_lease(
    domain: Domain,
    instance: InstanceId,
    shutdown: Shutdown,
    closing: CancellationToken,
) {
    let mut ticks = interval(RENEW);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match domain.instances.renew(instance).await {
            Ok(()) => {}
            Err(error @ InstancesError::Replaced) => {
                tracing::error!(%error, "stopping: give each instance a name of its own (instance.name)");
                shutdown.drain();
                return;
            }
            // The database's own lines say that it's away, or full.
            Err(error @ InstancesError::Unavailable(_)) => {
                tracing::debug!(%error, "the instance's lease was not renewed")
            }
        }
    }
}
