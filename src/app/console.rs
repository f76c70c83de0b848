//! The console: a call at this process's own terminal, beside a running board or without one. It answers nobody, so it is
//! no instance, and nobody sees it in "who's online".

use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use dialtone_domain::users::Operator;
use dialtone_domain::{Domain, Unavailable};
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{LOOSE_ENDS, assets, work};
use crate::config::Config;
use crate::login_throttle::LoginThrottle;
use crate::node_numbers::NodeNumbers;
use crate::screens::sysop::acts::{self, ActError};
use crate::server_state::ServerState;
use crate::session;
use crate::switchboard::{Dispatcher, Nats, NatsError, Switchboard};
use crate::transport::Entry;
use crate::transport::local::{self, Ended};

/// Why the console ended other than by the wish of whoever sat at it, or did not begin.
#[derive(Debug, Error)]
pub enum ConsoleError {
    /// There is nothing to draw on.
    #[error(
        "the console draws on a terminal and there is none: see `dialtone who` and `dialtone instance list` for scripts"
    )]
    NoTerminal,
    /// The terminal cannot be used.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// The terminal went away.
    #[error("the terminal has gone away")]
    Gone,
    /// A part of the console died, and has said why.
    #[error("the console has died; please report what it said above")]
    Died,
    /// The call ended for this reason.
    #[error("{0}")]
    Over(String),
    /// Nobody to sit there.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The event log cannot be read.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// NATS cannot be used.
    #[error(transparent)]
    Nats(#[from] NatsError),
    /// The theme cannot be used.
    #[error("{0:?}")]
    Assets(miette::Report),
}

/// Runs the console of the sysop called `named`, or of the board's first. What is done at the desk goes down as theirs
/// only if they were named.
pub async fn console(
    config: &Config,
    domain: &Domain,
    operator: Operator,
    named: Option<&str>,
) -> Result<(), ConsoleError> {
    if !local::is_there() {
        return Err(ConsoleError::NoTerminal);
    }
    let loaded = assets::load_for_start(config).map_err(ConsoleError::Assets)?;
    // What is wrong with the sysop's own files, `check` and the running board say.
    let (languages, _) = assets::languages(config);
    let domain = domain.limited(&config.limits.flood());
    let who = domain.users.let_in(acts::sysop(&domain, named).await?, operator);
    let nats = match &config.storage.nats {
        Some(url) => Some(Nats::connect(url, &config.storage.nats_prefix).await?),
        None => None,
    };
    let reader = domain.events.reader().await?;
    let (closing, background) = (CancellationToken::new(), TaskTracker::new());
    let switchboard = Arc::new(Switchboard::default());
    let dispatcher = Dispatcher {
        domain: domain.clone(),
        switchboard: Arc::clone(&switchboard),
        instance: None,
        listener: if nats.is_none() { domain.events.listen() } else { None },
        nats,
        poll: Duration::from_millis(config.storage.poll_milliseconds),
    };
    background.spawn(dispatcher.run(reader, closing.clone()));
    background.spawn(work::keep_time(Arc::clone(&switchboard), closing.clone()));
    // A call that is in no record is nowhere: nobody takes what goes in here.
    let (places, _) = mpsc::channel(1);
    let loose_ends = TaskTracker::new();
    let state = Arc::new(ServerState {
        domain,
        limits: config.limits.clone(),
        nodes: NodeNumbers::default(),
        name: config.board.name.clone(),
        instance: None,
        instance_name: "console".to_owned(),
        guests: config.board.guests,
        registration: config.board.registration,
        throttle: Arc::new(LoginThrottle::new(config.limits.logins_per_address)),
        themes: ArcSwap::from_pointee(loaded.themes),
        languages: ArcSwap::from_pointee(languages),
        menus: ArcSwap::from_pointee(loaded.menus),
        reloaded: watch::Sender::default(),
        switchboard,
        drain: CancellationToken::new(),
        places,
        loose_ends: loose_ends.clone(),
    });
    let operator = named.is_none().then_some(operator);
    let mut over = None;
    let entry = Entry::Known(Box::new(who.clone()));
    let ended = local::serve(
        entry,
        |name| std::env::var_os(name),
        async |connection| {
            over = session::console::run(connection, state, who, operator).await;
        },
    );
    let ended = ended.await;
    closing.cancel();
    loose_ends.close();
    background.close();
    let rest = async {
        loose_ends.wait().await;
        background.wait().await;
    };
    // What was begun at the desk is done, and what was being written is saved.
    timeout(LOOSE_ENDS, rest).await.ok();
    match (ended?, over) {
        (Ended::Gone, _) => Err(ConsoleError::Gone),
        (Ended::Panicked, _) => Err(ConsoleError::Died),
        (Ended::BySession, Some(words)) => Err(ConsoleError::Over(words)),
        (Ended::BySession | Ended::Asked, _) => Ok(()),
    }
}
