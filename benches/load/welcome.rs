//! From connecting to the complete welcome: the art is there and the board asks who calls.

use std::path::Path;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Outcome;
use crate::board::Board;
use crate::caller::TelnetCaller;
use crate::floor::{Floor, Kind};
use crate::process::Process;
use crate::report::{Report, Samples};

/// The last words of the welcome.
pub const PROMPT: &str = "for no art: ";
/// Calls timed.
const CALLS: usize = 200;
/// Calls under way at once.
const AT_ONCE: usize = 10;
/// Calls before anything is timed: the first ones load the program's pages and fill caches.
const WARM_UP: usize = 40;
/// Calls over which CPU time is counted.
const COUNTED: usize = 1000;

/// What the board writes from the answer of its probe to its prompt, kept in a file for the floor.
pub async fn capture(board: &Board, file: &Path) -> Outcome<()> {
    let mut caller = TelnetCaller::dial(board.telnet).await?;
    // The questions end with the cursor report; what follows is the welcome.
    caller.until("\x1b[6n").await?;
    Ok(std::fs::write(file, caller.until(PROMPT).await?)?)
}

/// Calls both, and counts what a call costs each.
pub async fn measure(report: &mut Report, data: &Path, bytes: &Path) -> Outcome<()> {
    let board = Board::start(data).await?;
    capture(&board, bytes).await?;
    let floor = Floor::start(Kind::Telnet, bytes).await?;
    for port in [board.telnet, floor.port] {
        calls(port, WARM_UP, AT_ONCE).await?;
    }
    let (ours, bare) = (calls(board.telnet, CALLS, AT_ONCE).await?, calls(floor.port, CALLS, AT_ONCE).await?);
    report.line("connect to complete welcome, 10 at once, p50", "ms", ours.p50(), Some(bare.p50()));
    report.aimed(
        "connect to complete welcome, 10 at once, p99",
        "ms",
        (ours.p99(), Some(bare.p99())),
        "<= 5 ms, <= 3x",
        |ours, ratio| ours <= 5.0 && ratio <= 3.0,
    );
    let (ours, bare) = (calls(board.telnet, CALLS, 1).await?, calls(floor.port, CALLS, 1).await?);
    report.line("connect to complete welcome, one at a time, p50", "ms", ours.p50(), Some(bare.p50()));

    let ours = cpu_of_a_call(board.process, board.telnet).await?;
    let bare = cpu_of_a_call(floor.process, floor.port).await?;
    report.aimed(
        "CPU of one such call, to its hangup",
        "ms",
        (ours, Some(bare)),
        "<= 0.3 ms over the floor",
        |ours, _| ours - bare <= 0.3,
    );
    board.stop().await
}

/// Times of `count` calls in milliseconds.
async fn calls(port: u16, count: usize, at_once: usize) -> Outcome<Samples> {
    let mut times = Vec::with_capacity(count);
    let mut running = JoinSet::new();
    for _ in 0..count {
        if running.len() >= at_once
            && let Some(done) = running.join_next().await
        {
            times.push(done??);
        }
        running.spawn(call(port));
    }
    while let Some(done) = running.join_next().await {
        times.push(done??);
    }
    Ok(Samples::new(times))
}

async fn call(port: u16) -> Outcome<f64> {
    let begin = Instant::now();
    let mut caller = TelnetCaller::dial(port).await?;
    caller.until(PROMPT).await?;
    Ok(milliseconds(begin.elapsed()))
}

/// Milliseconds of the server's CPU time for a call, its end included.
async fn cpu_of_a_call(process: Process, port: u16) -> Outcome<f64> {
    let open = process.sockets()?;
    let begin = process.cpu()?;
    calls(port, COUNTED, AT_ONCE).await?;
    process.hung_up_to(open).await?;
    Ok(milliseconds(process.cpu()?.saturating_sub(begin)) / COUNTED as f64)
}

/// As a number.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
