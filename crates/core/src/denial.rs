//! What is denied is recorded (ASVS 16.3.2, 16.3.3), and not every time: whoever is refused a thousand times must not fill
//! the trail, nor keep the database from everybody else.

use portcullis_domain::audit::Action;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use time::Duration;

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;
use crate::event::Event;
use crate::session::Authenticated;

/// How many denials of a client address are recorded in an hour.
const DENIALS: u32 = 60;
/// How many times it is recorded in an hour that a limit holds for a client address, or that dead links come from it.
const REFUSALS: u32 = 10;

/// Why somebody was denied what they asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The permission is missing, or what was asked for is more than the asker holds.
    Permission,
    /// The form came from another site, or from nowhere.
    CrossSite,
    /// The form belongs to another sign-in.
    OutOfDate,
}

impl Reason {
    /// For the trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::CrossSite => "cross-site",
            Self::OutOfDate => "out-of-date",
        }
    }
}

/// Records that a request was denied: who asked, for which route (its pattern, never the path as it came), and why. At
/// most sixty of a client address in an hour.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`]: nothing is recorded, and the request stays denied.
pub async fn record(
    access: &Access,
    client: &Client,
    who: Option<&Authenticated>,
    route: &str,
    reason: Reason,
) -> Stored<()> {
    let whose = who.map_or(Author::STRANGER, Author::refused);
    let key = BudgetKey::new("denial/address", &[&client.address]);
    let event = access.event(whose, Action::Denied).from(client).with("route", route);
    record_within(access, &key, DENIALS, event.with("reason", reason.as_str())).await
}

/// Records what a stranger was refused, with one more detail where there is one: the first few times of a client address.
pub(crate) async fn refused(
    access: &Access,
    client: &Client,
    action: Action,
    detail: Option<(&str, &str)>,
) -> Stored<()> {
    let key = BudgetKey::new("refusal/address", &[action.code(), &client.address]);
    let event = access.event(Author::STRANGER, action).from(client);
    let event = match detail {
        Some((key, value)) => event.with(key, value),
        None => event,
    };
    record_within(access, &key, REFUSALS, event).await
}

/// Records an event, unless there were as many in the last hour.
async fn record_within(access: &Access, key: &BudgetKey, most: u32, event: Event) -> Stored<()> {
    let mut unit = access.begin().await?;
    let limit = RateLimit::new(most, Duration::HOUR);
    if let Decision::Admitted { .. } = unit.spend_budget(key, &limit, access.now()).await? {
        event.record(unit.as_mut()).await?;
        unit.commit().await?;
    }
    Ok(())
}
