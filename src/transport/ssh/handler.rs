//! One SSH connection's authentication and channel requests. Callbacks only translate: they run inside the
//! protocol's own loop, so whatever takes time goes elsewhere.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use dialtone_domain::{Caller, Secret};
use russh::keys::ssh_key::PublicKey;
use russh::server::{
    Auth, ChannelOpenHandle, Handle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, Disconnect, MethodKind, MethodSet, Pty};

use super::channel::{Hints, Leg, Want, clamp};
use super::{Answer, Settings};
use crate::login_throttle::{LoginRefused, loggable};
use crate::transport::{CLOSED_TO_GUESTS, CLOSED_TO_NEW, Entry};

/// Passwords tried on one connection before it ends.
const TRIES: usize = 3;
/// Channels open at once on one connection: a call, and a few `ssh host who` over the same master.
const CHANNELS: usize = 4;

/// The handler of one connection.
pub struct Login {
    address: IpAddr,
    settings: Settings,
    answer: Answer,
    known: Arc<AtomicBool>,
    /// The connection, to say goodbye on; set once the handshake is under way.
    wire: Arc<OnceLock<Handle>>,
    entry: Entry,
    tries: usize,
    waiting: HashMap<ChannelId, (Channel<Msg>, Hints)>,
    open: Arc<AtomicUsize>,
}

impl Login {
    /// A peer not known yet.
    pub fn new(
        address: IpAddr,
        settings: Settings,
        answer: Answer,
        known: Arc<AtomicBool>,
        wire: Arc<OnceLock<Handle>>,
    ) -> Self {
        let open = Arc::new(AtomicUsize::new(0));
        Self {
            address,
            settings,
            answer,
            known,
            wire,
            entry: Entry::Unknown,
            tries: 0,
            waiting: HashMap::new(),
            open,
        }
    }

    fn accept(&mut self, entry: Entry) -> Auth {
        self.entry = entry;
        self.known.store(true, Ordering::Release);
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

    /// Refuses, and ends the connection with these words: SSH's own way, which `ssh` shows.
    async fn hang_up(&self, words: &str) -> Result<Auth, russh::Error> {
        let Some(wire) = self.wire.get() else { return Err(russh::Error::Disconnect) };
        // The protocol's loop looks at this queue before it reads on. It is empty: nobody else writes before the login.
        wire.disconnect(Disconnect::ByApplication, words.to_owned(), String::new()).await?;
        Ok(Auth::reject())
    }

    async fn password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        if let Some(answer) = self.open_door(user).await {
            return answer;
        }
        let Settings { throttle, domain, .. } = &self.settings;
        let password = Secret::new(password.to_owned());
        match throttle.log_in(&domain.users, self.address, user, &password).await {
            Ok(caller) => Ok(self.known_by("password", caller)),
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
                    LoginRefused::Wait(wait) => self.hang_up(&wait.to_string()).await,
                    LoginRefused::Users(_) if self.tries >= TRIES => {
                        self.hang_up("That is three times. Call again later.").await
                    }
                    LoginRefused::Users(_) => Ok(Auth::reject()),
                }
            }
        }
    }

    fn known_by(&mut self, method: &str, caller: Caller) -> Auth {
        tracing::info!(
            user.handle = %caller.handle, peer.address = %self.address, transport = "ssh", method, "logged in"
        );
        self.accept(Entry::Known(Box::new(caller)))
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

    fn hints(&mut self, channel: ChannelId) -> Option<&mut Hints> {
        self.waiting.get_mut(&channel).map(|(_, hints)| hints)
    }

    /// Starts the call or command on a channel; false if it has begun already.
    fn begin(&mut self, channel: ChannelId, want: Want) -> bool {
        let Some((channel, hints)) = self.waiting.remove(&channel) else { return false };
        let leg = Leg {
            channel,
            hints,
            want,
            address: self.address,
            entry: self.entry.clone(),
            stall: self.settings.stall,
            open: Arc::clone(&self.open),
        };
        tokio::spawn(leg.run(Arc::clone(&self.answer)));
        true
    }
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
                self.settings.throttle.know(self.address, &caller.handle);
                self.known_by("key", caller)
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
        if self.open.load(Ordering::Acquire) + self.waiting.len() >= CHANNELS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
        } else {
            self.waiting.insert(channel.id(), (channel, Hints::default()));
            reply.accept().await;
        }
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.waiting.remove(&channel);
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
        if let Some(hints) = self.hints(channel) {
            hints.term = Some(term.chars().filter(|c| c.is_ascii_graphic()).take(40).collect());
            hints.size = Some((clamp(col_width), clamp(row_height)));
            session.channel_success(channel)
        } else {
            session.channel_failure(channel)
        }
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        variable_name: &str,
        variable_value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let hints = self.hints(channel);
        if hints.is_some_and(|hints| hints.environment.variable(variable_name, variable_value)) {
            session.channel_success(channel)
        } else {
            session.channel_failure(channel)
        }
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        // The reply goes first: some clients send nothing until they have it.
        if self.waiting.contains_key(&channel) {
            session.channel_success(channel)?;
            self.begin(channel, Want::Call);
            Ok(())
        } else {
            session.channel_failure(channel)
        }
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.waiting.contains_key(&channel) {
            session.channel_success(channel)?;
            self.begin(channel, Want::Command(String::from_utf8_lossy(data).into_owned()));
            Ok(())
        } else {
            session.channel_failure(channel)
        }
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
