//! Adapters for secrets: what hashes, judges, draws and seals them.
//!
//! Each type implements one port of `portcullis_domain::ports`: [`hasher::Argon2Hasher`] hashes passwords on threads of its own,
//! [`strength::ZxcvbnEstimator`] judges them, [`sealing::KeySealer`] seals what is stored with the key that
//! [`secret_key`] keeps in a file, [`randomness::OsSecrets`] and [`clock::SystemClock`] ask the operating system.

pub mod hasher;
pub mod qr;
pub mod sealing;
pub mod secret_key;
pub mod strength;
pub mod totp;
pub mod tuning;

pub mod clock;
pub mod randomness;
