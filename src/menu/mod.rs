//! Menus as their sysop wrote them in `menus.toml`: checked once, then a pure state machine.

pub mod access;
mod file;
mod machine;

use std::sync::Arc;

pub use self::access::{Facts, Moment, Rule};
pub use self::file::{Known, parse};
pub use self::machine::{Effect, MenuInput, State};

/// Which menu, by its place in [`Menus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MenuId(usize);

/// Every menu of the board, in the order of their names.
#[derive(Debug, Clone)]
pub struct Menus {
    menus: Vec<Menu>,
    start: MenuId,
    /// Taglines: one of them stands above the prompt.
    pub taglines: Vec<String>,
    /// Whether a rule asks for what must be looked up in the records.
    pub asks_records: bool,
}

impl Menus {
    /// The menu a caller sees first.
    pub fn start(&self) -> MenuId {
        self.start
    }

    /// The menu of this id; ids come from these menus only.
    pub fn get(&self, id: MenuId) -> Option<&Menu> {
        self.menus.get(id.0)
    }

    /// The menu of this name.
    pub fn by_name(&self, name: &str) -> Option<MenuId> {
        self.menus.binary_search_by(|menu| menu.name.as_str().cmp(name)).ok().map(MenuId)
    }

    /// Every menu.
    pub fn iter(&self) -> impl Iterator<Item = &Menu> {
        self.menus.iter()
    }
}

/// One menu.
#[derive(Debug, Clone)]
pub struct Menu {
    /// Its name in the file.
    pub name: String,
    /// What a caller reads at the top.
    pub title: String,
    /// Its art, without the ending.
    pub art: String,
    /// What stands before the cursor.
    pub prompt: String,
    /// Who may be here.
    pub access: Rule,
    /// Groups of commands, in order.
    pub groups: Vec<Group>,
    /// Commands, in order.
    pub items: Vec<Item>,
    /// What happens when no key comes.
    pub timed: Vec<Timed>,
    /// What is done when a caller is here for the first time in a call.
    pub first: Option<Arc<Binding>>,
}

impl Menu {
    /// The commands this caller may use, hidden ones among them.
    pub fn offered<'m>(&'m self, facts: &Facts) -> impl Iterator<Item = &'m Item> {
        self.items.iter().filter(|item| item.access.allows(facts))
    }

    /// The commands this caller is shown: what is not here is not drawn.
    pub fn shown<'m>(&'m self, facts: &Facts) -> impl Iterator<Item = &'m Item> {
        self.offered(facts).filter(|item| !item.hidden)
    }

    /// What comes next for this caller if no key does: the shortest wait.
    pub fn quiet(&self, facts: &Facts) -> Option<&Timed> {
        self.timed.iter().filter(|timed| timed.act.access.allows(facts)).min_by_key(|timed| timed.after)
    }

    fn asks_records(&self) -> bool {
        self.access.asks_records()
            || self.items.iter().any(|item| item.access.asks_records() || item.act.asks_records())
            || self.timed.iter().map(|timed| &timed.act).chain(&self.first).any(|act| act.asks_records())
    }
}

/// Commands that stand together, at a mark of the art.
#[derive(Debug, Clone)]
pub struct Group {
    /// The mark in the art, two capital letters.
    pub mark: String,
    /// The heading.
    pub title: String,
}

/// One command.
#[derive(Debug, Clone)]
pub struct Item {
    /// The key that runs it, upper case.
    pub key: char,
    /// The group it stands in.
    pub group: String,
    /// The mark in the art where it stands alone, two capital letters.
    pub mark: Option<String>,
    /// What it is called.
    pub name: String,
    /// A word or two.
    pub note: String,
    /// A figure, with marks for values: `|NM new`.
    pub figure: String,
    /// Runs by its key, and is not shown.
    pub hidden: bool,
    /// Who may use it.
    pub access: Rule,
    /// What it does.
    pub act: Arc<Binding>,
}

/// Something that happens when no key comes for a while.
#[derive(Debug, Clone)]
pub struct Timed {
    /// How long, in seconds.
    pub after: u32,
    /// What it is.
    pub act: Arc<Binding>,
}

/// Something done, and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Whom it is done for; for others the chain goes on without it.
    pub access: Rule,
    /// A question for yes or no, or for the word.
    pub ask: Option<String>,
    /// The word that must be given, in lower case.
    pub word: Option<String>,
    /// What is done.
    pub action: Action,
}

impl Binding {
    fn asks_records(&self) -> bool {
        let later = match &self.action {
            Action::Chain(links) => links.iter().any(|link| link.asks_records()),
            _ => false,
        };
        later || self.access.asks_records()
    }
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Leaves this menu for another.
    Goto(MenuId),
    /// Enters another menu, to come back.
    Gosub(MenuId),
    /// Comes back.
    Back,
    /// Opens a screen.
    Screen(String),
    /// Says a few words, with marks for values.
    Say(String),
    /// Ends the call.
    Logoff,
    /// One after the other.
    Chain(Vec<Arc<Binding>>),
}
