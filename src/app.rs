//! The only place where parts are wired together.

mod assets;
mod check;
mod console;
mod instance;
mod reload;
mod seed;
mod work;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use dialtone_domain::instances::Joined;
use dialtone_domain::{CallId, Caller, Domain, EventReader, InstanceId};
use miette::{IntoDiagnostic, WrapErr, miette};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::assets::{Loaded, init, load as menus_and_art};
pub use self::check::{Checked, check};
pub use self::console::{ConsoleError, console};
use self::instance::DatabaseLock;
use self::reload::Reload;
use crate::config::{Config, Role};
use crate::database;
use crate::login_throttle::LoginThrottle;
use crate::node_numbers::NodeNumbers;
use crate::server::{self, Shutdown};
use crate::server_state::ServerState;
use crate::switchboard::{Dispatcher, Nats, Ringer, Switchboard};
use crate::telemetry::health::{self, Readiness};
use crate::transport::ssh;
use crate::transport::ssh::host_keys;

/// How long what is left to write after the last call may take.
const LOOSE_ENDS: Duration = Duration::from_secs(5);
/// How long an instance may take to leave after that.
const LEAVING: Duration = Duration::from_secs(5);

/// An instance, with all that it needs at hand, and nothing at work yet. It has no hold on its process: whoever opens it
/// opens its sockets, hears the signals and keeps the log, and may have several side by side.
pub struct Board {
    config: Arc<Config>,
    http: TcpListener,
    /// None for a worker.
    lines: Option<server::Listeners>,
    state: Arc<ServerState>,
    instance: InstanceId,
    reader: EventReader,
    ringer: Ringer,
    nats: Option<Nats>,
    reload: Reload,
    asked: Arc<Notify>,
    moves: mpsc::Receiver<(CallId, String)>,
    sysop: Option<Caller>,
    _lock: Option<DatabaseLock>,
}

impl Board {
    /// Makes everything ready behind these listeners. Errors: what keeps the board from starting, in words for its sysop.
    pub async fn open(config: Config, listeners: Listeners) -> Result<Self, miette::Report> {
        let config = Arc::new(config);
        let url = config.database_url();
        database::keeps(&url)?;
        let loaded = assets::load_for_start(&config)?;
        let (languages, mistakes) = assets::languages(&config);
        if let Some(mistakes) = mistakes {
            tracing::warn!("the board's own sentences stand in: {mistakes:?}");
        }
        if languages.get(&config.board.language).is_none() {
            tracing::warn!(
                language = config.board.language,
                "board.language names no language: English it is"
            );
        }
        instance::prepare_data_dir(&config.storage.data_dir)?;
        let lock = instance::lock_database(&url)?;
        let domain = database::open(&url).await?;
        let Listeners { http, lines } = listeners;
        let answering = lines.as_ref().map_or(&http, |lines| &lines.telnet);
        let port = answering.local_addr().into_diagnostic()?.port();
        let lines = match lines {
            Some(Lines { telnet, ssh }) => {
                Some(server::Listeners { telnet, ssh, ssh_config: ssh_config(&config)? })
            }
            None => None,
        };
        let nats = match &config.storage.nats {
            Some(url) => Some(
                Nats::connect(url, &config.storage.nats_prefix)
                    .await
                    .map_err(|error| miette!("{error}"))
                    .wrap_err_with(|| format!("storage.nats = {}", redacted(url)))?,
            ),
            None => None,
        };
        let reader = domain.events.reader().await.into_diagnostic().wrap_err("cannot read the event log")?;
        let ringer = Ringer::new(&domain.events, nats.as_ref().map(Nats::ringer));
        let Joined { id, name } = instance::join(&domain, &config, port).await?;
        let domain = domain.as_instance(id).limited(&config.limits.flood());
        let sysop = seed::first_start(&domain).await?;
        let (places, moves) = mpsc::channel(1024);
        let state = Arc::new(ServerState {
            domain,
            limits: config.limits.clone(),
            nodes: NodeNumbers::default(),
            name: config.board.name.clone(),
            instance: Some(id),
            instance_name: name,
            guests: config.board.guests,
            registration: config.board.registration,
            throttle: Arc::new(LoginThrottle::new(config.limits.logins_per_address)),
            themes: ArcSwap::from_pointee(loaded.themes),
            languages: ArcSwap::from_pointee(languages),
            menus: ArcSwap::from_pointee(loaded.menus),
            reloaded: watch::Sender::default(),
            switchboard: Arc::new(Switchboard::default()),
            drain: CancellationToken::new(),
            places,
            loose_ends: TaskTracker::new(),
        });
        let asked = Arc::new(Notify::new());
        let reload = Reload::new(Arc::clone(&config), Arc::clone(&state), Arc::clone(&asked));
        Ok(Self {
            config,
            http,
            lines,
            state,
            instance: id,
            reader,
            ringer,
            nats,
            reload,
            asked,
            moves,
            sysop,
            _lock: lock,
        })
    }

    /// The services that its calls work with.
    pub fn domain(&self) -> &Domain {
        &self.state.domain
    }

    /// Notified, the board loads menus and art again.
    pub fn reload(&self) -> Arc<Notify> {
        Arc::clone(&self.asked)
    }

    /// Answers calls until `shutdown` says no more, and gives those under way `limits.drain_seconds` to end. A board whose
    /// place another has taken says so itself. Dropped before its end, it ends as in a crash.
    pub async fn run(self, shutdown: Shutdown) {
        let Self {
            config,
            http,
            lines,
            state,
            instance,
            reader,
            ringer,
            nats,
            reload,
            moves,
            sysop,
            _lock,
            ..
        } = self;
        let domain = &state.domain;
        let switchboard = &state.switchboard;
        let closing = CancellationToken::new(); // no calls left
        let _closing = closing.clone().drop_guard();
        let background = TaskTracker::new();
        let last_ring = CancellationToken::new();
        let ringing = tokio::spawn(ringer.run(last_ring.clone()));
        let dispatcher = Dispatcher {
            domain: domain.clone(),
            switchboard: Arc::clone(switchboard),
            instance: Some(instance),
            listener: if nats.is_none() { domain.events.listen() } else { None },
            nats,
            poll: Duration::from_millis(config.storage.poll_milliseconds),
        };
        background.spawn(dispatcher.run(reader, closing.clone()));
        background.spawn(instance::keep_lease(domain.clone(), instance, shutdown.clone(), closing.clone()));
        background.spawn(work::write_places(domain.clone(), moves, closing.clone()));
        if config.instance.role != Role::Gateway {
            background.spawn(work::quote_feed(domain.clone(), instance, closing.clone()));
            background.spawn(work::tidy(domain.clone(), instance, closing.clone()));
        }
        background.spawn(work::keep_time(Arc::clone(switchboard), closing.clone()));
        background.spawn(reload.run(closing.clone()));
        if let Some(sysop) = sysop {
            background.spawn(seed::show_password(domain.clone(), sysop));
        }
        let readiness = Readiness::default();
        readiness.set(true);
        let at = |listener: &TcpListener| listener.local_addr().ok().map(tracing::field::display);
        let (name, http_address) = (&state.instance_name, at(&http));
        let health = health::serve(http, domain.clone(), instance, readiness.clone(), closing.clone());
        background.spawn(health);
        let mut calls = JoinSet::new();
        if let Some(lines) = lines {
            let (telnet, ssh) = (at(&lines.telnet), at(&lines.ssh));
            tracing::info!(telnet, ssh, http = http_address, instance = %name, "ready");
            calls.spawn(server::run(lines, Arc::clone(&state), shutdown.clone()));
        } else {
            tracing::info!(http = http_address, instance = %name, role = "worker", "ready");
        }

        shutdown.draining().await;
        tracing::info!("draining: no new calls");
        readiness.set(false);
        domain.instances.drain(instance).await.ok();
        let drain = Duration::from_secs(config.limits.drain_seconds);
        if timeout(drain, calls.join_next()).await.is_err() {
            shutdown.stop();
            calls.join_next().await;
        }
        closing.cancel();
        state.loose_ends.close();
        background.close();
        // What is late there takes no time from leaving: the others would show this instance's callers until its lease ends.
        timeout(LOOSE_ENDS, state.loose_ends.wait()).await.ok();
        timeout(LEAVING, async {
            // A lease that is just being renewed would bring it back.
            background.wait().await;
            domain.instances.leave(instance).await.ok();
            last_ring.cancel();
            ringing.await.ok();
            domain.close().await;
        })
        .await
        .ok();
        tracing::info!("stopped");
    }
}

/// The ed25519 key now; the RSA key as soon as it is made, which takes a moment on a first start.
fn ssh_config(config: &Config) -> Result<Arc<ArcSwap<ssh::Config>>, miette::Report> {
    let data_dir = config.storage.data_dir.clone();
    for warning in host_keys::open_to_others(&data_dir) {
        tracing::warn!("{warning}");
    }
    let ed25519 = host_keys::ed25519(&data_dir).into_diagnostic()?;
    let existing = host_keys::existing_rsa(&data_dir).into_diagnostic()?;
    let missing = existing.is_none();
    let keys = std::iter::once(ed25519.clone()).chain(existing).collect();
    let shared = Arc::new(ArcSwap::new(ssh::config(keys)));
    if missing {
        let shared = Arc::clone(&shared);
        tokio::task::spawn_blocking(move || match host_keys::rsa(&data_dir) {
            Ok(rsa) => {
                shared.store(ssh::config(vec![ed25519, rsa]));
                tracing::info!("rsa host key made");
            }
            Err(error) => tracing::error!(%error, "no rsa host key: old ssh clients cannot call"),
        });
    }
    Ok(shared)
}

/// Every socket that an instance answers, open already.
pub struct Listeners {
    /// The health page.
    pub http: TcpListener,
    /// Where calls come in; none for a worker.
    pub lines: Option<Lines>,
}

/// Where calls come in.
pub struct Lines {
    /// For telnet.
    pub telnet: TcpListener,
    /// For SSH.
    pub ssh: TcpListener,
}

impl Listeners {
    /// Opens those of the configuration. Errors: an address that cannot be had.
    pub fn bind(config: &Config) -> Result<Self, miette::Report> {
        let lines = match config.instance.role {
            Role::Worker => None,
            Role::All | Role::Gateway => Some(Lines {
                telnet: server::bind("telnet", config.listen.telnet).into_diagnostic()?,
                ssh: server::bind("ssh", config.listen.ssh).into_diagnostic()?,
            }),
        };
        let http = server::bind("http", config.listen.http).into_diagnostic()?;
        Ok(Self { http, lines })
    }
}

/// An address without its password.
fn redacted(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 <= at => {
            format!("{}…{}", url.get(..scheme + 3).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}
