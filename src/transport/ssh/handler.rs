//! One SSH connection's authentication and channel requests. Callbacks only translate: they run inside the
//! protocol's own loop, so whatever takes time goes elsewhere.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use dialtone_domain::Secret;
use dialtone_domain::users::Login as Credentials;
use russh::keys::ssh_key::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Handle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, Disconnect, MethodKind, MethodSet, Pty};

use super::channel::{Hints, SshChannel, Want, clamp};
use super::state::{ConnectionState, OpenChannel};
use super::{Answer, Settings, WINDOW};
use crate::login_throttle::{LoginRefused, loggable};
use crate::transport::{CLOSED_TO_GUESTS, CLOSED_TO_NEW, Entry, Watch};

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
    settings: Arc<Settings>,
    answer: Answer,
    /// The connection, to say goodbye on; set once the handshake is under way.
    wire: Arc<OnceLock<Handle>>,
    entry: Entry,
    tries: usize,
    /// The peer has been told why nobody is let in.
    over: bool,
    waiting: Waiting,
    state: Arc<ConnectionState>,
    /// Ends the connection when the caller is banned, also while there is no call on it.
    watch: Option<Box<dyn Watch>>,
}

impl Login {
    /// A peer not known yet.
    pub fn new(
        address: IpAddr,
        settings: Arc<Settings>,
        answer: Answer,
        state: Arc<ConnectionState>,
        wire: Arc<OnceLock<Handle>>,
    ) -> Self {
        Self {
            address,
            settings,
            answer,
            wire,
            entry: Entry::Unknown,
            tries: 0,
            over: false,
            waiting: Waiting::default(),
            state,
            watch: None,
        }
    }

    /// The channels that have asked for nothing yet.
    pub fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }

    fn accept(&mut self, entry: Entry) -> Auth {
        if let Entry::Known(login) = &entry {
            self.watch = Some(self.settings.bans.watch(login.caller.id(), self.state.hangup.clone()));
        }
        self.entry = entry;
        self.state.set_known();
        Auth::Accept
    }

    /// `new@` and `guest@` need no proof, if the sysop lets them in; otherwise they are told so.
    async fn open_door(&mut self, user: &str) -> Option<Result<Auth, russh::Error>> {
        let door = if user.eq_ignore_ascii_case("new") {
            self.settings.registration.then_some(Entry::New).ok_or(CLOSED_TO_NEW)
        } else if user.eq_ignore_ascii_case("guest") {
            self.settings.guests.then_some(Entry::Guest).ok_or(CLOSED_TO_GUESTS)
        } else {
            return None;
        };
        Some(match door {
            Ok(entry) => Ok(self.accept(entry)),
            // Boxed: see `auth_password`.
            Err(words) => Box::pin(self.hang_up(words)).await,
        })
    }

    /// Refuses, and ends the connection with these words: SSH's own way, which `ssh` shows. The one method left is one
    /// for which a client asks us first: it would otherwise ask its user for a password before it reads the words.
    async fn hang_up(&self, words: &str) -> Result<Auth, russh::Error> {
        let Some(wire) = self.wire.get() else { return Err(russh::Error::Disconnect) };
        // The protocol's loop looks at this queue before it reads on. It is empty: nobody else writes before the login.
        wire.disconnect(Disconnect::ByApplication, words.to_owned(), String::new()).await?;
        Ok(only(MethodKind::KeyboardInteractive))
    }

    /// Whether the password is right; an error has the words with which the connection ends.
    async fn password(&mut self, user: &str, password: &str) -> Result<Auth, String> {
        let Settings { throttle, domain, .. } = &*self.settings;
        let password = Secret::new(password.to_owned());
        match throttle.log_in(&domain.users, self.address, user, &password).await {
            Ok(login) => Ok(self.known_by("password", login)),
            Err(refused) => {
                self.tries += 1;
                tracing::info!(
                    user.handle = loggable(user),
                    peer.address = %self.address,
                    transport = "ssh",
                    method = "password",
                    tries = self.tries,
                    reason = refused.reason(),
                    wait_seconds = refused.wait_seconds(),
                    "login refused"
                );
                match refused {
                    LoginRefused::Wait(wait) => Err(wait.to_string()),
                    LoginRefused::Users(_) if self.tries >= TRIES => {
                        Err("That is three times. Call again later.".to_owned())
                    }
                    LoginRefused::Users(_) => Ok(Auth::reject()),
                }
            }
        }
    }

    fn known_by(&mut self, method: &str, login: Credentials) -> Auth {
        tracing::info!(
            user.handle = login.caller.handle().as_str(), peer.address = %self.address, transport = "ssh", method, "logged in"
        );
        self.accept(Entry::Known(Box::new(login)))
    }

    async fn key_holder(&self, user: &str, key: &PublicKey) -> Option<Credentials> {
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
        let ssh_channel = SshChannel {
            channel,
            hints,
            want,
            address: self.address,
            entry: self.entry.clone(),
            stall: self.settings.stall,
            state: Arc::clone(&self.state),
            open,
        };
        tokio::spawn(ssh_channel.run(Arc::clone(&self.answer)));
        Ok(())
    }
}

/// Refused, with one method left.
fn only(method: MethodKind) -> Auth {
    let left = MethodSet::from([method].as_slice());
    Auth::Reject { proceed_with_methods: Some(left), partial_success: false }
}

impl Handler for Login {
    type Error = russh::Error;

    async fn auth_none(&mut self, user: &str) -> Result<Auth, Self::Error> {
        match self.open_door(user).await {
            Some(answer) => answer,
            None => Ok(Auth::reject()),
        }
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        // Boxed, like the look-ups below: the protocol's loop keeps room for its largest callback, twice.
        Box::pin(async {
            if self.over {
                return Err(russh::Error::Disconnect);
            }
            if let Some(answer) = self.open_door(user).await {
                return answer;
            }
            match self.password(user, password).await {
                Ok(auth) => Ok(auth),
                Err(words) => self.hang_up(&words).await,
            }
        })
        .await
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
            Some(login) => {
                self.settings.throttle.know(self.address, login.caller.handle());
                self.known_by("key", login)
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
        if self.over {
            return Err(russh::Error::Disconnect);
        }
        let Some(answers) = response else {
            if let Some(answer) = self.open_door(user).await {
                return answer;
            }
            // SyncTERM fills in a saved password only at exactly this prompt.
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        let password = answers.into_iter().next().unwrap_or_default();
        let Ok(password) = std::str::from_utf8(&password) else { return Ok(only(MethodKind::Password)) };
        match Box::pin(self.password(user, password)).await {
            Ok(auth) => Ok(auth),
            Err(words) => {
                // A question without a prompt: the client shows the words and answers nothing. Then the line closes.
                self.over = true;
                Ok(Auth::Partial { name: "".into(), instructions: words.into(), prompts: vec![].into() })
            }
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
        let told = self.hints(channel, |hints| {
            let locale = hints.locale.variable(variable_name, variable_value);
            hints.environment.variable(variable_name, variable_value) || locale
        });
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
