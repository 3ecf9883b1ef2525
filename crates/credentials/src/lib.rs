//! Adapters for secrets: argon2, zxcvbn, sealing, randomness.
