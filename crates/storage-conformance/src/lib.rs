//! The suite that every storage adapter must pass.
