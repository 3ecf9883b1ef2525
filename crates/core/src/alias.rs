//! The alias in use: it changes, operators are told where to, and the old address leads on or is gone.

use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::alias::{Alias, AliasError};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::instant::{Instant, from_micros, to_micros};
use portcullis_domain::mail_message::Content;
use portcullis_domain::parameter::{ALIAS, ALIAS_BEFORE, ALIAS_TELL, CHANGING, Parameters};
use portcullis_domain::ports::storage::parameter_history::ParameterChange;
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;
use crate::two_factor;

/// How many earlier aliases are remembered at most.
const MOST_EARLIER: usize = 10;

/// An alias of before, and until when it leads on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) until: Instant,
    pub(crate) alias: Alias,
}

/// Reads what [`write_earlier`] wrote; what cannot be read leads nowhere.
pub(crate) fn read_earlier(text: &str) -> Vec<Earlier> {
    let read = |word: &str| {
        let (until, alias) = word.split_once(':')?;
        Some(Earlier { until: from_micros(until.parse().ok()?), alias: Alias::parse(alias).ok()? })
    };
    text.split(' ').filter_map(read).take(MOST_EARLIER).collect()
}

fn write_earlier(earlier: &[Earlier]) -> String {
    let words = earlier.iter().map(|one| format!("{}:{}", to_micros(one.until), one.alias.as_str()));
    words.collect::<Vec<_>>().join(" ")
}

/// Why a text cannot become the alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be an alias at all.
    #[error(transparent)]
    Malformed(#[from] AliasError),
    /// It is the present one.
    #[error("that is the present one; choose another, or have one generated")]
    Present,
}

/// Reads a chosen alias, which is to differ from the present one.
///
/// # Errors
/// [`Refused`], which says what to change.
pub fn choose(text: &str, present: &str) -> Result<Alias, Refused> {
    let alias = Alias::parse(text.trim())?;
    if alias.matches(present) { Err(Refused::Present) } else { Ok(alias) }
}

/// Until this unit of work ends nobody else changes parameters: what is read after it is what will stand.
pub(crate) async fn lock(unit: &mut dyn UnitOfWork) -> Stored<()> {
    unit.set_parameter(CHANGING, "").await
}

/// Who is still to be told, and of what.
#[derive(Serialize, Deserialize)]
struct ToTell {
    by: String,
    /// The last who was told; all before them were too. By identity: a name may change meanwhile.
    #[serde(default)]
    last: Option<Uuid>,
    /// Until when the old address leads on, in microseconds since 1970.
    #[serde(default)]
    old_until: Option<i64>,
}

/// Moves the back office within the caller's unit of work, which has passed [`lock`]: the row, the grace of the old one,
/// who is to be told, the audit event. The event does not say where to (ASVS 16.2.5).
pub(crate) async fn write(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    author: &Author,
    alias: &Alias,
) -> Stored<()> {
    let now = access.now();
    let rows = unit.parameters().await?;
    let text = |key: &str| rows.iter().find(|(name, _)| name == key).map_or("", |(_, text)| text.as_str());
    let (parameters, _) = Parameters::from_rows(rows.iter().map(|(key, text)| (key.as_str(), text.as_str())));
    let minutes = parameters.number("alias.grace_minutes");
    let mut earlier = read_earlier(text(ALIAS_BEFORE));
    if let Ok(old) = Alias::parse(text(ALIAS)) {
        earlier.insert(0, Earlier { until: now + Duration::minutes(i64::from(minutes)), alias: old });
    }
    earlier.retain(|one| now < one.until && one.alias != *alias);
    earlier.truncate(MOST_EARLIER);
    unit.set_parameter(ALIAS_BEFORE, &write_earlier(&earlier)).await?;
    let by = match author.actor() {
        Actor::Operator(_, name) => name,
        Actor::CommandLine | Actor::System | Actor::Stranger => access.settings().product_name.clone(),
    };
    let old_until = (minutes > 0).then(|| to_micros(now + Duration::minutes(i64::from(minutes))));
    let to_tell = serde_json::to_string(&ToTell { by, last: None, old_until });
    unit.set_parameter(ALIAS_TELL, &to_tell.map_err(|error| StorageError::Corrupt(error.to_string()))?).await?;
    let change =
        ParameterChange { key: ALIAS.to_owned(), text: alias.as_str().to_owned(), by: author.actor(), at: now };
    unit.change_parameter(&change).await?;
    let event = access.event(author.clone(), Action::AliasChanged).on(ALIAS, ALIAS).from(client);
    event.with("grace_minutes", minutes.to_string()).record(unit).await
}

/// Changes the alias. The new one is live at once here, and on other nodes within a second.
///
/// # Errors
/// [`StorageError`] when it cannot be stored; the old one stays.
pub(crate) async fn set(access: &Access, client: &Client, author: &Author, alias: Alias) -> Stored<()> {
    let mut unit = access.begin().await?;
    lock(unit.as_mut()).await?;
    write(access, unit.as_mut(), client, author, &alias).await?;
    let rows = unit.parameters().await?;
    unit.commit().await?;
    access.publish(&rows);
    access.mail_waits().ring();
    Ok(())
}

/// Writes the next mails that tell active operators of a new alias, at most `most` (and 500); says how many. What is left
/// is remembered in storage, so that a restart forgets nobody.
///
/// # Errors
/// [`StorageError`]: none of these was written.
pub async fn tell(access: &Access, most: u64) -> Stored<usize> {
    if !access.alias_is_to_be_told().await? {
        return Ok(0);
    }
    let mut unit = access.begin().await?;
    lock(unit.as_mut()).await?;
    let rows = unit.parameters().await?;
    let text = |key: &str| rows.iter().find(|(name, _)| name == key).map_or("", |(_, text)| text.as_str());
    let Ok(waiting) = serde_json::from_str::<ToTell>(text(ALIAS_TELL)) else {
        // Another node was faster.
        drop(unit);
        access.publish(&rows);
        return Ok(0);
    };
    let back_office = format!("{}/{}", access.settings().public_url, text(ALIAS));
    let most = most.clamp(1, 500);
    let operators = unit.active_operators(waiting.last.map(AccountId), most).await?;
    for account in operators.iter().map(Operator::account) {
        let content = Content::AliasChanged {
            back_office: back_office.clone(),
            by: waiting.by.clone(),
            old_until: waiting.old_until.map(from_micros),
        };
        two_factor::tell(access, unit.as_mut(), account, content).await?;
    }
    let told = operators.len();
    let left = match operators.last().map(Operator::id) {
        Some(AccountId(id)) if told as u64 == most => {
            let left = ToTell { last: Some(id), ..waiting };
            serde_json::to_string(&left).map_err(|error| StorageError::Corrupt(error.to_string()))?
        }
        _ => String::new(),
    };
    unit.set_parameter(ALIAS_TELL, &left).await?;
    let rows = unit.parameters().await?;
    unit.commit().await?;
    access.publish(&rows);
    Ok(told)
}
