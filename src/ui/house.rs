//! What the calls of an instance have in common.

use std::sync::Arc;

use arc_swap::ArcSwap;
use dialtone_domain::{CallId, InstanceId};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Themes;
use crate::login_throttle::LoginThrottle;
use crate::menu::Menus;
use crate::switchboard::Switchboard;

/// What every call of an instance shares.
pub struct House {
    /// The board's name.
    pub name: String,
    /// This instance.
    pub instance: InstanceId,
    /// Its name.
    pub instance_name: String,
    /// Whether guests may look round.
    pub guests: bool,
    /// Whether strangers may register.
    pub registration: bool,
    /// Holds up whoever guesses passwords.
    pub throttle: Arc<LoginThrottle>,
    /// The art of every theme.
    pub theme: ArcSwap<Themes>,
    /// The menus.
    pub menus: ArcSwap<Menus>,
    /// Rings when art or menus are others than before.
    pub reloaded: watch::Sender<()>,
    /// Who hears what.
    pub switchboard: Arc<Switchboard>,
    /// Set when the board goes down.
    pub drain: CancellationToken,
    /// Takes "who is where", written a moment later.
    pub places: mpsc::Sender<(CallId, String)>,
    /// What must still be written after a hangup.
    pub loose_ends: TaskTracker,
}
