//! Public keys as OpenSSH writes them: `TYPE BASE64 [COMMENT]`, one line (sshd(8), AUTHORIZED_KEYS).

use super::{UsersError, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ssh_key::public::KeyData;

/// The longest line read: an RSA key of 16,384 bits has fewer than 3,000 characters.
const LONGEST: usize = 8_192;
/// The smallest RSA key, in bits.
const RSA_BITS: u32 = 2_048;
/// How the lines of the types that the board knows begin.
const BEGINNINGS: [&str; 4] = ["ssh-ed25519", "ssh-rsa", "ecdsa-", "sk-"];

/// A public key. Two keys are the same when their blobs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    /// The key's type, one of those the board knows.
    pub(super) kind: String,
    /// The key as the protocol sends it (RFC 4253 section 6.6), which begins with its type.
    pub(super) blob: Vec<u8>,
    /// Whatever its owner wrote behind it.
    pub(super) comment: String,
}

impl PublicKey {
    pub(super) fn parse(line: &str) -> Result<Self, UsersError> {
        let line = line.trim();
        if line.len() > LONGEST {
            return Err(refused("That key is too long."));
        }
        if !BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) {
            return Err(refused("A key is one line that begins with ssh-ed25519, ssh-rsa, ecdsa- or sk-."));
        }
        let damaged = |_| refused("That key is damaged or incomplete.");
        let key = ssh_key::PublicKey::from_openssh(&line.replace('\t', " ")).map_err(damaged)?;
        match key.key_data() {
            KeyData::Ed25519(_)
            | KeyData::Ecdsa(_)
            | KeyData::SkEd25519(_)
            | KeyData::SkEcdsaSha2NistP256(_) => {}
            KeyData::Rsa(rsa) if rsa.key_size() >= RSA_BITS => {}
            KeyData::Rsa(_) => return Err(refused("An RSA key needs 2048 bits or more.")),
            _ => return Err(refused("The board doesn't know keys of that type.")),
        }
        let blob = key.to_bytes().map_err(damaged)?;
        let comment = text::cut(key.comment().as_str_lossy(), 60);
        Ok(Self { kind: key.algorithm().as_str().to_owned(), blob, comment })
    }
}

/// The line OpenSSH would write.
pub(super) fn line(kind: &str, blob: &[u8], comment: &str) -> String {
    format!("{kind} {} {comment}", STANDARD.encode(blob)).trim_end().to_owned()
}

fn refused(words: &str) -> UsersError {
    UsersError::Invalid(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, PublicKey, STANDARD, line};
    use base64::Engine;
    use proptest::prelude::*;

    fn blob(parts: &[&[u8]]) -> String {
        let bytes: Vec<u8> =
            parts.iter().flat_map(|part| [&(part.len() as u32).to_be_bytes()[..], part].concat()).collect();
        STANDARD.encode(bytes)
    }

    #[test]
    fn keys_of_every_type_are_read_and_written_back() {
        let texts = [
            format!("ssh-ed25519 {} joe@home", blob(&[b"ssh-ed25519", &[7; 32]])),
            format!("ssh-rsa {}", blob(&[b"ssh-rsa", &[1, 0, 1], &[9; 257]])),
            format!("ecdsa-sha2-nistp256 {} a b c", blob(&[b"ecdsa-sha2-nistp256", b"nistp256", &[4; 65]])),
            format!(
                "sk-ssh-ed25519@openssh.com {} token",
                blob(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], b"ssh:"])
            ),
        ];
        for text in &texts {
            let key = PublicKey::parse(&format!("  {text}\n")).unwrap();
            assert_eq!(line(&key.kind, &key.blob, &key.comment), *text);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        let ed25519 = blob(&[b"ssh-ed25519", &[7; 32]]);
        for text in [
            String::new(),
            "hello".to_owned(),
            "ssh-ed25519".to_owned(),
            "ssh-ed25519 !!!".to_owned(),
            format!("ssh-dss {ed25519}"),
            format!("ssh-rsa {ed25519}"),
            format!("ssh-ed25519 {}", blob(&[b"ssh-ed25519", &[7; 31]])),
            format!("ssh-ed25519 {}", blob(&[b"ssh-ed25519", &[7; 32], &[1]])),
            format!("ssh-ed25519 {}", STANDARD.encode([0, 0, 0, 200, 1])),
            format!("ssh-rsa {}", blob(&[b"ssh-rsa", &[1, 0, 1], &[9; 128]])),
            // Nought before a number makes no key longer, and one curve is not another.
            format!("ssh-rsa {}", blob(&[b"ssh-rsa", &[1, 0, 1], &[&[0; 200][..], &[9; 128]].concat()])),
            format!("ecdsa-sha2-nistp256 {}", blob(&[b"ecdsa-sha2-nistp256", b"nistp384", &[4; 97]])),
            format!("sk-dance@example.com {}", blob(&[b"sk-dance@example.com", &[7; 32]])),
            format!("command=\"sh\" ssh-ed25519 {ed25519}"),
            format!("ssh-ed25519 {}", "A".repeat(LONGEST)),
        ] {
            assert!(PublicKey::parse(&text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn anything_at_all_is_read_without_harm(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            let _ = PublicKey::parse(&text);
            let _ = PublicKey::parse(&format!("ssh-ed25519 {}", STANDARD.encode(bytes)));
        }
    }
}
