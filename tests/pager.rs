//! The pager: what concerns a caller shows at once, wherever they are, and spoils nothing they look at or type.

mod harness;

use harness::{
    Board, Dial, Emulator, Key, Kind, MENU, PASSWORD, QUESTION, Setup, SshOptions, Terminal, call_by_ssh,
    on_both_databases, said, ssh, telnet,
};

on_both_databases!(
    a_caller_is_paged_in_the_menu,
    a_caller_is_paged_in_a_list,
    a_caller_is_paged_while_reading,
    a_caller_is_paged_while_writing,
    a_caller_is_paged_in_a_form,
    words_alone_are_paged_on_a_line_of_their_own,
);

/// Two callers who know each other, both in the main menu: one by telnet with SyncTERM, one by SSH.
struct Two {
    telnet: Dial,
    ssh: harness::Pty,
    board: Board,
}

fn two(setup: Setup) -> Two {
    // Prices that move would change the screens that are compared here.
    let board = setup.arguments(&["--role", "gateway"]).start();
    board.account("Acid Burn");
    board.account("Crash Override");
    let telnet = Dial::call(&board, Kind::SyncTerm);
    telnet.log_in("Acid Burn");
    let ssh = call_by_ssh(&board, "Crash Override", &SshOptions::default());
    Two { telnet, ssh, board }
}

/// Makes `friend` a friend of the caller in the main menu.
fn befriend(caller: &Terminal, friend: &str) {
    caller.choose("F", "A add");
    caller.choose("A", "whose calls you want to hear of");
    caller.enter(friend);
    caller.wait_for("A add");
    caller.wait_for(friend);
    caller.back_to(MENU);
}

/// Everything that pages anybody happens to `here`, caused by `there` in the main menu; after each the screen of
/// `here` is what it was, but for the status line and what the main menu counts.
fn everything_happens(board: &Board, here: &Terminal, there: &Terminal, names: (&str, &str)) {
    let before = here.without_counts();
    let unspoilt = |what: &str| {
        let after = here.without_counts();
        assert_eq!(before.0.join("\n"), after.0.join("\n"), "{what}");
        assert_eq!(before.1, after.1, "{what}: the cursor moved");
    };
    let (here_is, there_is) = names;

    there.open_board("The Lobby");
    there.post("Hack the planet", "They are trashing our rights.");
    here.wait_status(&format!("» {there_is} posted in The Lobby: \"Hack the planet\""));
    unspoilt("a post");
    there.back_to("message boards");
    there.back_to(MENU);

    there.choose("P", "one line, shown at once");
    there.enter(here_is);
    there.wait_for("say");
    there.enter("meet me at the garage");
    there.wait_for("has it on screen now.");
    here.wait_status(&format!("» {there_is} pages you: meet me at the garage"));
    here.wait_status("+1  / to read");
    unspoilt("a page");
    there.past_notice();
    there.wait_for(MENU);

    let friend = telnet(board);
    friend.wait_for(&QUESTION);
    friend.enter("Phantom Phreak");
    friend.wait_for("Password:");
    friend.enter(PASSWORD);
    here.wait_status(&format!("» {}", said!("pager-online", handle = "Phantom Phreak")));
    here.wait_status("+2  / to read");
    unspoilt("a friend's login");

    let said = board.cli(&["broadcast", "The line is good"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    here.wait_status("» Sysop to everybody: The line is good");
    unspoilt("a broadcast");
}

/// Leads the SSH caller into a scene, lets everything happen meanwhile, and sees how the scene goes on `after` it.
fn meanwhile(setup: Setup, scene: impl Fn(&Terminal), after: impl Fn(&Terminal)) {
    let Two { telnet, ssh, board } = two(setup);
    board.account("Phantom Phreak");
    befriend(&ssh, "Phantom Phreak");
    scene(&ssh);
    everything_happens(&board, &ssh, &telnet, ("Crash Override", "Acid Burn"));
    after(&ssh);
}

fn a_caller_is_paged_in_the_menu(setup: Setup) {
    let at = |here: &Terminal| {
        let bar = here.look(Emulator::bar);
        here.key(Key::Down);
        here.wait_until("the bar one down", |screen| screen.bar() != bar);
    };
    meanwhile(setup, at, |here| {
        here.send("/");
        here.wait_for("the pager");
        for text in [
            said!("pager-broadcast", from = "Sysop", text = "The line is good"),
            said!("pager-online", handle = "Phantom Phreak"),
            said!("pager-page", from = "Acid Burn", text = "meet me at the garage"),
            said!("pager-message", author = "Acid Burn", board = "The Lobby", subject = "Hack the planet"),
        ] {
            here.wait_for(&text);
        }
        // A page of a post leads to it.
        here.choose_row("Hack the planet");
        here.wait_for("They are trashing our rights.");
        here.back_to("the pager");
        here.back_to(MENU);
        here.wait_gone("» ");
    });
}

fn a_caller_is_paged_in_a_list(setup: Setup) {
    // A list that none of it concerns; one that it does is drawn anew.
    let at = |here: &Terminal| {
        here.open_board("Phreaking");
        here.move_to_row("The tones, for reference");
    };
    meanwhile(setup, at, |here| {
        here.key(Key::Enter);
        here.wait_for("North American call progress tones");
    });
}

fn a_caller_is_paged_while_reading(setup: Setup) {
    let at = |here: &Terminal| {
        here.open_board("Phreaking");
        here.choose_row("The tones, for reference");
        here.wait_for("more lines below");
        here.key(Key::Down);
        here.wait_gone("North American call progress tones");
    };
    meanwhile(setup, at, |here| {
        here.key(Key::Up);
        here.wait_for("North American call progress tones");
    });
}

fn a_caller_is_paged_while_writing(setup: Setup) {
    let at = |here: &Terminal| {
        here.open_board("Code");
        here.choose("P", "what it is about");
        here.enter("Half a thought");
        here.wait_for("save or leave");
        here.send("The first line\nThe second, not yet");
        here.wait_for("The second, not yet");
        here.key(Key::Left);
        here.key(Key::Left);
        here.key(Key::Left);
        here.wait_until("the cursor three back", |screen| screen.screen().cursor_position().1 == 18);
    };
    meanwhile(setup, at, |here| {
        here.send("ever again, ");
        here.wait_for("The second, not ever again, yet");
        here.key(Key::End);
        here.send("\n/s\n");
        here.wait_for("P post");
        here.choose_row("Half a thought");
        here.wait_for("The first line");
        here.wait_for("The second, not ever again, yet");
    });
}

fn a_caller_is_paged_in_a_form(setup: Setup) {
    let at = |here: &Terminal| {
        here.choose("Y", "your profile");
        here.choose("E", "as you want to be called");
        here.enter("Dade Murphy");
        here.wait_for("a place, real or not");
        here.send("Seatle");
        here.wait_for("Seatle");
        here.key(Key::Left);
        here.key(Key::Left);
        here.wait_until("the cursor two back", |screen| screen.screen().cursor_position().1 == 22);
    };
    meanwhile(setup, at, |here| {
        here.send("t");
        here.wait_for("Seattle");
        here.key(Key::Enter);
        here.wait_for("what you would talk about");
        here.wait_for("Dade Murphy");
    });
}

#[test]
fn a_syncterm_caller_is_paged_while_writing() {
    let Two { telnet, ssh, board } = two(Board::setup());
    board.account("Phantom Phreak");
    befriend(&telnet, "Phantom Phreak");
    telnet.open_board("Code");
    telnet.choose("P", "what it is about");
    telnet.enter("Half a thought");
    telnet.wait_for("save or leave");
    telnet.send("The first line\nThe second, na\u{ef}ve");
    telnet.wait_for("The second, na\u{ef}ve");
    everything_happens(&board, &telnet, &ssh, ("Acid Burn", "Crash Override"));
    telnet.send(" as ever\n/s\n");
    telnet.wait_for("P post");
    telnet.choose_row("Half a thought");
    telnet.wait_for("The second, na\u{ef}ve as ever");
}

fn words_alone_are_paged_on_a_line_of_their_own(setup: Setup) {
    let board = setup.start();
    board.account("Acid Burn");
    board.account("Paper Tape");
    let plain =
        SshOptions { arguments: vec!["-o".into(), "SetEnv=TERM=dumb".into()], ..SshOptions::default() };
    let here = ssh(&board, "Paper Tape", &plain);
    here.wait_for("Password:");
    here.enter(PASSWORD);
    here.wait_for(MENU);
    let there = telnet(&board);
    there.log_in("Acid Burn");

    // While a line is being typed: the page on its own line, then the prompt and what was typed.
    here.enter("m");
    here.wait_for("A number, or Enter to go back:");
    here.send("2");
    here.wait_for("go back: 2");
    there.choose("P", "one line, shown at once");
    there.enter("Paper Tape");
    there.wait_for("say");
    there.enter("your ribbon is dry");
    there.past_notice();
    here.wait_until("the page, and the prompt restored below it", |screen| {
        let rows = screen.rows();
        let page = rows.iter().position(|row| row == "> Acid Burn pages you: your ribbon is dry");
        page.is_some_and(|at| rows.get(at + 1).is_some_and(|row| row == "A number, or Enter to go back: 2"))
    });
    here.send("\n");
    here.wait_for("subject: Who is on the line?");

    // In the line editor, where the prompt is empty.
    here.enter("p");
    here.wait_for("subject (what it is about):");
    here.enter("Ribbons");
    here.wait_for("/a abandons.");
    here.send("As I was say");
    here.wait_for("As I was say");
    there.open_board("The Lobby");
    there.post("Interruptions", "Sorry.");
    here.wait_until("the page, and the half line below it", |screen| {
        let rows = screen.rows();
        let page =
            rows.iter().position(|row| row.starts_with("> Acid Burn posted in The Lobby: \"Interruptions\""));
        page.is_some_and(|at| rows.get(at + 1).is_some_and(|row| row == "As I was say"))
    });
    here.send("ing:\n/s\n");
    here.wait_for("1. subject: Ribbons, by: Paper Tape");
    there.back_to("message boards");
    let read = board.cli_json(&["board", "read", "lobby", "--json"]);
    assert!(read.to_string().contains("As I was saying:"), "{read}");
}

#[test]
fn a_page_waits_for_whoever_is_not_on_line() {
    let board = Board::start();
    board.account("Acid Burn");
    board.account("Crash Override");
    let there = telnet(&board);
    there.log_in("Acid Burn");
    there.choose("P", "one line, shown at once");
    there.enter("crash override");
    there.wait_for("say");
    there.enter("call me");
    there.wait_for("is not on line and will see it at the next call.");
    there.past_notice();

    let here = Dial::call(&board, Kind::SyncTerm);
    here.wait_for(&QUESTION);
    here.enter("Crash Override");
    here.wait_for("Password:");
    here.enter(PASSWORD);
    here.wait_for("Acid Burn pages you: call me");
    here.past_notice();
    here.wait_for("1 new");
    here.choose("R", "the pager");
    here.wait_for("Acid Burn pages you: call me");
    here.back_to(MENU);
    here.wait_gone("1 new");
}

#[test]
fn nobody_is_paged_of_what_they_may_not_read() {
    let board = Board::start();
    let made = board.cli(&[
        "board",
        "add",
        "elite",
        "--name",
        "Elite",
        "--description",
        "For few",
        "--read",
        "level >= 50",
    ]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    board.account("Acid Burn");
    let here = telnet(&board);
    here.log_in("Acid Burn");
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    let post = |slug: &str, subject: &str| {
        let words = ["board", "post", slug, "--from", "Sysop", "--subject", subject, "--body", "Words."];
        let posted = board.cli(&words);
        assert!(posted.status.success(), "{}", String::from_utf8_lossy(&posted.stderr));
    };
    post("elite", "A secret");
    // Events come in order: with the second here, the first did not come.
    post("lobby", "No secret");
    for caller in [&here as &Terminal, &guest] {
        caller.wait_status("» Sysop posted in The Lobby: \"No secret\"");
        let screen = caller.screen();
        assert!(!screen.contains('+') || !screen.contains("+1  /"), "{screen}");
        assert!(!String::from_utf8_lossy(&caller.raw()).contains("A secret"));
    }
}

/// Calls the board as `handle` with another terminal.
fn another(board: &Board, handle: &str) -> Dial {
    let caller = Dial::call(board, Kind::SyncTerm);
    caller.log_in(handle);
    caller
}

#[test]
fn an_idle_callers_status_line_says_who_is_on_and_nothing_else_is_drawn() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    board.account("Acid Burn");
    board.account("Crash Override");
    let idle = telnet(&board);
    idle.look_round();
    idle.wait_status("you are the only one here");
    let plain = Dial::call(&board, Kind::Silent);
    plain.wait_for(&QUESTION);
    plain.enter("GUEST");
    plain.wait_for(MENU);
    idle.wait_status("2 on line");
    let (before, bytes, said) = (idle.without_counts(), idle.raw().len(), plain.raw().len());
    // Two calls of one caller are one caller.
    let first = another(&board, "Acid Burn");
    let _second = another(&board, "Acid Burn");
    let third = another(&board, "Crash Override");
    idle.wait_status("4 on line");
    first.choose("W", "4 callers on line");
    let who = ssh(&board, "guest", &SshOptions { command: Some("who".to_owned()), ..SshOptions::default() });
    who.wait_for("4 callers on line");
    third.hangup();
    idle.wait_status("3 on line");
    idle.wait_for("on the line     3");
    assert_eq!(idle.without_counts(), before, "more than the counts was drawn");
    let raw = idle.raw();
    let came = raw.get(bytes..).expect("more came");
    assert!(came.len() < 200, "{} bytes: {:?}", came.len(), String::from_utf8_lossy(came));
    assert_eq!(plain.raw().len(), said, "words alone were told of it:\n{}", plain.screen());
    // What was drawn behind its back is where the next drawing takes it to be.
    idle.choose("W", "3 callers on line");
    idle.back_to(MENU);
    assert_eq!(idle.above_status().1, before.1);
}

#[test]
fn lists_show_the_news_that_concerns_them_and_the_bar_stays_on_its_row() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    for handle in ["Acid Burn", "Crash Override", "Phantom Phreak"] {
        board.account(handle);
    }
    let done = |words: &[&str]| {
        let run = board.cli(words);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    };
    let post = |subject: &str| {
        done(&["board", "post", "lobby", "--from", "Sysop", "--subject", subject, "--body", "Words."]);
    };
    let here = telnet(&board);
    here.log_in("Acid Burn");
    let row_of = |text: &str| {
        let text = text.to_owned();
        move |screen: &Emulator| {
            let rows = screen.rows();
            let listed = rows.len() - 4;
            rows.into_iter().take(listed).skip(6).find(|row| row.contains(&text))
        }
    };
    let bar_is_on = |text: &str| {
        here.wait_until(&format!("the bar on \"{text}\""), |screen| {
            screen.bar().is_some_and(|bar| screen.row_has(bar, text))
        });
    };

    here.choose("M", "message boards");
    here.move_to_row("Phreaking");
    let before = here.look(row_of("The Lobby"));
    post("Fresh paint");
    here.wait_until("another count", |screen| row_of("The Lobby")(screen) != before);
    bar_is_on("Phreaking");

    here.choose_row("The Lobby");
    here.wait_for("P post");
    here.move_to_row("Fresh paint");
    post("Wet paint");
    here.wait_until("the thread in the list", |screen| row_of("Wet paint")(screen).is_some());
    bar_is_on("Fresh paint");
    here.back_to("message boards");
    here.back_to(MENU);

    here.choose("W", "1 caller on line");
    let crash = another(&board, "Crash Override");
    here.wait_for("2 callers on line");
    here.wait_for("Crash Override");
    bar_is_on("Acid Burn");
    crash.hangup();
    here.wait_for("1 caller on line");
    here.wait_gone("Crash Override");
    here.back_to(MENU);

    befriend(&here, "Phantom Phreak");
    here.choose("F", "away");
    let phantom = another(&board, "Phantom Phreak");
    here.wait_for("on line: ");
    phantom.hangup();
    here.wait_for("away");
    here.back_to(MENU);

    here.choose("R", "the pager");
    here.move_to_row("Fresh paint");
    done(&["page", "Acid Burn", "look up", "--from", "Crash Override"]);
    here.wait_until("the page in the list", |screen| {
        row_of("Crash Override pages you: look up")(screen).is_some()
    });
    bar_is_on("Fresh paint");
}

#[test]
fn thousands_on_line_are_listed_page_by_page() {
    let board = Board::setup().arguments(&["--role", "gateway"]).start();
    board.account("Acid Burn");
    let acid = telnet(&board);
    acid.log_in("Acid Burn");
    // As many guests, each on a node of their own, whom the log tells of.
    let guests = "FROM calls WHERE number > 10";
    for sql in [
        "WITH RECURSIVE s (n) AS (SELECT 11 UNION ALL SELECT n + 1 FROM s WHERE n < 4010) \
         INSERT INTO calls (instance, node, transport, peer, columns, rows, place, user_id, handle, number, \
             answered_at, logged_in_at, lost, call_key) \
         SELECT (SELECT id FROM instances WHERE present), n, 'telnet', '192.0.2.7', 80, 25, 'the tape', 0, 'Guest', n, \
             strftime('%Y-%m-%dT%H:%M:%S+00:00'), strftime('%Y-%m-%dT%H:%M:%S+00:00'), FALSE, randomblob(16) FROM s",
        &format!(
            "INSERT INTO events (at, kind, body) SELECT answered_at, 'users.online', json_object('type', \
               'user_online', 'user', 0, 'handle', 'Guest', 'call', id, 'since', answered_at) {guests}"
        ),
    ] {
        board.execute(sql);
    }
    acid.wait_status("4001 on line");
    acid.choose("W", "4001 callers on line");
    acid.wait_for("1 of 50+");
    acid.key(Key::End);
    acid.wait_for("50 of 50+");
    acid.key(Key::Down);
    acid.wait_for("51 of 100+");
    acid.move_to_row("60");
    // Somebody above the bar goes; it stays with the caller it is on.
    board.execute(
        "INSERT INTO events (at, kind, body) SELECT answered_at, 'users.offline', json_object('type', 'user_offline', \
           'user', 0, 'handle', 'Guest', 'call', id) FROM calls WHERE number = 20",
    );
    board.execute("UPDATE calls SET ended_at = answered_at WHERE number = 20");
    acid.wait_for("4000 callers on line");
    acid.wait_until("the bar on node 60", |screen| screen.bar().is_some_and(|bar| screen.row_has(bar, "60")));
    acid.wait_for("50 of 100+");
    // What is far down is fetched on the way there, twenty pages for a key.
    acid.send("400");
    acid.wait_for("400 of");
    acid.wait_until("the bar on node 410", |screen| {
        screen.bar().is_some_and(|bar| screen.row_has(bar, "410"))
    });
}

#[test]
fn callers_of_one_process_page_each_other_with_the_poll_off() {
    let Two { telnet, ssh, board } = two(Board::setup().env("DIALTONE_STORAGE__POLL_MILLISECONDS", 0));
    telnet.open_board("The Lobby");
    telnet.post("Hack the planet", "They are trashing our rights.");
    ssh.wait_status("» Acid Burn posted in The Lobby: \"Hack the planet\"");
    ssh.choose("P", "one line, shown at once");
    ssh.enter("acid burn");
    ssh.wait_for("say");
    ssh.enter("meet me at the garage");
    ssh.wait_for("Acid Burn has it on screen now.");
    telnet.wait_status("» Crash Override pages you: meet me at the garage");
    drop(board);
}
