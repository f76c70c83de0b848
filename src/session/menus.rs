//! The menus of one call: what their machine wants is done, what the caller does is told to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::mci_values;
use crate::call::{Call, EndReason};
use crate::menu::{Effect, Menu, MenuInput, Menus, State};
use crate::screens::{self, PASSWORD_LIMIT};
use crate::ui::{
    Command, Conversation, LineInput, MenuOutcome, MenuPage, choose, confirm, interrupt, notice,
};

/// Drives the menus until the caller leaves. Whoever may do less than before finds themselves in the first menu again:
/// what was open had been opened with rights they have no more.
pub async fn drive(call: &mut Call) -> Result<(), EndReason> {
    let mut narrowed = false;
    loop {
        match rounds(call, narrowed).await {
            Err(EndReason::Narrowed) => {
                call.visit(None);
                narrowed = true;
            }
            left => return left,
        }
    }
}

async fn rounds(call: &mut Call, narrowed: bool) -> Result<(), EndReason> {
    if narrowed {
        let words = "The sysop has changed what you may do here, so you're back at the first menu. \
                     If you were writing, your text is safe: it's offered when you write again.";
        Box::pin(interrupt(call, "your account", words)).await?;
    }
    let mut menus = call.server.menus.load_full();
    let mut state = State::new(&menus);
    let mut input = MenuInput::Done;
    // Where the bar was in each menu, if not at its top.
    let mut bars: BTreeMap<String, usize> = BTreeMap::new();
    let mut fresh = true;
    Box::pin(call.look_up()).await;
    loop {
        let Some(next) = act(call, &menus, state, input).await? else { return Ok(()) };
        state = next;
        let current = call.server.menus.load_full();
        if !Arc::ptr_eq(&menus, &current) {
            // The sysop changed the menus. Whoever may still be where they are stays there.
            state = state.moved(&menus, &current);
            menus = current;
            input = MenuInput::Done;
            continue;
        }
        let Some(menu) = menus.get(state.here()) else { return Ok(()) };
        call.visit(None);
        if fresh {
            Box::pin(call.look_up()).await;
            Box::pin(mci_values::refresh(call)).await;
        }
        let subtitle = mci_values::subtitle(call);
        call.enter(&menu.art, &menu.title, &subtitle);
        let mut bar = bars.remove(&menu.name).unwrap_or(0);
        let chosen = choose(call, &mut bar, |call| page(call, menu)).await?;
        if bar > 0 {
            bars.insert(menu.name.clone(), bar);
        }
        // Thousands may be shown new menus at once: their figures can wait for the next key.
        fresh = !matches!(chosen, MenuOutcome::Reloaded);
        input = match chosen {
            MenuOutcome::Key(key) => MenuInput::Key(key),
            MenuOutcome::Back => MenuInput::Back,
            MenuOutcome::Quiet => MenuInput::Quiet,
            MenuOutcome::Reloaded => MenuInput::Done,
            MenuOutcome::Pages => {
                screens::pager(call).await?;
                MenuInput::Done
            }
        };
    }
}

/// A menu as this caller is shown it now.
fn page<'a>(call: &mut Call, menu: &'a Menu) -> MenuPage<'a> {
    call.refresh_clock();
    let facts = call.facts();
    let commands = menu.shown(&facts).map(|item| Command {
        key: item.key,
        group: &item.group,
        mark: item.mark.as_deref(),
        name: &item.name,
        note: &item.note,
        figure: &item.figure,
    });
    MenuPage {
        title: &menu.title,
        art: &menu.art,
        prompt: &menu.prompt,
        groups: menu.groups.iter().map(|group| (group.mark.as_str(), group.title.as_str())).collect(),
        commands: commands.collect(),
        keys: menu.offered(&facts).map(|item| item.key).collect(),
        patience: menu.quiet(&facts).map(|timed| Duration::from_secs(timed.after.into())),
        expert: call.expert(),
    }
}

/// Does what the machine wants until it wants a menu shown; none at the end of the call.
async fn act(
    call: &mut Call,
    menus: &Menus,
    mut state: State,
    mut input: MenuInput,
) -> Result<Option<State>, EndReason> {
    loop {
        let (next, effect) = menus.step(state, input, &call.facts());
        state = next;
        input = match effect {
            Effect::Screen(name) => {
                screens::open(call, &name).await?;
                MenuInput::Done
            }
            Effect::Say(words) => {
                let words = call.screen.values.fill(&words);
                Box::pin(notice(call, "", &words)).await?;
                MenuInput::Done
            }
            Effect::Ask(question) => MenuInput::Answer(Box::pin(confirm(call, &question)).await?),
            Effect::Word(question) => MenuInput::Word(Box::pin(word(call, &question)).await?),
            Effect::Logoff => return Ok(None),
            Effect::Show | Effect::Nothing => return Ok(Some(state)),
        };
    }
}

/// Asks for a word that nobody reads over the shoulder; empty if the caller would rather not.
async fn word(call: &mut Call, question: &str) -> Result<String, EndReason> {
    if !call.plain() {
        call.clear().await?;
    }
    Ok(call.ask(question, LineInput::masked(PASSWORD_LIMIT)).await?.unwrap_or_default())
}
