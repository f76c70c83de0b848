//! The terminal as a file of our own, and the way back to how it was.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::OFlags;
use rustix::termios::{self, OptionalActions, QueueSelector, Termios};
use tokio::io::unix::AsyncFd;

/// What shows another screen, and leaves the one with the shell's lines as it is (xterm's mode 1049).
const SCREEN: &[u8] = b"\x1b[?1049h";
/// Everything that a call may have switched on, off; the cursor shown; the shell's own screen.
const RESET: &[u8] = b"\x1b[?1006l\x1b[?1000l\x1b[?33l\x1b[?25h\x1b[0m\x1b[?1049l";

/// The terminal, opened once more for this call alone: that it never blocks is nothing to the shell's own.
pub struct Tty(AsyncFd<File>);

impl Tty {
    /// Opens the terminal that standard input is. Errors: what the system says.
    pub fn open() -> io::Result<Self> {
        let file = open()?;
        #[expect(
            deprecated,
            reason = "what replaces it is unsafe; this descriptor is owned here and never replaced"
        )]
        Ok(Self(AsyncFd::new(file)?))
    }

    /// Columns and rows, as the terminal says.
    pub fn size(&self) -> Option<(u16, u16)> {
        let size = termios::tcgetwinsize(self.0.get_ref()).ok()?;
        Some((size.ws_col, size.ws_row))
    }

    /// Waits for what comes; nothing is the terminal's end. Cancel safe.
    pub async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.0.readable().await?;
            if let Ok(read) = ready.try_io(|tty| tty.get_ref().read(bytes)) {
                return read;
            }
        }
    }

    /// Writes all of it, as fast as the terminal takes it.
    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut ready = self.0.writable().await?;
            match ready.try_io(|tty| tty.get_ref().write(bytes)) {
                Ok(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(Ok(written)) => bytes = bytes.get(written..).unwrap_or_default(),
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => {}
            }
        }
        Ok(())
    }
}

fn open() -> io::Result<File> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let open = |path| File::options().read(true).write(true).custom_flags(flags).open(path);
    // Under `sudo` the terminal's own file is another user's, and the controlling terminal is open to all.
    open("/proc/self/fd/0").or_else(|_| open("/dev/tty"))
}

/// A terminal that sends keys as they come and shows none of them, until this is dropped.
pub struct Raw {
    tty: File,
    usual: Termios,
    raw: Termios,
    /// Another screen is shown.
    screen: AtomicBool,
    restored: AtomicBool,
}

impl Raw {
    /// Takes this terminal over.
    pub fn enter(tty: &Tty) -> io::Result<Self> {
        Self::of(tty.0.get_ref().try_clone()?)
    }

    /// Takes over the terminal that standard input is.
    pub fn standard() -> io::Result<Self> {
        Self::of(open()?)
    }

    fn of(tty: File) -> io::Result<Self> {
        let usual = termios::tcgetattr(&tty)?;
        let mut raw = usual.clone();
        raw.make_raw();
        termios::tcsetattr(&tty, OptionalActions::Now, &raw)?;
        let (screen, restored) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { tty, usual, raw, screen, restored })
    }

    /// Shows another screen than the shell's.
    pub async fn enter_screen(&self, tty: &Tty) -> io::Result<()> {
        self.screen.store(true, Ordering::Release);
        tty.write_all(SCREEN).await
    }

    /// The terminal as it was, for a while.
    pub fn leave(&self) {
        self.give_back();
    }

    /// Takes the terminal over once more.
    pub fn again(&self) -> io::Result<()> {
        termios::tcsetattr(&self.tty, OptionalActions::Now, &self.raw)?;
        if self.screen.load(Ordering::Acquire) {
            (&self.tty).write_all(SCREEN)?;
        }
        Ok(())
    }

    /// Gives the terminal back, once.
    pub fn restore(&self) {
        if !self.restored.swap(true, Ordering::AcqRel) {
            self.give_back();
        }
    }

    /// Waits for nothing: what the terminal has not taken by now is thrown away. One that is gone cannot be given back, and
    /// there is nobody to tell.
    fn give_back(&self) {
        if self.screen.load(Ordering::Acquire) && (&self.tty).write_all(RESET).is_err() {
            termios::tcflush(&self.tty, QueueSelector::OFlush).ok();
            (&self.tty).write_all(RESET).ok();
        }
        termios::tcsetattr(&self.tty, OptionalActions::Now, &self.usual).ok();
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.restore();
    }
}
