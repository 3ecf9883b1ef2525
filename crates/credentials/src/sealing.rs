//! Sealing what is stored, with a key that is not in the database (ASVS 11.3.2, 13.3.1).
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): its nonces are long enough to be drawn at random. What is sealed is one
//! version byte, four bytes that name the key, 24 of nonce, then the ciphertext with its tag.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use portcullis_domain::ports::credentials::{Sealer, UnsealError};
use portcullis_domain::secret::Sealed;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::randomness::random;

const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 24;
/// Version and key's name.
const HEADER_LENGTH: usize = 5;

/// One key, ready to seal.
struct Key {
    header: [u8; HEADER_LENGTH],
    cipher: XChaCha20Poly1305,
}

impl Key {
    fn new(secret: &[u8; 32]) -> Self {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(secret));
        let key = Zeroizing::new(derived(secret, &["portcullis v1 seal"]));
        Self { header: [VERSION, a, b, c, d], cipher: XChaCha20Poly1305::new((&*key).into()) }
    }

    /// What is authenticated besides the ciphertext: the header has a fixed length, so nothing can move across.
    fn bound_to(&self, context: &[u8]) -> Vec<u8> {
        [&self.header, context].concat()
    }
}

/// The [`Sealer`]: seals with the current key, opens with it and with older ones.
pub struct KeySealer {
    secret: Zeroizing<[u8; 32]>,
    current: Key,
    older: Vec<Key>,
}

impl KeySealer {
    /// Takes the keys: `current` seals, `older` only open what was sealed before `current` came.
    pub fn new(current: [u8; 32], older: Vec<[u8; 32]>) -> Self {
        let (current, older) = (Zeroizing::new(current), Zeroizing::new(older));
        Self { current: Key::new(&current), older: older.iter().map(Key::new).collect(), secret: current }
    }

    /// A key for another use, named by `label`, out of the current key (HKDF, RFC 5869): it tells nothing about the
    /// current key, nor about those of other labels.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        derived(&self.secret, &["portcullis v1 derive ", label])
    }
}

impl fmt::Debug for KeySealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySealer(…, {} older)", self.older.len())
    }
}

#[expect(clippy::expect_used, reason = "HKDF-SHA-256 refuses outputs over 8160 bytes only")]
fn derived(secret: &[u8; 32], info: &[&str]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, secret).expand(info.concat().as_bytes(), &mut key).expect("32 bytes are not too many");
    key
}

impl Sealer for KeySealer {
    #[expect(clippy::expect_used, reason = "the cipher refuses messages over 256 GiB only")]
    fn seal(&self, plain: &[u8], context: &[u8]) -> Sealed {
        let Key { header, cipher } = &self.current;
        let nonce = random::<NONCE_LENGTH>();
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &self.current.bound_to(context) })
            .expect("a message in memory is not too long");
        Sealed([header.as_slice(), &nonce, &sealed].concat())
    }

    fn unseal(&self, sealed: &Sealed, context: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let (header, rest) = sealed.0.split_first_chunk::<HEADER_LENGTH>().ok_or(UnsealError)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(UnsealError)?;
        // Two keys may have the same four bytes, so the first that bears them need not be the one.
        std::iter::once(&self.current)
            .chain(&self.older)
            .filter(|key| key.header == *header)
            .find_map(|key| {
                let payload = Payload { msg: sealed, aad: &key.bound_to(context) };
                key.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
            })
            .ok_or(UnsealError)
    }

    fn mark(&self) -> &[u8] {
        &self.current.header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(key: u8, older: &[u8]) -> KeySealer {
        KeySealer::new([key; 32], older.iter().map(|key| [*key; 32]).collect())
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_context_only() {
        let sealed = sealer(1, &[]).seal(b"secret", b"bea");
        assert_eq!(sealer(1, &[]).unseal(&sealed, b"bea"), Ok(b"secret".to_vec()));
        assert_eq!(sealer(1, &[]).unseal(&sealed, b"ann"), Err(UnsealError));
        assert_eq!(sealer(1, &[]).unseal(&sealed, b""), Err(UnsealError));
        assert_eq!(sealer(2, &[]).unseal(&sealed, b"bea"), Err(UnsealError));
        assert!(!sealed.0.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn no_byte_can_be_changed_or_left_out() {
        let keys = sealer(1, &[]);
        let sealed = keys.seal(b"secret", b"bea");
        for index in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[index] ^= 1;
            assert_eq!(keys.unseal(&changed, b"bea"), Err(UnsealError), "{index}");
            assert_eq!(keys.unseal(&Sealed(sealed.0[..index].to_vec()), b"bea"), Err(UnsealError), "{index}");
        }
    }

    #[test]
    fn an_older_key_opens_and_the_current_one_seals() {
        let before = sealer(1, &[]).seal(b"secret", b"bea");
        let turned = sealer(2, &[1]);
        assert_eq!(turned.unseal(&before, b"bea"), Ok(b"secret".to_vec()));
        assert!(!before.0.starts_with(turned.mark()));
        let after = turned.seal(b"secret", b"bea");
        assert!(after.0.starts_with(turned.mark()));
        assert_eq!(sealer(1, &[]).unseal(&after, b"bea"), Err(UnsealError));
    }

    #[test]
    fn the_same_secret_is_sealed_differently_each_time() {
        let sealer = sealer(1, &[]);
        assert_ne!(sealer.seal(b"secret", b"bea"), sealer.seal(b"secret", b"bea"));
    }

    #[test]
    fn derived_keys_differ_by_label_and_by_key_and_stay_the_same() {
        assert_eq!(sealer(1, &[]).derive("csrf"), sealer(1, &[2]).derive("csrf"));
        assert_ne!(sealer(1, &[]).derive("csrf"), sealer(1, &[]).derive("other"));
        assert_ne!(sealer(1, &[]).derive("csrf"), sealer(2, &[]).derive("csrf"));
    }
}
