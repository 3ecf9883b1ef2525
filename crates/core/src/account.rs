//! One's own profile.

use portcullis_domain::audit::Action;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::language::Language;

use crate::access::Access;
use crate::client::Client;
use crate::present::{ActError, Present};
use crate::session::Authenticated;

/// Changes one's own name and language.
///
/// # Errors
/// [`ActError`].
pub async fn set_profile(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    name: DisplayName,
    language: Language,
) -> Result<(), ActError> {
    let mut unit = access.begin().await?;
    let present = Present::take(unit.as_mut(), who).await?;
    let account = present.account();
    unit.set_profile(account.id, &name, language).await?;
    access
        .event(&present, Action::ProfileChanged)
        .upon(account)
        .from(client)
        .with("before", in_words(&account.name, account.language))
        .with("after", in_words(&name, language))
        .record(unit.as_mut())
        .await?;
    Ok(unit.commit().await?)
}

/// A profile on one line, for the audit trail.
fn in_words(name: &DisplayName, language: Language) -> String {
    format!("{}, {}", name.as_str(), language.tag())
}
