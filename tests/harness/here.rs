//! A board in the test's own process. It has threads, a log and an end of its own, as if it had a process.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Once, OnceLock, mpsc};
use std::time::Duration;

use dialtone::app;
use dialtone::config::Config;
use dialtone::server::Shutdown;
use dialtone::telemetry;
use dialtone_domain::Domain;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tracing::Dispatch;

use super::log::Log;

/// How long what a dropped board does in a thread of its own, such as hashing a password, may take to end.
const LAST_THREADS: Duration = Duration::from_millis(500);

thread_local! {
    /// The log of the board that this thread works for.
    static LOG: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// A board and the threads it runs on, which end with it.
pub struct Here {
    runtime: Option<Runtime>,
    dispatch: Dispatch,
    domain: Domain,
    reload: Arc<Notify>,
    shutdown: Shutdown,
}

impl Here {
    /// Starts a board; all it says comes into `log`.
    pub fn start(config: Config, log: &Log) -> Self {
        log_panics();
        give_host_key(&config.storage.data_dir);
        let lines = log.clone();
        let dispatch = telemetry::log::to(&config.log, move || lines.clone());
        let threads = (dispatch.clone(), log.clone());
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .on_thread_start(move || {
                // Not given back: the thread works for no other board.
                std::mem::forget(tracing::dispatcher::set_default(&threads.0));
                LOG.set(Some(threads.1.clone()));
            })
            .build()
            .expect("a runtime starts");
        let shutdown = Shutdown::default();
        let (opened, wait) = mpsc::channel();
        let (ending, log_of_task) = (shutdown.clone(), log.clone());
        runtime.spawn(async move {
            let open = async { app::Board::open(config.clone(), app::Listeners::bind(&config)?).await };
            match open.await {
                Ok(board) => {
                    let _ = opened.send((board.domain().clone(), board.reload())); // the test may be over
                    board.run(ending).await;
                    log_of_task.end(0);
                }
                Err(report) => {
                    log_of_task.push(&format!("{report:?}"));
                    log_of_task.end(1);
                }
            }
        });
        let Ok((domain, reload)) = wait.recv() else {
            panic!("the board did not start\n--- log ---\n{}", log.tail());
        };
        Self { runtime: Some(runtime), dispatch, domain, reload, shutdown }
    }

    /// Asks the board's services, as something else in its process would.
    pub fn ask<T>(&self, question: impl AsyncFnOnce(&Domain) -> T) -> T {
        let runtime = self.runtime.as_ref().expect("it is there until it is dropped");
        tracing::dispatcher::with_default(&self.dispatch, || runtime.block_on(question(&self.domain)))
    }

    /// Does what `serve` does at this signal.
    pub fn signal(&self, name: &str) {
        match name {
            "TERM" => self.shutdown.drain(),
            "HUP" => self.reload.notify_one(),
            _ => panic!("{name} is for a process: start this board with Setup::process"),
        }
    }

    /// Ends it with whoever is on line.
    pub fn cut_off(&self) {
        self.shutdown.stop();
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if std::thread::panicking() {
            runtime.shutdown_background();
        } else {
            runtime.shutdown_timeout(LAST_THREADS);
        }
    }
}

/// Has a panic in a board's thread told in that board's log, as the standard error of a process would.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            usual(panic);
            // A thread that is ending has no log any more.
            let log = LOG.try_with(|log| log.borrow().clone()).ok().flatten();
            if let Some(log) = log {
                log.push(&panic.to_string());
            }
        }));
    });
}

/// Puts an RSA key where the board would make one: that takes seconds of a core, for each board anew.
fn give_host_key(data_dir: &Path) {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let name = "ssh_host_rsa_key";
    let (_, key) = MADE.get_or_init(|| {
        let folder = tempfile::TempDir::new().expect("a temporary directory can be made");
        let key = folder.path().join(name);
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "rsa", "-b", "3072", "-N", "", "-f"]).arg(&key).stdin(Stdio::null());
        assert!(command.status().is_ok_and(|status| status.success()), "tests/run installs ssh-keygen");
        (folder, key)
    });
    let place = data_dir.join(name);
    if !place.exists() {
        std::fs::copy(key, place).expect("the data directory can be written");
    }
}
