//! What screens cost: the bytes of a first drawing and of a move, beside the same screen drawn whole, and the CPU time
//! of a key that moves something, beside a bare server that shows a key.

use std::path::Path;

use crate::board::{Board, PASSWORD, handle};
use crate::caller::TelnetCaller;
use crate::floor::{Floor, Kind};
use crate::idle::{FIRST_SCREEN, knock};
use crate::process::Process;
use crate::report::Report;
use crate::welcome::{PROMPT, milliseconds};
use crate::{Outcome, fail};

/// Draws the screen whole.
const REDRAW: &str = "\x0c";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const ESCAPE: &str = "\x1b";
/// Keys pressed for the CPU time of one.
const KEYS: u32 = 500;

/// A screen: how it is reached from the main menu, what is done there, and what that is called.
struct Screen {
    name: &'static str,
    keys: &'static [&'static str],
    moves: &'static [(&'static str, &'static str)],
}

const SCREENS: &[Screen] = &[
    Screen { name: "main menu", keys: &[], moves: &[("the bar moves", DOWN)] },
    Screen {
        name: "message boards",
        keys: &["M"],
        moves: &[("the bar moves", DOWN), ("a search begins", "'c")],
    },
    Screen { name: "threads of a board", keys: &["M", DOWN, "\r"], moves: &[] },
    Screen { name: "message reader", keys: &["M", DOWN, "\r", "\r"], moves: &[("the next message", "\r")] },
    Screen {
        name: "editor",
        keys: &["M", DOWN, "\r", "P", "Subject\r"],
        moves: &[("a letter is typed", "x"), ("a line is begun", "\r")],
    },
    Screen { name: "who's online", keys: &["W"], moves: &[] },
    Screen { name: "the tape", keys: &["T"], moves: &[("the bar moves", DOWN)] },
    Screen { name: "portfolio", keys: &["V"], moves: &[] },
    Screen { name: "profile", keys: &["Y"], moves: &[("the form opens", "E")] },
    Screen { name: "keys explained", keys: &["?"], moves: &[] },
];

/// Every screen in turn, as an account sees it at 80x24.
pub async fn measure(report: &mut Report, data: &Path, bytes: &Path) -> Outcome<()> {
    let board = Board::start(data).await?;
    // Each has a caller of its own: what is left unfinished in the editor is offered at the next call.
    for (nth, screen) in SCREENS.iter().enumerate() {
        let mut caller = log_in(board.telnet, nth).await?;
        let Some((last, way)) = screen.keys.split_last() else {
            redrawn(report, &mut caller, screen, None).await?;
            continue;
        };
        for key in way {
            press(&mut caller, key).await?;
        }
        let first = press(&mut caller, last).await?;
        redrawn(report, &mut caller, screen, Some(first)).await?;
    }
    let floor = Floor::start(Kind::Telnet, bytes).await?;
    let mut bare = knock(floor.port).await?;
    let bare = cpu(floor.process, &mut bare, ["x", "x"]).await?;
    let movable = |screen: &Screen| screen.moves.iter().any(|(_, key)| *key == DOWN);
    for (nth, screen) in SCREENS.iter().enumerate().filter(|(_, screen)| movable(screen)) {
        let mut caller = log_in(board.telnet, nth).await?;
        for key in screen.keys {
            press(&mut caller, key).await?;
        }
        let ours = cpu(board.process, &mut caller, [DOWN, UP]).await?;
        report.line(format!("CPU: {}, the bar moves", screen.name), "ms", ours, Some(bare));
    }
    board.stop().await
}

/// The bytes of a whole drawing are what every smaller one is compared with.
async fn redrawn(
    report: &mut Report,
    caller: &mut TelnetCaller,
    screen: &Screen,
    first: Option<f64>,
) -> Outcome<()> {
    let whole = press(caller, REDRAW).await?;
    if let Some(first) = first {
        report.line(format!("bytes: {}, opened", screen.name), "B", first, Some(whole));
    }
    for (what, keys) in screen.moves {
        let moved = press(caller, keys).await?;
        report.line(format!("bytes: {}, {what}", screen.name), "B", moved, Some(whole));
    }
    Ok(())
}

/// Presses keys and counts the bytes that they bring.
async fn press(caller: &mut TelnetCaller, keys: &str) -> Outcome<f64> {
    caller.send(keys).await?;
    let came = caller.settled().await?;
    Ok(came as f64)
}

/// CPU time of a process for one of two keys, pressed by turns, in milliseconds.
async fn cpu(process: Process, caller: &mut TelnetCaller, keys: [&str; 2]) -> Outcome<f64> {
    caller.settled().await?;
    let before = process.cpu()?;
    for n in 0..KEYS {
        let key = keys.get(usize::from(n % 2 == 1)).copied().unwrap_or_default();
        caller.send(key).await?;
        if caller.some().await? == 0 {
            return Err(fail("a key brought nothing"));
        }
    }
    Ok(milliseconds(process.cpu()? - before) / f64::from(KEYS))
}

/// A caller in the main menu.
async fn log_in(port: u16, nth: usize) -> Outcome<TelnetCaller> {
    let mut caller = TelnetCaller::dial(port).await?;
    caller.until(PROMPT).await?;
    caller.send(&format!("{}\r", handle(nth))).await?;
    caller.until("Password").await?;
    caller.send(&format!("{PASSWORD}\r")).await?;
    caller.until(FIRST_SCREEN).await?;
    caller.settled().await?;
    press(&mut caller, ESCAPE).await?;
    Ok(caller)
}
