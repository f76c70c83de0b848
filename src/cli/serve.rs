//! `dialtone serve`: a board in a process of its own, with the sockets, signals and limits of that process.

use std::time::Duration;

use rustix::process::Resource;
use sd_notify::NotifyState;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::answer::Failure;
use crate::app::{Board, Listeners};
use crate::config::Config;
use crate::server::Shutdown;
use crate::telemetry;

/// How long a thread without work is kept. One that hashed a password gives the memory back when it ends.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// Runs a board until a signal ends it.
pub fn run(mut config: Config) -> Result<(), Failure> {
    telemetry::log::start(&config.log);
    config.limits.calls = raise_file_limit(config.limits.calls);
    let runtime = runtime::Builder::new_multi_thread().enable_all().thread_keep_alive(KEEP_ALIVE).build()?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    // A port that is taken is known before the records are touched.
    let listeners = Listeners::bind(&config)?;
    // Caught from here on: one may come right behind `ready`.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let board = tokio::select! {
        board = Board::open(config, listeners) => board?,
        () = told_to_end(&mut terminate, &mut interrupt) => return Ok(()),
    };
    notify_systemd(NotifyState::Ready);
    let (shutdown, reload) = (Shutdown::default(), board.reload());
    let reloading = async {
        while hangup.recv().await.is_some() {
            reload.notify_one();
        }
    };
    let ending = async {
        tokio::select! {
            () = told_to_end(&mut terminate, &mut interrupt) => shutdown.drain(),
            // It may end by itself.
            () = shutdown.draining() => {}
        }
        notify_systemd(NotifyState::Stopping);
        // Said once more, it is meant at once.
        told_to_end(&mut terminate, &mut interrupt).await;
        shutdown.stop();
    };
    tokio::select! {
        () = board.run(shutdown.clone()) => {}
        // Signals are heard for as long as the board runs.
        _ = async { tokio::join!(reloading, ending, std::future::pending::<()>()) } => {}
    }
    Ok(())
}

/// Waits for a signal to end.
async fn told_to_end(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Tells systemd; outside of it there is nobody to tell.
fn notify_systemd(state: NotifyState<'_>) {
    sd_notify::notify(&[state]).ok();
}

/// Lets the process have as many open files as it may: each call is one, and the usual soft limit is 1,024. Returns how
/// many calls can be taken, so that the database, the health page and those who are turned away have files as well.
fn raise_file_limit(calls: usize) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_from_calls() {
        assert_eq!([64, 160, 256, 1024, 65_536].map(calls_within), [16, 40, 128, 896, 65_408]);
    }
}
