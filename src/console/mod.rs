//! The sysop's console: instances, callers and the event log, live, for any process that opens the board's database.

pub mod acts;
mod feed;
pub mod format;
mod input;
mod model;
mod password;
#[cfg(test)]
mod sample;
mod screen;
mod view;

use std::io;

use chrono::Utc;
use crossterm::event::{Event as TerminalEvent, EventStream};
use dialtone_domain::users::Actor;
use dialtone_domain::{Caller, Domain};
use futures_util::StreamExt;
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use self::feed::News;
use self::model::{Intent, Model};
use self::screen::Screen;

pub use self::password::{PasswordError, ask as ask_password};
pub use self::screen::is_there as terminal_is_there;

/// News that may wait while the screen is drawn.
const QUEUE: usize = 8;

/// Why the console ended other than by its sysop's wish.
#[derive(Debug, Error)]
pub enum ConsoleError {
    /// The terminal cannot be used, or went away.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// A part of the console died.
    #[error("the console lost sight of the board")]
    Blind,
}

/// Runs until the sysop leaves or a signal asks the process to end. What is done goes down as done `by` whom it says.
pub async fn run(domain: Domain, board: &str, sysop: Caller, by: Actor) -> Result<(), ConsoleError> {
    let mut signals = Signals::new()?;
    let (sender, mut news) = mpsc::channel(QUEUE);
    let mut watcher = tokio::spawn(feed::watch(domain.clone(), sender.clone()));
    let mut model = Model::new(board, sysop.handle().as_str());
    let mut screen = Screen::take()?;
    let mut keys = EventStream::new();
    loop {
        screen.draw(&mut model)?;
        let intent = tokio::select! {
            key = keys.next() => match key.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?? {
                TerminalEvent::Key(key) => input::press(key).and_then(|press| model.press(press)),
                // Anything else, a new size above all, needs no more than drawing again.
                _ => None,
            },
            heard = news.recv() => {
                hear(&mut model, heard.ok_or(ConsoleError::Blind)?);
                None
            }
            _ = &mut watcher => return Err(ConsoleError::Blind),
            () = signals.asked_to_end() => Some(Intent::Quit),
        };
        match intent {
            Some(Intent::Quit) => return Ok(()),
            Some(Intent::Do(act)) => {
                tokio::spawn(feed::act(domain.clone(), sysop.clone(), by, act, sender.clone()));
            }
            None => {}
        }
    }
}

fn hear(model: &mut Model, news: News) {
    match news {
        News::Board { instances, calls, events } => model.update(instances, calls, &events),
        News::Silence => model.silence(Utc::now()),
        News::Word(word) => model.tell(word),
    }
}

/// The signals that end a program.
struct Signals([Signal; 3]);

impl Signals {
    fn new() -> io::Result<Self> {
        let on = |kind| signal(kind);
        Ok(Self([on(SignalKind::terminate())?, on(SignalKind::interrupt())?, on(SignalKind::hangup())?]))
    }

    async fn asked_to_end(&mut self) {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
