//! What one can type: names, arguments, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

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
    /// Checks storage, migrations, mail, public URL, clock and key
    Doctor,
    /// Prints a shell's completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
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
}
