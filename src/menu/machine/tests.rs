//! Callers of every kind, on menus made by hand and on any menus at all.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{Known, parse};
use super::*;

const FILE: &str = r#"
start = "main"
taglines = ["quiet tonight"]

[menus.main]
title = "main"
art = "main"
first = { screen = "new", access = "not guest" }
keys = [
  { key = "B", name = "Boards", screen = "boards" },
  { key = "M", name = "More", gosub = "more" },
  { key = "S", name = "Sysop", access = "sysop", goto = "sysop" },
  { key = "C", name = "Both", chain = [
      { screen = "who" }, { screen = "new", access = "sysop" }, { screen = "boards" }, { gosub = "more" } ] },
  { key = "D", name = "Door", chain = [{ word = "Swordfish", gosub = "more" }, { screen = "who" }] },
  { key = "A", name = "Asks", ask = "Really?", chain = [{ screen = "who" }, { ask = "More?", screen = "boards" }] },
  { key = "X", hidden = true, say = "You found it." },
  { key = "G", name = "Goodbye", ask = "Hang up?", logoff = true },
  { after = 60, screen = "who" },
  { after = 30, access = "sysop", screen = "boards" },
]
[menus.more]
title = "more"
art = "main"
keys = [{ key = "Q", name = "Back", back = true }, { key = "M", name = "Again", gosub = "more" }]
[menus.sysop]
title = "sysop"
art = "main"
access = "sysop"
keys = [{ key = "Q", name = "Back", goto = "main" }, { key = "O", name = "Other", gosub = "more" }]
"#;

fn read(text: &str) -> Menus {
    let known = Known {
        screens: &["boards", "who", "new"],
        values: &["UN"],
        arts: &BTreeSet::from(["main"]),
        marks: &|_, _| true,
    };
    parse(&[("menus.toml", text)], &known).unwrap()
}

fn guest() -> Facts {
    Facts { guest: true, ..Facts::default() }
}

fn sysop() -> Facts {
    Facts { sysop: true, ..Facts::default() }
}

/// One caller, step by step.
struct Walk {
    menus: Menus,
    state: State,
    facts: Facts,
}

impl Walk {
    fn new(facts: Facts) -> Self {
        let menus = read(FILE);
        let state = State::new(&menus);
        Self { menus, state, facts }
    }

    fn step(&mut self, input: MenuInput) -> Effect {
        let (state, effect) = self.menus.step(self.state.clone(), input, &self.facts);
        self.state = state;
        effect
    }

    fn key(&mut self, key: char) -> Effect {
        self.step(MenuInput::Key(key))
    }

    /// Expects these screens, one after the other, then a menu.
    fn screens(&mut self, mut effect: Effect, expected: &[&str]) {
        for name in expected {
            assert_eq!(effect, Effect::Screen((*name).to_owned()));
            effect = self.step(MenuInput::Done);
        }
        assert_eq!(effect, Effect::Show);
    }

    fn here(&self) -> &str {
        &self.menus.get(self.state.here()).unwrap().name
    }
}

#[test]
fn keys_run_actions_and_chains_go_on_when_screens_close() {
    let mut walk = Walk::new(guest());
    assert_eq!(walk.step(MenuInput::Done), Effect::Show);
    let effect = walk.key('c');
    walk.screens(effect, &["who", "boards"]);
    assert_eq!(walk.here(), "more");
    assert_eq!(walk.step(MenuInput::Back), Effect::Show);
    assert_eq!(walk.here(), "main");
    assert_eq!(walk.step(MenuInput::Back), Effect::Nothing);
    assert_eq!(walk.key('x'), Effect::Say("You found it.".into()));
    assert_eq!(walk.step(MenuInput::Done), Effect::Show);
}

#[test]
fn a_link_of_a_chain_is_for_those_who_may() {
    let mut walk = Walk::new(sysop());
    let effect = walk.step(MenuInput::Done);
    walk.screens(effect, &["new"]);
    let effect = walk.key('C');
    walk.screens(effect, &["who", "new", "boards"]);
}

#[test]
fn what_is_done_first_is_done_once_in_a_call() {
    let mut walk = Walk::new(sysop());
    let effect = walk.step(MenuInput::Done);
    walk.screens(effect, &["new"]);
    assert_eq!(walk.key('S'), Effect::Show);
    assert_eq!(walk.here(), "sysop");
    assert_eq!(walk.key('Q'), Effect::Show);
    assert_eq!(walk.here(), "main");
    let same = read(FILE);
    let moved = walk.state.moved(&walk.menus, &same);
    assert_eq!(same.step(moved, MenuInput::Done, &sysop()).1, Effect::Show);
}

#[test]
fn what_a_caller_may_not_use_is_not_there() {
    let mut walk = Walk::new(guest());
    assert_eq!(walk.key('S'), Effect::Nothing);
    walk.facts = sysop();
    assert_eq!(walk.key('S'), Effect::Show);
    assert_eq!(walk.here(), "sysop");
    // Who is sysop no more is shown out.
    walk.facts = guest();
    assert_eq!(walk.step(MenuInput::Done), Effect::Show);
    assert_eq!(walk.here(), "main");
}

#[test]
fn a_question_stands_before_what_it_asks_about() {
    let mut walk = Walk::new(guest());
    assert_eq!(walk.key('G'), Effect::Ask("Hang up?".into()));
    assert_eq!(walk.step(MenuInput::Answer(false)), Effect::Show);
    assert_eq!(walk.key('A'), Effect::Ask("Really?".into()));
    assert_eq!(walk.step(MenuInput::Answer(true)), Effect::Screen("who".into()));
    assert_eq!(walk.step(MenuInput::Done), Effect::Ask("More?".into()));
    let effect = walk.step(MenuInput::Answer(true));
    walk.screens(effect, &["boards"]);
    assert_eq!(walk.key('G'), Effect::Ask("Hang up?".into()));
    assert_eq!(walk.step(MenuInput::Answer(true)), Effect::Logoff);
    // An answer to nothing does nothing.
    assert_eq!(walk.step(MenuInput::Answer(true)), Effect::Show);
    assert_eq!(walk.step(MenuInput::Word("swordfish".into())), Effect::Show);
}

#[test]
fn the_word_opens_and_others_do_not() {
    let mut walk = Walk::new(guest());
    let asked = Effect::Word(WORD.into());
    assert_eq!(walk.key('D'), asked);
    let effect = walk.step(MenuInput::Word(" SWORDFISH ".into()));
    // The chain goes on at once: a menu is entered, not waited in.
    assert_eq!(walk.here(), "more");
    walk.screens(effect, &["who"]);
    let mut walk = Walk::new(guest());
    assert_eq!(walk.key('D'), asked);
    assert_eq!(walk.step(MenuInput::Word(String::new())), Effect::Show);
    assert_eq!(walk.here(), "main");
    for _ in 0..GUESSES {
        assert_eq!(walk.key('D'), asked);
        assert_eq!(walk.step(MenuInput::Word("sesame".into())), Effect::Say("That is not the word.".into()));
        assert_eq!(walk.step(MenuInput::Done), Effect::Show);
    }
    assert_eq!(walk.key('D'), Effect::Say("No more guesses on this call.".into()));
    assert_eq!(walk.step(MenuInput::Done), Effect::Show);
    assert_eq!(walk.here(), "main");
}

#[test]
fn a_quiet_caller_gets_what_comes_next_for_them() {
    let mut walk = Walk::new(guest());
    assert_eq!(walk.step(MenuInput::Quiet), Effect::Screen("who".into()));
    let main = walk.menus.get(walk.menus.start()).unwrap();
    assert_eq!(main.quiet(&guest()).map(|timed| timed.after), Some(60));
    assert_eq!(main.quiet(&sysop()).map(|timed| timed.after), Some(30));
    walk.facts = sysop();
    assert_eq!(walk.step(MenuInput::Quiet), Effect::Screen("boards".into()));
    walk.step(MenuInput::Done);
    walk.key('M');
    assert_eq!(walk.step(MenuInput::Quiet), Effect::Nothing);
}

#[test]
fn new_menus_keep_a_caller_where_they_are_if_they_can() {
    let mut walk = Walk::new(guest());
    walk.step(MenuInput::Done);
    walk.key('M');
    let more = read(&FILE.replace(
        "[menus.more]",
        "[menus.attic]\ntitle = \"a\"\nart = \"main\"\nkeys = [{ key = \"Q\", name = \"B\", back = true }]\n[menus.more]",
    ).replace("{ key = \"B\", name = \"Boards\"", "{ key = \"1\", name = \"Attic\", gosub = \"attic\" },{ key = \"B\", name = \"Boards\""));
    let moved = walk.state.moved(&walk.menus, &more);
    assert_eq!(more.get(moved.here()).unwrap().name, "more");
    let (moved, _) = more.step(moved, MenuInput::Back, &guest());
    assert_eq!(more.get(moved.here()).unwrap().name, "main");
    let gone = read(&FILE.replace("more", "less"));
    let moved = walk.state.moved(&walk.menus, &gone);
    assert_eq!(gone.get(moved.here()).unwrap().name, "main");
}

/// Any act a file may hold, as it is written; menus are `m0` to `m4`.
fn act(depth: u32) -> BoxedStrategy<String> {
    let action = prop_oneof![
        (0..5usize).prop_map(|n| format!("goto = \"m{n}\"")),
        (0..5usize).prop_map(|n| format!("gosub = \"m{n}\"")),
        Just("screen = \"who\"".to_owned()),
        Just("say = \"hello, |UN\"".to_owned()),
        Just("back = true".to_owned()),
    ];
    let action = if depth == 0 {
        action.boxed()
    } else {
        let links = prop::collection::vec(act(depth - 1).prop_map(|act| format!("{{ {act} }}")), 1..4);
        prop_oneof![4 => action, 1 => links.prop_map(|links| format!("chain = [{}]", links.join(", ")))]
            .boxed()
    };
    let before = prop::sample::select(vec![
        "",
        "",
        "",
        "ask = \"?\", ",
        "word = \"w\", ",
        "access = \"sysop\", ",
        "access = \"guest\", ask = \"?\", ",
    ]);
    (before, action).prop_map(|(before, action)| format!("{before}{action}")).boxed()
}

/// Five menus with five commands each. `first` leads nowhere else: a circle of those is refused.
fn file() -> impl Strategy<Value = String> {
    let menu = (prop::collection::vec(act(2), 5), any::<bool>(), any::<bool>(), any::<bool>());
    prop::collection::vec(menu, 5).prop_map(|menus| {
        let mut text = "start = \"m0\"\ntaglines = [\"a\"]\n".to_owned();
        for (n, (acts, closed, first, timed)) in menus.into_iter().enumerate() {
            text.push_str(&format!("[menus.m{n}]\ntitle = \"t\"\nart = \"main\"\n"));
            if closed && n > 0 {
                text.push_str("access = \"sysop\"\n");
            }
            if first {
                text.push_str(
                    "first = { chain = [{ screen = \"new\" }, { back = true, access = \"guest\" }] }\n",
                );
            }
            let mut keys = vec!["{ key = \"G\", name = \"Bye\", logoff = true }".to_owned()];
            keys.extend((0..5).map(|m| format!("{{ key = \"{m}\", name = \"n\", gosub = \"m{m}\" }}")));
            let letters = ["A", "B", "C", "D", "E"].iter().zip(&acts);
            keys.extend(letters.map(|(key, act)| format!("{{ key = \"{key}\", name = \"n\", {act} }}")));
            if timed {
                keys.push("{ after = 5, goto = \"m1\" }".to_owned());
            }
            text.push_str(&format!("keys = [\n  {}\n]\n", keys.join(",\n  ")));
        }
        text
    })
}

fn input() -> impl Strategy<Value = MenuInput> {
    prop_oneof![
        4 => prop::sample::select(vec!['A', 'B', 'C', 'D', 'E', '0', '1', '2', 'G', '?']).prop_map(MenuInput::Key),
        1 => Just(MenuInput::Back),
        1 => Just(MenuInput::Quiet),
        3 => Just(MenuInput::Done),
        2 => any::<bool>().prop_map(MenuInput::Answer),
        1 => prop::sample::select(vec!["w", "x", ""]).prop_map(|word| MenuInput::Word(word.to_owned())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_keys_in_any_menus_leave_a_menu_one_may_be_in(
        text in file(),
        stimuli in prop::collection::vec((input(), 0..3u8), 0..150),
    ) {
        let menus = read(&text);
        let mut state = State::new(&menus);
        for (input, who) in stimuli {
            let facts = [guest(), sysop(), Facts::default()][usize::from(who)].clone();
            let (next, effect) = menus.step(state, input, &facts);
            state = next;
            prop_assert!(state.back.len() <= DEPTH);
            match effect {
                Effect::Show => {
                    prop_assert!(menus.get(state.here()).unwrap().access.allows(&facts));
                    prop_assert!(state.ahead.is_empty() && state.asked.is_none());
                }
                Effect::Logoff => state = State::new(&menus),
                _ => {}
            }
        }
        // Esc always ends at the top, and whatever is on screen can be closed.
        let mut steps = 0;
        loop {
            let (next, effect) = menus.step(state, MenuInput::Back, &guest());
            state = next;
            if effect == Effect::Nothing { break; }
            steps += 1;
            prop_assert!(steps <= DEPTH + 1);
        }
        let (state, _) = menus.step(state, MenuInput::Done, &guest());
        prop_assert!(menus.get(state.here()).is_some());
    }
}
