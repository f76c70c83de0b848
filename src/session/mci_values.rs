//! The figures that menus and art show: fetched when a menu is entered, each worth a cold answer if it fails.

use chrono::Local;

use crate::call::Call;
use crate::screens::{format, prices_are};

/// Fetches what the marks stand for. What the records do not answer keeps its last value.
pub async fn refresh(call: &mut Call) {
    without_records(call);
    let (unread, quotes) =
        tokio::join!(call.domain.messaging.unread(&call.caller), call.domain.market.quotes());
    if let Ok(unread) = unread {
        call.screen.values.set("NM", unread.messages);
        call.screen.values.set("NP", unread.pages);
    }
    if let Ok(quotes) = quotes {
        prices_are(call, &quotes);
    }
    if !call.caller.is_guest()
        && let Ok(portfolio) = call.domain.market.portfolio(&call.caller).await
    {
        call.screen.values.set("PV", format::whole(portfolio.total));
    }
}

/// What needs no records: the board at a glance, the clock, who and where.
pub fn without_records(call: &mut Call) {
    call.refresh_clock();
    let last = call.subscription.board_stats().last_caller().map_or_else(
        || "nobody yet".to_owned(),
        |last| format!("{}, {}", last.handle, format::when(call.language(), last.at)),
    );
    call.screen.values.set("LC", last);
    call.screen.values.set("DA", Local::now().format("%Y-%m-%d"));
    call.screen.values.set("UN", call.caller.handle().to_string());
    call.screen.values.set("UL", call.caller.level());
}

/// The line below a menu's title: who, where, and which call this is.
pub fn subtitle(call: &Call) -> String {
    let mut words = call.caller.handle().to_string();
    if let Some(node) = call.screen.values.get("NN") {
        words.push_str(&format!(" · node {node}"));
    }
    if let Some(number) = call.screen.values.get("CN") {
        words.push_str(&format!(" · call {number}"));
    }
    words
}
