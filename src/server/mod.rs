//! Listeners, limits, drain: everything between a socket and a session.

mod limits;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use socket2::{SockRef, TcpKeepalive};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::limits::{ConnectionPermit, Limiter, Refusal};
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

/// Room for those who are told why they are not let in.
pub fn refusals() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(REFUSALS))
}

/// The listeners of an instance and what their calls need.
pub struct Server {
    /// What sessions work with.
    pub state: Arc<ServerState>,
    /// Who may call now.
    pub limiter: Arc<Limiter>,
    /// Who is being told that they cannot call now.
    pub refusals: Arc<Semaphore>,
    /// The calls under way.
    pub calls: TaskTracker,
    /// Set when no more calls are answered.
    pub shutdown: CancellationToken,
}

impl Server {
    /// Answers telnet until shutdown.
    pub async fn telnet(self: Arc<Self>, listener: TcpListener, ssh_port: u16) {
        let settings = telnet::Settings {
            stall: self.state.limits.stall_time(),
            login_bytes: self.state.limits.login_bytes,
            ssh_port,
            shutdown: self.shutdown.clone(),
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
                if let Err(error) = telnet::serve(stream, address, settings, answer).await {
                    tracing::info!(peer.address = %address, %error, "line lost");
                }
                drop(permit);
            });
        }
    }

    /// Answers SSH until shutdown. The host keys may be joined by another while the board runs.
    pub async fn ssh(
        self: Arc<Self>,
        listener: TcpListener,
        config: Arc<ArcSwap<ssh::Config>>,
        settings: Arc<ssh::Settings>,
    ) {
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
                let served = ssh::serve(stream, address, config, settings, more_calls, answer);
                if let Err(error) = served.await {
                    tracing::info!(peer.address = %address, %error, "line lost");
                }
                drop(permit);
            });
        }
    }

    /// Tells somebody why they are not let in, if there is room; else the line goes dead at once. Decided before the next
    /// connection is accepted, so that a rush takes no more files than there is room for.
    fn refuse(&self, words: impl Future<Output = ()> + Send + 'static) {
        if let Ok(room) = Arc::clone(&self.refusals).try_acquire_owned() {
            self.calls.spawn(async move {
                words.await;
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

    /// The next connection; none at shutdown.
    async fn accept(&self, listener: &TcpListener, transport: &str) -> Option<(TcpStream, IpAddr)> {
        loop {
            let accepted = tokio::select! {
                () = self.shutdown.cancelled() => return None,
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
