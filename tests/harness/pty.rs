//! Real programs in a pseudo terminal: telnet, ssh, plink and the board's own console.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};

use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::emulator::Emulator;
use super::log::Log;
use super::terminal::Terminal;
use super::{Board, DEADLINE, Kind};

/// A program in an xterm. Everything a terminal can do is its `Terminal`'s.
pub struct Pty {
    terminal: Terminal,
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    /// The program's process.
    pub pid: u32,
    exit: Arc<(Mutex<Option<u32>>, Condvar)>,
}

impl Pty {
    /// Starts `command` in a window of 80 by 24.
    pub fn spawn(command: CommandBuilder, log: Option<Log>) -> Self {
        Self::spawn_sized(command, 80, 24, log)
    }

    /// Starts `command` in a window of this size.
    pub fn spawn_sized(mut command: CommandBuilder, columns: u16, rows: u16, log: Option<Log>) -> Self {
        let name = command.get_argv().first().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        if command.get_env("TERM").is_none_or(|term| Some(term) == std::env::var_os("TERM").as_deref()) {
            command.env("TERM", "xterm-256color");
        }
        command.env("LC_ALL", "C.UTF-8");
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("the system has a pseudo terminal left");
        let mut child = pair
            .slave
            .spawn_command(command)
            .unwrap_or_else(|error| panic!("{name} does not start (tests/run installs it): {error}"));
        drop(pair.slave); // so that the end of the program is the end of its output
        let reader = pair.master.try_clone_reader().expect("a pseudo terminal can be read");
        let writer = pair.master.take_writer().expect("the writer is taken once");
        let killer = child.clone_killer();
        let pid = child.process_id().expect("it has just been started");
        let exit = Arc::new((Mutex::new(None), Condvar::new()));
        let told = Arc::clone(&exit);
        std::thread::spawn(move || {
            let code = child.wait().map_or(u32::MAX, |status| status.exit_code());
            *told.0.lock().expect("no thread panics with the exit code") = Some(code);
            told.1.notify_all();
        });
        let emulator = Emulator::new(Kind::Xterm, columns, rows);
        let terminal = Terminal::start(name, emulator, Kind::Xterm, reader, writer, None, log);
        Self { terminal, master: pair.master, killer, pid, exit }
    }

    /// Waits for the program to end and returns its exit code.
    pub fn exit_code(&self) -> u32 {
        self.wait_hangup();
        let code = self.exit.0.lock().expect("no thread panics with the exit code");
        let (code, _) = self
            .exit
            .1
            .wait_timeout_while(code, DEADLINE, |code| code.is_none())
            .expect("no thread panics with the exit code");
        code.unwrap_or_else(|| panic!("the program closed its terminal but did not end"))
    }

    /// The window has a size that no screen can have, for a while.
    pub fn resize_to_nothing(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a pseudo terminal can be resized");
    }

    /// The window gets a new size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.redraw_at(columns, rows);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a pseudo terminal can be resized");
    }

    /// The window is closed with the program in it.
    pub fn hangup(&self) {
        let ended = self.exit.0.lock().expect("no thread panics with the exit code").is_some();
        if !ended {
            let _ = self.killer.clone_killer().kill(); // it may end by itself just now
        }
    }
}

impl Deref for Pty {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.terminal
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.hangup();
    }
}

/// inetutils telnet, calling the board.
pub fn telnet(board: &Board) -> Pty {
    let mut command = CommandBuilder::new("telnet");
    command.args([board.telnet.ip().to_string(), board.telnet.port().to_string()]);
    Pty::spawn(command, Some(board.log.clone()))
}

/// How to call with OpenSSH.
#[derive(Default)]
pub struct SshOptions {
    /// A private key to offer; without one the password is asked for.
    pub key: Option<PathBuf>,
    /// More words for the command line, before the host.
    pub arguments: Vec<String>,
    /// A command to run on the board instead of a call.
    pub command: Option<String>,
    /// The window, 80 by 24 if none is given.
    pub size: Option<(u16, u16)>,
}

/// OpenSSH, calling the board as `user`. No file of this machine's own user is read or written.
pub fn ssh(board: &Board, user: &str, options: &SshOptions) -> Pty {
    let mut command = CommandBuilder::new("ssh");
    command.env_remove("SSH_AUTH_SOCK");
    command.args(["-F", "/dev/null", "-p", &board.ssh.port().to_string()]);
    // The first value that OpenSSH sees of an option counts.
    command.args(&options.arguments);
    for option in ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"] {
        command.args(["-o", option]);
    }
    match &options.key {
        Some(key) => {
            command.args(["-o", "IdentitiesOnly=yes", "-i"]);
            command.arg(key);
        }
        None => command.args(["-o", "IdentityFile=none"]),
    }
    command.arg(format!("{user}@{}", board.ssh.ip()));
    command.args(&options.command);
    let (columns, rows) = options.size.unwrap_or((80, 24));
    Pty::spawn_sized(command, columns, rows, Some(board.log.clone()))
}

/// A call by `ssh` from the password to the main menu.
pub fn call_by_ssh(board: &Board, handle: &str, options: &SshOptions) -> Pty {
    let caller = ssh(board, handle, options);
    caller.past_password(handle);
    caller
}

/// PuTTY's plink, calling the board as `user`; it keeps host keys in the board's own scratch directory, and the
/// question whether to store this one is answered here.
pub fn plink(board: &Board, user: &str, arguments: &[&str]) -> Pty {
    let mut command = CommandBuilder::new("plink");
    command.env("HOME", board.scratch());
    command.env_remove("SSH_AUTH_SOCK");
    command.args(["-ssh", "-no-antispoof", "-P", &board.ssh.port().to_string(), "-l", user]);
    command.args(arguments);
    command.arg(board.ssh.ip().to_string());
    let pty = Pty::spawn(command, Some(board.log.clone()));
    pty.wait_for("Store key in cache?");
    pty.enter("y");
    pty
}
