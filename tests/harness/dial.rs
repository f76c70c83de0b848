//! A scripted telnet caller that stands in for the terminals of `Kind`.

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::ops::Deref;

use super::emulator::Emulator;
use super::log::Log;
use super::telnet::Telnet;
use super::terminal::Terminal;
use super::{Board, Kind};

/// One telnet call. Everything a terminal can do is its `Terminal`'s.
pub struct Dial {
    terminal: Terminal,
    stream: TcpStream,
}

impl Dial {
    /// Calls the board with a window of 80 by 24.
    pub fn call(board: &Board, kind: Kind) -> Self {
        Self::call_sized(board, kind, 80, 24)
    }

    /// Calls the board with a window of this size.
    pub fn call_sized(board: &Board, kind: Kind, columns: u16, rows: u16) -> Self {
        Self::connect(board.telnet, kind, columns, rows, Some(board.log.clone()))
    }

    /// Calls anything that listens.
    pub fn connect(to: SocketAddr, kind: Kind, columns: u16, rows: u16, log: Option<Log>) -> Self {
        let stream = TcpStream::connect(to).expect("the address answers");
        stream.set_nodelay(true).expect("a TCP socket has this option");
        let half = || stream.try_clone().expect("a socket can be cloned");
        let (reader, writer) = (Box::new(half()), Box::new(half()));
        let telnet = Some(Telnet::new(kind, (columns, rows)));
        let emulator = Emulator::new(kind, columns, rows);
        let name = match kind {
            Kind::Recorded(recording) => recording.name.clone(),
            kind => format!("{kind:?}"),
        };
        Self { terminal: Terminal::start(name, emulator, kind, reader, writer, telnet, log), stream }
    }

    /// The window gets a new size in mid-call, and the board is told.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.redraw_at(columns, rows);
    }

    /// The line goes dead.
    pub fn hangup(&self) {
        let _ = self.stream.shutdown(Shutdown::Both); // already so if the board hung up first
    }

    /// The caller sends no more, but still reads.
    pub fn half_close(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

impl Deref for Dial {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl Drop for Dial {
    fn drop(&mut self) {
        self.hangup();
    }
}
