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
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::limits::{Limiter, Refusal, Seat};
use crate::session::{self, Exchange};
use crate::transport::{ssh, telnet};

/// Connections that wait to be accepted; a burst of callers is no error.
const BACKLOG: i32 = 1024;

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

/// The listeners of a node and what their calls need.
pub struct Server {
    /// What sessions work with.
    pub exchange: Arc<Exchange>,
    /// Who may call now.
    pub limiter: Arc<Limiter>,
    /// The calls under way.
    pub calls: TaskTracker,
    /// Set when no more calls are answered.
    pub shutdown: CancellationToken,
}

impl Server {
    /// Answers telnet until shutdown.
    pub async fn telnet(self: Arc<Self>, listener: TcpListener, ssh_port: u16) {
        let stall = self.exchange.limits.stall_time();
        while let Some((stream, address)) = self.accept(&listener, "telnet").await {
            let server = Arc::clone(&self);
            self.calls.spawn(async move {
                let seat = match server.admit(address) {
                    Ok(seat) => seat,
                    Err(refusal) => return telnet::refuse(stream, &refusal.to_string()).await,
                };
                let answer = |connection| session::run(connection, Arc::clone(&server.exchange));
                if let Err(error) = telnet::serve(stream, address, stall, ssh_port, answer).await {
                    tracing::info!(peer.address = %address, %error, "line lost");
                }
                drop(seat);
            });
        }
    }

    /// Answers SSH until shutdown. The host keys may be joined by another while the board runs.
    pub async fn ssh(
        self: Arc<Self>,
        listener: TcpListener,
        config: Arc<ArcSwap<russh::server::Config>>,
        settings: ssh::Settings,
    ) {
        while let Some((stream, address)) = self.accept(&listener, "ssh").await {
            let (server, config, settings) = (Arc::clone(&self), config.load_full(), settings.clone());
            self.calls.spawn(async move {
                let seat = match server.admit(address) {
                    Ok(seat) => seat,
                    Err(refusal) => return ssh::refuse(stream, &refusal.to_string()).await,
                };
                let exchange = Arc::clone(&server.exchange);
                let answer: ssh::Answer =
                    Arc::new(move |connection| Box::pin(session::run(connection, Arc::clone(&exchange))));
                if let Err(error) = ssh::serve(stream, address, config, settings, answer).await {
                    tracing::info!(peer.address = %address, %error, "line lost");
                }
                drop(seat);
            });
        }
    }

    fn admit(&self, address: IpAddr) -> Result<Seat, Refusal> {
        let admitted = match self.exchange.house.throttle.wait(address) {
            Some(wait) => Err(wait.into()),
            None => self.limiter.admit(address),
        };
        if let Err(refusal) = &admitted {
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

/// Small writes go out at once, and a peer whose machine is gone is noticed in two minutes.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15))
        .with_retries(4);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}
