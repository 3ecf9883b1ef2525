//! The log, on standard error.

use std::io::{IsTerminal as _, Write};

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
    let builder = tracing_subscriber::fmt().with_writer(|| OneLine(std::io::stderr())).with_env_filter(filter);
    // A second start in one process finds the first one's subscriber, which serves as well.
    let _ = if pretty {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
}

/// Keeps an event on one line, whatever stands in its values: nobody writes a line of the log by what they call
/// themselves (ASVS 16.4.1). The formatter hands over an event at a time, with its line break at the end.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let (line, end) = event.strip_suffix(b"\n").map_or((event, &b""[..]), |line| (line, b"\n"));
        if line.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            let text = String::from_utf8_lossy(line).replace('\r', "\\r").replace('\n', "\\n");
            self.0.write_all(text.as_bytes())?;
        } else {
            self.0.write_all(line)?;
        }
        self.0.write_all(end)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_writes_a_line_of_the_log_by_a_name() {
        let evil = "Bea\r\n2026-11-24T10:00:00Z  INFO portcullis: signed in\n{\"level\":\"INFO\"}";
        for json in [false, true] {
            let kept = Kept::default();
            let writer = kept.clone();
            let builder = tracing_subscriber::fmt().with_ansi(false).with_writer(move || OneLine(writer.clone()));
            let say = || {
                tracing::warn!(name = evil, "a field");
                tracing::warn!(name = %evil, "a displayed field");
                tracing::warn!("in the message: {evil}");
            };
            if json {
                tracing::subscriber::with_default(builder.json().flatten_event(true).finish(), say);
            } else {
                tracing::subscriber::with_default(builder.finish(), say);
            }
            let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            assert_eq!(log.lines().count(), 3, "{log}");
            assert!(!log.contains('\r') && log.lines().all(|line| line.contains("WARN")), "{log}");
        }
    }
}
