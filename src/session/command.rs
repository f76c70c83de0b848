//! One command over SSH instead of a call: `ssh host who`.

use dialtone_domain::Domain;
use dialtone_terminal::Charset;

use crate::screens;
use crate::transport::Connection;

/// What a shell says of a command it does not know.
const NOT_FOUND: u32 = 127;

/// Runs a command and returns its exit status.
pub async fn run(command: &str, connection: &Connection, domain: &Domain) -> u32 {
    let (words, status) = match command.trim() {
        "who" => match domain.users.online().await {
            Ok(online) => (screens::who_in_lines(&online), 0),
            Err(error) => (format!("{error}\n"), 1),
        },
        unknown => {
            let name: String = unknown.chars().take(40).collect();
            (format!("{name}: there is no such command here. There is: who\n"), NOT_FOUND)
        }
    };
    let mut bytes = Vec::new();
    // A program may read this: no control characters but the ends of lines, whatever callers are called.
    for line in words.lines() {
        Charset::Utf8.encode_str(line, &mut bytes);
        bytes.push(b'\n');
    }
    // A caller who is gone needs no answer.
    connection.output.write(bytes).await.ok();
    status
}
