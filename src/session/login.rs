//! From the welcome to a caller the board knows.

use dialtone_domain::events::Target;
use dialtone_domain::users::Login;
use dialtone_domain::{Secret, UsersError};

use super::presence::Presence;
use super::{ServerState, mci_values};
use crate::call::{Call, EndReason};
use crate::lang::{Language, say};
use crate::login_throttle::{LoginRefused, Wait, loggable};
use crate::screens::{PASSWORD_LIMIT, drafts, format, register};
use crate::transport::Entry;
use crate::ui::{Conversation, LineInput, Page, notice};

/// Wrong passwords before the line closes.
const TRIES: usize = 3;
/// Empty answers to the first question before the line closes: a program that sends line ends is no caller.
const BLANKS: u32 = 10;
/// The columns from which on the first question has room to explain itself.
const WIDE: u16 = 64;
/// The most characters of an answer to the first question.
const HANDLE: usize = 40;

/// How the caller came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// With an account made in this call.
    New,
    /// With an account.
    Back,
    /// Without one.
    Guest,
}

/// The first screen: in one write, before any record is asked.
pub async fn welcome(call: &mut Call) -> Result<(), EndReason> {
    mci_values::without_records(call);
    let value = |mark| call.screen.values.get(mark).unwrap_or_default();
    let (online, last) = (value("ON"), value("LC"));
    let words = say!(call, "login-welcome", board = &call.server.name, online = online, last = last);
    call.stream("welcome", &format!("{words}\n")).await
}

/// Asks until the board knows who calls.
pub async fn log_in(call: &mut Call, entry: Entry, server: &ServerState) -> Result<Greeting, EndReason> {
    match entry {
        Entry::Known(login) => {
            enter(call, *login).await?;
            return Ok(Greeting::Back);
        }
        Entry::Guest => return guest(call).await,
        Entry::New => {
            if let Some(login) = Box::pin(register::show(call)).await? {
                enter(call, login).await?;
                return Ok(Greeting::New);
            }
            return Err(EndReason::Goodbye);
        }
        Entry::Unknown => {}
    }
    let doors = match (server.registration, server.guests) {
        (true, true) => "both",
        (true, false) => "new",
        (false, true) => "guest",
        (false, false) => "neither",
    };
    let mut tries = 0;
    let mut empty = 0;
    loop {
        let words = if call.plain() { "no" } else { "yes" };
        let question = if call.screen.terminal.columns < WIDE {
            say!(call, "login-handle-narrow", doors = doors, words = words)
        } else {
            say!(call, "login-handle", doors = doors, words = words)
        };
        let handle = call.ask(&format!("{question} "), LineInput::new(HANDLE)).await?.unwrap_or_default();
        let handle = handle.trim();
        match handle.to_ascii_lowercase().as_str() {
            "" => {
                empty += 1;
                if empty >= BLANKS {
                    return Err(EndReason::Refused(say!(call, "login-nobody")));
                }
                continue;
            }
            "new" if server.registration => {
                if let Some(login) = Box::pin(register::show(call)).await? {
                    enter(call, login).await?;
                    return Ok(Greeting::New);
                }
                welcome(call).await?;
                continue;
            }
            "guest" if server.guests => return guest(call).await,
            "new" => {
                call.say(&say!(call, "login-closed-new")).await?;
                continue;
            }
            "guest" => {
                call.say(&say!(call, "login-closed-guests")).await?;
                continue;
            }
            "words" => {
                call.ask_for_words(true).await?;
                call.say(&format!("\n{}\n", say!(call, "login-words"))).await?;
                continue;
            }
            "goodbye" | "quit" | "exit" | "bye" => return Err(EndReason::Goodbye),
            _ => {}
        }
        let question = format!("{} ", say!(call, "login-password"));
        let password = call.ask(&question, LineInput::masked(PASSWORD_LIMIT)).await?;
        let Some(password) = password else { continue };
        let (address, password) = (call.peer.address, Secret::new(password));
        let throttle = &server.throttle;
        match throttle.log_in(&call.domain.users, address, handle, &password).await {
            Ok(login) => {
                let transport = call.peer.transport;
                tracing::info!(
                    user.handle = login.caller.handle().as_str(), peer.address = %address, transport, method = "password", "logged in"
                );
                enter(call, login).await?;
                return Ok(Greeting::Back);
            }
            Err(refused) => {
                tries += 1;
                log_refused(call, handle, tries, &refused);
                let words = refusal(call.language(), &refused);
                if matches!(refused, LoginRefused::Wait(Wait::Address(_))) {
                    return Err(EndReason::Refused(words));
                }
                if tries >= TRIES {
                    return Err(EndReason::Refused(say!(call, "login-three-times")));
                }
                call.say(&words).await?;
            }
        }
    }
}

/// Why a login did not go through.
fn refusal(language: &Language, refused: &LoginRefused) -> String {
    match refused {
        LoginRefused::Wait(wait) => {
            let (unit, number) = match wait.seconds() {
                seconds @ ..120 => ("seconds", seconds.max(1)),
                seconds => ("minutes", seconds.div_ceil(60)),
            };
            match wait {
                Wait::Address(_) => say!(language, "login-wait-address", unit = unit, number = number),
                Wait::Account(_) => say!(language, "login-wait-account", unit = unit, number = number),
            }
        }
        LoginRefused::Users(error) => error.to_string(),
    }
}

fn log_refused(call: &Call, handle: &str, tries: usize, refused: &LoginRefused) {
    tracing::info!(
        user.handle = loggable(handle),
        peer.address = %call.peer.address,
        transport = call.peer.transport,
        method = "password",
        tries,
        reason = refused.reason(),
        wait_seconds = refused.wait_seconds(),
        "login refused"
    );
}

async fn guest(call: &mut Call) -> Result<Greeting, EndReason> {
    let caller = call.domain.users.guest();
    tracing::info!(
        user.handle = caller.handle().as_str(),
        peer.address = %call.peer.address,
        transport = call.peer.transport,
        method = "guest",
        "logged in"
    );
    call.logged_in(caller, None).await?;
    call.look_up().await;
    Ok(Greeting::Guest)
}

/// The caller is known from here on, and hears what concerns them.
pub async fn enter(call: &mut Call, login: Login) -> Result<(), EndReason> {
    let Login { caller, credential } = login;
    // First of all, what becomes of the account; then what may have become of it since they showed who they are, which
    // over SSH can be hours ago.
    call.subscription.handle().update(|filter| filter.user = Some(caller.id()));
    let caller = match call.domain.users.renew(&credential).await {
        Ok(caller) => caller,
        Err(UsersError::Unauthenticated) => return Err(EndReason::Changed),
        Err(error) => {
            tracing::warn!(%error, "own row not read");
            return Err(EndReason::Refused(say!(call, "login-no-records")));
        }
    };
    call.logged_in(caller, Some(credential)).await?;
    call.listen().await;
    Ok(())
}

/// What waits for the caller, once: the number of this call, what is new, who paged meanwhile.
pub async fn greet(call: &mut Call, presence: &mut Presence, greeting: Greeting) -> Result<(), EndReason> {
    let logged_in = presence.logged_in(call).await;
    let handle = call.caller.handle().to_string();
    let mut lines: Vec<String> = Vec::new();
    if let Some(logged_in) = &logged_in {
        call.screen.values.set("CN", logged_in.call_number);
        lines.push(match logged_in.last_call {
            Some(last) => {
                let when = format::when(call.language(), last);
                say!(call, "greet-last-call", number = logged_in.call_number, when = when)
            }
            None => say!(call, "greet-call", number = logged_in.call_number),
        });
    }
    let title = match greeting {
        Greeting::New => say!(call, "greet-new", handle = &handle),
        Greeting::Back => say!(call, "greet-back", handle = &handle),
        Greeting::Guest => say!(call, "greet-guest"),
    };
    if greeting == Greeting::Guest {
        lines.push(if call.server.registration {
            say!(call, "greet-guest-may-join")
        } else {
            say!(call, "greet-guest-reads")
        });
    } else {
        // The figure is there once the records have answered.
        lines.push(match call.screen.values.get("NM").and_then(|new| new.parse::<i64>().ok()) {
            Some(new) => say!(call, "greet-messages", new = new),
            None => say!(call, "greet-no-messages"),
        });
        match call.domain.messaging.pages(&call.caller).await {
            Ok(pages) => {
                for page in pages.into_iter().rev().filter(|page| !page.seen) {
                    let text = say!(call, "pager-page", from = page.from.to_string(), text = &page.text);
                    lines.push(format!("{}: {text}", format::when(call.language(), page.at)));
                    call.page(Page { at: page.at, text, target: Some(Target::Page(page.id)) });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "pages not read");
                lines.push(say!(call, "greet-no-pages"));
            }
        }
    }
    let unfinished = match call.domain.messaging.drafts(&call.caller).await {
        Ok(unfinished) => unfinished,
        Err(error) => {
            tracing::warn!(%error, "drafts not read");
            lines.push(say!(call, "greet-no-drafts"));
            Vec::new()
        }
    };
    for saved in &unfinished {
        let subject = &saved.draft.subject;
        lines.push(if saved.board_name.is_empty() {
            say!(call, "greet-draft-nowhere", subject = subject)
        } else {
            say!(call, "greet-draft", subject = subject, board = &saved.board_name)
        });
    }
    let board = call.server.name.clone();
    call.enter_known_as("the door", "notice", &title, &board);
    let title = say!(call, "greet-title");
    notice(call, &title, &lines.join("\n")).await?;
    Box::pin(drafts::offer(call, unfinished)).await
}
