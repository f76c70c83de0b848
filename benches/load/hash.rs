//! What a password costs: the floor of a login.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::board::PASSWORD;

/// One password hash as the board makes it: argon2id, 19 MiB, two passes, one lane, memory of its own.
pub fn hash() {
    let mut out = [0; 32];
    // These parameters are valid and the salt long enough, so it cannot fail.
    let params = Params::new(19 * 1024, 2, 1, Some(out.len())).unwrap_or_default();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(PASSWORD.as_bytes(), b"sixteen bytes oh", &mut out).ok();
    std::hint::black_box(out);
}
