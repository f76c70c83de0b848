//! What callers cost who do nothing: memory, CPU time, and what is given back after they hung up.

use std::path::Path;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Outcome;
use crate::board::Board;
use crate::caller::{SshCaller, TelnetCaller};
use crate::floor::{Floor, Kind};
use crate::process::Process;
use crate::report::Report;
use crate::welcome::{PROMPT, milliseconds};

/// A part of what a guest is told on the first screen after the door.
pub const FIRST_SCREEN: &str = "goes on";
/// A part of the main menu's prompt.
const MENU: &str = "choice,";
/// Callers who come and go before the memory of a call is counted.
const WARM_UP: usize = 20;
/// How many call at once; the rest of the crowd waits for its turn.
const AT_ONCE: usize = 20;
/// How long a process is left alone before its memory is read, so that threads and caches have come to rest.
const REST: Duration = Duration::from_secs(2);

/// What to measure with.
pub struct Crowd<'a> {
    /// The board's data directory.
    pub data: &'a Path,
    /// The bytes that a floor writes.
    pub bytes: &'a Path,
    /// How many callers.
    pub callers: usize,
    /// How long they idle.
    pub quiet: Duration,
}

impl Crowd<'_> {
    /// Telnet: at the login prompt, then as guests in the main menu.
    pub async fn telnet(&self, report: &mut Report) -> Outcome<()> {
        let floor = Floor::start(Kind::Telnet, self.bytes).await?;
        let (bare_rest, bare_open) = warm(floor.process, || knock(floor.port)).await?;
        let crowd = gather(self.callers, move || knock(floor.port)).await?;
        let bare_each = self.each(floor.process, bare_rest).await?;
        let bare_cpu = self.cpu(floor.process).await?;
        drop(crowd);
        let bare_kept = self.kept(floor.process, bare_open, bare_rest).await?;

        let board = Board::start(self.data).await?;
        let bare_empty = Floor::start(Kind::Telnet, self.bytes).await?;
        sleep(REST).await;
        report.aimed(
            "resident memory, nobody on",
            "MiB",
            (board.process.memory()? / 1024.0, Some(bare_empty.process.memory()? / 1024.0)),
            "<= 15 MiB",
            |ours, _| ours <= 15.0,
        );
        let (rest, open) = warm(board.process, || menu(board.telnet)).await?;
        let empty_cpu = self.cpu(board.process).await?;
        report.line(
            format!("CPU of a board with nobody on for {} s", self.quiet.as_secs()),
            "ms",
            empty_cpu,
            Some(bare_cpu),
        );
        let port = board.telnet;
        let crowd = gather(self.callers, move || knock(port)).await?;
        let title = format!("memory of one of {} idle telnet calls", self.callers);
        let each = self.each(board.process, rest).await?;
        report.aimed(
            format!("{title}, login prompt"),
            "KiB",
            (each, Some(bare_each)),
            "<= 16 KiB",
            |ours, _| ours <= 16.0,
        );
        let crowd = each_of(crowd, walk_in).await?;
        let each = self.each(board.process, rest).await?;
        report.aimed(
            format!("{title}, main menu"),
            "KiB",
            (each, Some(bare_each)),
            "<= 16 KiB",
            |ours, _| ours <= 16.0,
        );
        let cpu = self.cpu(board.process).await?;
        report.aimed(
            format!("CPU of {} idle telnet calls for {} s", self.callers, self.quiet.as_secs()),
            "ms",
            (cpu, Some(bare_cpu)),
            "as with nobody on (to 0.5 ms a second)",
            |ours, _| ours - empty_cpu <= 0.5 * self.quiet.as_secs_f64(),
        );
        drop(crowd);
        self.after(report, &board, (open, rest, each), bare_kept, "telnet").await?;
        board.stop().await
    }

    /// SSH: as guests in the main menu.
    pub async fn ssh(&self, report: &mut Report) -> Outcome<()> {
        let floor = Floor::start(Kind::Ssh, self.bytes).await?;
        let (bare_rest, bare_open) = warm(floor.process, || shell(floor.port)).await?;
        let crowd = gather(self.callers, move || shell(floor.port)).await?;
        let bare_each = self.each(floor.process, bare_rest).await?;
        let bare_cpu = self.cpu(floor.process).await?;
        drop(crowd);
        let bare_kept = self.kept(floor.process, bare_open, bare_rest).await?;

        let board = Board::start(self.data).await?;
        let port = board.ssh;
        let (rest, open) = warm(board.process, || guest(port)).await?;
        let empty_cpu = self.cpu(board.process).await?;
        let crowd = gather(self.callers, move || guest(port)).await?;
        let each = self.each(board.process, rest).await?;
        report.aimed(
            format!("memory of one of {} idle SSH calls, main menu", self.callers),
            "KiB",
            (each, Some(bare_each)),
            "<= 64 KiB",
            |ours, _| ours <= 64.0,
        );
        let cpu = self.cpu(board.process).await?;
        report.aimed(
            format!("CPU of {} idle SSH calls for {} s", self.callers, self.quiet.as_secs()),
            "ms",
            (cpu, Some(bare_cpu)),
            "as with nobody on (to 0.5 ms a second)",
            |ours, _| ours - empty_cpu <= 0.5 * self.quiet.as_secs_f64(),
        );
        drop(crowd);
        self.after(report, &board, (open, rest, each), bare_kept, "SSH").await?;
        board.stop().await
    }

    /// KiB of each caller above `rest`.
    async fn each(&self, process: Process, rest: f64) -> Outcome<f64> {
        sleep(REST).await;
        Ok((process.memory()? - rest) / self.callers as f64)
    }

    /// Milliseconds of CPU time while nobody does anything.
    async fn cpu(&self, process: Process) -> Outcome<f64> {
        let begin = process.cpu()?;
        sleep(self.quiet).await;
        Ok(milliseconds(process.cpu()?.saturating_sub(begin)))
    }

    /// MiB above `rest` once all have hung up.
    async fn kept(&self, process: Process, open: usize, rest: f64) -> Outcome<f64> {
        process.hung_up_to(open).await?;
        sleep(REST).await;
        Ok((process.memory()? - rest) / 1024.0)
    }

    /// What is left once all have hung up, of callers who took `each` KiB.
    async fn after(
        &self,
        report: &mut Report,
        board: &Board,
        (open, rest, each): (usize, f64, f64),
        bare_kept: f64,
        wire: &str,
    ) -> Outcome<()> {
        let freed = board.process.hung_up_to(open).await?;
        report.aimed(
            format!("{} {wire} calls hang up at once: until the last line is free", self.callers),
            "ms",
            (milliseconds(freed), None),
            "<= 1 s",
            |ours, _| ours <= 1000.0,
        );
        let kept = self.kept(board.process, open, rest).await?;
        let took = each * self.callers as f64 / 1024.0;
        report.aimed(
            format!("memory kept after they hung up, of {took:.1} MiB"),
            "MiB",
            (kept, Some(bare_kept)),
            "given back (nine tenths)",
            |ours, _| ours <= took / 10.0,
        );
        Ok(())
    }
}

/// Resident memory and open sockets once a few callers have come and gone.
async fn warm<C, F>(process: Process, call: impl Fn() -> F) -> Outcome<(f64, usize)>
where
    F: Future<Output = Outcome<C>>,
{
    // The first call opens what the process keeps: connections of a pool, files.
    drop(call().await?);
    sleep(REST).await;
    let open = process.sockets()?;
    for _ in 0..WARM_UP {
        drop(call().await?);
    }
    process.hung_up_to(open).await?;
    sleep(REST).await;
    Ok((process.memory()?, open))
}

async fn gather<C, F>(count: usize, call: impl Fn() -> F) -> Outcome<Vec<C>>
where
    C: Send + 'static,
    F: Future<Output = Outcome<C>> + Send + 'static,
{
    each_of((0..count).collect(), |_| call()).await
}

/// Lets everyone do something, a few at a time.
async fn each_of<T, C, F>(crowd: Vec<T>, act: impl Fn(T) -> F) -> Outcome<Vec<C>>
where
    C: Send + 'static,
    F: Future<Output = Outcome<C>> + Send + 'static,
{
    let mut done = Vec::with_capacity(crowd.len());
    let mut running = JoinSet::new();
    for one in crowd {
        if running.len() >= AT_ONCE
            && let Some(next) = running.join_next().await
        {
            done.push(next??);
        }
        running.spawn(act(one));
    }
    while let Some(next) = running.join_next().await {
        done.push(next??);
    }
    Ok(done)
}

/// A telnet call that has come to the question who calls.
pub async fn knock(port: u16) -> Outcome<TelnetCaller> {
    let mut caller = TelnetCaller::dial(port).await?;
    caller.until(PROMPT).await?;
    Ok(caller)
}

async fn walk_in(mut caller: TelnetCaller) -> Outcome<TelnetCaller> {
    caller.send("GUEST\r").await?;
    caller.until(FIRST_SCREEN).await?;
    caller.send(" ").await?;
    caller.until(MENU).await?;
    Ok(caller)
}

async fn menu(port: u16) -> Outcome<TelnetCaller> {
    walk_in(knock(port).await?).await
}

async fn guest(port: u16) -> Outcome<SshCaller> {
    let mut caller = SshCaller::dial(port, "guest", None).await?;
    caller.until(FIRST_SCREEN).await?;
    caller.send(" ").await?;
    caller.until(MENU).await?;
    Ok(caller)
}

async fn shell(port: u16) -> Outcome<SshCaller> {
    let mut caller = SshCaller::dial(port, "guest", None).await?;
    caller.until(PROMPT).await?;
    Ok(caller)
}
