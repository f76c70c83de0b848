//! One SSH connection's authentication and channel requests. Callbacks only translate: they run inside the
//! protocol's own loop, so whatever takes time goes elsewhere.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dialtone_domain::{Caller, Secret};
use russh::keys::ssh_key::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, MethodKind, MethodSet, Pty};

use super::channel::{Hints, Leg, Want, clamp};
use super::state::{ConnectionState, OpenChannel};
use super::{Answer, Settings, WINDOW};
use crate::transport::{Entry, LoginOutcome};

/// Passwords tried on one connection before it ends.
const TRIES: usize = 3;
/// Channels open at once on one connection: a call, and a few `ssh host who` over the same master.
const CHANNELS: usize = 4;
/// What a client may send at once while enough is held for it, in bytes. The board can only widen a window when
/// something comes: with none at all it could never be widened again.
const CRUMB: u32 = 2;

type WaitingChannels = HashMap<ChannelId, (Channel<Msg>, Hints, OpenChannel)>;

/// Channels that have asked for nothing yet. Nobody reads them.
#[derive(Clone, Default)]
pub struct Waiting(Arc<Mutex<WaitingChannels>>);

impl Waiting {
    /// Closes them all.
    pub fn clear(&self) {
        let channels = std::mem::take(&mut *self.lock());
        drop(channels);
    }

    fn lock(&self) -> MutexGuard<'_, WaitingChannels> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handler of one connection.
pub struct Login {
    address: IpAddr,
    settings: Settings,
    answer: Answer,
    entry: Entry,
    tries: usize,
    waiting: Waiting,
    state: Arc<ConnectionState>,
}

impl Login {
    /// A peer not known yet.
    pub fn new(address: IpAddr, settings: Settings, answer: Answer, state: Arc<ConnectionState>) -> Self {
        Self {
            address,
            settings,
            answer,
            entry: Entry::Unknown,
            tries: 0,
            waiting: Waiting::default(),
            state,
        }
    }

    /// The channels that have asked for nothing yet.
    pub fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }

    fn accept(&mut self, entry: Entry) -> Auth {
        self.entry = entry;
        self.state.set_known();
        Auth::Accept
    }

    /// `new@` and `guest@` need no proof, if the sysop lets them in.
    fn open_door(&self, user: &str) -> Option<Entry> {
        if user.eq_ignore_ascii_case("new") && self.settings.registration {
            Some(Entry::New)
        } else if user.eq_ignore_ascii_case("guest") && self.settings.guests {
            Some(Entry::Guest)
        } else {
            None
        }
    }

    async fn password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        if let Some(entry) = self.open_door(user) {
            return Ok(self.accept(entry));
        }
        if !self.settings.doorman.may_try(self.address) {
            return Err(russh::Error::Disconnect);
        }
        match self.settings.domain.users.log_in(user, &Secret::new(password.to_owned())).await {
            Ok(caller) => {
                self.settings.doorman.told(self.address, LoginOutcome::Passed);
                Ok(self.accept(Entry::Known(Box::new(caller))))
            }
            Err(error) => {
                self.tries += 1;
                tracing::info!(peer.address = %self.address, transport = "ssh", tries = self.tries, %error, "login refused");
                if matches!(error, dialtone_domain::UsersError::Unauthenticated) {
                    self.settings.doorman.told(self.address, LoginOutcome::Failed);
                }
                if self.tries >= TRIES {
                    return Err(russh::Error::Disconnect);
                }
                Ok(Auth::reject())
            }
        }
    }

    async fn key_holder(&self, user: &str, key: &PublicKey) -> Option<Caller> {
        let text = key.to_openssh().ok()?;
        match self.settings.domain.users.key_holder(user, &text).await {
            Ok(holder) => holder,
            Err(error) => {
                tracing::warn!(peer.address = %self.address, %error, "key not looked up");
                None
            }
        }
    }

    /// What `tell` makes of the hints of a channel that has not begun yet.
    fn hints(&self, channel: ChannelId, tell: impl FnOnce(&mut Hints) -> bool) -> bool {
        self.waiting.lock().get_mut(&channel).is_some_and(|(_, hints, _)| tell(hints))
    }

    /// Starts the call or command on a channel; refuses if it has begun already. The reply goes first: some clients send
    /// nothing until they have it.
    fn begin(&mut self, channel: ChannelId, want: Want, session: &mut Session) -> Result<(), russh::Error> {
        let waiting = self.waiting.lock().remove(&channel);
        let Some((channel, hints, open)) = waiting else { return session.channel_failure(channel) };
        session.channel_success(channel.id())?;
        let leg = Leg {
            channel,
            hints,
            want,
            address: self.address,
            entry: self.entry.clone(),
            stall: self.settings.stall,
            state: Arc::clone(&self.state),
            open,
        };
        tokio::spawn(leg.run(Arc::clone(&self.answer)));
        Ok(())
    }
}

impl Handler for Login {
    type Error = russh::Error;

    async fn auth_none(&mut self, user: &str) -> Result<Auth, Self::Error> {
        Ok(match self.open_door(user) {
            Some(entry) => self.accept(entry),
            None => Auth::reject(),
        })
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        // Boxed, like the look-ups below: the protocol's loop keeps room for its largest callback, twice.
        Box::pin(self.password(user, password)).await
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(match Box::pin(self.key_holder(user, offer.public_key)).await {
            Some(_) => Auth::Accept,
            None => Auth::reject(),
        })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        Ok(match Box::pin(self.key_holder(user, key.public_key)).await {
            Some(caller) => {
                self.settings.doorman.told(self.address, LoginOutcome::Passed);
                self.accept(Entry::Known(Box::new(caller)))
            }
            None => Auth::reject(),
        })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let Some(answers) = response else {
            // SyncTERM fills in a saved password only at exactly this prompt.
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        let password = answers.into_iter().next().unwrap_or_default();
        match std::str::from_utf8(&password) {
            Ok(password) => Box::pin(self.password(user, password)).await,
            Err(_) => Ok(Auth::Reject {
                proceed_with_methods: Some(MethodSet::from([MethodKind::Password].as_slice())),
                partial_success: false,
            }),
        }
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        match self.state.open_channel(CHANNELS) {
            Some(open) => {
                self.waiting.lock().insert(channel.id(), (channel, Hints::default(), open));
                reply.accept().await;
            }
            None => reply.reject(ChannelOpenFailure::ResourceShortage).await,
        }
        Ok(())
    }

    fn adjust_window(&mut self, _channel: ChannelId, _current: u32) -> u32 {
        if self.state.holds_enough() { CRUMB } else { WINDOW }
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        let closed = self.waiting.lock().remove(&channel);
        drop(closed);
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        col_width: u32,
        row_height: u32,
        _pix_width: u32,
        _pix_height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let told = self.hints(channel, |hints| {
            hints.term = Some(term.chars().filter(|c| c.is_ascii_graphic()).take(40).collect());
            hints.size = Some((clamp(col_width), clamp(row_height)));
            true
        });
        if told { session.channel_success(channel) } else { session.channel_failure(channel) }
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        variable_name: &str,
        variable_value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let told = self.hints(channel, |hints| hints.environment.variable(variable_name, variable_value));
        if told { session.channel_success(channel) } else { session.channel_failure(channel) }
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        self.begin(channel, Want::Call, session)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.begin(channel, Want::Command(String::from_utf8_lossy(data).into_owned()), session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single_connection: bool,
        _x11_auth_protocol: &str,
        _x11_auth_cookie: &str,
        _x11_screen_number: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn agent_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<bool, Self::Error> {
        session.channel_failure(channel)?;
        Ok(false)
    }
}
