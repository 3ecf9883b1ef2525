//! Parameters: what the back office may be told while it runs. Each change is checked as a whole, recorded with who made
//! it, and live at once.

mod plan;

use portcullis_domain::audit::Action;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::parameter::{ALIAS, ALL, Parameter, ParameterError, Parameters, parameter};
use portcullis_domain::password_policy::PasswordPolicy;
use portcullis_domain::ports::storage::parameter_history::{ParameterChange, RecordedChange};
use portcullis_domain::ports::storage::{Page, StorageError, Stored, UnitOfWork};

use self::plan::{Plan, plan};
use crate::access::Access;
use crate::alias;
use crate::author::Author;
use crate::authority::{Acting, Authority};
use crate::client::Client;

/// How much is told of a row that is no value of its parameter, in characters.
const MOST_TOLD: usize = 100;

/// A parameter as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter: its key, its bounds, its default.
    pub parameter: &'static Parameter,
    /// The live value, in canonical form.
    pub value: String,
    /// Who changed it last, and when; `None` when nobody did.
    pub changed: Option<ParameterChange>,
}

/// Every parameter as it stands, in order, and the last change of the alias.
///
/// # Errors
/// [`StorageError`].
pub async fn list(access: &Access) -> Stored<(Vec<Setting>, Option<ParameterChange>)> {
    let live = access.parameters().await?;
    let latest = access.ports().storage.view().await?.latest_parameter_changes().await?;
    let changed = |key: &str| latest.iter().find(|change| change.key == key).cloned();
    let settings = ALL.iter().map(|parameter| Setting {
        parameter,
        value: live.text(parameter.key),
        changed: changed(parameter.key),
    });
    Ok((settings.collect(), changed(ALIAS)))
}

/// One parameter and its changes, newest first; `None` when there is no such parameter. Of the alias the values are left
/// out: an address of before is nobody's business.
///
/// # Errors
/// [`StorageError`].
pub async fn changes(access: &Access, key: &str, page: Page) -> Stored<Option<Vec<RecordedChange>>> {
    if key != ALIAS && parameter(key).is_err() {
        return Ok(None);
    }
    let mut changes = access.ports().storage.view().await?.parameter_changes(key, page).await?;
    if key == ALIAS {
        for recorded in &mut changes {
            recorded.change.text.clear();
        }
    }
    Ok(Some(changes))
}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is no value of the parameter, or there is no such parameter.
    #[error(transparent)]
    Value(#[from] ParameterError),
    /// It cannot be the alias.
    #[error(transparent)]
    Alias(#[from] alias::Refused),
    /// The preset that is chosen with it says otherwise; this is the preset's value.
    #[error("the chosen preset asks for {0}; choose custom to set it yourself")]
    PresetSays(String),
    /// Somebody without a second factor may not ask others for one.
    #[error("add two-factor authentication to your own account first")]
    OwnSecondFactor,
    /// It was changed by somebody else since the form was shown; this is the value now.
    #[error("somebody else changed it to {0} in the meantime")]
    ChangedMeanwhile(String),
}

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The operator may not change parameters.
    #[error("you may not change parameters")]
    Forbidden,
    /// What is wrong, by key. One wrong value keeps all from being changed.
    #[error("the values do not fit")]
    Refused(Vec<(String, Problem)>),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A value that somebody wants for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The parameter's key, or [`ALIAS`].
    pub key: String,
    /// The value as it was typed.
    pub text: String,
    /// What it was when the form was shown, where that is known. A value that stayed as shown is no wish: what somebody
    /// else changed meanwhile is not undone by it.
    pub shown: Option<String>,
}

impl Wish {
    /// A wish that is meant whatever the present value is.
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), text: text.into(), shown: None }
    }
}

/// A value of before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// What applied before anybody changed it: the default.
    BeforeTheFirst,
    /// What the change of this number gave it.
    Change(i64),
}

/// The wish that brings an earlier value back; `None` when there was no such change of the parameter, or when its values
/// are not kept to be brought back, as the alias's are not.
///
/// # Errors
/// [`StorageError`].
pub async fn restoring(access: &Access, key: &str, earlier: Earlier) -> Stored<Option<Wish>> {
    let Ok(found) = parameter(key) else { return Ok(None) };
    let text = match earlier {
        Earlier::BeforeTheFirst => Some(found.default_text()),
        Earlier::Change(number) => {
            let change = access.ports().storage.view().await?.parameter_change(key, number).await?;
            change.map(|change| change.text)
        }
    };
    Ok(text.map(|text| Wish::new(found.key, text)))
}

/// What password rules would come of wishes, and how many they concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The preset that would be chosen.
    pub preset: String,
    /// The rules that would be in force.
    pub policy: PasswordPolicy,
    /// How many active operators have a password that was set under weaker rules, or under rules that are not known.
    pub weaker: u64,
}

/// What would come of wishes. Changes nothing.
///
/// # Errors
/// [`ChangeError::Refused`] as [`change`] would; [`StorageError`].
pub async fn preview(access: &Access, wishes: &[Wish]) -> Result<Preview, ChangeError> {
    let live = access.parameters().await?;
    let Plan { preset, policy, .. } = plan(&live, &[], access.alias().await.as_str(), wishes)?;
    let in_use = access.ports().storage.view().await?.password_rules_in_use().await?;
    let weaker = in_use.iter().filter(|(rules, _)| are_weaker(rules, &policy)).map(|(_, count)| count).sum();
    Ok(Preview { preset, policy, weaker })
}

/// Whether noted rules are weaker. Those that are not known count as such.
fn are_weaker(rules: &str, policy: &PasswordPolicy) -> bool {
    PasswordPolicy::from_noted(rules).is_none_or(|rules| rules.is_weaker_than(policy))
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// The keys that have another value now.
    pub keys: Vec<&'static str>,
    /// How many operators are asked for a new password at their next sign-in.
    pub asked: u64,
}

/// Makes wishes true, all or none. With `ask_weaker`, operators whose password was set under weaker rules than those that
/// then apply are asked for a new one at their next sign-in. What is changed is live at once.
///
/// # Errors
/// [`ChangeError`]; nothing was changed then.
pub async fn change(
    access: &Access,
    client: &Client,
    by: Authority<'_>,
    wishes: &[Wish],
    ask_weaker: bool,
) -> Result<Changed, ChangeError> {
    let mut unit = access.begin().await?;
    alias::lock(unit.as_mut()).await?;
    let acting = by.managing(unit.as_mut(), BuiltIn::Parameters).await?.ok_or(ChangeError::Forbidden)?;
    let author = acting.author();
    let rows = unit.parameters().await?;
    let (live, broken) = Parameters::from_rows(rows.iter().map(|(key, text)| (key.as_str(), text.as_str())));
    let stored = |key: &str| rows.iter().find(|(stored, _)| stored == key).map_or("", |(_, text)| text.as_str());
    let plan = plan(&live, &broken, stored(ALIAS), wishes)?;
    check_own_factor(unit.as_mut(), &acting, &plan).await?;
    let mut changed = Changed::default();
    let now = access.now();
    for (key, value) in &plan.rows {
        let is_broken = broken.iter().any(|broken| broken == key);
        let before = if is_broken { stored(key).chars().take(MOST_TOLD).collect() } else { live.text(key) };
        if before == *value {
            // A preset's field that has its value already: the row follows, nobody is told.
            unit.set_parameter(key, value).await?;
            continue;
        }
        let change = ParameterChange { key: (*key).to_owned(), text: value.clone(), by: author.actor(), at: now };
        unit.change_parameter(&change).await?;
        let event = access.event(author.clone(), Action::ParameterChanged).on(*key, *key).from(client);
        event.with("before", before).with("after", value).record(unit.as_mut()).await?;
        changed.keys.push(key);
    }
    if let Some(alias) = &plan.alias {
        alias::write(access, unit.as_mut(), client, &author, alias).await?;
        changed.keys.push(ALIAS);
    }
    if ask_weaker {
        changed.asked = ask(access, unit.as_mut(), client, author, &plan.policy).await?;
    }
    let rows = unit.parameters().await?;
    unit.commit().await?;
    access.publish(&rows);
    access.mail_waits().ring();
    Ok(changed)
}

/// Whoever would ask others for a second factor has one.
async fn check_own_factor(unit: &mut dyn UnitOfWork, acting: &Acting, plan: &Plan) -> Result<(), ChangeError> {
    let asks = plan.rows.iter().any(|(key, value)| *key == "two_factor.required" && value != "nobody");
    if let Some(operator) = acting.operator()
        && asks
        && unit.two_factor(operator.id()).await?.is_none()
    {
        let problem = ("two_factor.required".to_owned(), Problem::OwnSecondFactor);
        return Err(ChangeError::Refused(vec![problem]));
    }
    Ok(())
}

async fn ask(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    author: Author,
    policy: &PasswordPolicy,
) -> Stored<u64> {
    let in_use = unit.password_rules_in_use().await?;
    let weaker: Vec<String> =
        in_use.into_iter().map(|(rules, _)| rules).filter(|rules| are_weaker(rules, policy)).collect();
    let asked = unit.require_new_passwords(&weaker).await?;
    if asked > 0 {
        let event = access.event(author, Action::NewPasswordsRequired).from(client);
        event.with("operators", asked.to_string()).with("rules", policy.noted()).record(unit).await?;
    }
    Ok(asked)
}
