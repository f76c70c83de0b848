//! The paper market: quotes that move, and a portfolio that buys and sells in whole cents.

mod harness;

use harness::{Board, Dial, Emulator, Key, Kind, MENU, Setup, Terminal, on_both_databases, telnet};

on_both_databases!(shares_are_bought_and_sold_at_the_last_price, nobody_spends_what_they_have_not);

/// A board whose prices stay where they began.
fn quiet(setup: Setup) -> Board {
    let board = setup.arguments(&["--role", "gateway"]).start();
    board.account("Acid Burn");
    board
}

/// From the form's first field: orders so many shares.
fn order(caller: &Terminal, symbol: &str, shares: &str) {
    caller.wait_for("as on the tape");
    // The symbol under the bar is filled in already.
    caller.key(Key::Ctrl('u'));
    caller.enter(symbol);
    caller.wait_for("a whole number");
    caller.enter(shares);
}

fn shares_are_bought_and_sold_at_the_last_price(setup: Setup) {
    let board = quiet(setup);
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    caller.choose("T", "the tape");
    caller.wait_for("Three Hundred Baud Acoustics");
    caller.wait_for("$300.00");
    caller.wait_for("+0.00 %");
    caller.choose("B", "at the last price");
    caller.wait_for("BAUDS");
    caller.key(Key::Enter);
    caller.wait_for("a whole number");
    caller.enter("ten");
    caller.wait_for("A whole number of shares, one or more.");
    caller.enter("10");
    caller.wait_for("You bought 10 BAUDS at $300.00 for $3,000.00.");
    caller.wait_for("$97,000.00 in cash remains.");
    caller.past_notice();
    caller.wait_for("the tape");
    caller.back_to(MENU);

    caller.choose("V", "your portfolio");
    caller.wait_for("worth $100,000.00, $97,000.00 of it in cash");
    caller.wait_for("BAUDS");
    caller.send("B");
    order(&caller, "hooks", "3");
    caller.wait_for("You bought 3 HOOKS at $9.85 for $29.55.");
    caller.past_notice();
    caller.wait_for("HOOKS");
    caller.send("S");
    order(&caller, "BAUDS", "4");
    caller.wait_for("You sold 4 BAUDS at $300.00 for $1,200.00.");
    caller.wait_for("$98,170.45 in cash remains.");
    caller.past_notice();
    caller.choose("H", "your orders");
    for fill in ["buy   BAUDS", "buy   HOOKS", "sell  BAUDS"] {
        caller.wait_for(fill);
    }
    for sum in ["$3,000.00", "$29.55", "$1,200.00"] {
        caller.wait_for(sum);
    }
    caller.back_to("your portfolio");
    let held = board.cli_json(&["market", "portfolio", "Acid Burn", "--json"]).to_string();
    assert!(held.contains("9817045"), "{held}");
}

fn nobody_spends_what_they_have_not(setup: Setup) {
    let board = quiet(setup);
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    caller.choose("V", "No shares yet.");
    for (key, symbol, shares, words) in [
        ("B", "BAUDS", "334", "$100,000.00"),
        ("S", "BAUDS", "1", "BAUDS"),
        ("B", "WHATS", "1", "There is no WHATS on this market."),
        ("B", "BAUDS", "999999999", "An order is for 1 to 1,000,000 shares."),
    ] {
        caller.send(key);
        order(&caller, symbol, shares);
        caller.wait_for("that did not work");
        caller.wait_for(words);
        caller.past_notice();
        caller.wait_for("No shares yet.");
        caller.wait_for("worth $100,000.00, $100,000.00 of it in cash");
    }
    // To the last cent it is theirs.
    caller.send("B");
    order(&caller, "PAYFN", "400000");
    caller.wait_for("You bought 400000 PAYFN at $0.25 for $100,000.00.");
    caller.wait_for("$0.00 in cash remains.");
}

#[test]
fn the_tape_moves_while_one_looks_at_it() {
    let board = Board::start();
    board.account("Acid Burn");
    let caller = telnet(&board);
    caller.log_in("Acid Burn");
    caller.choose("T", "the tape");
    caller.wait_for("1 of 12");
    let prices = |screen: &Emulator| screen.rows().get(7..16).map(|rows| rows.join("\n"));
    caller.move_to_row("LURKR");
    let (first, bar) = caller.look(|screen| (prices(screen), screen.bar()));
    caller.wait_until("other prices", |screen| prices(screen) != first);
    // The bar stays where the caller put it.
    caller.wait_until("the bar in its place", |screen| screen.bar() == bar);
    caller.key(Key::Enter);
    caller.wait_for("as on the tape");
    caller.wait_for("LURKR");
}

#[test]
fn a_guest_looks_at_the_tape_and_does_not_trade() {
    let board = Board::start();
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    guest.choose("T", "Three Hundred Baud Acoustics");
    assert!(!guest.look(|screen| screen.has("B buy")), "{}", guest.screen());
    guest.key(Key::Enter);
    guest.send("B");
    guest.back_to(MENU);
}

#[test]
fn the_line_of_prices_says_what_the_list_above_it_says() {
    let board = Board::start();
    // High enough for all shares; the house has the word on every second screen, the prices on the others.
    let caller = Dial::call_sized(&board, Kind::Xterm, 80, 40);
    caller.register("Zero Cool");
    caller.choose("T", "the tape");
    /// The line's shares, each with its price, if the line is one of prices.
    fn line(screen: &Emulator) -> Vec<(String, String)> {
        let rows = screen.rows();
        let row = rows.get(rows.len() - 3).cloned().unwrap_or_default();
        let share = |share: &str| {
            let mut words = share.split_whitespace();
            let (symbol, price) = (words.next()?, words.next()?);
            price.starts_with('$').then(|| (symbol.to_owned(), price.to_owned()))
        };
        row.split('·').filter_map(share).collect()
    }
    let list = |screen: &Emulator| screen.rows().into_iter().skip(6).take(20).collect::<Vec<_>>();
    caller.wait_until("a line of prices", |screen| !line(screen).is_empty());
    let before = caller.look(list);
    caller.wait_until("new prices, the same in both", |screen| {
        let rows = list(screen);
        let listed = |(symbol, price): &(String, String)| {
            rows.iter().any(|row| row.contains(symbol) && row.contains(price))
        };
        let line = line(screen);
        rows != before && !line.is_empty() && line.iter().all(listed)
    });
}
