//! A line that is flooded, hung up on, or slow.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dialtone_terminal::Charset;
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;

/// How long a test may wait for what must come.
const DEADLINE: Duration = Duration::from_secs(30);
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn settings(stall: Duration) -> Settings {
    Settings { stall, login_bytes: 1024 * 1024, ssh_port: 22, shutdown: CancellationToken::new() }
}

/// Both ends of a line. So much has been typed ahead on it that the terminal is not waited for.
async fn line() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (caller, answered) =
        tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    let mut caller = caller.unwrap();
    caller.write_all(&[b'x'; TYPE_AHEAD]).await.unwrap();
    (caller, answered.unwrap().0)
}

/// Reads until `words` have come; false if the line ends before.
async fn hears(caller: &mut TcpStream, words: &str) -> bool {
    let mut heard = Vec::new();
    let mut buffer = [0; READ];
    while !String::from_utf8_lossy(&heard).contains(words) {
        match timeout(DEADLINE, caller.read(&mut buffer)).await.unwrap() {
            Ok(n) if n > 0 => heard.extend_from_slice(&buffer[..n]),
            _ => return false,
        }
    }
    true
}

#[tokio::test]
async fn the_last_words_of_a_call_that_was_quiet_arrive() {
    let stall = Duration::from_millis(500);
    // What the line looks at first is left to chance.
    let mut calls = JoinSet::new();
    for _ in 0..30 {
        calls.spawn(async move {
            let (mut caller, answered) = line().await;
            let session = |mut connection: Box<Connection>| async move {
                sleep(stall * 2).await;
                connection.output.write(b"so long".to_vec()).await.unwrap();
            };
            let serving = serve(answered, HOME, settings(stall), session);
            let (served, heard) = tokio::join!(serving, hears(&mut caller, "so long"));
            assert!(heard, "{served:?}");
        });
    }
    calls.join_all().await;
}

/// Everything runs on one thread here, as it does when as many callers do this as there are processors.
#[tokio::test]
async fn a_caller_who_sends_signs_of_life_without_end_costs_nobody_their_turn() {
    for sign in [&b"\xff\xf1"[..], b"\xff\xf6", b"\0"] {
        let (caller, answered) = line().await;
        let mut caller = caller.into_std().unwrap();
        caller.set_nonblocking(false).unwrap();
        caller.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let flood = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                let (signs, begun) = (sign.repeat(READ), std::time::Instant::now());
                while begun.elapsed() < DEADLINE && !stop.load(Ordering::Relaxed) {
                    io::Write::write(&mut caller, &signs).ok();
                }
                begun.elapsed() < DEADLINE
            }
        });
        let hangup = CancellationToken::new();
        let over = hangup.clone();
        let session = |mut connection: Box<Connection>| async move {
            connection.logged_in.set();
            // The keys that were typed ahead, and then whatever comes until somebody else ends it.
            while over.run_until_cancelled(connection.input.next()).await.flatten().is_some() {}
        };
        let serving = tokio::spawn(serve(answered, HOME, settings(DEADLINE), session));
        let others = tokio::spawn(async {
            for _ in 0..50 {
                sleep(Duration::from_millis(2)).await;
            }
        });
        others.await.unwrap();
        hangup.cancel();
        stop.store(true, Ordering::Relaxed);
        assert!(flood.join().unwrap(), "nobody else had a turn");
        serving.await.unwrap().ok();
    }
}

#[tokio::test]
async fn the_next_screen_follows_one_that_was_dropped() {
    let (mut caller, answered) = line().await;
    let session = |connection: Box<Connection>| async move {
        let Connection { mut input, mut output, .. } = *connection;
        output.tune(WireSettings { charset: Charset::Utf8, speed: Some(2400) }).await.unwrap();
        // The keys that were typed ahead come before it, and then those that are pressed while it is sent.
        for _ in 0..TYPE_AHEAD {
            input.recv().await.unwrap();
        }
        output.draw(vec![b'a'; 2000], output.drops(), false).await.unwrap();
        input.recv().await.unwrap();
        assert_eq!(output.drops(), 1);
        output.draw(vec![b'b'; 300], output.drops(), false).await.unwrap();
        // Not the end of the call: that sends whatever is left.
        input.recv().await.unwrap();
    };
    let caller = async {
        assert!(hears(&mut caller, "aaa").await);
        caller.write_all(b"k").await.unwrap();
        let heard = hears(&mut caller, &"b".repeat(300)).await;
        caller.write_all(b"k").await.unwrap();
        heard
    };
    let (_, heard) =
        tokio::join!(timeout(DEADLINE, serve(answered, HOME, settings(DEADLINE), session)), caller);
    assert!(heard);
}
