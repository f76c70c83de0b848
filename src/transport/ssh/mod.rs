//! SSH: russh's sessions and channels as [`Connection`](super::Connection)s.

mod channel;
mod handler;
pub mod host_keys;
mod pre_auth_limit;
mod refusal;
mod state;

use std::borrow::Cow;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use dialtone_domain::Domain;
use russh::keys::{Algorithm, HashAlg, PrivateKey};
use russh::{MethodKind, MethodSet, Preferred, cipher, compression, kex, mac};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// What the SSH side of a board offers; [`config`] makes it, and nobody else looks inside.
pub use russh::server::Config;

use self::handler::Login;
use self::pre_auth_limit::PreAuthLimit;
pub use self::refusal::refuse;
use self::state::ConnectionState;
pub use self::state::{CallPermit, MoreCalls};
use super::{Bans, Connection};
use crate::login_throttle::LoginThrottle;

/// Runs one call; made by whoever wires sessions to transports.
pub type Answer = Arc<dyn Fn(Box<Connection>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// What every SSH connection of a board shares.
pub struct Settings {
    /// Who may come in.
    pub domain: Domain,
    /// Holds up whoever guesses passwords.
    pub throttle: Arc<LoginThrottle>,
    /// Ends connections whose caller is banned.
    pub bans: Arc<dyn Bans>,
    /// Whether `guest@` is let in.
    pub guests: bool,
    /// Whether `new@` is let in.
    pub registration: bool,
    /// Time to authenticate.
    pub login_time: Duration,
    /// Bytes until authenticated.
    pub login_bytes: usize,
    /// How long output may stay unread, and a connection be without a call after its last.
    pub stall: Duration,
    /// Set when the board goes down: connections get [`LAST_WORDS`](super::LAST_WORDS) from then on.
    pub shutdown: CancellationToken,
}

/// What a client may send on a channel before the board has taken it, in bytes. A caller types: a small window bounds
/// what a client that pastes without end can make us hold.
const WINDOW: u32 = 64 * 1024;

/// Offers the algorithms that today's clients and SyncTERM need, and no more: SyncTERM has only aes256-ctr with
/// plain hmac-sha2; SHA-1, NIST P-256 and compression are left out.
pub fn config(keys: Vec<PrivateKey>) -> Arc<Config> {
    let preferred = Preferred {
        kex: Cow::Borrowed(&[
            kex::MLKEM768X25519_SHA256,
            kex::CURVE25519,
            kex::CURVE25519_PRE_RFC_8731,
            kex::DH_GEX_SHA256,
            kex::DH_G16_SHA512,
            kex::DH_G14_SHA256,
            kex::EXTENSION_SUPPORT_AS_SERVER,
            kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
        ]),
        key: Cow::Borrowed(&[
            Algorithm::Ed25519,
            Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
            Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
        ]),
        cipher: Cow::Borrowed(&[
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_GCM,
            cipher::AES_128_GCM,
            cipher::AES_256_CTR,
            cipher::AES_192_CTR,
            cipher::AES_128_CTR,
        ]),
        mac: Cow::Borrowed(&[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM, mac::HMAC_SHA512, mac::HMAC_SHA256]),
        compression: Cow::Borrowed(&[compression::NONE]),
        ..Preferred::DEFAULT
    };
    let methods = [MethodKind::PublicKey, MethodKind::Password, MethodKind::KeyboardInteractive];
    Arc::new(Config {
        methods: MethodSet::from(methods.as_slice()),
        // Wrong guesses cost a password hash and a growing wait already.
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys,
        // Keys before passwords: an agent may offer many, and a refused key is no guess.
        max_auth_attempts: 20,
        window_size: WINDOW,
        maximum_packet_size: 16 * 1024,
        channel_buffer_size: 16,
        event_buffer_size: 4,
        preferred,
        // The board has an idle clock of its own.
        inactivity_timeout: None,
        nodelay: true,
        ..Config::default()
    })
}

/// Answers one SSH connection until it ends; `more_calls` is asked for each call on it but the first.
/// Errors: what the protocol or the socket says, or why the board ended it.
pub async fn serve(
    stream: TcpStream,
    address: IpAddr,
    config: Arc<Config>,
    settings: Arc<Settings>,
    more_calls: MoreCalls,
    answer: Answer,
) -> Result<(), russh::Error> {
    let state = Arc::new(ConnectionState::new(more_calls));
    // The protocol runs in a task of its own: dropped here, it loses its wire and ends by itself.
    let _cut = state.cut.clone().drop_guard();
    let stream = PreAuthLimit::new(stream, settings.login_bytes, settings.stall, Arc::clone(&state));
    let wire = Arc::new(OnceLock::new());
    let login = Login::new(address, Arc::clone(&settings), answer, Arc::clone(&state), Arc::clone(&wire));
    let waiting = login.waiting();
    let connection = async {
        // Boxed: the handshake is soon over.
        let session = Box::pin(russh::server::run_stream(config, stream, login)).await?;
        wire.set(session.handle()).ok();
        session.await
    };
    let mut connection = std::pin::pin!(connection);
    let reason = tokio::select! {
        ended = &mut connection => return ended,
        reason = state.supervise(&settings) => reason,
    };
    state.cut.cancel();
    // The protocol's loop may wait for room in a channel that nobody reads.
    waiting.clear();
    // How it ended is known.
    connection.await.ok();
    Err(io::Error::new(io::ErrorKind::TimedOut, reason).into())
}
