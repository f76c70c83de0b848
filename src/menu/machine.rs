//! The menus as a pure state machine: a state and a stimulus give a new state and one effect.

use super::{Action, Facts, MenuId, Menus};

/// Menus entered by `gosub` one inside the other; a caller who goes deeper forgets the oldest.
const DEPTH: usize = 32;

/// Where a caller is in the menus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    here: MenuId,
    back: Vec<MenuId>,
    /// Actions of a chain still to come, the next one last.
    ahead: Vec<Action>,
}

impl State {
    /// At the menu a caller sees first.
    pub fn new(menus: &Menus) -> Self {
        Self { here: menus.start(), back: Vec::new(), ahead: Vec::new() }
    }

    /// The menu on screen.
    pub fn here(&self) -> MenuId {
        self.here
    }
}

/// What drives the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stimulus {
    /// A key in a menu.
    Key(char),
    /// Esc: back where the caller came from.
    Back,
    /// The screen that the last effect opened is closed.
    Done,
}

/// What the session is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Show the menu at [`State::here`].
    Show,
    /// Open a screen, then say [`Stimulus::Done`].
    Screen(String),
    /// End the call.
    Logoff,
    /// Nothing: the key is not offered here.
    Nothing,
}

impl Menus {
    /// One step. Pure: the same state, stimulus and facts give the same answer.
    pub fn step(&self, mut state: State, stimulus: Stimulus, facts: &Facts) -> (State, Effect) {
        match stimulus {
            Stimulus::Key(key) => {
                let key = key.to_ascii_uppercase();
                let item =
                    self.get(state.here).and_then(|menu| menu.offered(facts).find(|item| item.key == key));
                match item {
                    Some(item) => state.ahead.push(item.action.clone()),
                    None => return (state, Effect::Nothing),
                }
            }
            Stimulus::Back => {
                if state.back.is_empty() {
                    return (state, Effect::Nothing);
                }
                state.ahead = vec![Action::Return];
            }
            Stimulus::Done => {}
        }
        self.run(state, facts)
    }

    fn run(&self, mut state: State, facts: &Facts) -> (State, Effect) {
        while let Some(action) = state.ahead.pop() {
            match action {
                Action::Chain(actions) => state.ahead.extend(actions.into_iter().rev()),
                Action::Screen(name) => return (state, Effect::Screen(name)),
                Action::Logoff => {
                    state.ahead.clear();
                    return (state, Effect::Logoff);
                }
                Action::Return => state.here = state.back.pop().unwrap_or(self.start()),
                Action::Goto(menu) if self.may_enter(menu, facts) => state.here = menu,
                Action::Gosub(menu) if self.may_enter(menu, facts) => {
                    if state.back.len() >= DEPTH {
                        state.back.remove(0);
                    }
                    state.back.push(state.here);
                    state.here = menu;
                }
                Action::Goto(_) | Action::Gosub(_) => {}
            }
        }
        (state, Effect::Show)
    }

    fn may_enter(&self, menu: MenuId, facts: &Facts) -> bool {
        self.get(menu).is_some_and(|menu| menu.access.allows(facts))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Known, parse};
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = r#"
start = "main"
life = ["quiet tonight"]

[menus.main]
title = "main"
art = "main"
prompt = "? "
keys = [
  { key = "B", name = "Boards", screen = "boards" },
  { key = "M", name = "More", gosub = "more" },
  { key = "S", name = "Sysop", access = "sysop", goto = "sysop" },
  { key = "C", name = "Both", chain = [{ screen = "who" }, { screen = "boards" }, { gosub = "more" }] },
  { key = "G", name = "Goodbye", logoff = true },
]
[menus.more]
title = "more"
art = "main"
prompt = "? "
keys = [{ key = "Q", name = "Back", back = true }, { key = "M", name = "Again", gosub = "more" }]
[menus.sysop]
title = "sysop"
art = "main"
prompt = "? "
access = "sysop"
keys = [{ key = "Q", name = "Back", goto = "main" }]
"#;

    fn menus() -> Menus {
        let known = Known { screens: &["boards", "who"], art: &|name| name == "main", marks: &|_, _| true };
        parse("menus.toml", FILE, &known).unwrap()
    }

    fn name(menus: &Menus, state: &State) -> String {
        menus.get(state.here()).unwrap().name.clone()
    }

    #[test]
    fn keys_run_actions_and_chains_go_on_when_screens_close() {
        let (menus, facts) = (menus(), Facts::default());
        let state = State::new(&menus);
        let (state, effect) = menus.step(state, Stimulus::Key('c'), &facts);
        assert_eq!(effect, Effect::Screen("who".into()));
        let (state, effect) = menus.step(state, Stimulus::Done, &facts);
        assert_eq!(effect, Effect::Screen("boards".into()));
        let (state, effect) = menus.step(state, Stimulus::Done, &facts);
        assert_eq!((effect, name(&menus, &state)), (Effect::Show, "more".into()));
        let (state, effect) = menus.step(state, Stimulus::Back, &facts);
        assert_eq!((effect, name(&menus, &state)), (Effect::Show, "main".into()));
        assert_eq!(menus.step(state, Stimulus::Key('g'), &facts).1, Effect::Logoff);
    }

    #[test]
    fn what_a_caller_may_not_use_is_not_there() {
        let menus = menus();
        let state = State::new(&menus);
        assert_eq!(menus.step(state.clone(), Stimulus::Key('S'), &Facts::default()).1, Effect::Nothing);
        let sysop = Facts { sysop: true, ..Facts::default() };
        let (state, _) = menus.step(state, Stimulus::Key('S'), &sysop);
        assert_eq!(name(&menus, &state), "sysop");
    }

    proptest! {
        #[test]
        fn any_keys_leave_a_menu_that_exists(keys in proptest::collection::vec("[a-zA-Z?]|back|done", 0..200), sysop: bool) {
            let menus = menus();
            let facts = Facts { sysop, ..Facts::default() };
            let mut state = State::new(&menus);
            for key in keys {
                let stimulus = match key.as_str() {
                    "back" => Stimulus::Back,
                    "done" => Stimulus::Done,
                    key => Stimulus::Key(key.chars().next().unwrap()),
                };
                let (next, effect) = menus.step(state, stimulus, &facts);
                state = next;
                let here = menus.get(state.here()).unwrap();
                prop_assert!(here.access.allows(&facts));
                prop_assert!(state.back.len() <= DEPTH);
                if effect == Effect::Logoff { state = State::new(&menus); }
            }
        }
    }
}
