//! What a caller is writing is never lost: however the call ends, it is offered at the next one.

mod harness;

use std::sync::Arc;
use std::time::Instant;

use harness::{
    Board, DEADLINE, Database, Dial, Key, Kind, MENU, PASSWORD, Postgres, QUESTION, Setup, Terminal, said,
    text,
};
use harness::{on_both_databases, telnet};

on_both_databases!(
    what_was_typed_when_the_line_dropped_is_offered_at_the_next_call,
    what_was_typed_in_plain_words_is_offered_too,
    what_was_being_typed_outlives_a_crash,
    what_was_posted_or_abandoned_is_not_offered,
    what_is_typed_after_another_call_posted_the_draft_is_offered_too,
);

/// From the first question past the greeting, which tells of `unfinished`.
fn call_again(caller: &Terminal, unfinished: &str) {
    caller.wait_for(&QUESTION);
    caller.enter("Acid Burn");
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Acid Burn"));
    caller.wait_for(&format!("You didn't finish {unfinished}."));
    caller.past_notice();
    caller.wait_for("L later");
}

/// From the main menu into the editor, with `subject`.
fn begin(caller: &Terminal, subject: &str) {
    caller.open_board("Code");
    caller.choose("P", "what it is about");
    caller.enter(subject);
    caller.wait_for("save or leave");
}

/// Waits, on another call of the same caller in the list of threads, until a draft is there, or until there is none.
fn wait_draft(other: &Terminal, there: bool) {
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < DEADLINE, "a draft, {there}:\n{}", other.screen());
        other.send("P");
        let offered = other.wait_for_any(&["G go on", "what it is about"]) == 0;
        other.key(Key::Escape);
        other.wait_gone(if offered { "G go on" } else { "what it is about" });
        other.wait_for("P post");
        if offered == there {
            return;
        }
    }
}

/// The messages of the board "code" with this text in them.
fn posted(board: &Board, text: &str) -> usize {
    board.cli_json(&["board", "read", "code", "--json"]).to_string().matches(text).count()
}

fn what_was_typed_when_the_line_dropped_is_offered_at_the_next_call(setup: Setup) {
    let board = setup.start();
    board.account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    begin(&acid, "A riddle");
    acid.send("What has keys");
    acid.wait_for("What has keys");
    // Nobody waits for the last of it to be seen.
    acid.send(" and opens\nno lock?");
    acid.hangup();
    board.wait_who("nobody on line", <[String]>::is_empty);

    let acid = Dial::call(&board, Kind::SyncTerm);
    call_again(&acid, "\"A riddle\" on Code");
    acid.send("L");
    acid.wait_for(MENU);
    acid.hangup();

    // Later is later: it is still there.
    let acid = Dial::call(&board, Kind::SyncTerm);
    call_again(&acid, "\"A riddle\" on Code");
    acid.send("G");
    acid.wait_for("What has keys and opens");
    acid.wait_for("no lock?");
    acid.send("\n/s\n");
    acid.wait_for(MENU);
    assert_eq!(posted(&board, "What has keys and opens\\nno lock?"), 1);
    acid.hangup();
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
}

fn what_was_typed_in_plain_words_is_offered_too(setup: Setup) {
    let board = setup.start();
    board.account("Acid Burn");
    // Lines scroll: what counts is what came since.
    let answer = |caller: &Terminal, line: &str, expect: &str| {
        let before = caller.raw().len();
        caller.enter(line);
        caller.wait_raw(&format!("\"{expect}\" behind \"{line}\""), |raw| {
            let came = raw.get(before..).unwrap_or_default();
            came.windows(expect.len()).any(|window| window == expect.as_bytes())
        });
    };
    let call = || {
        let acid = Dial::call(&board, Kind::SyncTerm);
        acid.wait_for(&QUESTION);
        answer(&acid, "WORDS", &text("login-words"));
        answer(&acid, "Acid Burn", "Password:");
        acid
    };
    let acid = call();
    answer(&acid, PASSWORD, MENU);
    answer(&acid, "M", "Enter to go back:");
    answer(&acid, "4", "P post");
    answer(&acid, "P", "subject");
    answer(&acid, "A riddle", "Write. /s on a line of its own saves");
    acid.enter("What has keys");
    acid.send("and opens no lo");
    acid.hangup();
    board.wait_who("nobody on line", <[String]>::is_empty);

    let acid = call();
    answer(&acid, PASSWORD, "You didn't finish \"A riddle\" on Code.");
    acid.wait_for("(G go on, T throw it away");
    answer(&acid, "G", "and opens no lo");
    acid.enter("ck?");
    answer(&acid, "/s", MENU);
    assert_eq!(posted(&board, "What has keys\\nand opens no lo\\nck?"), 1);
    acid.hangup();
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
}

fn what_was_being_typed_outlives_a_crash(setup: Setup) {
    let board = setup.process().start();
    board.account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    begin(&acid, "Last words");
    acid.send("Remember me.");
    let other = Dial::call(&board, Kind::SyncTerm);
    other.log_in("Acid Burn");
    other.open_board("Code");
    wait_draft(&other, true);
    board.kill();
    acid.wait_hangup();

    let board = board.again();
    let acid = Dial::call(&board, Kind::SyncTerm);
    call_again(&acid, "\"Last words\" on Code");
    acid.send("G");
    acid.wait_for("Remember me.");
    acid.send("\n/s\n");
    acid.wait_for(MENU);
    assert_eq!(posted(&board, "Remember me."), 1);
}

/// Two calls of one caller: one in the main menu, the other on the board that the first writes on.
fn two_calls(board: &Board) -> (Dial, Dial) {
    let (writing, other) = (Dial::call(board, Kind::SyncTerm), Dial::call(board, Kind::SyncTerm));
    for caller in [&writing, &other] {
        caller.log_in("Acid Burn");
    }
    other.open_board("Code");
    (writing, other)
}

/// Goes on with what another call has begun on this board, and posts it.
fn post_unfinished(caller: &Dial, text: &str) {
    caller.choose("P", "G go on");
    caller.send("G");
    caller.wait_for(text);
    caller.send("\n/s\n");
    caller.wait_for("P post");
    wait_draft(caller, false);
}

fn what_was_posted_or_abandoned_is_not_offered(setup: Setup) {
    let board = setup.start();
    board.account("Acid Burn");
    let (acid, other) = two_calls(&board);
    begin(&acid, "Second thoughts");
    acid.send("I should not say this.");
    wait_draft(&other, true);
    acid.key(Key::Escape);
    acid.wait_for("A abandon");
    acid.send("A");
    acid.wait_for("Abandon what you wrote? (y/n)");
    acid.send("y");
    acid.wait_for("P post");
    wait_draft(&other, false);
    assert_eq!(posted(&board, "I should not say this."), 0);

    acid.choose("P", "what it is about");
    acid.enter("First thoughts");
    acid.wait_for("save or leave");
    acid.send("I should say this.");
    wait_draft(&other, true);
    // Gone on with where it was left, in the same board.
    post_unfinished(&other, "I should say this.");
    assert_eq!(posted(&board, "I should say this."), 1);
    // The call that began it goes on with a text of its own.
    acid.send(" And this.\n/s\n");
    acid.wait_for("P post");
    assert_eq!(posted(&board, "I should say this. And this."), 1);
}

fn what_is_typed_after_another_call_posted_the_draft_is_offered_too(setup: Setup) {
    let board = setup.start();
    board.account("Acid Burn");
    let (acid, other) = two_calls(&board);
    begin(&acid, "First thoughts");
    acid.send("I should say this.");
    wait_draft(&other, true);
    post_unfinished(&other, "I should say this.");
    acid.send(" And a second thing.");
    acid.wait_for("And a second thing.");
    wait_draft(&other, true);
    acid.send(" And a third.");
    acid.wait_for("And a third.");
    acid.hangup();
    other.hangup();
    board.wait_who("nobody on line", <[String]>::is_empty);

    let acid = Dial::call(&board, Kind::SyncTerm);
    call_again(&acid, "\"First thoughts\" on Code");
    acid.send("G");
    acid.wait_for("I should say this. And a second thing. And a third.");
    assert_eq!(posted(&board, "I should say this."), 1);
}

/// From here on the answer to each commit of a message is lost, until the gate is opened.
fn shut_the_gate(database: &Database) {
    for sql in [
        "CREATE TABLE gate (open boolean)",
        "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         WHILE NOT EXISTS (SELECT 1 FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION wait_at_gate()",
    ] {
        database.query(sql);
    }
}

#[test]
fn a_post_whose_answer_was_lost_is_there_once_and_what_was_written_since_is_kept() {
    let database = Arc::new(Database::create());
    let board = Board::setup().database(&database).start();
    board.account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    begin(&acid, "Lost and found");
    acid.send("Did you hear me?");
    acid.wait_for("Did you hear me?");
    shut_the_gate(&database);
    acid.send("\n/s\n");
    acid.wait_for("lost touch with its records");
    database.query("INSERT INTO gate VALUES (true)");
    let start = Instant::now();
    while database.query("SELECT COUNT(*) FROM messages WHERE body = 'Did you hear me?'") != "1" {
        assert!(start.elapsed() < DEADLINE, "{}", board.log.tail());
    }
    acid.past_notice();
    acid.wait_for("Did you hear me?");
    // Without another word it would be posted as it is; with one, it is a text of its own.
    acid.send("I said more.\n/s\n");
    acid.wait_for("it got there the first time");
    acid.past_notice();
    acid.wait_for("P post");
    assert_eq!(posted(&board, "Did you hear me?"), 1);
    acid.hangup();
    board.wait_who("nobody on line", <[String]>::is_empty);

    let acid = Dial::call(&board, Kind::SyncTerm);
    call_again(&acid, "\"Lost and found\" on Code");
    acid.send("G");
    acid.wait_for("I said more.");
    assert!(!acid.screen().contains("Did you hear me?"), "{}", acid.screen());
}

#[test]
fn a_text_that_may_not_be_posted_any_more_can_be_read_and_thrown_away() {
    let board = Board::start();
    board.account("Acid Burn");
    let acid = telnet(&board);
    acid.log_in("Acid Burn");
    begin(&acid, "Too late");
    acid.send("I was here first.");
    acid.wait_for("I was here first.");
    acid.hangup();
    board.wait_who("nobody on line", <[String]>::is_empty);
    let lowered = board.cli(&["user", "level", "Acid Burn", "5"]);
    assert!(lowered.status.success(), "{}", String::from_utf8_lossy(&lowered.stderr));

    let acid = Dial::call(&board, Kind::SyncTerm);
    call_again(&acid, "\"Too late\" on Code");
    acid.wait_for("but not post on it yet");
    acid.wait_for("Your text is kept.");
    acid.send("R");
    acid.wait_for("I was here first.");
    acid.key(Key::Escape);
    acid.wait_for("T throw it away");
    acid.send("T");
    acid.wait_for("Throw away what you wrote? (y/n)");
    acid.send("y");
    acid.wait_for("It's gone.");
    acid.past_notice();
    acid.wait_for(MENU);
    acid.hangup();
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
}

#[test]
fn what_is_typed_while_the_records_are_away_is_saved_when_they_are_back() {
    let mut postgres = Postgres::start();
    let database = Arc::new(postgres.database());
    let board = Board::setup().database(&database).start();
    board.account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    begin(&acid, "In the dark");
    postgres.stop();
    acid.send("Nobody hears me.");
    acid.wait_for("Nobody hears me.");
    board.log.wait_message("a draft waits to be saved");
    acid.send(" Still typing.");
    acid.wait_for("Still typing.");
    postgres.start_again();
    let saved = || Database::query(&database, "SELECT body FROM drafts");
    let start = Instant::now();
    while saved() != "Nobody hears me. Still typing." {
        assert!(start.elapsed() < DEADLINE, "{}\n{}", saved(), board.log.tail());
    }
    acid.send("\n/s\n");
    acid.wait_for("P post");
    assert_eq!(posted(&board, "Nobody hears me. Still typing."), 1);
    assert_eq!(saved(), "");
}

#[test]
fn a_paste_is_answered_in_few_drawings() {
    let board = Board::start();
    board.account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    begin(&acid, "A book");
    let before = acid.raw().len();
    let book = "All work and no play makes Jack a dull boy.\n".repeat(900);
    acid.send(&book);
    acid.send("The end.");
    acid.wait_for("The end.");
    let drawn = acid.raw().len() - before;
    assert!(drawn < book.len(), "{} keys were answered with {drawn} bytes", book.len());
}

#[test]
fn what_a_banned_caller_was_writing_is_refused_once() {
    let board = Board::start();
    board.account("Acid Burn");
    let acid = telnet(&board);
    acid.log_in("Acid Burn");
    begin(&acid, "What I think of it");
    acid.send("a lot");
    acid.wait_for("a lot");
    board.cli(&["user", "ban", "Acid Burn", "--reason", "rude"]);
    acid.wait_for("The sysop has closed your account: rude");
    let refused = board.log.wait_message("a draft was refused");
    assert!(refused.to_string().contains("c-"), "it is known whose: {refused}");
    // Nothing is left that the board would wait for.
    board.signal("TERM");
    assert!(board.log.wait_end().success());
    board.log.wait_message("stopped");
    let waits = board.log.lines().iter().filter(|line| line.contains("a draft waits to be saved")).count();
    assert_eq!(waits, 0, "{}", board.log.tail());
}
