//! What the caller prefers: each line is one setting, Enter goes on to its next value, and it counts at once.

use dialtone_domain::users::{CharsetChoice, Settings};
use dialtone_terminal::Charset;

use std::sync::Arc;

use super::{pager, show_error};
use crate::call::{Call, EndReason};
use crate::lang::{Language, id, say};
use crate::ui::{Bar, Column, List, ListOutcome, Panel, pick, styles};

/// Speeds that modems had, in bits a second.
const SPEEDS: [u32; 10] = [300, 1200, 2400, 9600, 14_400, 19_200, 28_800, 38_400, 57_600, 115_200];

const CHARSETS: [CharsetChoice; 5] = [
    CharsetChoice::Auto,
    CharsetChoice::Cp437,
    CharsetChoice::Utf8,
    CharsetChoice::Ascii,
    CharsetChoice::Petscii,
];

/// One setting: what it is called, what it says now, and what Enter makes of it.
struct Setting {
    name: &'static str,
    help: &'static str,
    about: &'static str,
    value: fn(&Call, &Settings) -> String,
    /// Whether the caller's terminal has anything to do with it.
    there: fn(&Call) -> bool,
    next: fn(&Choices, &mut Settings),
}

/// The names there are to choose from.
#[derive(Default)]
struct Choices {
    themes: Vec<String>,
    languages: Vec<String>,
}

/// A setting by name, or what the board itself would take: the next of them.
fn next_of(names: &[String], now: &mut Option<String>) {
    let all: Vec<Option<String>> = std::iter::once(None).chain(names.iter().cloned().map(Some)).collect();
    *now = after(&all, now);
}

const SETTINGS: [Setting; 9] = [
    Setting {
        name: id!("settings-language"),
        help: id!("settings-language-help"),
        about: id!("settings-language-about"),
        value: |call, settings| match &settings.language {
            Some(tag) => call.server.languages.load().get(tag).map_or(tag.clone(), |it| it.name().to_owned()),
            None => say!(call, "settings-language-guessed", name = call.screen.guessed_language().name()),
        },
        there: |call| call.server.languages.load().iter().count() > 1,
        next: |choices, settings| next_of(&choices.languages, &mut settings.language),
    },
    Setting {
        name: "charset",
        help: "what your terminal shows",
        about: "The board finds out by itself what your terminal can show. Where it is wrong, say so here: cp437 for BBS terminals, utf-8 for those of today.",
        value: |call, settings| match settings.charset {
            CharsetChoice::Auto => format!("as found: {}", name_of(call.screen.terminal.charset)),
            CharsetChoice::Cp437 => name_of(Charset::Cp437).to_owned(),
            CharsetChoice::Utf8 => name_of(Charset::Utf8).to_owned(),
            CharsetChoice::Ascii => name_of(Charset::Ascii).to_owned(),
            CharsetChoice::Petscii => name_of(Charset::Petscii).to_owned(),
        },
        there: |_| true,
        next: |_, settings| settings.charset = after(&CHARSETS, &settings.charset),
    },
    Setting {
        name: "words alone",
        help: "no art, for screen readers",
        about: "One line after the other, numbered choices, no pictures and no moving about: for screen readers and for paper.",
        value: |_, settings| on(settings.words),
        there: |_| true,
        next: |_, settings| settings.words = !settings.words,
    },
    Setting {
        name: "theme",
        help: "how the board is drawn",
        about: "Pictures and colours of the board. Enter tries the next.",
        value: |_, settings| settings.theme.clone().unwrap_or_else(|| "the board's".to_owned()),
        there: |_| true,
        next: |choices, settings| next_of(&choices.themes, &mut settings.theme),
    },
    Setting {
        name: "expert",
        help: "menus only when ? asks",
        about: "For those who know the keys: a menu is its prompt alone, and ? draws it.",
        value: |_, settings| on(settings.expert),
        there: |_| true,
        next: |_, settings| settings.expert = !settings.expert,
    },
    Setting {
        name: "pauses",
        help: "long texts wait for you",
        about: "A text that is longer than the screen stops and asks before it goes on.",
        value: |_, settings| on(settings.pauses),
        there: |_| true,
        next: |_, settings| settings.pauses = !settings.pauses,
    },
    Setting {
        name: "mouse",
        help: "clicks and the wheel",
        about: "Click on rows, commands and keys, and turn the wheel, where your terminal tells of it. Switched off, the mouse marks text again.",
        value: |_, settings| on(settings.mouse),
        there: |_| true,
        next: |_, settings| settings.mouse = !settings.mouse,
    },
    Setting {
        name: "status line",
        help: "the terminal's own row",
        about: "What stands in the last row goes into your terminal's own status line, and the board has a row more.",
        value: |_, settings| on(settings.status_line),
        there: |call| call.screen.has_status_line(),
        next: |_, settings| settings.status_line = !settings.status_line,
    },
    Setting {
        name: "speed",
        help: "play at an old modem",
        about: "The board writes as slowly as the modem you remember, up to 9600 baud in 16 colours. A toy: full speed is the line's own.",
        value: |_, settings| match settings.speed {
            Some(speed) => format!("{speed} baud"),
            None => "full".to_owned(),
        },
        there: |_| true,
        next: |_, settings| {
            let speeds: Vec<Option<u32>> = std::iter::once(None).chain(SPEEDS.map(Some)).collect();
            settings.speed = after(&speeds, &settings.speed);
        },
    },
];

/// The value behind `now`, round and round.
fn after<T: Clone + PartialEq>(values: &[T], now: &T) -> T {
    let at = values.iter().position(|value| value == now);
    let next = at.and_then(|at| values.get(at + 1)).or_else(|| values.first());
    next.unwrap_or(now).clone()
}

fn on(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn name_of(charset: Charset) -> &'static str {
    match charset {
        Charset::Ascii => "letters alone",
        Charset::Cp437 => "cp437",
        Charset::Utf8 => "utf-8",
        Charset::Petscii => "petscii",
        Charset::Atascii => "atascii",
    }
}

fn about(setting: &Setting, language: &Language) -> Panel {
    let text = |id| language.text(id).into_owned();
    Panel { title: text(setting.name), words: text(setting.about), ..Panel::default() }
}

/// The list of settings. A guest's last as long as the call.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    const COLUMNS: [Column; 3] = [
        Column::new("setting", 13, styles::NAME),
        Column::new("now", 24, styles::FIGURE),
        Column::new("", 0, styles::WORDS).spare(),
    ];
    let mut bar = Bar::default();
    loop {
        call.enter("settings", "settings", "how the board writes to you");
        let settings = call.caller.settings().clone();
        let offered: Vec<&Setting> = SETTINGS.iter().filter(|setting| (setting.there)(call)).collect();
        let language = Arc::clone(call.language());
        let text = |id| language.text(id).into_owned();
        let rows = offered.iter().map(|setting| {
            let value = (setting.value)(call, &settings);
            vec![(text(setting.name), None), (value, None), (text(setting.help), None)]
        });
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: rows.collect(),
            note: "Enter changes a setting; it counts at once".into(),
            bar: std::mem::take(&mut bar),
            about: Some(Box::new(|n| {
                offered.get(n).map(|setting| about(setting, &language)).unwrap_or_default()
            })),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Row(row) => {
                let mut settings = settings;
                let Some(setting) = offered.get(row) else { continue };
                let choices = Choices {
                    themes: call.server.themes.load().names().map(str::to_owned).collect(),
                    languages: call.server.languages.load().iter().map(|it| it.tag().to_owned()).collect(),
                };
                (setting.next)(&choices, &mut settings);
                let answer = call.domain.users.set_settings(&call.caller, &settings).await;
                if show_error(call, answer).await?.is_some() {
                    call.prefer(settings).await?;
                }
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_round_again() {
        let choices = Choices {
            themes: vec!["classic".into(), "light".into()],
            languages: vec!["de".into(), "en".into()],
        };
        for setting in &SETTINGS {
            let mut settings = Settings::default();
            let mut changed = 0;
            loop {
                (setting.next)(&choices, &mut settings);
                changed += 1;
                if settings == Settings::default() {
                    break;
                }
                assert!(changed < 20, "{}", setting.name);
            }
            assert!(changed > 1, "{}", setting.name);
        }
    }
}
