//! Message boards: what is new, threads, replies that quote, and who may write where.

mod harness;

use harness::{Board, Dial, Key, Kind, MENU, Setup, on_both_databases, telnet};

on_both_databases!(
    unread_counts_are_each_callers_own,
    a_reply_quotes_what_it_answers,
    the_new_scan_reads_everything_once,
    a_long_thread_is_read_message_by_message,
    the_reader_steps_over_what_was_deleted,
    catching_up_asks_says_and_can_be_taken_back,
);

/// The number in the list's column "new" of the row that has `text` in it; 0 where there is a dot.
fn new_in_row(caller: &Dial, text: &str) -> i64 {
    caller.wait_for(text);
    let screen = caller.screen();
    let row = screen.lines().find(|row| row.contains(text)).expect("just seen");
    let words: Vec<&str> = row.split_whitespace().rev().collect();
    // The last column says how long ago, in one word or two.
    words.iter().find_map(|word| if *word == "·" { Some(0) } else { word.parse().ok() }).expect("a number")
}

fn unread_counts_are_each_callers_own(setup: Setup) {
    let board = setup.start();
    board.old_account("Acid Burn");
    board.old_account("Crash Override");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.choose("M", "message boards");
    acid.wait_for("8 new messages");
    assert_eq!(new_in_row(&acid, "The Lobby"), 2);
    assert_eq!(new_in_row(&acid, "Phreaking & Phones"), 3);

    // Reading the first message of a thread leaves the second one new.
    acid.choose_row("The Lobby");
    acid.wait_for("P post");
    assert_eq!(new_in_row(&acid, "Who is on the line?"), 2);
    acid.key(Key::Enter);
    acid.wait_for("The light on line one");
    acid.back_to("P post");
    assert_eq!(new_in_row(&acid, "Who is on the line?"), 1);

    // The thread opens where the caller stopped.
    acid.key(Key::Enter);
    acid.wait_for("I will start.");
    acid.key(Key::Enter);
    acid.wait_for("P post");
    assert_eq!(new_in_row(&acid, "Who is on the line?"), 0);

    // What one writes oneself is not new.
    acid.post("My own words", "Not news to me.");
    assert_eq!(new_in_row(&acid, "My own words"), 0);
    acid.back_to("message boards");
    acid.wait_for("6 new messages");
    assert_eq!(new_in_row(&acid, "The Lobby"), 0);

    // Catching up reads a whole board.
    acid.choose_row("Phreaking & Phones");
    acid.wait_for("C catch up");
    acid.choose("C", "Mark all 3 new messages on");
    acid.send("Y");
    acid.wait_for("3 messages marked as read.");
    acid.past_notice();
    acid.wait_until("nothing new in any thread", |screen| {
        screen.rows().iter().filter(|row| row.contains('·') && row.contains("Sysop")).count() == 2
    });
    acid.back_to("message boards");
    acid.wait_for("3 new messages");

    // The other caller's pointers are where they were.
    let crash = Dial::call(&board, Kind::NetRunner);
    crash.log_in("Crash Override");
    crash.choose("M", "message boards");
    crash.wait_for("9 new messages");
    assert_eq!(new_in_row(&crash, "The Lobby"), 3);
    acid.hangup();

    // And they outlive the call.
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.choose("M", "message boards");
    acid.wait_for("3 new messages");
}

fn a_reply_quotes_what_it_answers(setup: Setup) {
    let board = setup.start();
    board.account("Acid Burn");
    board.account("Crash Override");
    let acid = telnet(&board);
    acid.log_in("Acid Burn");
    acid.open_board("Code");
    acid.post("A riddle", "What has keys and opens no lock?");

    let crash = Dial::call(&board, Kind::SyncTerm);
    crash.log_in("Crash Override");
    crash.open_board("Code");
    crash.choose_row("A riddle");
    crash.wait_for("What has keys");
    crash.choose("R", "save or leave");
    crash.wait_for("Re: A riddle");
    crash.wait_for("Acid Burn wrote:");
    crash.wait_for("AB> What has keys and opens no lock?");
    crash.send("A terminal.\n/s\n");
    crash.wait_for("R reply");
    // The reply stands behind what it answers.
    crash.key(Key::Enter);
    crash.wait_for("A terminal.");
    crash.wait_for("AB> What has keys and opens no lock?");
    crash.wait_for("Code, message 2");
    crash.send("B");
    crash.wait_for("Code, message 1");

    // To the first caller the thread has one new message.
    acid.back_to("message boards");
    acid.choose_row("Code");
    acid.wait_for("P post");
    acid.choose_row("A riddle");
    acid.wait_for("A terminal.");
    acid.wait_for("from      Crash Override");
}

fn the_new_scan_reads_everything_once(setup: Setup) {
    let board = setup.start();
    board.old_account("Acid Burn");
    // High enough for the longest message: each Enter is the next one.
    let acid = Dial::call_sized(&board, Kind::SyncTerm, 80, 50);
    acid.log_in("Acid Burn");
    acid.choose("N", "You got through");
    for text in [
        "1. Be good company.",
        "The light on line one",
        "I will start.",
        "North American call progress tones",
        "One more, since somebody will ask",
        "Step by step, panel, crossbar",
        "Not the most useful, and not the cleverest",
    ] {
        acid.key(Key::Enter);
        acid.wait_for(text);
    }
    acid.key(Key::Enter);
    acid.wait_for("That was everything new.");
    acid.past_notice();
    acid.wait_for(MENU);
    acid.choose("N", "Nothing new on any board.");
}

/// A thread of 25 numbered messages, with the account that posted them.
fn count_to_25(board: &Board) {
    board.account("Acid Burn");
    let post = |words: &[&str]| {
        let mut command = vec!["board", "post", "code", "--from", "Acid Burn", "--json"];
        command.extend(words);
        board.cli_json(&command).get("id").and_then(|id| id.as_i64()).expect("a number")
    };
    let first = post(&["--subject", "Counting", "--body", "This is number 1."]).to_string();
    for n in 2..=25 {
        post(&["--reply-to", &first, "--body", &format!("This is number {n}.")]);
    }
}

fn a_long_thread_is_read_message_by_message(setup: Setup) {
    let board = setup.start();
    count_to_25(&board);
    let reader = Dial::call(&board, Kind::SyncTerm);
    board.account("Crash Override");
    reader.log_in("Crash Override");
    reader.open_board("Code");
    reader.choose_row("Counting");
    for n in 1..=25 {
        reader.wait_for(&format!("This is number {n}."));
        reader.key(Key::Enter);
    }
    reader.wait_for("P post");
    // All read: it begins at the beginning.
    reader.choose_row("Counting");
    reader.wait_for("This is number 1.");
}

fn the_reader_steps_over_what_was_deleted(setup: Setup) {
    let board = setup.start();
    count_to_25(&board);
    board.execute(
        "UPDATE messages SET deleted = (1 = 1) WHERE body LIKE 'This is number %' AND number NOT IN (1, 23, 24)",
    );
    board.execute("UPDATE threads SET message_count = 3 WHERE subject = 'Counting'");
    board.old_account("Crash Override");
    let reader = Dial::call(&board, Kind::SyncTerm);
    reader.log_in("Crash Override");
    reader.open_board("Code");
    assert_eq!(new_in_row(&reader, "Counting"), 3);
    reader.choose_row("Counting");
    for (key, n) in [("\n", 1), ("\n", 23), ("B", 24), ("B", 23), ("\n", 1), ("\n", 23), ("\n", 24)] {
        reader.wait_for(&format!("This is number {n}."));
        reader.send(key);
    }
    reader.wait_for("P post");
    assert_eq!(new_in_row(&reader, "Counting"), 0);
}

fn catching_up_asks_says_and_can_be_taken_back(setup: Setup) {
    let board = setup.start();
    board.old_account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.open_board("Phreaking");
    acid.choose_row("Your favourite dead exchange");
    acid.wait_for("Step by step");
    acid.back_to("C catch up");
    assert!(!acid.look(|screen| screen.has("U take it back")), "{}", acid.screen());
    // It asks, and no is no.
    acid.choose("C", "Mark all 2 new messages on");
    acid.send("N");
    acid.wait_for("C catch up");
    let counts = |acid: &Dial| {
        [new_in_row(acid, "Your favourite dead exchange"), new_in_row(acid, "The tones, for reference")]
    };
    let before = counts(&acid);
    assert_eq!(before.iter().sum::<i64>(), 2);
    acid.choose("C", "Mark all 2 new messages on");
    acid.send("Y");
    acid.wait_for("2 messages marked as read. U takes it back.");
    acid.past_notice();
    acid.wait_for("U take it back");
    assert_eq!(counts(&acid), [0, 0]);
    acid.choose("C", "Nothing is new on");
    acid.past_notice();
    acid.choose("U", "2 messages are new again.");
    acid.past_notice();
    acid.wait_gone("U take it back");
    assert_eq!(counts(&acid), before);
    acid.back_to("message boards");
    acid.wait_for("7 new messages");
}

/// 300 threads by somebody else, of which the caller has read all but the oldest.
#[test]
fn the_new_scan_finds_what_lies_below_hundreds_of_threads() {
    let database = std::sync::Arc::new(harness::Database::create());
    let board = Board::setup().database(&database).start();
    board.old_account("Acid Burn");
    for statement in [
        "INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_number, \
            last_board_number, last_at) \
         SELECT b.id, CASE n WHEN 1 THEN 'Down here' ELSE 'S' END, 1, 'Sysop', 1, 1, b.last_number + n, now() \
         FROM boards b, generate_series(1, 300) n WHERE b.slug = 'code'",
        "INSERT INTO messages (thread_id, board_id, number, board_number, author_id, author_handle, body, posted_at) \
         SELECT t.id, t.board_id, 1, t.last_board_number, 1, 'Sysop', 'Dug up: ' || t.subject, t.last_at \
         FROM threads t WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.id)",
        "INSERT INTO thread_reads (user_id, thread_id, board_id, read_to) \
         SELECT u.id, t.id, t.board_id, t.last_board_number FROM users u, threads t \
         WHERE u.handle = 'Acid Burn' AND t.subject <> 'Down here'",
        "UPDATE boards b SET message_count = (SELECT COUNT(*) FROM messages m WHERE m.board_id = b.id), \
            last_number = (SELECT COUNT(*) FROM messages m WHERE m.board_id = b.id)",
        "INSERT INTO board_reads (user_id, board_id, read_to, read_beyond) \
         SELECT r.user_id, t.board_id, 0, SUM(t.message_count) FROM thread_reads r \
         JOIN threads t ON t.id = r.thread_id JOIN users u ON u.id = r.user_id \
         WHERE u.handle = 'Acid Burn' GROUP BY r.user_id, t.board_id",
    ] {
        database.query(statement);
    }
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.choose("N", "Dug up: Down here");
    acid.key(Key::Enter);
    acid.wait_for("That was everything new.");
    acid.past_notice();
    acid.wait_for(MENU);
    // The list on the screen holds fifty threads; catching up is about the board.
    database.query("DELETE FROM board_reads");
    database.query("DELETE FROM thread_reads");
    acid.open_board("Code");
    acid.choose("C", "Mark all 30");
    acid.send("Y");
    acid.wait_for("messages marked as read.");
    acid.past_notice();
    acid.back_to("message boards");
    assert_eq!(new_in_row(&acid, "Code"), 0);
}

#[test]
fn what_could_not_be_looked_up_does_not_read_as_nothing() {
    let mut postgres = harness::Postgres::start();
    let board = Board::setup().database(&std::sync::Arc::new(postgres.database())).start();
    board.old_account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.open_board("The Lobby");
    acid.choose_row("Who is on the line?");
    acid.wait_for("The light on line one");
    postgres.stop();
    // Back in the list of threads, which cannot be read again; nor can the list of boards.
    acid.key(Key::Escape);
    acid.wait_for("that did not work");
    acid.send("\n\n");
    acid.wait_for(MENU);
    acid.choose("N", "that did not work");
    acid.past_notice();
    acid.wait_for(MENU);
    let said = String::from_utf8_lossy(&acid.raw()).into_owned();
    for nothing in ["Nobody has written", "Nothing new on any board"] {
        assert!(!said.contains(nothing), "{nothing}");
    }
    postgres.start_again();
    acid.choose("M", "new message");
}

#[test]
fn a_read_only_board_offers_no_writing_and_says_why() {
    let board = Board::start();
    board.account("Acid Burn");
    let acid = telnet(&board);
    acid.log_in("Acid Burn");
    acid.open_board("Bulletins");
    acid.wait_for("This board is read only.");
    acid.wait_for("C catch up");
    // A reply is writing too. What is not offered does nothing.
    acid.send("P");
    acid.choose_row("You got through");
    acid.wait_for("B one back");
    for offered in ["P post", "R reply"] {
        assert!(!acid.look(|screen| screen.has(offered)), "{}", acid.screen());
    }
    acid.send("R");
    acid.back_to("C catch up");
    assert!(!acid.look(|screen| screen.has("P post")), "{}", acid.screen());
}

#[test]
fn the_sysop_may_write_where_others_may_not() {
    let board = Board::start();
    let (handle, password) = board.sysop();
    let sysop = telnet(&board);
    sysop.wait_for(&harness::QUESTION);
    sysop.enter(&handle);
    sysop.wait_for("Password:");
    sysop.enter(&password);
    sysop.past_notice();
    sysop.wait_for(MENU);
    sysop.open_board("Bulletins");
    sysop.post("The line is up", "And it stays up.");
}

#[test]
fn a_guest_reads_and_does_not_write() {
    let board = Board::start();
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    // What a guest may not do is not in the menu.
    for command in ["New scan", "Page ", "Portfolio", "Your profile", "Friends"] {
        assert!(!guest.look(|screen| screen.has(command)), "{command}:\n{}", guest.screen());
    }
    guest.open_board("The Lobby");
    guest.wait_for("Guests may look, not post: call again as NEW to join.");
    guest.send("P");
    guest.choose_row("Who is on the line?");
    guest.wait_for("The light on line one");
    guest.wait_for("B one back");
    for offered in ["P post", "C catch up", "R reply"] {
        assert!(!guest.look(|screen| screen.has(offered)), "{offered}: {}", guest.screen());
    }
}

#[test]
fn a_board_for_trusted_callers_is_not_there_for_others() {
    let board = Board::start();
    let words = ["--name", "Elite", "--description", "For few", "--read-level", "50", "--post-level", "50"];
    let made = board.cli(&[&["board", "add", "elite"][..], &words].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    board.account("Acid Burn");
    let acid = telnet(&board);
    acid.log_in("Acid Burn");
    acid.choose("M", "The Lobby");
    assert!(!acid.look(|screen| screen.has("Elite")), "{}", acid.screen());
    acid.back_to(MENU);
    // Trusted in the middle of the call.
    let raised = board.cli(&["user", "level", "Acid Burn", "50"]);
    assert!(raised.status.success(), "{}", String::from_utf8_lossy(&raised.stderr));
    board.cli(&["page", "Acid Burn", "you are in", "--from", "Sysop"]);
    acid.wait_status("» Sysop pages you: you are in");
    // The menu is where the caller's rights are read again.
    acid.choose("U", "who calls here");
    acid.back_to(MENU);
    acid.open_board("Elite");
    acid.wait_for("Nobody has written here yet.");
    acid.post("First", "Here.");
}

#[test]
fn what_is_abandoned_is_not_posted_and_what_is_empty_neither() {
    let board = Board::start();
    board.account("Acid Burn");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    acid.open_board("Code");
    // Without a subject there is no message.
    acid.choose("P", "what it is about");
    acid.key(Key::Enter);
    acid.wait_for("P post");
    acid.choose("P", "what it is about");
    acid.enter("Second thoughts");
    acid.wait_for("save or leave");
    acid.send("/s\n");
    acid.wait_for("there is nothing to save yet");
    acid.send("I should not say this.");
    acid.wait_for("I should not say this.");
    acid.key(Key::Escape);
    acid.wait_for("A abandon");
    acid.send("A");
    acid.wait_for("Abandon what you wrote? (y/n)");
    acid.send("y");
    acid.wait_for("P post");
    assert!(!acid.look(|screen| screen.has("Second thoughts")), "{}", acid.screen());
    let read = board.cli_json(&["board", "read", "code", "--json"]).to_string();
    assert!(!read.contains("Second thoughts"), "{read}");
}
