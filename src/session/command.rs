//! One command over SSH instead of a call: `ssh host who`.

use dialtone_domain::{Domain, UsersError};
use dialtone_terminal::Charset;

use crate::lang::english;
use crate::screens;
use crate::server_state::ServerState;
use crate::transport::{Connection, Entry};

/// What a shell says of a command it does not know.
const NOT_FOUND: u32 = 127;
/// What a shell says of a command one may not run.
const FORBIDDEN: u32 = 126;
/// What a caller is told whose login holds no longer.
const LOGIN_GONE: &str =
    "Your account was changed, and what you logged in with doesn't open it any more. Log in again.\n";

/// Runs a command and returns its exit status.
pub async fn run(command: &str, connection: &mut Connection, server: &ServerState) -> u32 {
    let domain = &server.domain;
    let admitted = admit(&connection.entry, domain).await;
    let (words, status) = match &admitted {
        Ok(()) => obey(command, domain, server.switchboard.board_stats().online()).await,
        Err(UsersError::Unauthenticated) => (LOGIN_GONE.to_owned(), FORBIDDEN),
        Err(error) => (format!("{error}\n"), 1),
    };
    let mut bytes = Vec::new();
    // A program may read this: no control characters but the ends of lines, whatever callers are called.
    for line in words.lines() {
        Charset::Utf8.encode_str(line, &mut bytes);
        bytes.push(b'\n');
    }
    // A caller who is gone needs no answer.
    connection.output.write(bytes).await.ok();
    if admitted == Err(UsersError::Unauthenticated) {
        connection.hangup.cancel();
    }
    status
}

/// What let the caller in may have been taken from them since, on a connection that has been open for hours.
async fn admit(entry: &Entry, domain: &Domain) -> Result<(), UsersError> {
    match entry {
        Entry::Known(login) => domain.users.renew(&login.credential).await.map(drop),
        Entry::Unknown | Entry::New | Entry::Guest => Ok(()),
    }
}

async fn obey(command: &str, domain: &Domain, callers: usize) -> (String, u32) {
    match command.trim() {
        "who" => match screens::who_in_lines(domain, callers, english()).await {
            Ok(lines) => (lines, 0),
            Err(error) => (format!("{error}\n"), 1),
        },
        unknown => {
            let name: String = unknown.chars().take(40).collect();
            (format!("{name}: there is no such command here. There is: who\n"), NOT_FOUND)
        }
    }
}
