//! The log, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::configuration::{Configuration, LogFormat};

/// Starts the log as configured. What the database driver and the HTTP stack say stays at warnings: their finer lines
/// hold statements, paths and values, so the alias and secrets.
pub(crate) fn start(configuration: &Configuration) {
    start_at(configuration, &configuration.log_level);
}

/// Starts the log for a command that ends at once: only what deserves a warning.
pub(crate) fn start_quietly(configuration: &Configuration) {
    start_at(configuration, "warn");
}

fn start_at(configuration: &Configuration, level: &str) {
    let filter = EnvFilter::new(format!("warn,portcullis={level}"));
    let pretty = match configuration.log_format {
        Some(format) => format == LogFormat::Pretty,
        None => std::io::stderr().is_terminal(),
    };
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    // A second start in one process finds the first one's subscriber, which serves as well.
    let _ = if pretty {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
}
