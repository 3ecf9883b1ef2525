//! Lines on standard output.

use std::io::Write as _;

/// Prints a line at once. Nobody reading any more is no reason to fail.
pub(crate) fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
