//! One file per thing a caller does. A screen calls the domain and draws; it knows no wire and no SQL.

mod boards;
mod compose;
mod draft_saver;
pub mod drafts;
pub mod format;
mod friends;
mod page;
mod pages;
mod portfolio;
mod profile;
mod quotes;
pub mod register;
mod scan;
mod settings;
pub mod sysop;
mod thread;
mod threads;
mod ticker;
mod trade;
mod users;
mod who;

use std::fmt::Display;
use std::pin::Pin;

pub use self::profile::PASSWORD as PASSWORD_LIMIT;
pub use self::quotes::prices_are;
pub use self::who::in_lines as who_in_lines;
use crate::call::{Call, EndReason};
use crate::ui::notice;

/// A screen under way: boxed, so that an idle caller costs what the screen they are in costs.
pub type Showing<'a> = Pin<Box<dyn Future<Output = Result<(), EndReason>> + Send + 'a>>;
type Screen = for<'a> fn(&'a mut Call) -> Showing<'a>;

/// Every screen a menu may name.
const SCREENS: &[(&str, Screen)] = &[
    ("boards", |call| Box::pin(boards::show(call))),
    ("friends", |call| Box::pin(friends::show(call))),
    ("new", |call| Box::pin(scan::show(call))),
    ("page", |call| Box::pin(page::show(call))),
    ("pages", |call| Box::pin(pages::show(call))),
    ("portfolio", |call| Box::pin(portfolio::show(call))),
    ("profile", |call| Box::pin(profile::show(call))),
    ("quotes", |call| Box::pin(quotes::show(call))),
    ("settings", |call| Box::pin(settings::show(call))),
    ("sysop", |call| Box::pin(sysop::show(call))),
    ("users", |call| Box::pin(users::show(call))),
    ("who", |call| Box::pin(who::show(call))),
];

/// The names of all screens.
pub fn names() -> Vec<&'static str> {
    SCREENS.iter().map(|(name, _)| *name).collect()
}

/// Opens a screen by name; it ends when the caller leaves it. Menus are checked, so the name is known.
pub fn open<'a>(call: &'a mut Call, name: &str) -> Showing<'a> {
    match SCREENS.iter().find(|(known, _)| *known == name) {
        Some((_, screen)) => screen(call),
        None => Box::pin(async { Ok(()) }),
    }
}

/// The pager's pages, from wherever the caller is.
pub fn pager(call: &mut Call) -> Showing<'_> {
    Box::pin(pages::show(call))
}

/// What a service answered; a refusal is shown in its own words, with the call's reference.
async fn show_error<T, E: Display>(call: &mut Call, answer: Result<T, E>) -> Result<Option<T>, EndReason> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            let words = format!("{error}\n\n(reference {})", call.reference);
            tracing::info!(%error, "refused");
            notice(call, "that did not work", &words).await?;
            Ok(None)
        }
    }
}
