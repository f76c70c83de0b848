//! One call as a screen sees it: the caller, the services, the terminal, and everything that can happen meanwhile.

mod lines;
mod rights;
mod status;
mod tune;
mod wait;

use std::sync::Arc;

use chrono::Local;
use dialtone_domain::users::{Credential, Settings};
use dialtone_domain::{CallId, Caller, Domain};
use dialtone_terminal::{Capabilities, Charset, Grid, Modes, PackedGrid, Palette, Wire, draw};
use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::stream::Peekable;
use tokio::sync::watch;
use tokio::time::Instant;

use super::body::Body;
use super::chrome::{self, Chrome, View};
use super::idle::IdleClock;
use super::pager::{Page, Pager};
use super::{EndReason, Location, MciValues, Theme, Themes};
use crate::menu::{Facts, Moment};
use crate::server_state::ServerState;
use crate::switchboard::{EventFilter, Subscription};
use crate::transport::{Connection, Input, LoggedIn, Output, Peer, WireSettings};

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
    /// The terminal, as the caller wants it taken.
    pub terminal: Capabilities,
    /// Where the call comes from.
    pub peer: Peer,
    /// What marks stand for.
    pub values: MciValues,
    /// The place at the switchboard.
    pub subscription: Subscription,
    /// By what they came in; none for a guest.
    pub credential: Option<Credential>,
    /// The caller's own row has changed since it was read, and could not be read again.
    pub stale: bool,
    /// When the call was answered.
    pub since: Instant,
    /// The terminal as it was found out.
    found: Capabilities,
    /// What the transport was told of it.
    settings: WireSettings,
    /// The caller has asked for words alone, in this call.
    words: bool,
    /// What is switched on in the terminal.
    modes: Modes,
    /// The art sent last, and its words, while nothing else stands below it.
    backdrop: Option<(String, String)>,
    /// What the records say of the caller, where access rules ask for it.
    pub record: Record,
    echo: bool,
    input: Peekable<mpsc::Receiver<Input>>,
    output: Output,
    idle: IdleClock,
    login_keys: Option<usize>,
    /// Where the transport looks whether the caller is known.
    known: LoggedIn,
    reloaded: watch::Receiver<()>,
    place: Location,
    clock: String,
    /// How many are on line, as last shown.
    online: Option<usize>,
    /// Rings when what the status line shows may be another.
    ticks: watch::Receiver<u64>,
    /// Comings and goings told so far.
    traffic: u64,
    tagline: String,
    /// Screens entered so far.
    screens: u8,
    pager: Pager,
    /// Where the body of the view last drawn lies.
    body: Body,
    /// The art that the screen was drawn with.
    art: Arc<Themes>,
    /// What is on the screen, if it was a view that was drawn there last.
    shown: Option<PackedGrid>,
    /// What is in the terminal's own status line, where the board has it.
    status: Option<Box<Grid>>,
    /// The screen holds something that no view drew.
    screen_unknown: bool,
    /// Keys since the view was last drawn.
    unanswered: u32,
    /// When it was.
    drawn: Instant,
    /// Where the cursor was left.
    cursor: Option<(u16, u16)>,
    /// How often screens were dropped on their way, as of the last drawing.
    drops: u32,
}

impl Call {
    /// A call that has just been answered; nobody knows yet by whom.
    pub fn new(server: Arc<ServerState>, connection: Connection, idle: IdleClock, reference: String) -> Self {
        let domain = server.domain.clone();
        let login_keys = Some(server.limits.login_bytes);
        let subscription = server.switchboard.subscribe(EventFilter::default());
        let values = MciValues::new(&server.name);
        let body = Body { rows: connection.terminal.rows.saturating_sub(10), ..Body::default() };
        let reloaded = server.reloaded.subscribe();
        let art = server.themes.load_full();
        let ticks = subscription.board_stats().ticks();
        let traffic = *ticks.borrow();
        Self {
            terminal: tune::preferred(&connection.terminal, &Settings::default()),
            caller: domain.users.guest(),
            domain,
            server,
            id: None,
            reference,
            settings: WireSettings { charset: connection.terminal.charset, speed: None },
            found: connection.terminal,
            words: false,
            modes: Modes::default(),
            backdrop: None,
            peer: connection.peer,
            values,
            subscription,
            credential: None,
            stale: false,
            since: Instant::now(),
            record: Record::default(),
            echo: connection.echo,
            input: connection.input.peekable(),
            output: connection.output,
            idle,
            login_keys,
            known: connection.logged_in,
            reloaded,
            place: Location::default(),
            clock: String::new(),
            online: None,
            traffic,
            ticks,
            tagline: String::new(),
            screens: 0,
            pager: Pager::default(),
            body,
            art,
            shown: None,
            status: None,
            screen_unknown: true,
            unanswered: 0,
            drawn: Instant::now(),
            cursor: None,
            drops: 0,
        }
    }

    /// Whether this terminal gets words alone: no cursor movement, one line after the other.
    pub fn plain(&self) -> bool {
        self.terminal.plain
    }

    /// Whether a long text stops at the end of each screen.
    pub fn pauses(&self) -> bool {
        self.caller.settings.pauses
    }

    /// Whether menus are their prompt alone.
    pub fn expert(&self) -> bool {
        self.caller.settings.expert
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
            level: self.caller.level,
            flags: self.caller.flags.clone(),
            sysop: self.caller.sysop,
            guest: self.caller.guest,
            secure: self.peer.secure,
            ansi: !self.plain(),
            charset: match self.terminal.charset {
                Charset::Cp437 => "cp437",
                Charset::Utf8 => "utf8",
                Charset::Ascii | Charset::Atascii => "ascii",
                Charset::Petscii => "petscii",
            },
            columns: i64::from(self.terminal.columns),
            rows: i64::from(self.terminal.rows),
            age: if self.caller.guest { 0 } else { (chrono::Utc::now() - self.caller.created).num_days() },
            calls: self.record.calls,
            posts: self.record.posts,
            now: Moment::from(&Local::now()),
        }
    }

    /// The caller goes somewhere: header, title, subtitle, and what others see in "who's online".
    pub fn enter(&mut self, art: &str, title: &str, subtitle: &str) {
        self.enter_known_as(title, art, title, subtitle);
    }

    /// The same for a title that speaks to the caller alone: others see `known_as`.
    pub fn enter_known_as(&mut self, known_as: &str, art: &str, title: &str, subtitle: &str) {
        if self.place.title != title
            && let Some(id) = self.id
        {
            // Where somebody is is worth nothing a second later: never waited for.
            self.server.places.try_send((id, known_as.to_owned())).ok();
        }
        if self.place.title != title {
            self.screens = self.screens.wrapping_add(1);
        }
        self.place = Location { art: art.to_owned(), title: title.to_owned(), subtitle: subtitle.to_owned() };
        self.tagline = self.new_tagline();
        self.refresh_clock();
    }

    /// The clock, and how many are on line, as they are now.
    pub fn refresh_clock(&mut self) {
        self.look_at_clock();
        self.values.set("TI", &self.clock);
        if let Some(online) = self.online {
            self.values.set("ON", online);
        }
    }

    /// What the status line shows, as it is now; true if it is another than before.
    fn look_at_clock(&mut self) -> bool {
        let clock = Local::now().format("%H:%M").to_string();
        // A caller who has logged in counts, also where the news of it is still on its way.
        let known = usize::from(self.login_keys.is_none());
        let online = Some(self.subscription.board_stats().now().online.max(known));
        let changed = clock != self.clock || online != self.online;
        (self.clock, self.online) = (clock, online);
        changed
    }

    /// The tape and the server's own lines by turns; another of these with each quarter of an hour.
    fn new_tagline(&self) -> String {
        if self.screens.is_multiple_of(2)
            && let Some(tape) = self.values.get("TK").filter(|tape| !tape.is_empty())
        {
            return tape.to_owned();
        }
        let menus = self.server.menus.load();
        let quarters = chrono::Utc::now().timestamp() / 900 + self.caller.id.0;
        let lines = i64::try_from(menus.taglines.len()).unwrap_or(1).max(1);
        usize::try_from(quarters.rem_euclid(lines))
            .ok()
            .and_then(|n| menus.taglines.get(n))
            .cloned()
            .unwrap_or_default()
    }

    /// Where the caller is.
    pub fn place(&self) -> &Location {
        &self.place
    }

    /// Changes the line below the title.
    pub fn subtitle(&mut self, subtitle: &str) {
        subtitle.clone_into(&mut self.place.subtitle);
    }

    /// The art and colours of this call.
    pub fn theme(&self) -> Arc<Theme> {
        self.art.of(self.caller.settings.theme.as_deref())
    }

    /// The theme's own colours, where the terminal can have them: a C64's ground is one for the whole screen.
    fn palette<'a>(&self, theme: &'a Theme) -> Option<&'a Palette> {
        let can = !self.plain() && !matches!(self.terminal.charset, Charset::Petscii | Charset::Atascii);
        theme.palette().filter(|_| can)
    }

    /// Takes up art that the sysop has changed: what is on the screen is not what would be drawn now.
    fn renew_art(&mut self) {
        let current = self.server.themes.load();
        if !Arc::ptr_eq(&self.art, &current) {
            self.art = Arc::clone(&current);
            self.screen_unknown = true;
        }
    }

    fn wire(&self) -> Wire {
        self.terminal.wire()
    }

    /// Where the body of the view last drawn lies: what a page is, and what a place on the screen belongs to.
    pub fn body(&self) -> Body {
        self.body
    }

    fn surroundings<'a>(&'a self, theme: &'a Theme) -> Chrome<'a> {
        Chrome {
            theme,
            place: &self.place,
            values: &self.values,
            page: self.pager.newest().map(|page| page.text.as_str()),
            more: self.pager.more(),
            clock: &self.clock,
            online: self.online,
            known: self.login_keys.is_none(),
            tagline: &self.tagline,
        }
    }

    fn render(&mut self, view: &dyn View) -> Grid {
        let theme = self.theme();
        let (mut grid, body) = chrome::draw(view, &self.surroundings(&theme), &self.terminal);
        self.body = body;
        if let Some(palette) = self.palette(&theme) {
            palette.grid(&mut grid, self.terminal.colors);
        }
        grid
    }

    /// Brings the screen up to date with the view.
    async fn show(&mut self, view: &dyn View) -> Result<(), EndReason> {
        self.unanswered = 0;
        self.drawn = Instant::now();
        let mut bytes = Vec::new();
        let drops = self.output.drops();
        if std::mem::replace(&mut self.drops, drops) != drops {
            self.screen_unknown = true;
            // What was dropped may have ended a link.
            if self.wire().links {
                bytes.extend_from_slice(b"\x1b]8;;\x1b\\");
            }
        }
        let new = self.render(view);
        let shown = self.shown.take().filter(|_| !self.screen_unknown);
        let old = shown.as_ref().map(PackedGrid::unpack);
        draw(old.as_ref(), &new, &self.wire(), &mut bytes);
        if self.screen_unknown {
            self.status = None;
        }
        self.backdrop = None;
        self.screen_unknown = false;
        self.cursor = new.cursor();
        self.shown = match shown {
            Some(shown) if bytes.is_empty() => Some(shown),
            _ => Some(PackedGrid::new(&new)),
        };
        drop((old, new));
        if !bytes.is_empty() {
            self.output.draw(bytes, drops, view.typing()).await?;
        }
        if self.terminal.status_line {
            self.show_status().await?;
        }
        Ok(())
    }

    /// Unread pages, newest first; they count as read.
    pub fn read_pages(&mut self) -> Vec<Page> {
        self.pager.read()
    }

    /// Takes a page that came another way than by an event.
    pub fn page(&mut self, page: Page) {
        self.pager.take(page);
    }
}
