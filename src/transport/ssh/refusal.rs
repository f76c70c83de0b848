//! A refusal in words before any key is exchanged: the version line and one SSH_MSG_DISCONNECT (RFC 4253, 11.1).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long the refused one may take to read why.
const PATIENCE: Duration = Duration::from_secs(2);
/// SSH_MSG_DISCONNECT.
const DISCONNECT: u8 = 1;
/// SSH_DISCONNECT_TOO_MANY_CONNECTIONS.
const TOO_MANY_CONNECTIONS: u32 = 12;
/// Packets are padded to a multiple of this before a cipher is agreed, by at least four bytes (RFC 4253, 6).
const BLOCK: usize = 8;

/// Tells a client why it is not let in, and hangs up.
pub async fn refuse(mut stream: TcpStream, words: &str) {
    let told = async {
        let mut bytes = concat!("SSH-2.0-dialtone_", env!("CARGO_PKG_VERSION"), "\r\n").as_bytes().to_vec();
        bytes.extend(disconnect(words));
        stream.write_all(&bytes).await?;
        stream.shutdown().await?;
        let mut rest = [0; 512];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    // Either way the line ends now.
    timeout(PATIENCE, told).await.ok();
}

/// One unencrypted packet: length, padding length, payload, padding.
fn disconnect(words: &str) -> Vec<u8> {
    let mut payload = vec![DISCONNECT];
    payload.extend(TOO_MANY_CONNECTIONS.to_be_bytes());
    for text in [words, ""] {
        payload.extend(u32::try_from(text.len()).unwrap_or(0).to_be_bytes());
        payload.extend(text.as_bytes());
    }
    let mut padding = BLOCK - (payload.len() + 5) % BLOCK;
    if padding < 4 {
        padding += BLOCK;
    }
    let length = u32::try_from(payload.len() + padding + 1).unwrap_or(0);
    let mut packet = length.to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap_or(4));
    packet.extend(payload);
    packet.extend(std::iter::repeat_n(0, padding));
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packet_is_whole_blocks_with_padding() {
        for words in ["", "busy", "the board is busy", "x".repeat(100).as_str()] {
            let packet = disconnect(words);
            assert_eq!(packet.len() % BLOCK, 0);
            let length = u32::from_be_bytes(packet[..4].try_into().unwrap());
            assert_eq!(length as usize, packet.len() - 4);
            assert!(packet[4] >= 4);
        }
    }
}
