//! Calling by SSH: from the handshake to goodbye, with OpenSSH and PuTTY.

mod harness;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use harness::{
    Board, DEADLINE, Database, Key, MENU, PASSWORD, Pty, Setup, SshOptions, call_by_ssh, on_both_databases,
    plink, said, ssh, text,
};

on_both_databases!(
    a_stranger_registers_and_comes_back_with_a_password,
    a_key_opens_the_door,
    rights_taken_away_are_gone_on_an_open_connection,
);

/// Makes a key pair in the board's scratch directory; the path of the private half.
fn key_pair(board: &Board, name: &str, kind: &str) -> PathBuf {
    let path = board.scratch().join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", "", "-C", name, "-f"])
        .arg(&path)
        .status()
        .expect("ssh-keygen starts; tests/run installs it");
    assert!(made.success());
    path
}

/// Options that OpenSSH takes with `-o`.
fn options(words: &[&str]) -> SshOptions {
    let arguments = words.iter().flat_map(|word| ["-o".to_owned(), (*word).to_owned()]).collect();
    SshOptions { arguments, ..SshOptions::default() }
}

/// Waits until OpenSSH has asked for the password as often as this.
fn wait_asked(caller: &Pty, times: usize) {
    caller.wait_until(&format!("question {times} at the cursor"), |screen| {
        let asked: Vec<_> = screen.rows().into_iter().filter(|row| row.contains("Password:")).collect();
        let (row, column) = screen.screen().cursor_position();
        asked.len() == times && column > 0 && screen.row_has(usize::from(row), "Password:")
    });
}

fn command(words: &str) -> SshOptions {
    SshOptions { command: Some(words.to_owned()), ..SshOptions::default() }
}

fn a_stranger_registers_and_comes_back_with_a_password(setup: Setup) {
    let board = setup.start();
    let stranger = ssh(&board, "new", &SshOptions::default());
    stranger.fill_registration("Kate Libby");
    stranger.open_board("Code");
    stranger.post("From a laptop", "28.8 and a PCI bus.");
    stranger.back_to("message boards");
    stranger.back_to(MENU);
    stranger.send("G");
    stranger.wait_for("so long, Kate Libby");
    assert_eq!(stranger.exit_code(), 0);

    // The SSH method "password"; the other calls here use keyboard-interactive.
    let caller = ssh(&board, "kate libby", &options(&["PreferredAuthentications=password"]));
    caller.wait_for("password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Kate Libby"));
    caller.past_notice();
    caller.wait_for(" · call 2");
    caller.open_board("Code");
    caller.choose_row("From a laptop");
    caller.wait_for("28.8 and a PCI bus.");
}

fn a_key_opens_the_door(setup: Setup) {
    let board = setup.start();
    board.account("Dade");
    let key = key_pair(&board, "id_ed25519", "ed25519");
    let public = fs::read_to_string(key.with_extension("pub")).expect("ssh-keygen wrote it");

    // A key that nobody has shown yet is refused, and the password is asked for instead.
    let with_key = SshOptions { key: Some(key), ..SshOptions::default() };
    let caller = ssh(&board, "Dade", &with_key);
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Dade"));
    caller.past_notice();
    caller.choose("Y", "your profile");
    caller.choose("K", "your ssh keys");
    caller.wait_for("No keys yet");
    caller.choose("A", "the .pub file, never the other one");
    caller.enter(public.trim_end());
    caller.wait_for("id_ed25519");
    caller.wait_for("D delete");
    caller.hangup();

    let caller = ssh(&board, "Dade", &with_key);
    caller.wait_for(&said!("greet-back", handle = "Dade"));
    caller.past_notice();
    let line = board.log.wait_nth_message("logged in", 1);
    let said = |name| line.get(name).and_then(serde_json::Value::as_str);
    assert_eq!((said("user.handle"), said("method")), (Some("Dade"), Some("key")));
    // Taken away again, it opens nothing.
    caller.choose("Y", "your profile");
    caller.choose("K", "your ssh keys");
    caller.choose("D", "(y/n)");
    caller.send("y");
    // The call itself had come in by it.
    caller.wait_for("what you logged in with doesn't open it any more");
    caller.wait_hangup();
    ssh(&board, "Dade", &with_key).wait_for("Password:");
}

#[test]
fn an_rsa_key_added_by_the_sysop_opens_the_door_to_plink() {
    let board = Board::start();
    board.account("Dade");
    let key = key_pair(&board, "id_rsa", "rsa");
    let public = key.with_extension("pub");
    board.cli_json(&["user", "key", "add", "Dade", &public.to_string_lossy(), "--json"]);
    let putty = board.scratch().join("dade.ppk");
    let converted = Command::new("puttygen")
        .arg(&key)
        .args(["-O", "private", "-o"])
        .arg(&putty)
        .status()
        .expect("puttygen starts; tests/run installs it");
    assert!(converted.success());
    let caller = plink(&board, "Dade", &["-i", &putty.to_string_lossy()]);
    caller.wait_for(&said!("greet-back", handle = "Dade"));
    caller.past_notice();
    caller.wait_for(MENU);
}

#[test]
fn plink_calls_with_a_password() {
    let board = Board::start();
    board.account("Dade");
    let caller = plink(&board, "Dade", &[]);
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&said!("greet-back", handle = "Dade"));
    caller.past_notice();
    caller.choose("W", "Dade (you)");
    caller.back_to(MENU);
    caller.send("G");
    caller.wait_for("so long, Dade");
    assert_eq!(caller.exit_code(), 0);
}

#[test]
fn a_guest_looks_round_and_may_not_write() {
    let board = Board::start();
    let guest = ssh(&board, "guest", &SshOptions::default());
    guest.past_guest_notice();
    guest.open_board("The Lobby");
    guest.wait_for("Guests may look, not post");
    assert!(!guest.look(|screen| screen.has("P post")), "{}", guest.screen());
}

#[test]
fn whoever_comes_to_a_closed_door_is_told_so_and_asked_for_no_password() {
    let board = Board::setup()
        .env("DIALTONE_BOARD__GUESTS", false)
        .env("DIALTONE_BOARD__REGISTRATION", false)
        .start();
    let doors = [("guest", text("login-closed-guests")), ("new", text("login-closed-new"))];
    for (door, words) in &doors {
        let caller = ssh(&board, door, &SshOptions { size: Some((120, 24)), ..SshOptions::default() });
        caller.wait_for(words);
        assert_eq!(caller.exit_code(), 255);
        assert!(!caller.look(|screen| screen.has("assword:")), "{}", caller.screen());
    }
    // By telnet, as often as one likes: it is no guess.
    let caller = harness::Dial::call_sized(&board, harness::Kind::SyncTerm, 80, 60);
    for nth in 1..=4 {
        for (door, words) in &doors {
            caller.wait_for("Handle");
            caller.enter(door);
            caller.wait_until("the closed door", |screen| {
                screen.rows().iter().filter(|row| row.trim() == words.as_str()).count() == nth
            });
        }
    }
    board.account("Dade");
    caller.send(&format!("Dade\n{PASSWORD}\n"));
    caller.wait_for(&said!("greet-back", handle = "Dade"));
    assert!(!board.log.lines().iter().any(|line| line.contains("login refused")));
}

#[test]
fn who_is_a_command_and_nothing_else_is() {
    let board = Board::start();
    board.account("Dade");
    let dade = harness::telnet(&board);
    dade.log_in("Dade");
    dade.choose("T", "the tape");
    board.wait_who("Dade on line", |who| who == ["Dade"]);

    let who = ssh(&board, "guest", &command("who"));
    who.wait_for("Dade");
    who.wait_for("1 caller on line");
    assert_eq!(who.exit_code(), 0);

    let unknown = ssh(&board, "guest", &command("rm -rf / \u{1b}[2J"));
    unknown.wait_for("there is no such command here. There is: who");
    assert_eq!(unknown.exit_code(), 127);
    assert!(!unknown.raw().contains(&0x1b), "{:?}", unknown.screen());

    let sftp = SshOptions { arguments: vec!["-s".to_owned()], ..command("sftp") };
    let sftp = ssh(&board, "guest", &sftp);
    sftp.wait_for("subsystem request failed");
    assert_ne!(sftp.exit_code(), 0);
}

#[test]
fn without_a_terminal_there_are_words() {
    let board = Board::start();
    let plain = SshOptions { arguments: vec!["-T".to_owned()], ..SshOptions::default() };
    let guest = ssh(&board, "guest", &plain);
    guest.wait_for("main menu");
    guest.wait_for("M  Messages");
    guest.wait_for(MENU);
    // The client's own terminal is in line mode here: Enter is a line feed.
    guest.enter("w");
    guest.wait_for("who: Guest (you)");
    guest.enter("");
    guest.enter("g");
    guest.wait_for("So long, Guest.");
    assert_eq!(guest.exit_code(), 0);
    assert!(!guest.raw().contains(&0x1b), "{:?}", guest.screen());
}

#[test]
fn a_dumb_terminal_gets_words_too() {
    let board = Board::start();
    let guest = ssh(&board, "guest", &options(&["SetEnv=TERM=dumb"]));
    guest.wait_for("M  Messages");
    guest.wait_for(MENU);
    guest.enter("g");
    guest.wait_for("So long, Guest.");
    assert_eq!(guest.exit_code(), 0);
    assert!(!guest.raw().contains(&0x1b), "{:?}", guest.screen());
}

#[test]
fn a_wrong_password_is_refused_and_the_third_ends_the_call() {
    let board = Board::start();
    board.account("Dade");
    // What a server says without asking is shown from this level on, which is the default.
    let caller = ssh(&board, "Dade", &options(&["LogLevel=INFO"]));
    for asked in 1..=3 {
        wait_asked(&caller, asked);
        caller.enter("not the one");
    }
    caller.wait_for("That is three times. Call again later.");
    assert_eq!(caller.exit_code(), 255);
    board.log.wait_nth_message("login refused", 2);
}

#[test]
fn a_refused_key_is_no_failed_guess() {
    let board = Board::start();
    board.account("Dade");
    let mut offered = SshOptions::default();
    for n in 0..8 {
        let key = key_pair(&board, &format!("key{n}"), "ed25519");
        offered.arguments.extend(["-i".to_owned(), key.to_string_lossy().into_owned()]);
    }
    // Eight keys by each of two calls: as guesses they would have cost a penalty long since.
    for _ in 0..2 {
        let caller = ssh(&board, "Dade", &offered);
        caller.wait_for("Password:");
        caller.enter(PASSWORD);
        caller.wait_for(&said!("greet-back", handle = "Dade"));
    }
    assert!(!board.log.lines().iter().any(|line| line.contains("login refused")));
}

#[test]
fn host_keys_are_made_once_and_private() {
    let board = Board::setup().process().start();
    board.log.wait_message("rsa host key made");
    let shown = |board: &Board| {
        let scan = Command::new("ssh-keyscan")
            .args(["-t", "ed25519,rsa", "-p", &board.ssh.port().to_string(), "127.0.0.1"])
            .output()
            .expect("ssh-keyscan starts; tests/run installs it");
        let text = String::from_utf8_lossy(&scan.stdout).into_owned();
        let mut keys: Vec<String> =
            text.lines().filter_map(|line| line.split_once(' ')).map(|(_, key)| key.to_owned()).collect();
        keys.sort();
        keys
    };
    let first = shown(&board);
    assert_eq!(first.len(), 2, "{first:?}");
    for name in ["ssh_host_ed25519_key", "ssh_host_rsa_key"] {
        let mode = fs::metadata(board.data_dir().join(name)).expect("the key is a file").permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{name}");
    }
    assert!(board.stop().success());
    let board = board.again();
    assert_eq!(shown(&board), first);
}

#[test]
fn a_damaged_host_key_is_said_and_never_replaced() {
    let setup = Board::setup();
    let path = setup.data_dir().join("ssh_host_ed25519_key");
    fs::write(&path, "no key at all\n").expect("the data directory can be written");
    let (status, said) = setup.clone().refuse();
    assert!(!status.success());
    assert!(said.contains("ssh_host_ed25519_key") && said.contains("not a private key"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("still there"), "no key at all\n");
}

#[test]
fn a_host_key_with_a_passphrase_is_refused_at_once() {
    let setup = Board::setup();
    let path = setup.data_dir().join("ssh_host_ed25519_key");
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "a secret", "-f"]).arg(&path);
    assert!(keygen.status().is_ok_and(|status| status.success()), "ssh-keygen makes a key");
    let (status, said) = setup.refuse();
    assert!(!status.success() && said.contains("has a passphrase"), "{said}");
    assert!(said.contains("ssh-keygen -p"), "{said}");
}

#[test]
fn the_algorithms_of_syncterm_are_enough() {
    let board = Board::start();
    for kex in ["curve25519-sha256", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha256"]
    {
        for mac in ["hmac-sha2-256", "hmac-sha2-512"] {
            let only = options(&[
                "Ciphers=aes256-ctr",
                &format!("MACs={mac}"),
                &format!("KexAlgorithms={kex}"),
                "HostKeyAlgorithms=ssh-ed25519",
            ]);
            let caller = ssh(&board, "guest", &SshOptions { command: Some("who".to_owned()), ..only });
            caller.wait_for("on line");
            assert_eq!(caller.exit_code(), 0, "{kex} {mac}");
        }
    }
}

#[test]
fn a_client_that_offers_nothing_we_speak_costs_nothing() {
    let board = Board::start();
    let old = ssh(&board, "guest", &options(&["LogLevel=INFO", "KexAlgorithms=diffie-hellman-group1-sha1"]));
    old.wait_for("no matching key exchange method");
    assert_eq!(old.exit_code(), 255);
    // Whoever speaks no SSH at all is let go.
    let mut stranger = TcpStream::connect(board.ssh).expect("the board answers");
    stranger.set_read_timeout(Some(DEADLINE)).expect("a TCP socket has this option");
    stranger.write_all(b"GET / HTTP/1.1\r\nHost: board\r\n\r\n").expect("the board reads");
    let mut said = Vec::new();
    // A reset is a hangup too.
    let _ = stranger.read_to_end(&mut said);
    assert!(said.starts_with(b"SSH-2.0-"), "{:?}", String::from_utf8_lossy(&said));
    assert_eq!(ssh(&board, "guest", &command("who")).exit_code(), 0);
}

#[test]
fn the_locale_says_the_charset_and_the_window_its_size() {
    let board = Board::start();
    for (nth, locale, charset) in [(0, "C.UTF-8", "Utf8"), (1, "en_GB.UTF-8", "Utf8")] {
        let sent = SshOptions { size: Some((100, 40)), ..options(&[&format!("SetEnv=LANG={locale}")]) };
        let guest = ssh(&board, "guest", &sent);
        guest.past_guest_notice();
        let answered = board.answered(nth);
        assert_eq!(answered["charset"], charset, "{answered}");
        assert_eq!(answered["terminal"], "xterm-256color", "{answered}");
        assert_eq!((&answered["columns"], &answered["rows"]), (&100.into(), &40.into()), "{answered}");
        guest.wait_row(38, MENU);
        guest.resize(80, 30);
        guest.wait_row(28, MENU);
        guest.wait_status("Dialtone");
    }
}

#[test]
fn many_callers_may_share_one_connection() {
    let board = Board::start();
    let control = board.scratch().join("control");
    let shared = options(&[&format!("ControlPath={}", control.display()), "ControlMaster=auto"]);
    let first = ssh(&board, "guest", &shared);
    first.past_guest_notice();
    let second = ssh(&board, "guest", &SshOptions { command: Some("who".to_owned()), ..shared });
    second.wait_for("1 caller on line");
    assert_eq!(second.exit_code(), 0);
    // The other call on the connection goes on.
    first.choose("W", "who's online");
    first.key(Key::Escape);
    first.wait_for(MENU);
}

/// What makes OpenSSH keep the connection for other calls (`yes`), or call over one that is kept (`no`).
fn shared(board: &Board, master: &str) -> SshOptions {
    let path = format!("ControlPath={}", board.scratch().join("line").display());
    options(&[&format!("ControlMaster={master}"), &path])
}

/// A call whose connection others may share.
fn master(board: &Board, handle: &str) -> Pty {
    call_by_ssh(board, handle, &shared(board, "yes"))
}

/// A connection that others may share, with no call on it that could be ended.
fn idle_master(board: &Board) -> Pty {
    let mut options = shared(board, "yes");
    options.arguments.push("-N".to_owned());
    let idle = ssh(board, "Dade", &options);
    idle.wait_for("Password:");
    idle.enter(PASSWORD);
    let line = board.scratch().join("line");
    let there = || {
        let mut check = Command::new("ssh");
        check.args(["-F", "/dev/null", "-O", "check", "-S"]).arg(&line).arg("board");
        check.output().is_ok_and(|run| run.status.success())
    };
    let deadline = Instant::now() + DEADLINE;
    while !there() {
        assert!(Instant::now() < deadline, "no connection to share:\n{}", idle.screen());
    }
    idle
}

/// Another call over that connection: no question is asked.
fn another(board: &Board, handle: &str) -> Pty {
    let caller = ssh(board, handle, &shared(board, "no"));
    caller.wait_for(&said!("greet-back", handle = handle));
    caller.past_notice();
    caller.wait_for(MENU);
    caller
}

/// Runs a command of the sysop's that must succeed.
fn done(board: &Board, words: &[&str]) {
    let run = board.cli(words);
    assert!(run.status.success(), "{words:?}: {}", String::from_utf8_lossy(&run.stderr));
}

fn rights_taken_away_are_gone_on_an_open_connection(setup: Setup) {
    let board = setup.start();
    board.account("Dade");
    done(&board, &["user", "level", "Dade", "50"]);
    let elite = ["board", "add", "elite", "--name", "Elite", "--description", "For few"];
    done(&board, &[&elite[..], &["--read", "level >= 50"]].concat());
    let first = master(&board, "Dade");
    let second = another(&board, "Dade");
    for caller in [&first, &second] {
        caller.open_board("Elite");
    }
    second.choose("P", "what it is about");
    second.send("Half a thou");

    done(&board, &["user", "level", "Dade", "10"]);
    // Whatever was open is left, in the list and in the form alike.
    for caller in [&first, &second] {
        caller.wait_for("The sysop has changed what you may do here");
        // Whoever was typing goes on doing so: only Enter leaves this.
        caller.send("q?g");
        caller.wait_for("Enter goes on");
        caller.key(Key::Enter);
        caller.wait_for(MENU);
        caller.choose("M", "message boards");
        assert!(!caller.screen().contains("Elite"), "{}", caller.screen());
    }
    // A call that begins now over the same connection has the rights of now.
    let third = another(&board, "Dade");
    third.choose("M", "message boards");
    assert!(!third.screen().contains("Elite"), "{}", third.screen());
    // Rights that are given count as well.
    done(&board, &["user", "level", "Dade", "50"]);
    let fourth = another(&board, "Dade");
    fourth.open_board("Elite");
}

#[test]
fn rights_that_could_not_be_read_are_read_at_the_next_key_in_plain_text_too() {
    let database = Arc::new(Database::create());
    let board = Board::setup().database(&database).start();
    board.account("Dade");
    done(&board, &["user", "level", "Dade", "50"]);
    let dade = ssh(&board, "Dade", &options(&["SetEnv=TERM=dumb"]));
    dade.wait_for("Password:");
    dade.enter(PASSWORD);
    dade.wait_for(MENU);
    dade.enter("m");
    dade.wait_for("A number, or Enter to go back:");
    // The demotion is told while what it takes to read the caller's own row is out of reach.
    database.query("ALTER TABLE ssh_keys RENAME TO away");
    done(&board, &["user", "level", "Dade", "10"]);
    board.log.wait_message("own row not read");
    database.query("ALTER TABLE away RENAME TO ssh_keys");
    dade.send("2");
    dade.wait_for("The sysop has changed what you may do here");
}

#[test]
fn a_kicked_caller_loses_the_whole_connection() {
    let board = Board::start();
    board.account("Dade");
    let first = master(&board, "Dade");
    let second = another(&board, "Dade");
    let who = board.cli_json(&["who", "--json"]);
    let call = who[1]["call"].to_string();
    let kicked = board.cli_json(&["instance", "kick", &call, "--reason", "Enough.", "--json"]);
    assert_eq!(kicked["ended"], true, "{kicked}");
    second.wait_for("The sysop has ended your call: Enough.");
    first.wait_hangup();
    board.wait_who("nobody", <[String]>::is_empty);
    // The next call has to log in.
    let next = ssh(&board, "Dade", &shared(&board, "no"));
    next.wait_for("Password:");
}

#[test]
fn a_banned_caller_is_gone_at_once_from_every_call() {
    let board = Board::start();
    board.account("Dade");
    let first = master(&board, "Dade");
    let second = another(&board, "Dade");
    first.open_board("The Lobby");
    first.choose("P", "what it is about");
    let other = harness::Dial::call(&board, harness::Kind::SyncTerm);
    other.log_in("Dade");
    let banned = board.cli_json(&["user", "ban", "Dade", "--reason", "Be nicer.", "--json"]);
    assert_eq!((&banned["banned"], &banned["ended"]), (&true.into(), &true.into()), "{banned}");
    assert_eq!(board.who(), [""; 0], "what is said to have ended has");
    other.wait_for("The sysop has closed your account: Be nicer.");
    for caller in [&first as &harness::Terminal, &second, &other] {
        caller.wait_hangup();
    }
    let next = ssh(&board, "Dade", &shared(&board, "no"));
    wait_asked(&next, 1);
    next.enter(PASSWORD);
    wait_asked(&next, 2);
    next.hangup();
    done(&board, &["user", "unban", "Dade"]);
    master(&board, "Dade");
}

#[test]
fn a_connection_opens_nothing_more_once_its_password_is_another() {
    let board = Board::start();
    board.account("Dade");
    let idle = idle_master(&board);
    let who = || SshOptions { command: Some("who".to_owned()), ..shared(&board, "no") };
    assert_eq!(ssh(&board, "Dade", &who()).exit_code(), 0);

    let changed = board.cli_told(&["user", "password", "Dade", "--password-stdin"], "another lamp 8 marmot");
    assert!(changed.status.success(), "{}", String::from_utf8_lossy(&changed.stderr));
    let refused = ssh(&board, "Dade", &who());
    refused.wait_for("what you logged in with doesn't open it any more");
    assert_eq!(refused.exit_code(), 126);
    idle.wait_hangup();
}

#[test]
fn a_call_ends_when_the_key_it_came_by_is_removed() {
    let board = Board::start();
    board.account("Dade");
    let key = key_pair(&board, "id_ed25519", "ed25519");
    let public = key.with_extension("pub");
    let added = board.cli_json(&["user", "key", "add", "Dade", &public.to_string_lossy(), "--json"]);
    let audit = board.cli_json(&["audit", "list", "--json"]);
    let lines = audit.as_array().expect("a list").iter();
    let keys: Vec<_> = lines.filter(|line| line["action"] == "user.key.add").collect();
    assert_eq!(keys.len(), 1, "{audit}");
    assert!(keys[0]["actor"].is_null(), "a command did it: {audit}");

    let caller = ssh(&board, "Dade", &SshOptions { key: Some(key), ..SshOptions::default() });
    caller.wait_for(&said!("greet-back", handle = "Dade"));
    caller.past_notice();
    caller.choose("W", "who's online");
    done(&board, &["user", "key", "remove", "Dade", &added[0]["id"].to_string()]);
    caller.wait_for("what you logged in with doesn't open it any more");
    caller.wait_hangup();
}

#[test]
fn a_ban_ends_a_connection_that_has_no_call_on_it() {
    let board = Board::start();
    board.account("Dade");
    let idle = idle_master(&board);
    board.cli_json(&["user", "ban", "Dade", "--json"]);
    idle.wait_hangup();
}
