//! Menus as their sysop wrote them in `menus.toml`: checked once, then a pure state machine.

pub mod access;
mod file;
mod machine;

pub use self::access::{Facts, Rule};
pub use self::file::{Known, Mistakes, parse};
pub use self::machine::{Effect, State, Stimulus};

/// Which menu, by its place in [`Menus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MenuId(usize);

/// Every menu of the board.
#[derive(Debug, Clone)]
pub struct Menus {
    menus: Vec<Menu>,
    start: MenuId,
    /// Lines of life: one of them stands above the prompt.
    pub life: Vec<String>,
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
}

impl Menu {
    /// The commands this caller may use: what is not here is neither offered nor drawn.
    pub fn offered<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(|item| item.access.allows(facts))
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
    /// What it is called.
    pub name: String,
    /// A word or two.
    pub note: String,
    /// A figure, with marks for values: `|NM new`.
    pub figure: String,
    /// Who may use it.
    pub access: Rule,
    /// What it does.
    pub action: Action,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Leaves this menu for another.
    Goto(MenuId),
    /// Enters another menu, to come back.
    Gosub(MenuId),
    /// Comes back.
    Return,
    /// Opens a screen.
    Screen(String),
    /// Ends the call.
    Logoff,
    /// One after the other.
    Chain(Vec<Action>),
}
