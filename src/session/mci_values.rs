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

/// What access rules ask of the records, where any rule does.
pub async fn record(call: &mut Call) {
    if call.caller.is_guest() || !call.server.menus.load().asks_records {
        return;
    }
    let (profile, posts) = tokio::join!(
        call.domain.users.profile(call.caller.id()),
        call.domain.messaging.posts_by(call.caller.id()),
    );
    if let Ok(profile) = profile {
        call.record.calls = profile.calls;
    }
    if let Ok(posts) = posts {
        call.record.posts = posts;
    }
}

/// What needs no records: the board at a glance, the clock, who and where.
pub fn without_records(call: &mut Call) {
    let now = call.subscription.board_stats().now();
    call.refresh_clock();
    let last = now.last_call.as_ref().map_or_else(
        || "nobody yet".to_owned(),
        |(handle, at)| format!("{handle}, {}", format::when(call.language(), *at)),
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
