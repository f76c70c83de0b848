//! Limits, drain: everything between a socket and a session. Who runs a server opens its sockets, hears the signals and
//! sets the clocks; several run side by side in one process.

mod limits;
mod shutdown;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use socket2::{SockRef, TcpKeepalive};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::limits::{ConnectionPermit, Limiter, Refusal};
pub use self::shutdown::Shutdown;
use crate::server_state::ServerState;
use crate::session;
use crate::transport::{ssh, telnet};

/// Connections that wait to be accepted; a burst of callers is no error.
const BACKLOG: i32 = 1024;
/// Callers who are told at once why they are not let in. Each holds a file open meanwhile; more are hung up on.
const REFUSALS: usize = 32;

/// Why the board could not open its lines.
#[derive(Debug, Error)]
#[error("cannot answer {what} at {address}: {cause}{hint}")]
pub struct BindError {
    what: &'static str,
    address: SocketAddr,
    cause: io::Error,
    hint: &'static str,
}

impl BindError {
    /// Whether somebody else answers there.
    pub fn in_use(&self) -> bool {
        self.cause.kind() == io::ErrorKind::AddrInUse
    }
}

/// Opens a listener. Errors: [`BindError`], in words that help at three in the morning.
pub fn bind(what: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    let open = || -> io::Result<TcpListener> {
        let domain = if address.is_ipv4() { socket2::Domain::IPV4 } else { socket2::Domain::IPV6 };
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
        // A restart may not wait for the old connections to time out. One listener a port, without SO_REUSEPORT:
        // with it a second board started by mistake would silently take half of the calls.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    open().map_err(|cause| {
        let hint = match cause.kind() {
            io::ErrorKind::AddrInUse => " (is another board running there?)",
            io::ErrorKind::PermissionDenied => " (ports below 1024 need CAP_NET_BIND_SERVICE)",
            _ => "",
        };
        BindError { what, address, cause, hint }
    })
}

/// The sockets that calls come in by, open already.
pub struct Listeners {
    /// For telnet.
    pub telnet: TcpListener,
    /// For SSH.
    pub ssh: TcpListener,
    /// What SSH offers, its host keys among it; a key made later joins them while the board runs.
    pub ssh_config: Arc<ArcSwap<ssh::Config>>,
}

/// Answers calls until `shutdown` says no more, and returns when the last is over. Dropped before that, it cuts them off.
pub async fn run(listeners: Listeners, state: Arc<ServerState>, shutdown: Shutdown) {
    let limits = &state.limits;
    let server = Arc::new(Server {
        limiter: Arc::new(Limiter::new(limits.calls, limits.calls_per_address, limits.calls_per_minute)),
        refusals: Arc::new(Semaphore::new(REFUSALS)),
        calls: TaskTracker::new(),
        cut: CancellationToken::new(),
        shutdown: shutdown.clone(),
        state: Arc::clone(&state),
    });
    let _cut = server.cut.clone().drop_guard();
    // Without a port SSH is answered nowhere that a telnet caller could be sent to.
    let ssh_port = listeners.ssh.local_addr().map_or(0, |address| address.port());
    let mut accepting = JoinSet::new();
    accepting.spawn(Arc::clone(&server).telnet(listeners.telnet, ssh_port));
    accepting.spawn(Arc::clone(&server).ssh(listeners.ssh, listeners.ssh_config));
    shutdown.draining().await;
    // Those who are to be cut off are not told first: who is faster would be chance.
    if !shutdown.is_stopping() {
        state.drain.cancel();
    }
    accepting.join_all().await;
    server.calls.close();
    tokio::select! {
        biased;
        () = server.calls.wait() => return,
        () = shutdown.stopping() => {}
    }
    tracing::warn!(calls = server.calls.len(), "calls cut off: they did not end in time");
    server.cut.cancel();
    server.calls.wait().await;
    state.drain.cancel();
}

/// What answers the calls of an instance.
struct Server {
    /// What sessions work with.
    state: Arc<ServerState>,
    /// Who may call now.
    limiter: Arc<Limiter>,
    /// Room for those who are told why they are not let in.
    refusals: Arc<Semaphore>,
    /// The calls under way.
    calls: TaskTracker,
    /// Set when those are cut off.
    cut: CancellationToken,
    /// When no more calls are answered.
    shutdown: Shutdown,
}

impl Server {
    /// Answers telnet until the board drains.
    async fn telnet(self: Arc<Self>, listener: TcpListener, ssh_port: u16) {
        let settings = telnet::Settings {
            stall: self.state.limits.stall_time(),
            login_bytes: self.state.limits.login_bytes,
            ssh_port,
            shutdown: self.state.drain.clone(),
        };
        while let Some((stream, address)) = self.accept(&listener, "telnet").await {
            let permit = match self.admit(address) {
                Ok(permit) => permit,
                Err(refusal) => {
                    self.refuse(async move { telnet::refuse(stream, &refusal.to_string()).await });
                    continue;
                }
            };
            let (server, settings) = (Arc::clone(&self), settings.clone());
            self.calls.spawn(async move {
                let answer = |connection| session::run(connection, Arc::clone(&server.state));
                // Written out in its place: a future that is kept in a variable first is in this one twice.
                tokio::select! {
                    served = telnet::serve(stream, address, settings, answer) => lost(address, served),
                    () = server.cut.cancelled() => {}
                }
                drop(permit);
            });
        }
    }

    /// Answers SSH until the board drains.
    async fn ssh(self: Arc<Self>, listener: TcpListener, config: Arc<ArcSwap<ssh::Config>>) {
        let state = &self.state;
        let settings = Arc::new(ssh::Settings {
            domain: state.domain.clone(),
            throttle: Arc::clone(&state.throttle),
            bans: Arc::new(state.switchboard.connections().clone()),
            guests: state.guests,
            registration: state.registration,
            login_time: state.limits.login_time(),
            login_bytes: state.limits.login_bytes,
            stall: state.limits.stall_time(),
            shutdown: state.drain.clone(),
        });
        while let Some((stream, address)) = self.accept(&listener, "ssh").await {
            let permit = match self.admit(address) {
                Ok(permit) => permit,
                Err(refusal) => {
                    self.refuse(async move { ssh::refuse(stream, &refusal.to_string()).await });
                    continue;
                }
            };
            let (server, config, settings) = (Arc::clone(&self), config.load_full(), Arc::clone(&settings));
            self.calls.spawn(async move {
                let state = Arc::clone(&server.state);
                let answer: ssh::Answer =
                    Arc::new(move |connection| Box::pin(session::run(connection, Arc::clone(&state))));
                let more_calls: ssh::MoreCalls = {
                    let server = Arc::clone(&server);
                    Arc::new(move || Some(Box::new(server.admit(address).ok()?) as ssh::CallPermit))
                };
                tokio::select! {
                    served = ssh::serve(stream, address, config, settings, more_calls, answer) => {
                        lost(address, served);
                    }
                    () = server.cut.cancelled() => {}
                }
                drop(permit);
            });
        }
    }

    /// Tells somebody why they are not let in, if there is room; else the line goes dead at once. Decided before the next
    /// connection is accepted, so that a rush takes no more files than there is room for.
    fn refuse(&self, words: impl Future<Output = ()> + Send + 'static) {
        if let Ok(room) = Arc::clone(&self.refusals).try_acquire_owned() {
            let cut = self.cut.clone();
            self.calls.spawn(async move {
                cut.run_until_cancelled(words).await;
                drop(room);
            });
        }
    }

    fn admit(&self, address: IpAddr) -> Result<ConnectionPermit, Refusal> {
        let admitted = match self.state.throttle.wait(address) {
            Some(wait) => Err(wait.into()),
            None => self.limiter.admit(address),
        };
        if let Err(refusal) = &admitted
            && self.limiter.worth_telling(address)
        {
            tracing::info!(
                peer.address = %address,
                reason = refusal.reason(),
                wait_seconds = refusal.wait_seconds(),
                "call refused"
            );
        }
        admitted
    }

    /// The next connection; none once the board drains.
    async fn accept(&self, listener: &TcpListener, transport: &str) -> Option<(TcpStream, IpAddr)> {
        loop {
            let accepted = tokio::select! {
                () = self.shutdown.draining() => return None,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    if let Err(error) = prepare(&stream) {
                        tracing::debug!(%error, "line lost at once");
                        continue;
                    }
                    return Some((stream, peer.ip().to_canonical()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: the caller waits in the backlog meanwhile.
                    tracing::error!(transport, %error, "cannot accept a call");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// Tells how a connection was lost, if it was.
fn lost<E: fmt::Display>(address: IpAddr, served: Result<(), E>) {
    if let Err(error) = served {
        tracing::info!(peer.address = %address, %error, "line lost");
    }
}

/// What the kernel holds, in bytes, for a caller who has not taken it yet. Left to itself it takes megabytes, and
/// whoever reads nothing looks like a reader all that while.
const UNREAD: usize = 64 * 1024;

/// Small writes go out at once, and a peer whose machine is gone is noticed in two minutes.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_send_buffer_size(UNREAD)?;
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15))
        .with_retries(4);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_kernel_holds_little_for_a_caller_who_does_not_read() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (_deaf, accepted) =
            tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let (stream, _) = accepted.unwrap();
        prepare(&stream).unwrap();
        let stream = stream.into_std().unwrap();
        let mut held = 0;
        while let Ok(written) = io::Write::write(&mut &stream, &[b'-'; 1000]) {
            held += written;
        }
        // Half of it at most is this side's; the rest has arrived unread.
        assert!((UNREAD / 2..16 * UNREAD).contains(&held), "{held} bytes");
    }
}
