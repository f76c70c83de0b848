//! The sysop's desk: callers and the log live, and what a sysop does about them, over every wire.

mod harness;

use harness::{
    Board, Dial, Key, Kind, MENU, PASSWORD, Setup, SshOptions, call_by_ssh, on_both_databases, text,
};

on_both_databases!(
    callers_come_and_go_and_are_kicked,
    a_ban_closes_an_account_until_it_is_lifted,
    pages_and_broadcasts_go_out,
    a_sysop_demoted_at_the_desk_is_put_out_of_it,
);

const DESK: &str = "sysop's desk";

/// A board with a sysop called Zero Cool and a caller called Acid Burn.
fn board(setup: Setup) -> Board {
    // Prices that move would fill the log.
    let board = setup.arguments(&["--role", "gateway"]).start();
    board.account("Zero Cool");
    board.account("Acid Burn");
    done(&board, &["user", "sysop", "Zero Cool"]);
    board
}

fn done(board: &Board, words: &[&str]) {
    let run = board.cli(words);
    assert!(run.status.success(), "{words:?}: {}", String::from_utf8_lossy(&run.stderr));
}

/// The sysop at the desk, by SSH.
fn at_the_desk(board: &Board) -> harness::Pty {
    let sysop = call_by_ssh(board, "Zero Cool", &SshOptions::default());
    sysop.choose("O", DESK);
    sysop
}

/// The audit log as the command tells it: who, what and to whom.
fn audited(board: &Board) -> Vec<(String, String)> {
    let lines = board.cli_json(&["audit", "list", "--json"]);
    let lines = lines.as_array().expect("a list of lines");
    let text = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap_or("a command").to_owned();
    lines.iter().map(|line| (text(line, "handle"), text(line, "action"))).collect()
}

fn callers_come_and_go_and_are_kicked(setup: Setup) {
    let board = board(setup);
    let sysop = at_the_desk(&board);
    sysop.wait_for("1 call, 1 instance");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    sysop.wait_for("2 calls, 1 instance");
    sysop.wait_for("Acid Burn logged in");
    acid.choose("W", "2 callers on line");
    sysop.wait_until("where Acid Burn is", |screen| {
        screen.rows().iter().any(|row| row.contains("Acid Burn") && row.contains("who's online"))
    });
    sysop.move_to_row("Acid Burn");
    sysop.choose("k", "Ends the call of Acid Burn.");
    sysop.enter("Take a break.");
    sysop.wait_for("Ended call");
    acid.wait_for("The sysop has ended your call: Take a break.");
    acid.wait_hangup();
    board.wait_who("one caller left", |who| who == ["Zero Cool"]);
    sysop.wait_for("1 call, 1 instance");
    sysop.wait_for("Zero Cool ended call");
    sysop.wait_for("Acid Burn hung up");
    assert!(audited(&board).contains(&("Zero Cool".into(), "call.kick".into())), "{:?}", audited(&board));
    sysop.choose("a", "the audit log");
    sysop.wait_for("Take a break.");
    sysop.back_to(DESK);
    sysop.back_to(MENU);
}

fn a_ban_closes_an_account_until_it_is_lifted(setup: Setup) {
    let board = board(setup);
    let acid = Dial::call(&board, Kind::Xterm);
    acid.log_in("Acid Burn");
    let sysop = at_the_desk(&board);
    sysop.move_to_row("Acid Burn");
    sysop.key(Key::Enter);
    sysop.wait_for("on line now");
    sysop.wait_for("127.0.0.1");
    sysop.choose("x", "Closes the account of Acid Burn");
    sysop.enter("Rude.");
    sysop.wait_for("Ban Acid Burn?");
    sysop.send("y");
    sysop.wait_for("Acid Burn is banned, and the call they were on has ended.");
    acid.wait_for("The sysop has closed your account: Rude.");
    acid.wait_hangup();
    sysop.wait_for("Acid Burn was banned: Rude.");
    sysop.choose("f", "whose account you want to see");
    sysop.enter("acid burn");
    sysop.wait_for("not on line");
    sysop.wait_for("banned");
    sysop.send("u");
    sysop.wait_for("Acid Burn may log in again.");
    let acid = Dial::call(&board, Kind::Xterm);
    acid.log_in("Acid Burn");
    let audited = audited(&board);
    for action in ["user.ban", "user.unban"] {
        assert!(audited.contains(&("Zero Cool".into(), action.into())), "{audited:?}");
    }
}

fn pages_and_broadcasts_go_out(setup: Setup) {
    let board = board(setup);
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let sysop = at_the_desk(&board);
    sysop.move_to_row("Acid Burn");
    sysop.choose("p", "to Acid Burn");
    sysop.enter("come to the desk");
    sysop.wait_for("Paged Acid Burn.");
    acid.wait_status("» Zero Cool pages you: come to the desk");
    sysop.choose("b", "to everybody on line");
    sysop.enter("Coffee is ready");
    sysop.wait_for("Told everybody.");
    acid.wait_status("» Zero Cool to everybody: Coffee is ready");
    sysop.wait_for("Zero Cool told everybody: Coffee is ready");
    // What callers say to each other is in the log, and not in the sysop's own pager.
    done(&board, &["page", "Acid Burn", "psst", "--from", "Sysop"]);
    sysop.wait_for("Sysop paged Acid Burn");
    sysop.wait_status("» Zero Cool to everybody: Coffee is ready");
}

fn a_sysop_demoted_at_the_desk_is_put_out_of_it(setup: Setup) {
    let board = board(setup);
    let sysop = at_the_desk(&board);
    sysop.choose("b", "to everybody on line");
    done(&board, &["user", "sysop", "Zero Cool", "--off"]);
    sysop.wait_for("The sysop has changed what you may do here");
    sysop.key(Key::Enter);
    sysop.wait_for(MENU);
    sysop.wait_gone("the desk");
    sysop.send("o");
    sysop.choose("W", "1 caller on line");
}

#[test]
fn a_menu_that_lets_everybody_to_the_desk_gives_nobody_the_right() {
    let setup = Board::setup();
    let menus = "[menus.main]\nover = true\nkeys = [{ key = \"O\", name = \"Sysop\", group = \"GD\", screen = \"sysop\" }]\n";
    std::fs::write(setup.data_dir().join("menus.toml"), menus).expect("the data directory can be written");
    let board = board(setup);
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.choose("O", "Only the sysop may do that.");
    acid.past_notice();
    acid.wait_for(MENU);
}

#[test]
fn the_desk_is_whole_at_every_size() {
    let board = board(Board::setup());
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let sysop = at_the_desk(&board);
    for (columns, rows) in [(132, 50), (40, 12), (40, 24), (80, 24)] {
        sysop.resize(columns, rows);
        let size = (rows, columns);
        sysop.wait_until("the desk anew", |screen| {
            let (high, wide) = screen.screen().size();
            (high.get(), wide.get()) == size
                && screen.has("Acid Burn")
                && screen.has("log")
                && screen.has("logged in, call")
                && screen.has("Esc back")
        });
    }
    // Tab goes into the log, and a page of it back.
    sysop.key(Key::Tab);
    sysop.wait_for("Up looks back");
    sysop.key(Key::Home);
    sysop.key(Key::Tab);
    sysop.wait_gone("Up looks back");
    sysop.send("k");
    sysop.wait_for("Ends the call of");
    sysop.back_to(DESK);
}

#[test]
fn in_plain_text_the_desk_is_lines_and_numbers() {
    let board = board(Board::setup());
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let sysop = Dial::call(&board, Kind::Xterm);
    sysop.wait_for("Handle, NEW");
    sysop.enter("WORDS");
    sysop.wait_for(&text("login-words"));
    sysop.enter("Zero Cool");
    sysop.wait_for("Password:");
    sysop.enter(PASSWORD);
    sysop.wait_for(MENU);
    let answer = |line: &str, expect: &str| {
        sysop.enter(line);
        sysop.wait_for(expect);
    };
    answer("O", "Enter to go back:");
    assert!(sysop.screen().contains("who: Acid Burn"), "{}", sysop.screen());
    let row = sysop.look(|screen| {
        let rows = screen.rows();
        rows.iter().rev().find(|row| row.contains("who: Acid Burn")).cloned().expect("it was seen")
    });
    let number = row.trim_start().split('.').next().expect("a number stands before it");
    answer(&format!("k {number}"), "reason (what they are told");
    answer("Enough.", "Ended call");
    acid.wait_for("The sysop has ended your call: Enough.");
    acid.wait_hangup();
}
