//! Several processes as one board: on one PostgreSQL, with and without NATS, and when either goes away.

mod harness;

use std::sync::Arc;
use std::time::Instant;

use harness::{
    Board, DEADLINE, Database, Dial, Key, Kind, MENU, NOTICE, Nats, PASSWORD, Postgres, Pty, Setup,
    SshOptions, call_by_ssh, ssh, telnet,
};

/// One instance of a board: its name is what who's online shows.
fn instance(name: &str, database: &Arc<Database>, nats: Option<&Nats>) -> Board {
    let setup = named(name, database);
    match nats {
        Some(nats) => setup.nats(nats).start(),
        None => setup.start(),
    }
}

/// An instance that is still to start.
fn named(name: &str, database: &Arc<Database>) -> Setup {
    Board::setup().database(database).env("DIALTONE_INSTANCE__NAME", name)
}

/// The same that never reads the log unless a doorbell rings, and rings for no prices of its own.
fn instance_without_poll(name: &str, database: &Arc<Database>, nats: Option<&Nats>) -> Board {
    let setup = Board::setup()
        .database(database)
        .arguments(&["--role", "gateway"])
        .env("DIALTONE_INSTANCE__NAME", name)
        .env("DIALTONE_STORAGE__POLL_MILLISECONDS", 0);
    match nats {
        Some(nats) => setup.nats(nats).start(),
        None => setup.start(),
    }
}

/// Posts from the main menu, and goes back there.
fn post(caller: &harness::Terminal, subject: &str) {
    caller.open_board("The Lobby");
    caller.post(subject, "Can you hear me?");
    caller.back_to("message boards");
    caller.back_to(MENU);
}

#[test]
fn a_post_on_one_instance_pages_a_caller_on_the_other() {
    let nats = Nats::start();
    let database = Arc::new(Database::create());
    let (a, b) = (instance("a", &database, Some(&nats)), instance("b", &database, Some(&nats)));
    a.account("Acid Burn");
    a.account("Crash Override");
    let mut wire = nats.listen();
    let acid = Dial::call(&a, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let online = wire.wait("backend.users.online");
    assert!(online.contains("Acid Burn"), "{online}");
    let crash = call_by_ssh(&b, "Crash Override", &SshOptions::default());
    wire.wait("backend.users.online");

    post(&acid, "From instance a");
    crash.wait_status("» Acid Burn posted in The Lobby: \"From instance a\"");
    let created = wire.wait("backend.bbs.message.created");
    assert!(created.contains("From instance a"), "{created}");

    // A page back the other way.
    crash.choose("P", "one line, shown at once");
    crash.enter("acid burn");
    crash.wait_for("say");
    crash.enter("loud and clear");
    crash.wait_for("Acid Burn has it on screen now.");
    acid.wait_status("» Crash Override pages you: loud and clear");
    let page = wire.wait("backend.email.page.sent");
    for private in ["loud and clear", "Crash Override", "Acid Burn"] {
        assert!(!page.contains(private), "{page}");
    }
    crash.past_notice();

    // Who's online shows both, on either instance.
    acid.choose("W", "2 callers on line");
    crash.choose("W", "2 callers on line");
    for caller in [acid.screen(), crash.screen()] {
        let row =
            |handle: &str| caller.lines().find(|row| row.contains(handle)).unwrap_or_default().to_owned();
        assert!(row("Acid Burn").contains("a:1") && row("Acid Burn").contains("telnet"), "{caller}");
        assert!(row("Crash Override").contains("b:1") && row("Crash Override").contains("ssh"), "{caller}");
    }
    crash.hangup();
    wire.wait("backend.users.offline");
}

#[test]
fn three_instances_in_one_process_are_one_board_until_one_of_them_leaves() {
    let nats = Nats::start();
    let database = Arc::new(Database::create());
    let [a, b, c] = ["a", "b", "c"].map(|name| instance(name, &database, Some(&nats)));
    assert!([&a, &b, &c].iter().all(|instance| instance.here().is_some()), "in this process");
    let callers = [(&a, "Acid Burn"), (&b, "Crash Override"), (&c, "Zero Cool")].map(|(instance, handle)| {
        a.account(handle);
        let caller = Dial::call(instance, Kind::SyncTerm);
        caller.log_in(handle);
        caller
    });
    let [acid, crash, zero] = &callers;
    let page = |from: &Dial, to: &Dial, handles: [&str; 2], text: &str| {
        from.choose("P", "one line, shown at once");
        from.enter(handles[1]);
        from.wait_for("say");
        from.enter(text);
        from.wait_for(&format!("{} has it on screen now.", handles[1]));
        from.past_notice();
        from.wait_for(MENU);
        to.wait_status(&format!("» {} pages you: {text}", handles[0]));
    };
    page(acid, crash, ["Acid Burn", "Crash Override"], "from a to b");
    page(crash, zero, ["Crash Override", "Zero Cool"], "from b to c");
    page(zero, acid, ["Zero Cool", "Acid Burn"], "from c to a");
    // Each has nodes of its own, and the count of them all.
    acid.choose("W", "3 callers on line");
    for (handle, node) in [("Acid Burn", "a:1"), ("Crash Override", "b:1"), ("Zero Cool", "c:1")] {
        acid.wait_until(node, |screen| {
            screen.rows().iter().any(|row| row.contains(handle) && row.contains(node))
        });
    }

    let said = [&a, &c].map(|instance| instance.log.lines());
    assert!(b.stop().success());
    crash.wait_for("The board is going down.");
    crash.wait_hangup();
    assert!(std::net::TcpStream::connect(b.telnet).is_err() && std::net::TcpStream::connect(b.ssh).is_err());
    // The others see its caller leave, and nothing else.
    acid.wait_for("2 callers on line");
    acid.back_to(MENU);
    page(acid, zero, ["Acid Burn", "Zero Cool"], "still here");
    page(zero, acid, ["Zero Cool", "Acid Burn"], "so am I");
    assert_eq!([&a, &c].map(|instance| instance.log.lines()), said);
    assert_eq!((a.get("/readyz").0, c.get("/readyz").0), (200, 200));
    assert_eq!(a.who(), ["Acid Burn", "Zero Cool"]);
}

/// Whatever is written by either instance or by a command shows on both at once. Nothing but the doorbell can have
/// said so.
fn doorbell_carries(a: &Board, b: &Board) {
    a.account("Acid Burn");
    a.account("Crash Override");
    let acid = Dial::call(a, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let crash = call_by_ssh(b, "Crash Override", &SshOptions::default());
    post(&acid, "From instance a");
    crash.wait_status("» Acid Burn posted in The Lobby: \"From instance a\"");
    post(&crash, "From instance b");
    acid.wait_status("» Crash Override posted in The Lobby: \"From instance b\"");
    let said = a.cli(&["broadcast", "From a command"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    for caller in [&acid as &harness::Terminal, &crash] {
        caller.wait_status("» Sysop to everybody: From a command");
    }
    // The command waits for the call's end, so it has to ring before its own.
    let banned = a.cli_json(&["user", "ban", "Crash Override", "--json"]);
    assert_eq!(banned.get("ended"), Some(&true.into()), "{banned}");
    crash.wait_for("The sysop has closed your account.");
    crash.wait_hangup();
}

#[test]
fn nats_alone_carries_with_the_poll_off() {
    let nats = Nats::start();
    let database = Arc::new(Database::create());
    let (a, b) = (
        instance_without_poll("a", &database, Some(&nats)),
        instance_without_poll("b", &database, Some(&nats)),
    );
    doorbell_carries(&a, &b);
    assert_eq!(database.query(LISTENING), "0", "Postgres carried as well");
}

#[test]
fn postgres_alone_carries_with_the_poll_off() {
    let database = Arc::new(Database::create());
    let (a, b) = (instance_without_poll("a", &database, None), instance_without_poll("b", &database, None));
    doorbell_carries(&a, &b);
}

/// How many listen at the doorbell of Postgres.
const LISTENING: &str = "SELECT COUNT(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND query LIKE 'LISTEN %'";

#[test]
fn a_listener_that_lost_its_connection_reads_the_log_and_listens_again() {
    let database = Arc::new(Database::create());
    let (a, b) = (instance_without_poll("a", &database, None), instance_without_poll("b", &database, None));
    a.account("Acid Burn");
    let here = Dial::call(&a, Kind::SyncTerm);
    here.log_in("Acid Burn");
    let there = Dial::call(&b, Kind::SyncTerm);
    there.look_round();
    wait_listening(&database, "2");
    say_in_silence(&database);
    database.query(&LISTENING.replace("COUNT(*)", "pg_terminate_backend(pid)"));
    for caller in [&here as &harness::Terminal, &there] {
        caller.wait_status("» Sysop to everybody: Said in silence");
    }
    wait_listening(&database, "2");
    let said = a.cli(&["broadcast", "Heard again"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    for caller in [&here as &harness::Terminal, &there] {
        caller.wait_status("» Sysop to everybody: Heard again");
    }
}

#[test]
fn an_instance_whose_line_to_nats_was_lost_reads_the_log_when_it_is_back() {
    let mut nats = Nats::start();
    let database = Arc::new(Database::create());
    let board = instance_without_poll("a", &database, Some(&nats));
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    board.log.wait_message("nats connected");
    nats.stop();
    board.log.wait_text("nats is away");
    say_in_silence(&database);
    nats.start_again();
    guest.wait_status("» Sysop to everybody: Said in silence");
}

/// A broadcast by a writer that does not ring: nobody reads it until something else has the log read.
fn say_in_silence(database: &Database) {
    database.query(
        "INSERT INTO events (at, kind, body) VALUES (now(), 'message.broadcast.all', \
             '{\"type\":\"broadcast\",\"from_handle\":\"Sysop\",\"text\":\"Said in silence\"}')",
    );
}

fn wait_listening(database: &Database, count: &str) {
    let end = Instant::now() + DEADLINE;
    while database.query(LISTENING) != count {
        assert!(Instant::now() < end, "{} listen, not {count}", database.query(LISTENING));
    }
}

#[test]
fn an_event_of_a_kind_from_the_future_is_passed_over_with_one_line() {
    let database = Arc::new(Database::create());
    let board = instance("a", &database, None);
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
    for _ in 0..3 {
        database.query(
            "INSERT INTO events (at, kind, body) VALUES (now(), 'bbs.parrot.landed', '{\"type\":\"parrot_landed\"}')",
        );
    }
    let said = board.cli(&["broadcast", "Still here"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    guest.wait_status("» Sysop to everybody: Still here");
    let lines = board.log.lines();
    let told = lines.iter().filter(|line| line.contains("parrot_landed")).count();
    assert_eq!(told, 1, "{}", board.log.tail());
}

#[test]
fn without_nats_the_poll_carries_and_with_it_again_the_doorbell() {
    let mut nats = Nats::start();
    let database = Arc::new(Database::create());
    let (a, b) = (instance("a", &database, Some(&nats)), instance("b", &database, Some(&nats)));
    a.account("Acid Burn");
    a.account("Crash Override");
    let acid = Dial::call(&a, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let crash = call_by_ssh(&b, "Crash Override", &SshOptions::default());
    a.log.wait_message("nats connected");

    nats.stop();
    a.log.wait_text("nats is away");
    b.log.wait_text("nats is away");
    post(&acid, "Nobody rings");
    crash.wait_status("» Acid Burn posted in The Lobby: \"Nobody rings\"");
    assert_eq!(a.get("/readyz").0, 200);

    nats.start_again();
    a.log.wait_nth_message("nats connected", 1);
    b.log.wait_nth_message("nats connected", 1);
    let mut wire = nats.listen();
    post(&acid, "Somebody rings again");
    crash.wait_status("» Acid Burn posted in The Lobby: \"Somebody rings again\"");
    wire.wait("backend.bbs.message.created");
}

#[test]
fn a_board_starts_although_nats_is_away() {
    let nats = Nats::start();
    nats.stop();
    let database = Arc::new(Database::create());
    let board = instance("a", &database, Some(&nats));
    let guest = Dial::call(&board, Kind::SyncTerm);
    guest.look_round();
}

#[test]
fn the_callers_of_a_killed_instance_leave_whos_online() {
    let database = Arc::new(Database::create());
    let (a, b) = (named("a", &database).process().start(), instance("b", &database, None));
    a.account("Acid Burn");
    a.account("Crash Override");
    let acid = Dial::call(&a, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let crash = Dial::call(&b, Kind::SyncTerm);
    crash.log_in("Crash Override");
    a.wait_who("both on line", |who| who.len() == 2);
    a.kill();
    acid.wait_hangup();
    b.wait_who("the killed instance's caller gone", |who| who == ["Crash Override"]);
    crash.choose("W", "1 caller on line");

    // An instance that stops as it should takes its callers with it at once.
    let again = a.again();
    let acid = Dial::call(&again, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    b.wait_who("both on line again", |who| who.len() == 2);
    assert!(again.stop().success());
    assert_eq!(b.who(), ["Crash Override"]);
}

#[test]
fn a_instance_with_the_name_of_one_that_runs_is_refused_and_does_no_harm() {
    let database = Arc::new(Database::create());
    let a = instance("a", &database, None);
    a.account("Acid Burn");
    let acid = Dial::call(&a, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let (status, said) = named("a", &database).refuse();
    assert!(!status.success());
    assert!(said.contains("waiting until its lease is renewed or runs out"), "{said}");
    assert!(said.contains("an instance named \"a\" is up since") && said.contains("instance.name"), "{said}");
    acid.choose("W", "1 caller on line");
    assert!(!a.log.ended());
    assert_eq!(a.get("/readyz").0, 200);
}

#[test]
fn after_a_crash_a_instance_has_its_name_again() {
    let database = Arc::new(Database::create());
    let a = named("a", &database).process().start();
    a.kill();
    let a = a.again();
    a.log.wait_message("this name is held: waiting until its lease is renewed or runs out");
    let instances = a.cli_json(&["instance", "list", "--json"]);
    assert_eq!((instances[0]["name"].as_str(), instances[1].as_object()), (Some("a"), None), "{instances}");
    // One that stops as it should gives its name back at once.
    assert!(a.stop().success());
    let a = a.again();
    assert!(!a.log.lines().iter().any(|line| line.contains("this name is held")), "{}", a.log.tail());
}

#[test]
fn instances_without_a_name_are_told_apart_by_number() {
    let database = Arc::new(Database::create());
    let instances: Vec<Board> = std::thread::scope(|scope| {
        let start = || Board::setup().database(&database).start();
        let starting: Vec<_> = (0..3).map(|_| scope.spawn(start)).collect();
        starting.into_iter().map(|instance| instance.join().expect("the instance starts")).collect()
    });
    let [first, ..] = instances.as_slice() else { panic!("three instances") };
    let list = first.cli_json(&["instance", "list", "--json"]);
    let list = list.as_array().expect("a list of instances");
    let mut names: Vec<_> = list.iter().filter_map(|instance| instance["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["1", "2", "3"]);
    for instance in &instances {
        let port = format!(":{}", instance.telnet.port());
        let at = |shown: &serde_json::Value| shown["host"].as_str().is_some_and(|host| host.ends_with(&port));
        assert_eq!(list.iter().filter(|shown| at(shown)).count(), 1, "{port} in {list:?}");
    }
}

#[test]
fn two_instances_that_start_at_once_make_one_board() {
    let database = Arc::new(Database::create());
    let instances: Vec<Board> = std::thread::scope(|scope| {
        let starting: Vec<_> =
            ["a", "b", "c"].map(|name| scope.spawn(|| instance(name, &database, None))).into_iter().collect();
        starting.into_iter().map(|instance| instance.join().expect("the instance starts")).collect()
    });
    let created = || {
        let lines = instances.iter().flat_map(|instance| instance.log.lines());
        lines.filter(|line| line.contains("sysop created")).count()
    };
    // The password is shown a moment after the board is ready.
    let end = Instant::now() + DEADLINE;
    while created() == 0 && Instant::now() < end {
        std::thread::yield_now();
    }
    instances.iter().for_each(|instance| assert!(instance.stop().success()));
    assert_eq!(created(), 1);
    let instances: Vec<Board> = instances.iter().map(Board::again).collect();
    let [first, .., last] = instances.as_slice() else { panic!("three instances") };
    let boards = first.cli_json(&["board", "list", "--json"]);
    assert_eq!(boards.as_array().map(Vec::len), Some(4), "{boards}");
    assert_eq!(last.cli_json(&["instance", "list", "--json"]).as_array().map(Vec::len), Some(3));
}

/// Presses a key of the main menu until the records answer: each time they do not, the caller is told.
fn insist(caller: &Pty, key: &str, title: &str) {
    loop {
        caller.send(key);
        if caller.wait_for_any(&[title, NOTICE]) == 0 {
            return;
        }
        caller.past_notice();
        caller.wait_for(MENU);
    }
}

#[test]
fn callers_sit_out_a_restart_of_postgres() {
    let mut postgres = Postgres::start();
    let database = Arc::new(postgres.database());
    let (a, b) = (instance("a", &database, None), instance("b", &database, None));
    a.account("Acid Burn");
    a.account("Crash Override");
    let acid = call_by_ssh(&a, "Acid Burn", &SshOptions::default());
    let crash = call_by_ssh(&b, "Crash Override", &SshOptions::default());
    acid.open_board("The Lobby");
    acid.post("Before the storm", "Kept.");
    crash.wait_status("Before the storm");
    acid.back_to("message boards");
    acid.back_to(MENU);

    postgres.stop();
    crash.send("M");
    crash.wait_for("The board cannot reach its records just now. Please try again");
    crash.wait_for("(reference c-");
    crash.past_notice();
    crash.wait_for(MENU);
    assert_eq!((a.get("/healthz").0, a.get("/readyz").0), (200, 503));
    // Whoever calls now is told too, and the line stays open.
    let stranger = telnet(&a);
    stranger.wait_for(&harness::QUESTION);
    stranger.enter("Acid Burn");
    stranger.wait_for("Password:");
    stranger.enter(PASSWORD);
    stranger.wait_for("The board cannot reach its records just now.");

    postgres.start_again();
    insist(&crash, "M", "message boards");
    crash.choose_row("The Lobby");
    crash.wait_for("Before the storm");
    insist(&acid, "M", "message boards");
    acid.choose_row("The Lobby");
    acid.wait_for("P post");
    acid.post("After the storm", "Kept as well.");
    crash.wait_status("» Acid Burn posted in The Lobby: \"After the storm\"");
    stranger.hangup();
    b.wait_who("both, each once, and nobody else", |who| who.len() == 2 && !who.contains(&String::new()));
    // What it said of the records holds for a second, and all of this may have taken less.
    let end = Instant::now() + DEADLINE;
    while a.get("/readyz").0 != 200 {
        assert!(Instant::now() < end, "the board is not ready again\n{}", a.log.tail());
    }
    // Told once when it began, and once when it was over: nothing of each that failed meanwhile.
    let over = a.log.wait_text(" answers again");
    assert!(over.contains("the database at 127.0.0.1:"), "{over}");
    let lines = a.log.lines();
    let began: Vec<_> = lines.iter().filter(|line| line.contains(" does not answer")).collect();
    assert!(began.len() == 1 && began[0].contains("ERROR"), "{began:?}");
    for noise in
        ["a statement failed", "pool timed out", "before_acquire", "slow threshold", "already exists"]
    {
        let found = lines.iter().find(|line| line.contains(noise) && !line.contains("DEBUG"));
        assert_eq!(found, None, "{noise}");
    }
}

/// Lets the records take their time over committing a call, for as long as there is a row in `slow`.
fn slow_calls(database: &Database) {
    database.query("CREATE TABLE slow AS SELECT 1 AS yes");
    database.query(
        "CREATE FUNCTION wait_while_slow() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN \
           WHILE EXISTS (SELECT 1 FROM slow) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NULL; \
         END $$",
    );
    database.query(
        "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON calls DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION wait_while_slow()",
    );
}

#[test]
fn a_caller_banned_while_the_call_is_written_down_leaves_whos_online() {
    let database = Arc::new(Database::create());
    let board = instance("a", &database, None);
    board.account("Acid Burn");
    slow_calls(&database);
    let acid = ssh(&board, "Acid Burn", &SshOptions::default());
    acid.wait_for("Password:");
    acid.enter(PASSWORD);
    let committing = "SELECT COUNT(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT'";
    let end = Instant::now() + DEADLINE;
    while database.query(committing) != "1" {
        assert!(Instant::now() < end, "the call is not written down\n{}", board.log.tail());
    }
    let banned = board.cli(&["user", "ban", "Acid Burn"]);
    assert!(banned.status.success(), "{}", String::from_utf8_lossy(&banned.stderr));
    acid.wait_hangup();
    database.query("DELETE FROM slow");
    // The row of a call that is over by now must not stay.
    board.wait_who("the call", |_| database.query("SELECT COUNT(*) FROM calls") == "1");
    board.wait_who("nobody", <[String]>::is_empty);
}

#[test]
fn a_call_whose_record_was_not_acknowledged_is_in_whos_online_once() {
    let database = Arc::new(Database::create());
    let board = instance("a", &database, None);
    board.account("Acid Burn");
    slow_calls(&database);
    let (acid, stranger) = (telnet(&board), telnet(&board));
    for caller in [&acid, &stranger] {
        caller.wait_for(&harness::QUESTION);
    }
    for nth in 0..2 {
        board.log.wait_nth_message("call not written down", nth);
    }
    // Both rows are there now, and the board was told of neither.
    database.query("DELETE FROM slow");
    acid.log_in("Acid Burn");
    board.wait_who("both, each once", |who| who.len() == 2 && who.contains(&"Acid Burn".to_owned()));
    stranger.hangup();
    board.wait_who("one caller, once", |who| who == ["Acid Burn"]);
    acid.hangup();
    board.wait_who("nobody", <[String]>::is_empty);
}

#[test]
fn a_frozen_postgres_is_told_to_callers_and_forgotten_when_it_goes_on() {
    let postgres = Postgres::start();
    let database = Arc::new(postgres.database());
    let board = instance("a", &database, None);
    board.account("Acid Burn");
    let acid = call_by_ssh(&board, "Acid Burn", &SshOptions::default());
    acid.open_board("The Lobby");
    acid.back_to("message boards");
    acid.back_to(MENU);
    postgres.freeze();
    acid.send("M");
    acid.wait_for("The board cannot reach its records just now.");
    acid.past_notice();
    acid.wait_for(MENU);
    assert_eq!((board.get("/healthz").0, board.get("/readyz").0), (200, 503));
    postgres.thaw();
    insist(&acid, "M", "message boards");
    acid.choose_row("The Lobby");
    acid.wait_for("P post");
    acid.post("After the frost", "All there.");
}

#[test]
fn what_a_caller_writes_outlives_a_restart_of_postgres() {
    let mut postgres = Postgres::start();
    let database = Arc::new(postgres.database());
    let board = instance("a", &database, None);
    board.account("Acid Burn");
    let acid = call_by_ssh(&board, "Acid Burn", &SshOptions::default());
    acid.open_board("The Lobby");
    acid.choose("P", "what it is about");
    acid.enter("A long letter");
    acid.wait_for("save or leave");
    acid.enter("An hour's work.");
    acid.wait_for("An hour's work.");
    postgres.stop();
    acid.enter("/s");
    acid.wait_for("The board cannot reach its records just now.");
    acid.past_notice();
    // The text is still there, to be saved once more.
    acid.wait_for("save or leave");
    acid.wait_for("An hour's work.");
    postgres.start_again();
    acid.save_at_last();
    acid.wait_for("A long letter");
    acid.choose_row("A long letter");
    acid.wait_for("An hour's work.");
    assert_eq!(database.query("SELECT COUNT(*) FROM messages WHERE body LIKE 'An hour%'"), "1");
}

#[test]
fn whoever_listens_on_nats_reads_nothing_that_is_private() {
    let nats = Nats::start();
    let database = Arc::new(Database::create());
    let a = instance("a", &database, Some(&nats));
    a.account("Acid Burn");
    let elite =
        ["board", "add", "elite", "--name", "Elite", "--description", "For few", "--read-level", "10"];
    assert!(a.cli(&elite).status.success());
    let mut wire = nats.listen();
    let acid = Dial::call(&a, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let online = wire.wait("backend.users.online");
    assert!(online.contains("Acid Burn"), "anybody may know who is on line: {online}");

    acid.open_board("Elite");
    acid.post("The master password", "Not here.");
    let created = wire.wait("backend.bbs.message.created");
    for private in ["The master password", "Elite", "Acid Burn"] {
        assert!(!created.contains(private), "{created}");
    }
    assert!(created.contains("\"message\":") && created.contains("\"board\":"), "{created}");
    acid.back_to("message boards");
    acid.back_to(MENU);

    acid.choose("T", "the tape");
    acid.wait_for("Three Hundred Baud Acoustics");
    acid.choose("B", "at the last price");
    acid.wait_for("BAUDS");
    acid.key(Key::Enter);
    acid.wait_for("a whole number");
    acid.enter("3");
    acid.wait_for("You bought 3");
    let settled = wire.wait("backend.stocks.order.settled");
    assert!(settled.contains("\"type\":\"order_settled\""), "{settled}");
    assert!(!settled.contains("shares") && !settled.contains("cents"), "{settled}");
    // The log has it whole: instances read that.
    let whole = database.query("SELECT body->>'shares' FROM events WHERE kind = 'stocks.order.settled'");
    assert_eq!(whole, "3");
}

#[test]
fn a_ban_on_one_instance_ends_the_calls_on_the_other() {
    let database = Arc::new(Database::create());
    let (a, b) = (instance("a", &database, None), instance("b", &database, None));
    a.account("Acid Burn");
    let here = Dial::call(&a, Kind::SyncTerm);
    here.log_in("Acid Burn");
    let there = call_by_ssh(&b, "Acid Burn", &SshOptions::default());
    let banned = a.cli_json(&["user", "ban", "Acid Burn", "--json"]);
    assert_eq!(banned["ended"], true, "{banned}");
    for caller in [&here as &harness::Terminal, &there] {
        caller.wait_for("The sysop has closed your account.");
        caller.wait_hangup();
    }
}
