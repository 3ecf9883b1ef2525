//! One's own profile.

use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::Stored;

use crate::access::Access;
use crate::session::Authenticated;

/// Changes one's own name and language.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn set_profile(access: &Access, who: &Authenticated, name: DisplayName, language: Language) -> Stored<()> {
    let mut unit = access.begin().await?;
    unit.set_profile(who.operator.id(), &name, language).await?;
    let actor = Actor::Operator(who.operator.id(), who.operator.name().as_str().to_owned());
    let event =
        access.event(actor, Action::ProfileChanged).on(who.operator.id().0.to_string(), who.operator.email().as_str());
    event.with("name", name.as_str()).with("language", language.tag()).record(unit.as_mut()).await?;
    unit.commit().await
}
