//! What one can type: names, arguments, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use portcullis_core::audit_trail::export::Format;
use portcullis_domain::audit_seal::Head;
use portcullis_domain::instant::Instant;
use portcullis_domain::secret::Digest256;

/// Guards a back office.
#[derive(Parser)]
#[command(name = "portcullis", version, about, propagate_version = true)]
pub(crate) struct CommandLine {
    /// The configuration [default: portcullis.toml in the working folder, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serves the back office
    Serve,
    /// Brings the database up to date
    Migrate,
    /// Makes the first operator, the super-administrator, without a browser
    Init(Init),
    /// The secret path of the back office
    #[command(subcommand)]
    Alias(Alias),
    /// Operators
    #[command(subcommand)]
    Operator(Operator),
    /// Accounts of the platform
    #[command(subcommand)]
    Account(Account),
    /// The audit trail
    #[command(subcommand)]
    Audit(Audit),
    /// Suggests argon2 parameters for this machine
    Tune {
        /// How long a sign-in's hash may take, in milliseconds
        #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..=60_000))]
        target_ms: u64,
    },
    /// Checks storage, migrations, mail, public URL, clock and key
    Doctor,
    /// Prints a shell's completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
pub(crate) enum Account {
    /// Imports operators, vendors and customers with the hashes of their passwords; all or nothing
    Import {
        /// JSON lines: email, name, kind (operator, vendor, customer), `password_hash`, roles
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Prints the trail, oldest first
    Export {
        /// Not before: 2026-11-24, 2026-11-24T10:00 (UTC), or RFC 3339
        #[arg(long, value_parser = instant)]
        since: Option<Instant>,
        /// jsonl or csv
        #[arg(long, default_value = "jsonl", value_parser = format)]
        format: Format,
    },
    /// Checks every seal, and names the first event that was altered, is missing or was inserted
    Verify {
        /// An end, as an earlier run printed it: shows also a database that was put back as a whole
        #[arg(long, value_name = "PLACE:SEAL", value_parser = anchor)]
        anchor: Option<Head>,
    },
    /// Signs the end of the trail with the present key, after the key that signed it was lost
    SignAnew,
}

fn instant(text: &str) -> Result<Instant, String> {
    portcullis_domain::instant::parse(text).ok_or_else(|| "use a date, or a date and time in RFC 3339".to_owned())
}

fn format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| "use jsonl or csv".to_owned())
}

fn anchor(text: &str) -> Result<Head, String> {
    let read = || {
        let (sequence, seal) = text.split_once(':')?;
        let seal = data_encoding::HEXLOWER_PERMISSIVE.decode(seal.as_bytes()).ok()?;
        Some(Head { sequence: sequence.parse().ok()?, seal: Digest256::from_slice(&seal)? })
    };
    read().ok_or_else(|| "use PLACE:SEAL, as `portcullis audit verify` prints it".to_owned())
}

#[derive(Args)]
pub(crate) struct Init {
    /// The operator's email address
    #[arg(long)]
    pub(crate) email: String,
    /// The operator's name
    #[arg(long)]
    pub(crate) name: String,
    /// Reads the password from the first line of standard input; without it, a link to create one is printed
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Subcommand)]
pub(crate) enum Alias {
    /// Prints the address of the back office
    Show,
    /// Draws a new alias; the old address stops working
    Rotate,
    /// Sets the alias; the old address stops working
    Set {
        /// 12 to 64 of a-z, 0-9 and hyphens, not a guessable word
        value: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Operator {
    /// Lists the operators
    List {
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Invites an operator: sends the mail, and prints the link
    Invite {
        /// The operator's email address
        #[arg(long)]
        email: String,
        /// The operator's name
        #[arg(long)]
        name: String,
        /// A role's name; may be given several times
        #[arg(long = "role", required = true, num_args = 1..)]
        roles: Vec<String>,
    },
    /// Prints a fresh invitation or reset link, for when mail is down
    Link {
        /// The operator's email address
        email: String,
    },
    /// Suspends an operator: sessions end, links die
    Suspend {
        /// The operator's email address
        email: String,
    },
    /// Lets a suspended operator in again
    Reinstate {
        /// The operator's email address
        email: String,
    },
    /// Deletes an operator; the audit trail keeps the name
    Delete {
        /// The operator's email address
        email: String,
    },
    /// Removes an operator's second factor, when the device and the recovery codes are lost
    RemoveTwoFactor {
        /// The operator's email address
        email: String,
    },
    /// Gives an operator who met limits a full budget again
    Unlock {
        /// The operator's email address
        email: String,
    },
}
