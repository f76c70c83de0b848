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
use miette::{IntoDiagnostic, WrapErr, miette};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::assets::{Loaded, init, load as menus_and_art};
pub use self::check::{Checked, check};
pub use self::console::{ConsoleError, console};
use self::reload::Reload;
use crate::config::{Config, Role};
use crate::database;
use crate::login_throttle::LoginThrottle;
use crate::node_numbers::NodeNumbers;
use crate::server::{self, Limiter, Server};
use crate::server_state::ServerState;
use crate::switchboard::{Dispatcher, Nats, Ringer, Switchboard};
use crate::telemetry::health::{self, Readiness};
use crate::transport::ssh;
use crate::transport::ssh::host_keys;

/// How long what is left to write after the last call may take.
const LOOSE_ENDS: Duration = Duration::from_secs(5);

/// Runs an instance until it is told to stop. Errors: what keeps it from starting, in words for its sysop.
pub async fn serve(config: Config) -> Result<(), miette::Report> {
    let config = Arc::new(config);
    database::keeps(&config.database_url())?;
    let loaded = assets::load_for_start(&config)?;
    instance::prepare_data_dir(&config.storage.data_dir)?;
    let _lock = instance::lock_database(&config.database_url())?;
    let calls_at_once = instance::raise_file_limit(config.limits.calls);
    let listeners = Listeners::bind(&config)?;
    let domain = database::open(&config.database_url()).await?;
    let telnet_port = match &listeners.lines {
        Some(lines) => lines.telnet.local_addr().into_diagnostic()?.port(),
        None => listeners.http.local_addr().into_diagnostic()?.port(),
    };
    let Joined { id: instance, name } = instance::join(&domain, &config, telnet_port).await?;
    let domain = domain.as_instance(instance).limited(&config.limits.flood());
    let sysop = seed::first_start(&domain).await?;

    let shutdown = CancellationToken::new(); // no more calls
    let closing = CancellationToken::new(); // and none left
    let background = TaskTracker::new();
    let switchboard = Arc::new(Switchboard::default());
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
    let last_ring = CancellationToken::new();
    let ringing = tokio::spawn(ringer.run(last_ring.clone()));
    let listener = if nats.is_none() { domain.events.listen() } else { None };
    let poll = Duration::from_millis(config.storage.poll_milliseconds);
    let dispatcher = Dispatcher {
        domain: domain.clone(),
        switchboard: Arc::clone(&switchboard),
        instance: Some(instance),
        nats,
        listener,
        poll,
    };
    background.spawn(dispatcher.run(reader, closing.clone()));
    let replaced = CancellationToken::new();
    background.spawn(instance::keep_lease(domain.clone(), instance, replaced.clone(), closing.clone()));
    let (places, moves) = tokio::sync::mpsc::channel(1024);
    background.spawn(work::write_places(domain.clone(), moves, closing.clone()));
    if config.instance.role != Role::Gateway {
        background.spawn(work::quote_feed(domain.clone(), instance, closing.clone()));
        background.spawn(work::tidy(domain.clone(), instance, closing.clone()));
    }
    background.spawn(work::keep_fresh(domain.clone(), Arc::clone(&switchboard), closing.clone()));
    background.spawn(work::keep_time(Arc::clone(&switchboard), closing.clone()));
    let readiness = Readiness::default();
    let http_address = listeners.http.local_addr().into_diagnostic()?;
    background.spawn(health::serve(
        listeners.http,
        domain.clone(),
        instance,
        readiness.clone(),
        closing.clone(),
    ));

    let drain = CancellationToken::new();
    let loose_ends = TaskTracker::new();
    let calls = TaskTracker::new();
    let throttle = Arc::new(LoginThrottle::new(config.limits.logins_per_address));
    let state = Arc::new(ServerState {
        domain: domain.clone(),
        limits: config.limits.clone(),
        nodes: NodeNumbers::default(),
        name: config.board.name.clone(),
        instance: Some(instance),
        instance_name: name.clone(),
        guests: config.board.guests,
        registration: config.board.registration,
        throttle: Arc::clone(&throttle),
        themes: ArcSwap::from_pointee(loaded.themes),
        menus: ArcSwap::from_pointee(loaded.menus),
        reloaded: watch::Sender::default(),
        switchboard,
        drain: drain.clone(),
        places,
        loose_ends: loose_ends.clone(),
    });
    let reload = Reload::new(Arc::clone(&config), Arc::clone(&state)).into_diagnostic()?;
    background.spawn(reload.run(closing.clone()));
    let server = Arc::new(Server {
        state: Arc::clone(&state),
        limiter: Arc::new(Limiter::new(
            calls_at_once,
            config.limits.calls_per_address,
            config.limits.calls_per_minute,
        )),
        refusals: server::refusals(),
        calls: calls.clone(),
        shutdown: shutdown.clone(),
    });
    let stop = told_to_stop().into_diagnostic()?;
    if let Some(lines) = listeners.lines {
        let telnet = lines.telnet.local_addr().into_diagnostic()?;
        let ssh = lines.ssh.local_addr().into_diagnostic()?;
        let settings = Arc::new(ssh::Settings {
            domain: domain.clone(),
            throttle,
            bans: Arc::new(state.switchboard.connections().clone()),
            guests: config.board.guests,
            registration: config.board.registration,
            login_time: config.limits.login_time(),
            login_bytes: config.limits.login_bytes,
            stall: config.limits.stall_time(),
            shutdown: shutdown.clone(),
        });
        let keys = ssh_config(&config)?;
        background.spawn(Arc::clone(&server).telnet(lines.telnet, ssh.port()));
        background.spawn(Arc::clone(&server).ssh(lines.ssh, keys, settings));
        readiness.set(true);
        tracing::info!(%telnet, %ssh, http = %http_address, instance = %name, "ready");
    } else {
        readiness.set(true);
        tracing::info!(http = %http_address, instance = %name, role = "worker", "ready");
    }
    if let Some(sysop) = sysop {
        background.spawn(seed::show_password(domain.clone(), sysop, config.log.format));
    }
    // Outside systemd there is nobody to tell.
    sd_notify::notify(&[sd_notify::NotifyState::Ready]).ok();

    tokio::select! {
        () = stop => {}
        () = replaced.cancelled() => {}
    }

    tracing::info!("draining: no new calls");
    sd_notify::notify(&[sd_notify::NotifyState::Stopping]).ok();
    readiness.set(false);
    domain.instances.drain(instance).await.ok();
    shutdown.cancel();
    drain.cancel();
    calls.close();
    if timeout(Duration::from_secs(config.limits.drain_seconds), calls.wait()).await.is_err() {
        tracing::warn!(calls = calls.len(), "calls cut off: they did not end in time");
    }
    closing.cancel();
    loose_ends.close();
    background.close();
    timeout(LOOSE_ENDS, async {
        loose_ends.wait().await;
        background.wait().await;
        domain.instances.leave(instance).await.ok();
        last_ring.cancel();
        ringing.await.ok();
        domain.close().await;
    })
    .await
    .ok();
    tracing::info!("stopped");
    Ok(())
}

/// Resolves at the signal to stop. The signals are caught from this call on, not from the first poll: one may come
/// right behind `ready`.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
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

/// Every listener, opened before anything else: a taken port is known before the records are touched.
struct Listeners {
    http: TcpListener,
    lines: Option<CallLines>,
}

struct CallLines {
    telnet: TcpListener,
    ssh: TcpListener,
}

impl Listeners {
    fn bind(config: &Config) -> Result<Self, miette::Report> {
        let lines = match config.instance.role {
            Role::Worker => None,
            Role::All | Role::Gateway => Some(CallLines {
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
