//! Logging in by password: what it costs, and what others feel of it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::board::{Board, PASSWORD, handle};
use crate::caller::{SshCaller, TelnetCaller};
use crate::floor::{Floor, Kind};
use crate::hash::hash;
use crate::idle::{FIRST_SCREEN, knock};
use crate::report::{Report, Samples};
use crate::syncterm::{OPENING, Telnet, Terminal};
use crate::welcome::{PROMPT, milliseconds};
use crate::{Outcome, fail};

/// Logins at once.
pub const AT_ONCE: usize = 20;
/// Logins one after the other, and hashes to compare them with.
const LOGINS: usize = 20;
/// How often all log in at once.
const ROUNDS: usize = 5;
/// How long one key's way is measured while nobody logs in.
const CALM: Duration = Duration::from_secs(2);
/// How long one key may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// One login beside one hash, then many beside somebody who types.
pub async fn measure(report: &mut Report, data: &Path, bytes: &Path) -> Outcome<()> {
    let board = Board::start(data).await?;
    let floor = Floor::start(Kind::Telnet, bytes).await?;
    let (mut logins, mut over_telnet, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..LOGINS {
        let begin = Instant::now();
        tokio::task::spawn_blocking(hash).await?;
        hashes.push(milliseconds(begin.elapsed()));

        let begin = Instant::now();
        let caller = ssh(board.ssh, round % AT_ONCE).await?;
        logins.push(milliseconds(begin.elapsed()));
        drop(caller);

        let mut caller = at_password(board.telnet, round % AT_ONCE).await?;
        let begin = Instant::now();
        caller.send("\r").await?;
        caller.until(FIRST_SCREEN).await?;
        over_telnet.push(milliseconds(begin.elapsed()));
    }
    let (logins, over_telnet, hashes) =
        (Samples::new(logins), Samples::new(over_telnet), Samples::new(hashes));
    report.aimed(
        "SSH login by password to first screen, beside one argon2 hash, p50",
        "ms",
        (logins.p50(), Some(hashes.p50())),
        "<= 1.2x",
        |_, ratio| ratio <= 1.2,
    );
    report.line(
        "telnet password to first screen, beside one argon2 hash, p50",
        "ms",
        over_telnet.p50(),
        Some(hashes.p50()),
    );

    let (ours, bare) = (Typist::start(board.telnet), Typist::start(floor.port));
    tokio::time::sleep(CALM).await;
    let (ours, bare) = (ours.stop().await?, bare.stop().await?);
    report.line("echo of a key, nobody logs in, p99", "ms", ours.p99(), Some(bare.p99()));

    let typist = Typist::start(floor.port);
    for _ in 0..ROUNDS {
        let mut crowd = JoinSet::new();
        for _ in 0..AT_ONCE {
            let port = floor.port;
            crowd.spawn(async move {
                let mut caller = knock(port).await?;
                caller.send("!").await?;
                caller.until("!").await.map(drop)
            });
        }
        settle(crowd).await?;
    }
    let bare = typist.stop().await?;

    let typist = Typist::start(board.telnet);
    for _ in 0..ROUNDS {
        let mut waiting = Vec::new();
        for number in 0..AT_ONCE {
            waiting.push(at_password(board.telnet, number).await?);
        }
        let mut crowd = JoinSet::new();
        for mut caller in waiting {
            crowd.spawn(async move {
                caller.send("\r").await?;
                caller.until(FIRST_SCREEN).await.map(drop)
            });
        }
        settle(crowd).await?;
    }
    let telnet = typist.stop().await?;

    let typist = Typist::start(board.telnet);
    for _ in 0..ROUNDS {
        let mut crowd = JoinSet::new();
        for number in 0..AT_ONCE {
            let port = board.ssh;
            crowd.spawn(async move { ssh(port, number).await.map(drop) });
        }
        settle(crowd).await?;
    }
    let over_ssh = typist.stop().await?;
    for (ours, wire) in [(telnet, "telnet"), (over_ssh, "SSH")] {
        report.line(
            format!("echo of another caller's key while 20 log in over {wire}, p50"),
            "ms",
            ours.p50(),
            Some(bare.p50()),
        );
        report.aimed(
            format!("echo of another caller's key while 20 log in over {wire}, p99"),
            "ms",
            (ours.p99(), Some(bare.p99())),
            "<= 5 ms",
            |ours, _| ours <= 5.0,
        );
    }
    board.stop().await
}

async fn settle(mut crowd: JoinSet<Outcome<()>>) -> Outcome<()> {
    while let Some(done) = crowd.join_next().await {
        done??;
    }
    Ok(())
}

async fn ssh(port: u16, number: usize) -> Outcome<SshCaller> {
    let mut caller = SshCaller::dial(port, handle(number), Some(PASSWORD)).await?;
    caller.until(FIRST_SCREEN).await?;
    Ok(caller)
}

/// A telnet caller who has typed the password and not pressed Enter.
async fn at_password(port: u16, number: usize) -> Outcome<TelnetCaller> {
    let mut caller = knock(port).await?;
    caller.send(&format!("{}\r", handle(number))).await?;
    caller.until("Password: ").await?;
    caller.send(PASSWORD).await?;
    Ok(caller)
}

/// Somebody who types at the login prompt and waits for each key to show: on a thread of its own, so that nothing else
/// that this program does is in its times.
struct Typist {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Outcome<Vec<f64>>>,
}

impl Typist {
    fn start(port: u16) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || type_until(port, &stop)
        });
        Self { stop, thread }
    }

    async fn stop(self) -> Outcome<Samples> {
        self.stop.store(true, Ordering::Release);
        let times = tokio::task::spawn_blocking(|| self.thread.join()).await?;
        Ok(Samples::new(times.map_err(|_| fail("the typist is gone"))??))
    }
}

fn type_until(port: u16, stop: &AtomicBool) -> Outcome<Vec<f64>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&OPENING)?;
    let (mut telnet, mut terminal) = (Telnet::default(), Terminal::default());
    let mut until = |stream: &mut TcpStream, words: &str| -> Outcome<()> {
        let mut buffer = [0; 4096];
        while terminal.take(words).is_none() {
            let read = stream.read(&mut buffer)?;
            if read == 0 {
                return Err(fail("hung up"));
            }
            let (mut data, mut replies) = (Vec::new(), Vec::new());
            telnet.receive(buffer.get(..read).unwrap_or_default(), &mut data, &mut replies);
            terminal.feed(&data, &mut replies);
            if !replies.is_empty() {
                stream.write_all(&replies)?;
            }
        }
        Ok(())
    };
    until(&mut stream, PROMPT)?;
    let mut times = Vec::new();
    while !stop.load(Ordering::Acquire) {
        let begin = Instant::now();
        stream.write_all(b"x")?;
        until(&mut stream, "x")?;
        times.push(milliseconds(begin.elapsed()));
        // Off again, or the line would be full after forty.
        stream.write_all(b"\x08")?;
        until(&mut stream, "\x08")?;
        // A fast typist, not a flood.
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(times)
}
