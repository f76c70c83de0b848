//! One call as a screen sees it: the caller, the services, the terminal, and everything that can happen meanwhile.

mod conversation;
mod end_reason;
mod idle;
mod rights;
mod tune;
mod wait;

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::Local;
use dialtone_domain::access::Facts;
use dialtone_domain::users::Credential;
use dialtone_domain::{BoardId, CallId, Caller, Domain};
use dialtone_terminal::Charset;
use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::stream::Peekable;
use tokio::sync::watch;
use tokio::time::Instant;

pub use self::end_reason::EndReason;
pub use self::idle::IdleClock;
use crate::lang::Language;
use crate::server_state::ServerState;
use crate::switchboard::{EventFilter, Subscription};
use crate::transport::{Connection, Input, LoggedIn, Output, Peer, WireSettings};
use crate::ui::{CallEvent, Location, Page, Screen, View};

/// What the records say of a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// How often they have called.
    pub calls: i64,
    /// How many messages they have posted.
    pub posts: i64,
}

/// One call.
pub struct Call {
    /// The services.
    pub domain: Domain,
    /// What the instance shares.
    pub server: Arc<ServerState>,
    /// Who calls; a guest until they have said.
    pub caller: Caller,
    /// The call's row in the records, once written.
    pub id: Option<CallId>,
    /// The call's reference, for the log and for callers who report an error.
    pub reference: String,
    /// The caller's screen.
    pub screen: Screen,
    /// Where the call comes from.
    pub peer: Peer,
    /// The place at the switchboard.
    pub subscription: Subscription,
    /// By what they came in; none for a guest.
    pub credential: Option<Credential>,
    /// The caller's own row has changed since it was read, and could not be read again.
    pub stale: bool,
    /// The board they are on just now.
    board: Option<BoardId>,
    /// When the call was answered.
    pub since: Instant,
    /// What the transport was told of it.
    settings: WireSettings,
    /// What the records say of the caller, where access rules ask for it.
    pub record: Record,
    /// What happened while help covered the view, which has yet to hear of it.
    meanwhile: VecDeque<CallEvent>,
    input: Peekable<mpsc::Receiver<Input>>,
    output: Output,
    idle: IdleClock,
    login_keys: Option<usize>,
    /// Where the transport looks whether the caller is known.
    known: LoggedIn,
    reloaded: watch::Receiver<()>,
    /// Rings when what the status line shows may be another.
    ticks: watch::Receiver<u64>,
    /// Comings and goings told so far.
    traffic: u64,
    /// Screens entered so far.
    screens: u8,
    /// Keys since the view was last drawn.
    unanswered: u32,
    /// When it was.
    drawn: Instant,
    /// How often screens were dropped on their way, as of the last drawing.
    drops: u32,
}

impl Call {
    /// A call that has just been answered; nobody knows yet by whom.
    pub fn new(server: Arc<ServerState>, connection: Connection, idle: IdleClock, reference: String) -> Self {
        let domain = server.domain.clone();
        let login_keys = Some(server.limits.login_bytes);
        let subscription = server.switchboard.subscribe(EventFilter::default());
        let (themes, languages) = (server.themes.load_full(), server.languages.load_full());
        let Connection { terminal, echo, locale, .. } = connection;
        let screen = Screen::new(terminal, echo, &server.name, themes, languages, locale);
        let reloaded = server.reloaded.subscribe();
        let ticks = subscription.board_stats().ticks();
        let traffic = *ticks.borrow();
        Self {
            caller: domain.users.guest(),
            domain,
            server,
            id: None,
            reference,
            settings: WireSettings { charset: screen.terminal.charset, speed: None },
            screen,
            peer: connection.peer,
            subscription,
            credential: None,
            stale: false,
            board: None,
            since: Instant::now(),
            record: Record::default(),
            meanwhile: VecDeque::new(),
            input: connection.input.peekable(),
            output: connection.output,
            idle,
            login_keys,
            known: connection.logged_in,
            reloaded,
            traffic,
            ticks,
            screens: 0,
            unanswered: 0,
            drawn: Instant::now(),
            drops: 0,
        }
    }

    /// The language that the caller reads.
    pub fn language(&self) -> &Arc<Language> {
        self.screen.language()
    }

    /// Whether this terminal gets words alone: no cursor movement, one line after the other.
    pub fn plain(&self) -> bool {
        self.screen.plain()
    }

    /// Whether menus are their prompt alone.
    pub fn expert(&self) -> bool {
        self.caller.settings().expert
    }

    /// The caller is who they say: the login clock stops.
    pub async fn logged_in(
        &mut self,
        caller: Caller,
        credential: Option<Credential>,
    ) -> Result<(), EndReason> {
        self.credential = credential;
        self.idle.logged_in();
        self.login_keys = None;
        self.screen.known = true;
        self.known.set();
        self.adopt(caller).await
    }

    /// Whether the caller has logged in, or looks round as a guest.
    pub fn is_known(&self) -> bool {
        self.idle.is_logged_in()
    }

    /// What access rules are asked about.
    pub fn facts(&self) -> Facts {
        Facts {
            secure: self.peer.secure,
            ansi: !self.plain(),
            charset: match self.screen.terminal.charset {
                Charset::Cp437 => "cp437",
                Charset::Utf8 => "utf8",
                Charset::Ascii | Charset::Atascii => "ascii",
                Charset::Petscii => "petscii",
            },
            columns: i64::from(self.screen.terminal.columns),
            rows: i64::from(self.screen.terminal.rows),
            calls: self.record.calls,
            posts: self.record.posts,
            ..Facts::from(&self.caller)
        }
    }

    /// The caller goes somewhere: header, title, subtitle, and what others see in "who's online".
    pub fn enter(&mut self, art: &str, title: &str, subtitle: &str) {
        self.enter_known_as(title, art, title, subtitle);
    }

    /// The same for a title that speaks to the caller alone: others see `known_as`.
    pub fn enter_known_as(&mut self, known_as: &str, art: &str, title: &str, subtitle: &str) {
        if self.screen.location.title() != title
            && let Some(id) = self.id
        {
            // Where somebody is is worth nothing a second later: never waited for.
            self.server.places.try_send((id, known_as.to_owned())).ok();
        }
        if self.screen.location.title() != title {
            self.screens = self.screens.wrapping_add(1);
        }
        self.screen.location = Location::new(art, title, subtitle);
        self.screen.tagline = self.new_tagline();
        self.refresh_clock();
    }

    /// The clock, and how many are on line, as they are now.
    pub fn refresh_clock(&mut self) {
        self.look_at_clock();
        self.screen.values.set("TI", &self.screen.clock);
        if let Some(online) = self.screen.online {
            self.screen.values.set("ON", online);
        }
    }

    /// What the status line shows, as it is now; true if it is another than before.
    fn look_at_clock(&mut self) -> bool {
        let clock = Local::now().format("%H:%M").to_string();
        // A caller who has logged in counts, also where the news of it is still on its way.
        let known = usize::from(self.login_keys.is_none());
        let online = Some(self.subscription.board_stats().online().max(known));
        let changed = clock != self.screen.clock || online != self.screen.online;
        (self.screen.clock, self.screen.online) = (clock, online);
        changed
    }

    /// The tape and the server's own lines by turns; another of these with each quarter of an hour.
    fn new_tagline(&self) -> String {
        if self.screens.is_multiple_of(2)
            && let Some(tape) = self.screen.values.get("TK").filter(|tape| !tape.is_empty())
        {
            return tape.to_owned();
        }
        let menus = self.server.menus.load();
        let quarters = chrono::Utc::now().timestamp() / 900 + self.caller.id().0;
        let lines = i64::try_from(menus.taglines.len()).unwrap_or(1).max(1);
        usize::try_from(quarters.rem_euclid(lines))
            .ok()
            .and_then(|n| menus.taglines.get(n))
            .cloned()
            .unwrap_or_default()
    }

    /// Where the caller is.
    pub fn place(&self) -> &Location {
        &self.screen.location
    }

    /// Changes the line below the title.
    pub fn subtitle(&mut self, subtitle: &str) {
        self.screen.location.set_subtitle(subtitle);
    }

    /// Brings the screen up to date with the view.
    async fn show(&mut self, view: &dyn View) -> Result<(), EndReason> {
        self.unanswered = 0;
        self.drawn = Instant::now();
        let drops = self.output.drops();
        let dropped = std::mem::replace(&mut self.drops, drops) != drops;
        let bytes = self.screen.show(view, dropped);
        if !bytes.is_empty() {
            self.output.draw(bytes, drops, view.typing()).await?;
        }
        if self.screen.terminal.status_line {
            self.show_lent_status().await?;
        }
        Ok(())
    }

    async fn show_lent_status(&mut self) -> Result<(), EndReason> {
        for bytes in self.screen.show_lent_status().into_iter().flatten() {
            self.output.write(bytes).await?;
        }
        Ok(())
    }

    /// Another minute, or somebody came or went: of the screen that `view` drew, only the status line is drawn again.
    async fn tick(&mut self, view: &dyn View) -> Result<(), EndReason> {
        if !self.look_at_clock() || self.output.drops() != self.drops {
            return Ok(());
        }
        if self.screen.terminal.status_line {
            return self.show_lent_status().await;
        }
        let bytes = self.screen.show_status();
        if !bytes.is_empty() {
            self.output.draw(bytes, self.drops, view.typing()).await?;
        }
        Ok(())
    }

    /// Unread pages, newest first; they count as read.
    pub fn read_pages(&mut self) -> Vec<Page> {
        self.screen.pager.read()
    }

    /// Takes a page that came another way than by an event.
    pub fn page(&mut self, page: Page) {
        self.screen.pager.take(page);
    }
}
