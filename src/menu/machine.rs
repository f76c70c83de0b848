//! The menus as a pure state machine: a state and a stimulus give a new state and one effect.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use dialtone_domain::access::Facts;

use super::{Action, Binding, MenuId, Menus};

/// Menus entered by `gosub` one inside the other; a caller who goes deeper forgets the oldest.
const DEPTH: usize = 32;
/// Wrong words in one call, after which no more are taken.
const GUESSES: u8 = 5;

/// What is asked for a word where the menu says nothing else.
const WORD: &str = "The word: ";

/// Where a caller is in the menus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    here: MenuId,
    back: Vec<MenuId>,
    /// What is still to be done, the next one last.
    ahead: Vec<Arc<Binding>>,
    /// What is done if the answer is right.
    asked: Option<Arc<Binding>>,
    /// Menus that have something to do first, and have done it.
    met: BTreeSet<MenuId>,
    wrong: u8,
}

impl State {
    /// At the menu a caller sees first. [`MenuInput::Done`] begins.
    pub fn new(menus: &Menus) -> Self {
        let mut state = Self {
            here: menus.start,
            back: Vec::new(),
            ahead: Vec::new(),
            asked: None,
            met: BTreeSet::new(),
            wrong: 0,
        };
        state.enter(menus, menus.start);
        state
    }

    /// The menu on screen.
    pub fn here(&self) -> MenuId {
        self.here
    }

    /// The same place in other menus, by name: the start where this menu is gone. What was under way is over.
    pub fn moved(&self, old: &Menus, new: &Menus) -> Self {
        let same = |id: &MenuId| old.get(*id).and_then(|menu| new.by_name(&menu.name));
        let mut state = Self {
            here: new.start,
            back: Vec::new(),
            ahead: Vec::new(),
            asked: None,
            met: self.met.iter().filter_map(same).collect(),
            wrong: self.wrong,
        };
        match same(&self.here) {
            Some(here) => {
                state.here = here;
                state.back = self.back.iter().filter_map(same).collect();
            }
            None => state.enter(new, new.start),
        }
        state
    }

    fn enter(&mut self, menus: &Menus, menu: MenuId) {
        self.here = menu;
        if let Some(first) = menus.get(menu).and_then(|menu| menu.first.as_ref())
            && self.met.insert(menu)
        {
            self.ahead.push(Arc::clone(first));
        }
    }
}

/// What drives the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuInput {
    /// A key in a menu.
    Key(char),
    /// No key for as long as the menu waits.
    Quiet,
    /// Esc: back where the caller came from.
    Back,
    /// What the last effect showed is closed.
    Done,
    /// The answer to [`Effect::Ask`].
    Answer(bool),
    /// The answer to [`Effect::Word`].
    Word(String),
}

/// What the session is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Show the menu at [`State::here`].
    Show,
    /// Open a screen, then say [`MenuInput::Done`].
    Screen(String),
    /// Say this, marks filled in, then [`MenuInput::Done`].
    Say(String),
    /// Ask this, then say [`MenuInput::Answer`].
    Ask(String),
    /// Ask for a word, then say [`MenuInput::Word`].
    Word(String),
    /// End the call.
    Logoff,
    /// Nothing: the key is not offered here.
    Nothing,
}

impl Menus {
    /// One step. Pure: the same state, stimulus and facts give the same answer.
    pub fn step(&self, mut state: State, input: MenuInput, facts: &Facts) -> (State, Effect) {
        let here = self.get(state.here);
        let asked = state.asked.take();
        if asked.is_some() && !matches!(input, MenuInput::Answer(true) | MenuInput::Word(_)) {
            state.ahead.clear();
        }
        let acts = match input {
            MenuInput::Key(key) => {
                let key = key.to_ascii_uppercase();
                here.and_then(|menu| menu.offered(facts).find(|item| item.key == key)).map(|item| &item.act)
            }
            MenuInput::Quiet => here.and_then(|menu| menu.quiet(facts)).map(|timed| &timed.act),
            MenuInput::Back => {
                state.ahead.clear();
                if state.back.is_empty() {
                    return (state, Effect::Nothing);
                }
                state.here = state.back.pop().unwrap_or(self.start);
                return self.run(state, facts);
            }
            MenuInput::Done | MenuInput::Answer(false) => return self.run(state, facts),
            MenuInput::Answer(true) => return self.answered(state, asked.as_deref(), facts),
            MenuInput::Word(word) => {
                let right = asked.as_ref().and_then(|act| act.word.as_ref());
                if right.is_some_and(|right| *right == word.trim().to_lowercase()) {
                    return self.answered(state, asked.as_deref(), facts);
                }
                state.ahead.clear();
                if right.is_none() || word.trim().is_empty() {
                    return self.run(state, facts);
                }
                state.wrong = state.wrong.saturating_add(1);
                return (state, Effect::Say("That is not the word.".to_owned()));
            }
        };
        match acts {
            Some(act) => {
                state.ahead = vec![Arc::clone(act)];
                self.run(state, facts)
            }
            None => (state, Effect::Nothing),
        }
    }

    /// The right answer was given: what stood behind the question is done.
    fn answered(&self, mut state: State, asked: Option<&Binding>, facts: &Facts) -> (State, Effect) {
        match asked.and_then(|act| self.perform(&act.action, &mut state, facts)) {
            Some(effect) => (state, effect),
            None => self.run(state, facts),
        }
    }

    /// Does what is ahead, up to the first that the session has a part in.
    fn run(&self, mut state: State, facts: &Facts) -> (State, Effect) {
        while let Some(act) = state.ahead.pop() {
            if !act.access.allows(facts) {
                continue;
            }
            if let Some(question) = question(&act) {
                if act.word.is_some() && state.wrong >= GUESSES {
                    state.ahead.clear();
                    return (state, Effect::Say("No more guesses on this call.".to_owned()));
                }
                state.asked = Some(act);
                return (state, question);
            }
            if let Some(effect) = self.perform(&act.action, &mut state, facts) {
                return (state, effect);
            }
        }
        // Rules change with the clock and the caller: nobody stays where they may no longer be.
        while !self.may_enter(state.here, facts) && state.here != self.start {
            state.here = state.back.pop().unwrap_or(self.start);
        }
        (state, Effect::Show)
    }

    fn perform(&self, action: &Action, state: &mut State, facts: &Facts) -> Option<Effect> {
        match action {
            Action::Chain(links) => state.ahead.extend(links.iter().rev().map(Arc::clone)),
            Action::Screen(name) => return Some(Effect::Screen(name.clone())),
            Action::Say(words) => return Some(Effect::Say(words.clone())),
            Action::Logoff => {
                state.ahead.clear();
                return Some(Effect::Logoff);
            }
            Action::Back => state.here = state.back.pop().unwrap_or(self.start),
            Action::Goto(menu) if self.may_enter(*menu, facts) => state.enter(self, *menu),
            Action::Gosub(menu) if self.may_enter(*menu, facts) => {
                if state.back.len() >= DEPTH {
                    state.back.remove(0);
                }
                state.back.push(state.here);
                state.enter(self, *menu);
            }
            Action::Goto(_) | Action::Gosub(_) => {}
        }
        None
    }

    fn may_enter(&self, menu: MenuId, facts: &Facts) -> bool {
        self.get(menu).is_some_and(|menu| menu.access.allows(facts))
    }
}

/// What stands before an act, if anything does.
fn question(act: &Binding) -> Option<Effect> {
    match (&act.word, &act.ask) {
        (Some(_), ask) => Some(Effect::Word(ask.clone().unwrap_or_else(|| WORD.to_owned()))),
        (None, Some(ask)) => Some(Effect::Ask(ask.clone())),
        (None, None) => None,
    }
}
