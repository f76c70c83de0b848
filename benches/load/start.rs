//! From the start of the process to the first call it answers.

use std::path::Path;

use tokio::process::Command;
use tokio::time::Instant;

use crate::Outcome;
use crate::board::Board;
use crate::caller::TelnetCaller;
use crate::floor::{Floor, Kind};
use crate::report::{Report, Samples};
use crate::welcome::milliseconds;

/// Starts of each kind.
const STARTS: usize = 10;

/// Starts the board on new and on existing data directories, and bare programs beside it.
pub async fn measure(report: &mut Report, data: &Path, bytes: &Path) -> Outcome<()> {
    let (mut new, mut existing, mut called, mut bare, mut nothing) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begin = Instant::now();
        Command::new("true").status().await?;
        nothing.push(milliseconds(begin.elapsed()));

        bare.push(milliseconds(Floor::start(Kind::Telnet, bytes).await?.ready_after));

        let begin = Instant::now();
        let board = Board::start(data).await?;
        existing.push(milliseconds(board.ready_after));
        TelnetCaller::dial(board.telnet).await?.until("\x1b[6n").await?;
        called.push(milliseconds(begin.elapsed()));
        board.stop().await?;

        let empty = tempfile::tempdir()?;
        let board = Board::start(empty.path()).await?;
        new.push(milliseconds(board.ready_after));
    }
    let (new, existing, called) = (Samples::new(new), Samples::new(existing), Samples::new(called));
    let (bare, nothing) = (Samples::new(bare), Samples::new(nothing));
    report.line("start of `true`, p50", "ms", nothing.p50(), None);
    report.aimed(
        "start to ready, existing data, p50",
        "ms",
        (existing.p50(), Some(bare.p50())),
        "<= 10 ms",
        |ours, _| ours <= 10.0,
    );
    report.line("start to ready, existing data, slowest of 10", "ms", existing.max(), Some(bare.max()));
    report.line("start to the first call's questions, existing data, p50", "ms", called.p50(), None);
    report.aimed(
        "start to ready, new data, p50",
        "ms",
        (new.p50(), Some(bare.p50())),
        "<= 30 ms",
        |ours, _| ours <= 30.0,
    );
    report.line("start to ready, new data, slowest of 10", "ms", new.max(), Some(bare.max()));
    Ok(())
}
