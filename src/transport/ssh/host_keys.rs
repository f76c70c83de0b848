//! Host keys: made once in the data directory, mode 0600, and kept; a changed key would scare every caller.

use std::io;
use std::path::{Path, PathBuf};

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{KeypairData, RsaKeypair};
use russh::keys::{Algorithm, PrivateKey};
use thiserror::Error;

/// The files, as OpenSSH calls its own.
const ED25519: &str = "ssh_host_ed25519_key";
const RSA: &str = "ssh_host_rsa_key";
const NAMES: [&str; 2] = [ED25519, RSA];
/// Bits of a new RSA key; NIST SP 800-57 part 1, table 2: good beyond 2030.
const RSA_BITS: usize = 3072;

/// Why there is no host key.
#[derive(Debug, Error)]
pub enum HostKeyError {
    /// The file could not be read or written.
    #[error("host key {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is there and is no key. It is never replaced: the callers know the old one.
    #[error(
        "host key {path} is not a private key in OpenSSH's format; restore it, or remove it to have a new one made"
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key has a passphrase, and nobody is there to type it.
    #[error("host key {path} has a passphrase; remove it with ssh-keygen -p -N '' -f {path}")]
    Passphrase {
        /// The file.
        path: PathBuf,
    },
    /// The key is of another kind than the file's name says.
    #[error(
        "host key {path} holds a key of the kind {kind}; put the right key there, or remove the file to have one made"
    )]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// The kind of key it holds.
        kind: String,
    },
    /// A new key could not be made.
    #[error("cannot make a host key: {0}")]
    Make(russh::keys::ssh_key::Error),
}

/// The ed25519 key, made now if there is none.
pub fn ed25519(data_dir: &Path) -> Result<PrivateKey, HostKeyError> {
    keep(&data_dir.join(ED25519), || {
        PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519)
    })
}

/// The RSA key, if there is one.
pub fn existing_rsa(data_dir: &Path) -> Result<Option<PrivateKey>, HostKeyError> {
    let path = data_dir.join(RSA);
    if path.exists() { read(&path).map(Some) } else { Ok(None) }
}

/// The RSA key, made now if there is none; making one takes a second or more of one core.
pub fn rsa(data_dir: &Path) -> Result<PrivateKey, HostKeyError> {
    keep(&data_dir.join(RSA), || {
        let pair = RsaKeypair::random(&mut russh::keys::key::safe_rng(), RSA_BITS)?;
        PrivateKey::new(KeypairData::from(pair), "")
    })
}

fn keep(
    path: &Path,
    make: impl FnOnce() -> Result<PrivateKey, russh::keys::ssh_key::Error>,
) -> Result<PrivateKey, HostKeyError> {
    if path.exists() {
        return read(path);
    }
    let key = make().map_err(HostKeyError::Make)?;
    let text = key.to_openssh(LineEnding::LF).map_err(HostKeyError::Make)?;
    write_private(path, text.as_bytes())
        .map_err(|cause| HostKeyError::File { path: path.to_owned(), cause })?;
    Ok(key)
}

/// Reads the keys there are. Errors: each that cannot be used.
pub fn check(data_dir: &Path) -> Vec<HostKeyError> {
    let paths = NAMES.map(|name| data_dir.join(name));
    paths.iter().filter(|path| path.exists()).filter_map(|path| read(path).err()).collect()
}

/// The keys that others than their owner may read, and what is to be run: they can pretend to be this board.
pub fn open_to_others(data_dir: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let open = |path: PathBuf| {
        let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o7777;
        let path = path.display();
        (mode & 0o077 != 0).then(|| {
            format!("the host key {path} can be read by others (mode {mode:04o}): run chmod 600 {path}")
        })
    };
    NAMES.map(|name| data_dir.join(name)).into_iter().filter_map(open).collect()
}

/// Reads a key that can be used as it is: one with a passphrase parses too, and fails only when a caller is there.
fn read(path: &Path) -> Result<PrivateKey, HostKeyError> {
    let bytes = std::fs::read(path).map_err(|cause| HostKeyError::File { path: path.to_owned(), cause })?;
    let text = std::str::from_utf8(&bytes).ok();
    let key = text.and_then(|text| PrivateKey::from_openssh(text).ok());
    let key = key.ok_or_else(|| HostKeyError::NoKey { path: path.to_owned() })?;
    let right = match key.algorithm() {
        Algorithm::Ed25519 => path.ends_with(ED25519),
        Algorithm::Rsa { .. } => path.ends_with(RSA),
        _ => false,
    };
    if !right {
        let kind = key.algorithm().as_str().to_owned();
        return Err(HostKeyError::WrongKind { path: path.to_owned(), kind });
    }
    if key.is_encrypted() {
        return Err(HostKeyError::Passphrase { path: path.to_owned() });
    }
    Ok(key)
}

/// Writes a file that only its owner reads, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let new = path.with_extension("new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = ed25519(dir.path()).unwrap();
        let again = ed25519(dir.path()).unwrap();
        assert_eq!(first.public_key(), again.public_key());
        let mode = std::fs::metadata(dir.path().join("ssh_host_ed25519_key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_may_read_is_told_with_what_to_run() {
        let dir = tempfile::tempdir().unwrap();
        ed25519(dir.path()).unwrap();
        assert!(open_to_others(dir.path()).is_empty());
        let path = dir.path().join("ssh_host_ed25519_key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let told = open_to_others(dir.path()).join("\n");
        let path = path.display();
        assert!(told.contains("(mode 0640)") && told.contains(&format!("chmod 600 {path}")), "{told}");
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ssh_host_ed25519_key");
        std::fs::write(&path, "not a key").unwrap();
        let words = ed25519(dir.path()).unwrap_err().to_string();
        assert!(words.contains("is not a private key in OpenSSH's format"), "{words}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not a key");
        std::fs::write(&path, "").unwrap();
        let words = ed25519(dir.path()).unwrap_err().to_string();
        assert!(words.contains("is not a private key in OpenSSH's format"), "{words}");
    }

    #[test]
    fn a_key_of_the_wrong_kind_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        ed25519(dir.path()).unwrap();
        std::fs::copy(dir.path().join(ED25519), dir.path().join(RSA)).unwrap();
        let words = existing_rsa(dir.path()).unwrap_err().to_string();
        assert!(words.contains(RSA) && words.contains("ssh-ed25519"), "{words}");
        assert_eq!(check(dir.path()).len(), 1);
    }
}
