//! What the calls of an instance have in common.

use std::sync::Arc;

use arc_swap::ArcSwap;
use dialtone_domain::{CallId, Domain, InstanceId};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Limits;
use crate::lang::Languages;
use crate::login_throttle::LoginThrottle;
use crate::menu::Menus;
use crate::node_numbers::NodeNumbers;
use crate::switchboard::Switchboard;
use crate::ui::Themes;

/// What every call of an instance shares.
pub struct ServerState {
    /// The services.
    pub domain: Domain,
    /// What a call may cost.
    pub limits: Limits,
    /// The node that each call has.
    pub nodes: NodeNumbers,
    /// The board's name.
    pub name: String,
    /// This instance; none for a process that answers no calls.
    pub instance: Option<InstanceId>,
    /// Its name.
    pub instance_name: String,
    /// Whether guests may look round.
    pub guests: bool,
    /// Whether strangers may register.
    pub registration: bool,
    /// Holds up whoever guesses passwords.
    pub throttle: Arc<LoginThrottle>,
    /// The art of every theme.
    pub themes: ArcSwap<Themes>,
    /// The languages.
    pub languages: ArcSwap<Languages>,
    /// The menus.
    pub menus: ArcSwap<Menus>,
    /// Rings when art, words or menus were reloaded.
    pub reloaded: watch::Sender<()>,
    /// Who hears what.
    pub switchboard: Arc<Switchboard>,
    /// Set by the server when the board goes down.
    pub drain: CancellationToken,
    /// Takes "who is where", written a moment later.
    pub places: mpsc::Sender<(CallId, String)>,
    /// What must still be written after a hangup.
    pub loose_ends: TaskTracker,
}
