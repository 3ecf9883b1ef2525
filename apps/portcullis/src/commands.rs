//! One function per command. They ask the use cases, and say what came of it.

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use clap::CommandFactory as _;
use portcullis_core::authority::Authority;
use portcullis_core::invitation::InviteError;
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::password::ChooseError;
use portcullis_core::{Access, Client, invitation, operators, password_recovery, set_up, unlock};
use portcullis_domain::account::{AccountId, AccountKind, AccountStatus, Operator};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::password_policy::Unmet;
use portcullis_domain::ports::storage::Page;
use portcullis_domain::role::{Role, RoleId};
use portcullis_domain::secret::Password;
use zeroize::Zeroizing;

use crate::command_line::{self, Command, CommandLine};
use crate::configuration::Configuration;
use crate::console::say;
use crate::{account_import, audit_trail, doctor, log, serve, tune, wiring};

/// The longest line that is read as a password: four bytes for each of the most characters that a policy allows.
const LONGEST_PASSWORD_LINE: u64 = 4 * 1024;

/// Runs a command to its end.
pub(crate) fn run(typed: CommandLine) -> anyhow::Result<()> {
    let command = match typed.command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "portcullis", &mut script);
            say(String::from_utf8_lossy(&script).trim_end());
            return Ok(());
        }
        command => command,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(run_configured(typed.config.as_deref(), command))
}

async fn run_configured(file: Option<&Path>, command: Command) -> anyhow::Result<()> {
    let configuration = Configuration::load(file, environment())?;
    if matches!(command, Command::Serve) {
        log::start(&configuration);
        return serve::run(&configuration).await;
    }
    log::start_quietly(&configuration);
    match command {
        Command::Doctor => doctor::run(&configuration).await,
        Command::Migrate => {
            wiring::open_storage(&configuration).await?;
            say("The database is up to date.");
            Ok(())
        }
        Command::Init(arguments) => init(&open(&configuration).await?, arguments).await,
        Command::Alias(command) => alias(&open(&configuration).await?, command).await,
        Command::Operator(command) => operator(&open(&configuration).await?, command).await,
        Command::Account(command_line::Account::Import { file }) => {
            account_import::run(&open(&configuration).await?, &file).await
        }
        Command::Audit(command_line::Audit::Export { since, format }) => {
            audit_trail::export(&open(&configuration).await?, since, format).await
        }
        Command::Audit(command_line::Audit::Verify { anchor }) => {
            audit_trail::verify(&open_with_any_key(&configuration).await?, anchor).await
        }
        Command::Audit(command_line::Audit::SignAnew) => {
            audit_trail::sign_anew(&open_with_any_key(&configuration).await?).await
        }
        Command::Tune { target_ms } => tune::run(&configuration, target_ms).await,
        Command::Serve | Command::Completions { .. } => Ok(()),
    }
}

/// The environment, as far as it is text.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

async fn open(configuration: &Configuration) -> anyhow::Result<Access> {
    let access = open_with_any_key(configuration).await?;
    wiring::check_key(&access).await?;
    Ok(access)
}

async fn open_with_any_key(configuration: &Configuration) -> anyhow::Result<Access> {
    wiring::access(configuration, configuration.origin_at(configuration.listen)?).await
}

async fn init(access: &Access, arguments: command_line::Init) -> anyhow::Result<()> {
    let email = Email::parse(&arguments.email)?;
    let name = DisplayName::parse(&arguments.name)?;
    let password = if arguments.password_stdin { Some(password_from_stdin()?) } else { None };
    let link = set_up::complete_at_console(access, email.clone(), name, password).await.map_err(not_chosen)?;
    say(format_args!("Back office: {}", access.back_office_url().await));
    match link {
        Some(link) => say(format_args!("Invitation link: {link}")),
        None => say(format_args!("Super-administrator: {email}")),
    }
    Ok(())
}

fn password_from_stdin() -> anyhow::Result<Password> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(LONGEST_PASSWORD_LINE + 2)
        .read_line(&mut line)
        .context("cannot read the password from standard input")?;
    // Only the line's end goes: white space is part of a password.
    let text = line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if text.is_empty() {
        bail!("no password came on standard input; write it there on one line");
    }
    Ok(Password::new(text))
}

fn not_chosen(error: ChooseError) -> anyhow::Error {
    match error {
        ChooseError::Refused(unmet) => {
            let rules: Vec<String> = unmet.into_iter().map(rule).collect();
            anyhow!("the password is refused: {}", rules.join("; "))
        }
        ChooseError::DeadLink => {
            anyhow!("set-up is over: an operator exists; run `portcullis operator invite`")
        }
        ChooseError::AddressTaken => {
            anyhow!("a vendor or customer has that address; make the first operator with another one")
        }
        other => other.into(),
    }
}

fn rule(unmet: Unmet) -> String {
    match unmet {
        Unmet::MinLength(least) => format!("use at least {least} characters"),
        Unmet::MaxLength(most) => format!("use at most {most} characters"),
        Unmet::Strength => "it is too easy to guess: use more, or rarer, words".to_owned(),
        Unmet::Common => "it is among the first that anybody tries".to_owned(),
        Unmet::OwnWords => "it is little more than the address, the name or the product's name".to_owned(),
        Unmet::Lowercase => "add a lower-case letter".to_owned(),
        Unmet::Uppercase => "add an upper-case letter".to_owned(),
        Unmet::Digit => "add a digit".to_owned(),
        Unmet::Symbol => "add a symbol".to_owned(),
        Unmet::Reused => "it was used before".to_owned(),
    }
}

async fn alias(access: &Access, command: command_line::Alias) -> anyhow::Result<()> {
    let alias = match command {
        command_line::Alias::Show => None,
        command_line::Alias::Rotate => Some(access.new_alias()),
        command_line::Alias::Set { value } => {
            let present = access.alias().await;
            let chosen = portcullis_core::alias::choose(&value, present.as_str());
            Some(chosen.map_err(|error| anyhow!("the alias is refused: {error}"))?)
        }
    };
    if let Some(alias) = alias {
        access.set_alias(alias).await?;
        // The mails are written here; the running server sends them, or the next one to start.
        while portcullis_core::alias::tell(access, 500).await? > 0 {}
    }
    say(format_args!("Back office: {}", access.back_office_url().await));
    Ok(())
}

async fn operator(access: &Access, command: command_line::Operator) -> anyhow::Result<()> {
    match command {
        command_line::Operator::List { json } => list(access, json).await,
        command_line::Operator::Invite { email, name, roles } => invite(access, &email, &name, &roles).await,
        command_line::Operator::Link { email } => {
            let found = password_recovery::rescue_link(access, &EmailKey::of(&email)).await?;
            let nobody = "no operator with that address may have a link; see `portcullis operator list`";
            say(found.context(nobody)?);
            Ok(())
        }
        command_line::Operator::Suspend { email } => {
            let id = find_operator(access, &email).await?;
            operator_care::suspend(access, Authority::CommandLine, &Client::console(), id).await.map_err(not_cared)?;
            say(format_args!("Suspended: {email}"));
            Ok(())
        }
        command_line::Operator::Reinstate { email } => {
            let id = find_operator(access, &email).await?;
            operator_care::reinstate(access, Authority::CommandLine, &Client::console(), id)
                .await
                .map_err(not_cared)?;
            say(format_args!("Reinstated: {email}"));
            Ok(())
        }
        command_line::Operator::Delete { email } => {
            let id = find_operator(access, &email).await?;
            operator_care::delete(access, Authority::CommandLine, &Client::console(), id).await.map_err(not_cared)?;
            say(format_args!("Deleted: {email}"));
            Ok(())
        }
        command_line::Operator::RemoveTwoFactor { email } => {
            let id = find_operator(access, &email).await?;
            let done = operator_care::remove_two_factor(access, Authority::CommandLine, &Client::console(), id).await;
            done.map_err(|error| match error {
                CareError::NotNow => anyhow!("{email} has no two-factor authentication; nothing is to be done"),
                other => not_cared(other),
            })?;
            say(format_args!("Two-factor authentication removed: {email}"));
            Ok(())
        }
        command_line::Operator::Unlock { email } => {
            let id = find_operator(access, &email).await?;
            unlock::unlock(access, Authority::CommandLine, &Client::console(), id).await.map_err(not_cared)?;
            say(format_args!("Unlocked: {email}"));
            Ok(())
        }
    }
}

async fn find_operator(access: &Access, email: &str) -> anyhow::Result<AccountId> {
    let found = access.ports().storage.view().await?.account_by_email(&EmailKey::of(email)).await?;
    let operator = found.filter(|account| account.kind == AccountKind::Operator);
    Ok(operator.with_context(|| format!("there is no operator {email}; see `portcullis operator list`"))?.id)
}

fn not_cared(error: CareError) -> anyhow::Error {
    match error {
        CareError::LastSuperAdministrator => {
            anyhow!("this is the last active super-administrator; make another one first")
        }
        CareError::NotNow => anyhow!("the operator's status does not fit; see `portcullis operator list`"),
        other => other.into(),
    }
}

async fn invite(access: &Access, email: &str, name: &str, roles: &[String]) -> anyhow::Result<()> {
    let (email, name) = (Email::parse(email)?, DisplayName::parse(name)?);
    let mut view = access.ports().storage.view().await?;
    let (set_up, known) = (view.set_up_at().await?, view.roles().await?);
    drop(view);
    if set_up.is_none() {
        bail!("no operator exists yet; make the first one with `portcullis init`");
    }
    let chosen = roles.iter().map(|role| find_role(&known, role)).collect::<anyhow::Result<Vec<_>>>()?;
    let address = email.clone();
    match invitation::invite(access, Authority::CommandLine, &Client::console(), email, name, &chosen).await {
        Ok(link) => {
            say(link);
            Ok(())
        }
        Err(InviteError::AddressTaken) => Err(taken(access, &address).await?),
        Err(error) => Err(error.into()),
    }
}

/// What to do where somebody has the address already.
async fn taken(access: &Access, email: &Email) -> anyhow::Result<anyhow::Error> {
    let found = access.ports().storage.view().await?.account_by_email(&email.key()).await?;
    Ok(match found.map(|account| (account.kind, account.status)) {
        Some((AccountKind::Operator, AccountStatus::Suspended)) => {
            anyhow!("{email} is a suspended operator; run `portcullis operator reinstate {email}`")
        }
        Some((AccountKind::Operator, _)) => {
            anyhow!("{email} is an operator already; for a fresh link run `portcullis operator link {email}`")
        }
        Some((kind, _)) => anyhow!("{email} is the address of a {}; invite with another one", kind.as_str()),
        None => anyhow!("an account with that address was deleted a moment ago; run it again"),
    })
}

fn find_role(known: &[Role], typed: &str) -> anyhow::Result<RoleId> {
    let key = EmailKey::of(typed);
    let found = known.iter().find(|role| EmailKey::of(role.name.as_str()) == key);
    found.map(|role| role.id).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|role| role.name.as_str()).collect();
        anyhow!("there is no role {typed:?}; there are: {}", names.join(", "))
    })
}

async fn list(access: &Access, json: bool) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut page = Page { offset: 0, limit: 500 };
    loop {
        let listing = operators::list(access, "", page).await?;
        let count = listing.operators.len() as u64;
        for operator in &listing.operators {
            let roles = role_names(operator, &listing.roles);
            if json {
                rows.push(serde_json::json!({
                    "id": operator.id().0.to_string(),
                    "email": operator.email().as_str(),
                    "name": operator.name().as_str(),
                    "status": operator.status().as_str(),
                    "roles": roles,
                }));
            } else {
                let (email, status) = (operator.email().as_str(), operator.status().as_str());
                say(format_args!("{email:<32} {status:<10} {} ({})", operator.name(), roles.join(", ")));
            }
        }
        page.offset += count;
        if count == 0 || page.offset >= listing.total {
            break;
        }
    }
    if json {
        say(serde_json::to_string_pretty(&rows)?);
    }
    Ok(())
}

fn role_names<'a>(operator: &Operator, known: &'a [Role]) -> Vec<&'a str> {
    known.iter().filter(|role| operator.roles().contains(&role.id)).map(|role| role.name.as_str()).collect()
}
