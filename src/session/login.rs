//! From the welcome to a caller the board knows.

use dialtone_domain::users::Login;
use dialtone_domain::{Secret, UsersError};

use super::presence::Presence;
use super::{ServerState, mci_values};
use crate::call::{Call, EndReason};
use crate::login_throttle::{LoginRefused, Wait, loggable};
use crate::screens::{PASSWORD_LIMIT, drafts, format, register};
use crate::transport::{CLOSED_TO_GUESTS, CLOSED_TO_NEW, Entry};
use crate::ui::{Conversation, LineInput, Page, notice};

/// Wrong passwords before the line closes.
const TRIES: usize = 3;
/// Empty answers to the first question before the line closes: a program that sends line ends is no caller.
const BLANKS: u32 = 10;
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
    let words = format!(
        "{}, a board that answers.\nCallers on line {}, last call {}.\n",
        call.server.name,
        value("ON"),
        value("LC")
    );
    call.stream("welcome", &words).await
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
    let narrow = call.screen.terminal.columns < 64;
    let doors = match (server.registration, server.guests) {
        (true, true) if narrow => ", |15NEW|07 to join, |15GUEST",
        (true, true) => ", |15NEW|07 to join, |15GUEST|07 to look round",
        (true, false) => ", |15NEW|07 to join",
        (false, true) if narrow => ", |15GUEST",
        (false, true) => ", |15GUEST|07 to look round",
        (false, false) => "",
    };
    let mut tries = 0;
    let mut empty = 0;
    loop {
        let words = match (call.plain(), narrow) {
            (true, _) => "",
            (false, true) => ", |15WORDS",
            (false, false) => ", |15WORDS|07 for no art",
        };
        let question = format!("Handle{doors}{words}|07: ");
        let handle = call.ask(&question, LineInput::new(HANDLE)).await?.unwrap_or_default();
        let handle = handle.trim();
        match handle.to_ascii_lowercase().as_str() {
            "" => {
                empty += 1;
                if empty >= BLANKS {
                    return Err(EndReason::Refused("Nobody there? The line closes.".to_owned()));
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
                call.say(CLOSED_TO_NEW).await?;
                continue;
            }
            "guest" => {
                call.say(CLOSED_TO_GUESTS).await?;
                continue;
            }
            "words" => {
                call.ask_for_words(true).await?;
                call.say("\nWords alone from here on. Settings in the main menu keep it so.\n").await?;
                continue;
            }
            "goodbye" | "quit" | "exit" | "bye" => return Err(EndReason::Goodbye),
            _ => {}
        }
        let password = call.ask("Password: ", LineInput::masked(PASSWORD_LIMIT)).await?;
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
                if let LoginRefused::Wait(wait @ Wait::Address(_)) = refused {
                    return Err(EndReason::Refused(wait.to_string()));
                }
                if tries >= TRIES {
                    let words = "That is three times. The line closes; call again later.";
                    return Err(EndReason::Refused(words.to_owned()));
                }
                call.say(&refused.to_string()).await?;
            }
        }
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
    let level = caller.level();
    tracing::info!(
        user.handle = caller.handle().as_str(),
        peer.address = %call.peer.address,
        transport = call.peer.transport,
        method = "guest",
        "logged in"
    );
    call.logged_in(caller, None).await?;
    call.subscription.handle().update(|filter| filter.level = Some(level));
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
            let words = "The board cannot reach its records just now. Please call again in a moment.";
            return Err(EndReason::Refused(words.to_owned()));
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
                format!("This is call {}. You last called {}.", logged_in.call_number, format::when(last))
            }
            None => format!("This is call {}.", logged_in.call_number),
        });
    }
    let title = match greeting {
        Greeting::New => format!("good to meet you, {handle}"),
        Greeting::Back => format!("good to hear you, {handle}"),
        Greeting::Guest => "have a look round".to_owned(),
    };
    if greeting == Greeting::Guest {
        lines.push(if call.server.registration {
            "Guests read; NEW at the door makes an account that may also write.".to_owned()
        } else {
            "Guests read.".to_owned()
        });
    } else {
        // The figure is there once the records have answered.
        lines.push(match call.screen.values.get("NM").and_then(|new| new.parse::<i64>().ok()) {
            Some(0) => "Nothing new on the boards.".to_owned(),
            Some(new) => format!("{} on the boards.", format::count(new, "new message", "new messages")),
            None => "Couldn't check for new messages just now.".to_owned(),
        });
        match call.domain.messaging.pages(&call.caller).await {
            Ok(pages) => {
                for page in pages.into_iter().rev().filter(|page| !page.seen) {
                    let text = format!("{} pages you: {}", page.from, page.text);
                    lines.push(format!("{}: {text}", format::when(page.at)));
                    call.page(Page { at: page.at, text, thread: None });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "pages not read");
                lines.push("Couldn't check for pages just now.".to_owned());
            }
        }
    }
    let unfinished = match call.domain.messaging.drafts(&call.caller).await {
        Ok(unfinished) => unfinished,
        Err(error) => {
            tracing::warn!(%error, "drafts not read");
            lines.push("Couldn't check for unfinished messages just now.".to_owned());
            Vec::new()
        }
    };
    for saved in &unfinished {
        lines.push(format!("You didn't finish {}.", format::unfinished(saved)));
    }
    let board = call.server.name.clone();
    call.enter_known_as("the door", "notice", &title, &board);
    notice(call, "while you were away", &lines.join("\n")).await?;
    Box::pin(drafts::offer(call, unfinished)).await
}
