//! What the board has acknowledged is kept, however the board ends.

mod harness;

use harness::{Dial, Kind, MENU, Setup, on_both_databases};

on_both_databases!(an_acknowledged_post_outlives_a_crash, what_one_does_outlives_a_crash);

fn an_acknowledged_post_outlives_a_crash(setup: Setup) {
    let mut board = setup.process().start();
    board.account("Acid Burn");
    for n in 1..=3 {
        let caller = Dial::call(&board, Kind::SyncTerm);
        caller.log_in("Acid Burn");
        caller.open_board("Code");
        caller.post(&format!("Last words {n}"), "Remember me.");
        // The list with the post in it is the acknowledgement.
        board.kill();
        caller.wait_hangup();
        board = board.again();
    }
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Acid Burn");
    caller.open_board("Code");
    for n in 1..=3 {
        caller.wait_for(&format!("Last words {n}"));
    }
    caller.choose_row("Last words 3");
    caller.wait_for("Remember me.");
    // Nobody is left over in who's online from the calls that the crash ended.
    board.wait_who("one caller", |who| who == ["Acid Burn"]);
}

fn what_one_does_outlives_a_crash(setup: Setup) {
    let board = setup.process().arguments(&["--role", "gateway"]).start();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.register("Crash Override");
    board.account("Acid Burn");
    for subject in ["One", "Two"] {
        let post =
            ["board", "post", "phones", "--from", "Acid Burn", "--subject", subject, "--body", "Is it on?"];
        assert!(board.cli(&post).status.success());
    }
    caller.choose("T", "the tape");
    caller.choose("B", "as on the tape");
    caller.send("\n");
    caller.wait_for("a whole number");
    caller.enter("7");
    caller.wait_for("You bought 7 BAUDS at $300.00 for $2,100.00.");
    caller.past_notice();
    caller.wait_for("the tape");
    caller.back_to(MENU);
    caller.open_board("Phreaking");
    caller.choose_row("Two");
    caller.wait_for("Is it on?");
    board.kill();

    let board = board.again();
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.log_in("Crash Override");
    caller.wait_for(" · call 2");
    caller.choose("M", "1 new message");
    caller.back_to(MENU);
    caller.choose("V", "worth $100,000.00, $97,900.00 of it in cash");
}
