//! Passwords: how good one must be, and its hash. Argon2id at the strength OWASP asks for (RFC 9106;
//! 19 MiB, two passes, one lane).

use super::UsersError;
use crate::Secret;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization;

/// The shortest password, in characters.
pub const SHORTEST: usize = 8;
/// The longest password, in characters.
pub const LONGEST: usize = 256;

/// zxcvbn's scale ends at 4. From 3 on a password outlasts a search against the slow hash (10^8 guesses and
/// more), which is what protects a caller if the database is ever stolen.
const SCORE: u8 = 3;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The GNU allocator gives a block back to the system at once, and goes on doing so, only above this size
/// (`DEFAULT_MMAP_THRESHOLD_MAX`); smaller ones it learns to keep. So more is reserved than is ever touched; other
/// allocators do not mind.
const RESERVED_BYTES: usize = 33 * 1024 * 1024;

/// Stored for an account that has no password yet: nothing is let in by it.
pub(super) const NONE: &str = "";

/// What an unknown handle is verified against, so that it takes as long as a known one. No password is known
/// that it would accept, and none that it accepted would be let in.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZGlhbHRvbmUtbm9ib2R5IQ\
                      $9Q0bqzLJ0jH0Vg0n7S0eX8m2sJc1o3l5u7y9A1C3E5A";

/// Judges `password` for `handle`; the error says why it will not do.
pub(super) fn judge(handle: &str, password: &Secret<String>) -> Result<(), UsersError> {
    let text = normal(password.expose());
    let characters = text.chars().count();
    if characters < SHORTEST {
        return refuse(format!("A password has at least {SHORTEST} characters."));
    }
    if characters > LONGEST {
        return refuse(format!("A password has at most {LONGEST} characters."));
    }
    let words: Vec<&str> = handle
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .chain([handle, "dialtone", "bbs", "sysop"])
        .collect();
    let judged = zxcvbn::zxcvbn(&text, &words);
    if u8::from(judged.score()) >= SCORE {
        return Ok(());
    }
    let mut reason = "That password is too easy to guess.".to_owned();
    if let Some(feedback) = judged.feedback() {
        let warning = feedback.warning().map(|warning| warning.to_string());
        for words in warning.into_iter().chain(feedback.suggestions().iter().map(ToString::to_string)) {
            reason.push(' ');
            reason.push_str(&words);
        }
    }
    refuse(reason)
}

fn refuse(words: String) -> Result<(), UsersError> {
    Err(UsersError::Invalid(words))
}

/// Hashes `password` under a new salt, as a PHC string. Takes a core for some 20 ms: not for an async thread.
pub(super) fn hash(password: &Secret<String>) -> Result<String, argon2::password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    let salt = Salt::generate();
    let hash = derive(password.expose(), &params, &salt)?;
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt),
        hash: Some(hash),
    }
    .to_string())
}

/// True if `stored` is the hash of `password`. With nothing stored it works as long and says no.
pub(super) fn verify(stored: Option<&str>, password: &Secret<String>) -> bool {
    // Nobody has a password longer than the longest, so what is hashed in its place does not matter.
    let too_long = password.expose().chars().nth(LONGEST).is_some();
    let tried = if too_long { "" } else { password.expose().as_str() };
    let stored = stored.filter(|stored| *stored != NONE);
    let matches = matches(stored.unwrap_or(NOBODY), tried).unwrap_or_else(|error| {
        tracing::error!(%error, "a stored password hash cannot be read");
        false
    });
    matches && stored.is_some() && !too_long
}

fn matches(stored: &str, password: &str) -> Result<bool, argon2::password_hash::Error> {
    let stored = PasswordHash::new(stored)?;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return Ok(false) };
    let params = Params::try_from(&stored)?;
    // Comparing two `Output`s takes the same time wherever they differ.
    Ok(stored.algorithm == Algorithm::Argon2id.ident() && derive(password, &params, &salt)? == expected)
}

fn derive(password: &str, params: &Params, salt: &Salt) -> Result<Output, argon2::password_hash::Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut memory: Vec<Block> = Vec::with_capacity(RESERVED_BYTES / Block::SIZE);
    memory.resize(params.block_count(), Block::new());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2.hash_password_into_with_memory(normal(password).as_bytes(), salt, &mut output, &mut memory)?;
    Ok(Output::new(&output)?)
}

/// One form for a password, whichever keyboard and charset it was typed with.
fn normal(text: &str) -> String {
    text.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::{NOBODY, PasswordHash, hash, judge, verify};
    use crate::{Secret, UsersError};

    #[test]
    fn a_hash_accepts_its_password_only() {
        let stored = hash(&Secret::from("größer als 8")).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(Some(&stored), &Secret::from("größer als 8")));
        assert!(verify(Some(&stored), &Secret::from("gro\u{308}ßer als 8")));
        assert!(!verify(Some(&stored), &Secret::from("grösser als 8")));
        assert!(!verify(Some(&stored), &Secret::from("")));
        assert!(!verify(Some(&stored), &Secret::new("x".repeat(1_000))));
        assert!(!verify(Some("not a hash"), &Secret::from("größer als 8")));
        assert!(!verify(None, &Secret::from("größer als 8")));
        assert_ne!(stored, hash(&Secret::from("größer als 8")).unwrap());
    }

    #[test]
    fn nobody_costs_what_somebody_does() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let somebody = PasswordHash::new(&hash(&Secret::from("whoever it is")).unwrap()).unwrap();
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.salt.unwrap().len(), somebody.salt.unwrap().len());
        assert_eq!(nobody.hash.unwrap().len(), somebody.hash.unwrap().len());
    }

    #[test]
    fn a_weak_password_is_refused_with_the_reason() {
        let reason = |password: &str| match judge("Joe Smith", &Secret::from(password)) {
            Err(UsersError::Invalid(words)) => words,
            other => panic!("{password}: {other:?}"),
        };
        assert_eq!(reason("short"), "A password has at least 8 characters.");
        assert!(reason("password").starts_with("That password is too easy to guess. This is a top-"));
        assert!(reason("joesmith1").contains("too easy"));
        assert!(reason("qwertyuiop").len() > 40);
        assert_eq!(reason(&"ab".repeat(200)), "A password has at most 256 characters.");
        assert_eq!(judge("Joe", &Secret::from("tidal marmot 7 lamp")), Ok(()));
    }
}
