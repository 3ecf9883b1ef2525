//! Random bytes, from the operating system and nowhere else (ASVS 11.5.1).

use portcullis_domain::ports::credentials::SecretGenerator;

/// Draws from the operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsSecrets;

impl SecretGenerator for OsSecrets {
    fn bytes32(&self) -> [u8; 32] {
        random()
    }
}

/// `N` fresh bytes. Panics when the operating system has none to give: whatever asked must not go on with bytes that
/// somebody could guess, and nothing it could do instead would be better.
#[expect(clippy::disallowed_methods, reason = "this is the adapter behind the SecretGenerator port")]
#[expect(clippy::panic, reason = "there is no safe way to go on without randomness")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random bytes: {error}");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_draws_are_alike() {
        assert_ne!(OsSecrets.bytes32(), OsSecrets.bytes32());
    }
}
