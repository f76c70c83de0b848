//! SQLite alone: what the sysop does from another process reaches live callers, without any doorbell.

mod harness;

use std::time::{Duration, Instant};

use harness::{Board, Dial, Kind, MENU, telnet};

/// A board with a process of its own, as the commands have.
fn board_of_its_own() -> Board {
    Board::setup().process().start()
}

/// Runs a command that must succeed, and returns when it ended.
fn done(board: &Board, words: &[&str]) -> Instant {
    let run = board.cli(words);
    assert!(run.status.success(), "{words:?}: {}", String::from_utf8_lossy(&run.stderr));
    Instant::now()
}

#[test]
fn a_post_from_another_process_pages_a_live_caller_within_a_second() {
    let board = board_of_its_own();
    board.account("Acid Burn");
    let caller = telnet(&board);
    caller.log_in("Acid Burn");
    for n in 1..=3 {
        let subject = format!("Number {n}");
        let posted = done(
            &board,
            &["board", "post", "lobby", "--from", "Sysop", "--subject", &subject, "--body", "From a shell."],
        );
        caller.wait_status(&format!("» Sysop posted in The Lobby: \"{subject}\""));
        assert!(posted.elapsed() < Duration::from_secs(1), "{:?}", posted.elapsed());
    }
    caller.open_board("The Lobby");
    caller.choose_row("Number 2");
    caller.wait_for("From a shell.");
}

#[test]
fn pages_broadcasts_and_kicks_come_from_another_process_too() {
    let board = board_of_its_own();
    board.account("Acid Burn");
    board.account("Crash Override");
    let acid = Dial::call(&board, Kind::SyncTerm);
    acid.log_in("Acid Burn");
    let crash = Dial::call(&board, Kind::Xterm);
    crash.log_in("Crash Override");
    done(&board, &["page", "Acid Burn", "come to the console", "--from", "Crash Override"]);
    acid.wait_status("» Crash Override pages you: come to the console");
    done(&board, &["broadcast", "Coffee is ready"]);
    for caller in [&acid, &crash] {
        caller.wait_status("» Sysop to everybody: Coffee is ready");
    }
    let who = board.cli_json(&["who", "--json"]);
    let call = |handle: &str| {
        let calls = who.as_array().expect("a list of calls").iter();
        calls
            .filter(|call| call["handle"] == handle)
            .map(|call| call["call"].to_string())
            .next()
            .expect("on line")
    };
    done(&board, &["instance", "kick", &call("Crash Override"), "--reason", "Take a break."]);
    crash.wait_for("The sysop has ended your call: Take a break.");
    crash.wait_hangup();
    board.wait_who("one caller left", |who| who == ["Acid Burn"]);
    acid.choose("W", "1 caller on line");
    acid.back_to(MENU);
}

#[test]
fn a_command_beside_no_board_says_where_it_looked_and_how_to_point_elsewhere() {
    let board = board_of_its_own();
    assert!(board.stop().success());
    let database = board.data_dir().join("dialtone.db");
    std::fs::remove_file(&database).expect("the database is there");
    let run = board.cli(&["who"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success());
    let path = database.display().to_string();
    for word in [path.as_str(), "--data-dir", "--config", "DATABASE_URL", "dialtone serve"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let run = board.cli(&["who", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&run.stdout).expect("one document");
    assert!(!run.status.success() && said["error"].to_string().contains("no board here"), "{said}");
}

#[test]
fn a_command_without_permission_says_whose_the_board_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let board = board_of_its_own();
    let mode = |path: &std::path::Path, mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path, mode).expect("the owner may change it");
    };
    let root = rustix::process::geteuid().is_root();
    let run = |mode_of_file: u32| {
        mode(&board.data_dir().join("dialtone.db"), mode_of_file);
        if !root {
            return board.cli(&["who"]);
        }
        // For root every file is open: another user asks.
        mode(board.data_dir(), 0o755);
        let mut other = std::process::Command::new("setpriv");
        other.args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            env!("CARGO_BIN_EXE_dialtone"),
            "who",
        ]);
        other.arg("--data-dir").arg(board.data_dir()).current_dir("/");
        other.output().expect("setpriv is there")
    };
    let asked = run(if root { 0o600 } else { 0o000 });
    let said = String::from_utf8_lossy(&asked.stderr);
    assert!(!asked.status.success());
    assert!(said.contains("is there, but you are ") && said.contains("belongs to "), "{said}");
    assert!(!said.contains("no board here"), "{said}");
}

#[test]
fn a_host_key_that_others_may_read_is_warned_of_at_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let board = board_of_its_own();
    assert!(board.stop().success());
    let key = board.data_dir().join("ssh_host_ed25519_key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("it may be changed");
    let told = board.again().log.wait_text("can be read by others");
    assert!(told.contains("WARN") && told.contains("mode 0644"), "{told}");
    assert!(told.contains(&format!("run chmod 600 {}", key.display())), "{told}");
}

#[test]
fn the_sysop_posts_with_no_more_rights_than_the_name_has() {
    let board = board_of_its_own();
    board.account("Acid Burn");
    let run =
        board.cli(&["board", "post", "bulletins", "--from", "Acid Burn", "--subject", "x", "--body", "y"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() && said.contains("This board is read only."), "{said}");
}
