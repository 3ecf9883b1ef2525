//! The `portcullis` binary: command line, configuration, wiring. No rule of the product lives here.

mod account_import;
mod audit_trail;
mod command_line;
mod commands;
mod configuration;
mod console;
mod data_folder;
mod doctor;
mod log;
mod metrics;
mod operations;
mod serve;
mod slow_connections;
mod tune;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match commands::run(command_line::CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever an error's own words are.
            let line = format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ");
            eprintln!("portcullis: {line}");
            ExitCode::FAILURE
        }
    }
}
