//! The disk is full: reading goes on, writing says so and loses nothing, and goes on by itself when there is room.

mod harness;

use std::time::Instant;

use harness::{Board, DEADLINE, Dial, Kind, SmallDisk, where_one_may_mount};

const NO_ROOM: &str = "The board's disk is full, so nothing was saved.";

/// Asks `/readyz` until it says `status`; returns its words.
fn wait_ready(board: &Board, status: u16) -> String {
    let end = Instant::now() + DEADLINE;
    loop {
        let (answered, words) = board.get("/readyz");
        if answered == status {
            return words;
        }
        assert!(Instant::now() < end, "/readyz says {answered}, not {status}: {words}\n{}", board.log.tail());
    }
}

#[test]
fn what_is_written_while_the_disk_is_full_is_kept_and_saved_when_there_is_room() {
    let name = "what_is_written_while_the_disk_is_full_is_kept_and_saved_when_there_is_room";
    where_one_may_mount(name, || {
        let setup = Board::setup().process();
        let disk = SmallDisk::mount(setup.data_dir());
        let board = setup.start();
        for handle in ["Acid Burn", "Crash Override", "Zero Cool"] {
            board.account(handle);
        }
        let acid = Dial::call(&board, Kind::SyncTerm);
        acid.log_in("Acid Burn");
        acid.open_board("The Lobby");
        acid.choose("P", "what it is about");
        acid.enter("A long letter");
        acid.wait_for("save or leave");
        acid.enter("An hour's work.");
        acid.wait_for("An hour's work.");
        // Somebody who hangs up while nothing can be written leaves no ghost behind.
        let crash = Dial::call(&board, Kind::SyncTerm);
        crash.log_in("Crash Override");
        board.wait_who("both on line", |who| who.len() == 2);

        disk.fill();
        assert_eq!(wait_ready(&board, 503), "the records cannot be written: no room on the disk\n");
        assert_eq!(board.get("/healthz").0, 200);
        for _ in 0..2 {
            acid.enter("/s");
            acid.wait_for(NO_ROOM);
            acid.past_notice();
            acid.wait_for("save or leave");
            acid.wait_for("An hour's work.");
        }
        // Reading goes on.
        crash.open_board("Phreaking");
        crash.choose_row("Your favourite dead exchange");
        crash.wait_for("Step by step");
        crash.hangup();
        board.log.wait_message("hangup not written down yet");
        // Somebody who logs in meanwhile is let in, and shown when it can be written down.
        let late = Dial::call(&board, Kind::SyncTerm);
        late.log_in("Zero Cool");

        disk.make_room();
        wait_ready(&board, 200);
        acid.save_at_last();
        acid.choose_row("A long letter");
        acid.wait_for("An hour's work.");
        board.wait_who("the one who hung up gone, the other there", |who| who == ["Acid Burn", "Zero Cool"]);
        let crash = Dial::call(&board, Kind::SyncTerm);
        crash.log_in("Crash Override");
        crash.open_board("The Lobby");
        crash.post("Me too", "And another.");
        acid.wait_status("» Crash Override posted in The Lobby: \"Me too\"");
        late.wait_status("» Crash Override posted in The Lobby: \"Me too\"");
        board.log.wait_text("there is room again on the disk under");
        let count = |text: &str| board.log.lines().iter().filter(|line| line.contains(text)).count();
        assert_eq!(count("no room on the disk under"), count("there is room again on the disk"));
        assert_eq!(count("a statement failed") + count("was not renewed"), 0);
        assert!(board.stop().success());
    });
}

#[test]
fn a_board_that_starts_on_a_full_disk_says_so() {
    where_one_may_mount("a_board_that_starts_on_a_full_disk_says_so", || {
        let setup = Board::setup().process();
        let disk = SmallDisk::mount(setup.data_dir());
        disk.fill();
        let (status, said) = setup.clone().refuse();
        assert!(!status.success());
        assert!(said.contains("there is no room on the disk"), "{said}");
        disk.make_room();
        // The same for a board that was there before.
        let board = setup.clone().start();
        assert!(board.stop().success());
        disk.fill();
        let (status, said) = setup.refuse();
        assert!(!status.success());
        assert!(said.contains("no room"), "{said}");
        disk.make_room();
        assert!(board.again().stop().success());
    });
}
