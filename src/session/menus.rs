//! The menus of one call: what their machine wants is done, what the caller does is told to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::figures;
use crate::menu::{Effect, Menus, State, Stimulus};
use crate::screens::{self, PASSWORD_LIMIT};
use crate::ui::{Call, Chosen, Leave, LineInput, choose, confirm, interrupt, notice};

/// Drives the menus until the caller leaves. Whoever may do less than before finds themselves in the first menu again:
/// what was open had been opened with rights they have no more.
pub async fn drive(call: &mut Call) -> Result<(), Leave> {
    let mut narrowed = false;
    loop {
        match rounds(call, narrowed).await {
            Err(Leave::Narrowed) => narrowed = true,
            left => return left,
        }
    }
}

async fn rounds(call: &mut Call, narrowed: bool) -> Result<(), Leave> {
    if narrowed {
        let words = "The sysop has changed what you may do here, so you're back at the first menu. \
                     If you were writing, your text is safe: it's offered when you write again.";
        Box::pin(interrupt(call, "your account", words)).await?;
    }
    let mut menus = call.house.menus.load_full();
    let mut state = State::new(&menus);
    let mut stimulus = Stimulus::Done;
    // Where the bar was in each menu, if not at its top.
    let mut bars: BTreeMap<String, usize> = BTreeMap::new();
    let mut fresh = true;
    Box::pin(figures::record(call)).await;
    loop {
        let Some(next) = act(call, &menus, state, stimulus).await? else { return Ok(()) };
        state = next;
        let current = call.house.menus.load_full();
        if !Arc::ptr_eq(&menus, &current) {
            // The sysop changed the menus. Whoever may still be where they are stays there.
            state = state.moved(&menus, &current);
            menus = current;
            stimulus = Stimulus::Done;
            continue;
        }
        let Some(menu) = menus.get(state.here()) else { return Ok(()) };
        if fresh {
            Box::pin(figures::record(call)).await;
            Box::pin(figures::refresh(call)).await;
        }
        let subtitle = figures::subtitle(call);
        call.enter(&menu.art, &menu.title, &subtitle);
        let mut bar = bars.remove(&menu.name).unwrap_or(0);
        let chosen = choose(call, menu, &mut bar).await?;
        if bar > 0 {
            bars.insert(menu.name.clone(), bar);
        }
        // Thousands may be shown new menus at once: their figures can wait for the next key.
        fresh = !matches!(chosen, Chosen::Reloaded);
        stimulus = match chosen {
            Chosen::Key(key) => Stimulus::Key(key),
            Chosen::Back => Stimulus::Back,
            Chosen::Quiet => Stimulus::Quiet,
            Chosen::Reloaded => Stimulus::Done,
            Chosen::Pages => {
                screens::pager(call).await?;
                Stimulus::Done
            }
        };
    }
}

/// Does what the machine wants until it wants a menu shown; none at the end of the call.
async fn act(
    call: &mut Call,
    menus: &Menus,
    mut state: State,
    mut stimulus: Stimulus,
) -> Result<Option<State>, Leave> {
    loop {
        let (next, effect) = menus.step(state, stimulus, &call.facts());
        state = next;
        stimulus = match effect {
            Effect::Screen(name) => {
                screens::open(call, &name).await?;
                Stimulus::Done
            }
            Effect::Say(words) => {
                let words = call.values.fill(&words);
                Box::pin(notice(call, "", &words)).await?;
                Stimulus::Done
            }
            Effect::Ask(question) => Stimulus::Answer(Box::pin(confirm(call, &question)).await?),
            Effect::Word(question) => Stimulus::Word(Box::pin(word(call, &question)).await?),
            Effect::Logoff => return Ok(None),
            Effect::Show | Effect::Nothing => return Ok(Some(state)),
        };
    }
}

/// Asks for a word that nobody reads over the shoulder; empty if the caller would rather not.
async fn word(call: &mut Call, question: &str) -> Result<String, Leave> {
    if !call.plain() {
        call.clear().await?;
    }
    Ok(call.ask(question, LineInput::masked(PASSWORD_LIMIT)).await?.unwrap_or_default())
}
