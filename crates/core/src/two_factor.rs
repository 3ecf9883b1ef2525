//! The second factor: adding it, its recovery codes, removing it.

use portcullis_domain::account::{Account, AccountId, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::instant::{Instant, from_micros, to_micros};
use portcullis_domain::mail_message::{Content, MailMessage};
use portcullis_domain::parameter::Parameters;
use portcullis_domain::ports::storage::{Page, StorageError, Stored, UnitOfWork, View};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::secret::{Digest256, Sealed, Token};
use portcullis_domain::session::{Progress, Stage};
use portcullis_domain::two_factor::{Code, RECOVERY_CODES, RecoveryCode, TotpSecret, TwoFactor, matching_step};
use time::Duration;
use zeroize::Zeroizing;

use crate::access::Access;
use crate::account_lock::LockedOperator;
use crate::author::Author;
use crate::client::Client;
use crate::outbox;
use crate::present::{ActError, Present};
use crate::session::Authenticated;
use crate::sign_in::{arrive, renew_session};

/// How long a QR code that was shown can be confirmed.
const ENROLMENT_LIFETIME: Duration = Duration::HOUR;

/// A second factor in the making: nothing is stored until a code confirmed it (ASVS 6.5.6). The secret travels sealed in
/// the form, bound to the operator.
pub struct Enrolment {
    /// The key in base32, to be typed where no camera is at hand.
    pub key: Zeroizing<String>,
    /// The `otpauth:` URI, for an app on the same device.
    pub uri: Zeroizing<String>,
    /// The URI as a QR code, in SVG.
    pub qr: String,
    /// The sealed secret, for the form.
    pub sealed: String,
}

fn enrolment_context(account: AccountId) -> Vec<u8> {
    [b"two-factor enrolment ".as_slice(), account.0.as_bytes()].concat()
}

fn secret_context(account: AccountId) -> Vec<u8> {
    [b"two-factor ".as_slice(), account.0.as_bytes()].concat()
}

/// Begins adding a second factor: a fresh secret of 160 bits.
pub fn begin(access: &Access, who: &Authenticated) -> Enrolment {
    enrolment(access, who, &TotpSecret::from_random(access.ports().secrets.bytes32()), access.now())
}

/// Goes on with a secret that was shown before; `None` when it is another's, too old or mangled.
pub fn resume(access: &Access, who: &Authenticated, sealed: &str) -> Option<Enrolment> {
    let (secret, shown_at) = unseal_enrolment(access, who, sealed)?;
    Some(enrolment(access, who, &secret, shown_at))
}

fn enrolment(access: &Access, who: &Authenticated, secret: &TotpSecret, shown_at: Instant) -> Enrolment {
    let ports = access.ports();
    let uri = ports.totp.key_uri(secret, &access.settings().product_name, who.operator.email().as_str());
    let mut plain = Zeroizing::new(to_micros(shown_at).to_be_bytes().to_vec());
    plain.extend_from_slice(secret.expose());
    let sealed = ports.sealer.seal(&plain, &enrolment_context(who.operator.id()));
    Enrolment {
        key: secret.base32(),
        qr: ports.qr.svg(&uri).unwrap_or_default(),
        uri,
        sealed: data_encoding::BASE64URL_NOPAD.encode(&sealed.0),
    }
}

fn unseal_enrolment(access: &Access, who: &Authenticated, sealed: &str) -> Option<(TotpSecret, Instant)> {
    let sealed = Sealed(data_encoding::BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?);
    let plain = Zeroizing::new(access.ports().sealer.unseal(&sealed, &enrolment_context(who.operator.id())).ok()?);
    let (micros, secret) = plain.split_first_chunk::<8>()?;
    let shown_at = from_micros(i64::from_be_bytes(*micros));
    let fresh = access.now() < shown_at + ENROLMENT_LIFETIME;
    Some((TotpSecret::from_slice(secret)?, shown_at)).filter(|_| fresh)
}

/// A second factor could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The code is wrong, or belongs to another secret.
    #[error("the code is incorrect")]
    WrongCode,
    /// The secret that was shown is too old, was added before or is not this operator's: a new one must be shown.
    #[error("the QR code is too old")]
    Stale,
    /// There is one already: another tab was first.
    #[error("two-factor authentication is on already")]
    AlreadyOn,
    /// Too many wrong codes.
    #[error("too many attempts")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// Whoever asked is not signed in any more, or storage failed.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StorageError> for AddError {
    fn from(error: StorageError) -> Self {
        Self::Act(error.into())
    }
}

/// What comes of adding a second factor.
pub struct Added {
    /// The recovery codes, to be shown once.
    pub codes: Vec<RecoveryCode>,
    /// The session's new cookie.
    pub token: Token,
    /// How far the sign-in has come now.
    pub stage: Stage,
    /// The cookie for a device that was not known, where this completes the sign-in.
    pub device: Option<Token>,
}

/// Adds the second factor that was shown, when the code is right. The code's step is spent with it. Ends the other
/// sessions; this one goes on under a new cookie.
///
/// # Errors
/// [`AddError`]; nothing is stored then.
pub async fn add(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    sealed: &str,
    code: &str,
) -> Result<Added, AddError> {
    let (secret, _) = unseal_enrolment(access, who, sealed).ok_or(AddError::Stale)?;
    let account = who.operator.account();
    let (now, wall) = (access.now(), access.ports().clock.wall());
    let key = BudgetKey::new("two-factor/enrolment", &[&account.id.0.to_string()]);
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    let limit = RateLimit::new(10, Duration::HOUR);
    if let Decision::Refused { retry_after } = unit.spend_budget(&key, &limit, now).await? {
        return Err(AddError::Limited { retry_after });
    }
    let step = Code::parse(code).and_then(|code| matching_step(access.ports().totp.as_ref(), &secret, &code, 0, wall));
    let Some(step) = step else {
        unit.commit().await?;
        return Err(AddError::WrongCode);
    };
    unit.refund_budget(&key, &limit).await?;
    let codes = new_codes(access);
    let digests: Vec<_> = codes.iter().map(RecoveryCode::digest).collect();
    let sealed = access.ports().sealer.seal(secret.expose(), &secret_context(account.id));
    let factor = TwoFactor { secret: sealed, added_at: now, last_step: step };
    if !unit.add_two_factor(account.id, &factor, &digests).await? {
        return Err(AddError::AlreadyOn);
    }
    if !is_first_use(unit.as_mut(), &secret, now).await? {
        return Err(AddError::Stale);
    }
    unit.end_sessions(account.id, Some(who.session.id)).await?;
    unit.void_tokens(account.id, None, now).await?;
    let stage = Stage::SignedIn;
    let token = renew_session(access, unit.as_mut(), who, &owner, stage, now).await?;
    let device = if who.session.stage == Stage::SignedIn {
        None
    } else {
        arrive(access, unit.as_mut(), client, account, stage, now).await?
    };
    let content = Content::TwoFactorAdded { device: client.device.clone(), address: client.address.clone() };
    tell(access, unit.as_mut(), account, content).await?;
    let event = access.event(&owner, Action::TwoFactorAdded);
    event.upon(account).from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(Added { codes, token, stage, device })
}

/// Whether a secret was never added before, which is remembered for longer than its form can be posted, also by a clock
/// that jumps: a factor that was removed does not come back from an old form, with a code that was spent.
async fn is_first_use(unit: &mut dyn UnitOfWork, secret: &TotpSecret, now: Instant) -> Stored<bool> {
    let digest = data_encoding::HEXLOWER.encode(Digest256::of(secret.expose()).as_bytes());
    let key = BudgetKey::new("two-factor/secret", &[&digest]);
    let once = RateLimit::new(1, 2 * ENROLMENT_LIFETIME);
    Ok(matches!(unit.spend_budget(&key, &once, now).await?, Decision::Admitted { .. }))
}

fn new_codes(access: &Access) -> Vec<RecoveryCode> {
    (0..RECOVERY_CODES).map(|_| RecoveryCode::from_random(access.ports().secrets.bytes32())).collect()
}

pub(crate) async fn tell(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    account: &Account,
    content: Content,
) -> Stored<()> {
    let (to, name, language) = (account.email.clone(), account.name.clone(), account.language);
    outbox::enqueue(access, unit, MailMessage { to, name, language, at: access.now(), content }).await
}

/// Where somebody's second factor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// When it was added.
    pub added_at: Instant,
    /// How many recovery codes are left.
    pub codes_left: u64,
}

/// One's own second factor; `None` when it is off.
///
/// # Errors
/// [`StorageError`].
pub async fn state(access: &Access, account: AccountId) -> Stored<Option<State>> {
    let mut view = access.ports().storage.view().await?;
    let Some(factor) = view.two_factor(account).await? else { return Ok(None) };
    Ok(Some(State { added_at: factor.added_at, codes_left: view.recovery_codes_left(account).await? }))
}

/// Makes ten new recovery codes; the old ones are void, which is told by mail (ASVS 6.3.7). `None` when the second factor is off.
///
/// # Errors
/// [`ActError`].
pub async fn replace_recovery_codes(
    access: &Access,
    client: &Client,
    who: &Authenticated,
) -> Result<Option<Vec<RecoveryCode>>, ActError> {
    let codes = new_codes(access);
    let digests: Vec<_> = codes.iter().map(RecoveryCode::digest).collect();
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    if !unit.replace_recovery_codes(owner.id(), &digests).await? {
        return Ok(None);
    }
    let event = access.event(&owner, Action::RecoveryCodesReplaced);
    event.upon(owner.account()).from(client).record(unit.as_mut()).await?;
    let content = Content::RecoveryCodesReplaced { device: client.device.clone(), address: client.address.clone() };
    tell(access, unit.as_mut(), owner.account(), content).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(Some(codes))
}

/// A second factor could not be removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// It is off.
    #[error("two-factor authentication is off")]
    Off,
    /// Whoever asked is not signed in any more, or storage failed.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StorageError> for RemoveError {
    fn from(error: StorageError) -> Self {
        Self::Act(error.into())
    }
}

/// Removes one's own second factor. Ends the other sessions and pending links (ASVS 7.4.3); this one goes on under the
/// returned cookie.
///
/// # Errors
/// [`RemoveError`].
pub async fn remove(access: &Access, client: &Client, who: &Authenticated) -> Result<Token, RemoveError> {
    let parameters = access.parameters().await?;
    let now = access.now();
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    take_away(access, unit.as_mut(), client, &owner, (&owner).into(), None, Some(who)).await?;
    // Where a second factor is required, another must be added before anything else.
    let stage = progress(unit.as_mut(), &parameters, &owner, true, now).await?.stage();
    let token = renew_session(access, unit.as_mut(), who, &owner, stage, now).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(token)
}

/// Removes a second factor with all that hangs on it: sessions but the kept one, pending links; and tells its owner.
pub(crate) async fn take_away(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    owner: &LockedOperator,
    author: Author,
    by: Option<String>,
    keeps: Option<&Authenticated>,
) -> Result<(), RemoveError> {
    let account = owner.account();
    if !unit.remove_two_factor(account.id).await? {
        return Err(RemoveError::Off);
    }
    if keeps.is_none() {
        // Somebody else does it, because a device was lost.
        unit.forget_devices(account.id).await?;
    }
    unit.end_sessions(account.id, keeps.map(|who| who.session.id)).await?;
    unit.void_tokens(account.id, None, access.now()).await?;
    tell(access, unit, account, Content::TwoFactorRemoved { by }).await?;
    let event = access.event(author, Action::TwoFactorRemoved);
    event.upon(account).from(client).record(unit).await?;
    Ok(())
}

/// The stored secret cannot be opened, or storage failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    /// The key changed or was lost. Nobody gets in without the step then.
    #[error("the secret cannot be opened")]
    Unreadable,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Spends the step of a code, when it is the account's and no step as late was spent before. A secret that was sealed with a
/// key of before is sealed with the present one. A phone goes by its own clock, so the code is looked for by what ours says,
/// also while it is set back; a spent step stays spent.
pub(crate) async fn spend_code(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    account: AccountId,
    code: &Code,
) -> Result<bool, CodeError> {
    let Some(factor) = unit.two_factor(account).await? else { return Ok(false) };
    let secret = open(access, account, &factor).ok_or(CodeError::Unreadable)?;
    let ports = access.ports();
    let Some(step) = matching_step(ports.totp.as_ref(), &secret, code, factor.last_step, ports.clock.wall()) else {
        return Ok(false);
    };
    if !unit.spend_totp_step(account, step).await? {
        return Ok(false);
    }
    if !factor.secret.0.starts_with(ports.sealer.mark()) {
        let anew = ports.sealer.seal(secret.expose(), &secret_context(account));
        // When somebody else did it meanwhile it is done.
        unit.reseal_two_factor(account, &factor.secret, &anew).await?;
    }
    Ok(true)
}

/// The secret of a stored second factor; `None` when it cannot be unsealed, which is logged.
fn open(access: &Access, account: AccountId, factor: &TwoFactor) -> Option<TotpSecret> {
    match access.ports().sealer.unseal(&factor.secret, &secret_context(account)) {
        Ok(plain) => {
            let secret = TotpSecret::from_slice(&Zeroizing::new(plain));
            if secret.is_none() {
                tracing::error!(account = %account.0, "a two-factor secret is not of 160 bits: is the database damaged?");
            }
            secret
        }
        Err(error) => {
            tracing::error!(%error, account = %account.0, "a two-factor secret cannot be opened: was the secret key changed?");
            None
        }
    }
}

/// Whether somebody without a second factor must add one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Nobody asks.
    None,
    /// It is asked for, and becomes due then.
    Until(Instant),
    /// It is due.
    Due,
}

/// Whether a value of `two_factor.required` asks an operator for a second factor.
fn asks(required: &str, operator: &Operator) -> bool {
    match required {
        "everybody" => true,
        "super-administrators" => operator.is_super_administrator(),
        _ => false,
    }
}

/// What the parameter `two_factor.required` asks of an operator who has no second factor. The days of grace count from
/// when it was required, or from when the account was made, whichever is later.
///
/// # Errors
/// [`StorageError`].
pub async fn requirement(
    view: &mut dyn View,
    parameters: &Parameters,
    operator: &Operator,
    now: Instant,
) -> Stored<Requirement> {
    if !asks(&parameters.text("two_factor.required"), operator) {
        return Ok(Requirement::None);
    }
    let changes = view.parameter_changes("two_factor.required", Page { offset: 0, limit: 500 }).await?;
    // Newest first. What was asked of this operator all along began with the earliest of these changes: asking more
    // people gives those of before no more time.
    let begun =
        changes.iter().map(|recorded| &recorded.change).take_while(|change| asks(&change.text, operator)).last();
    let since = begun.map_or(operator.account().created_at, |change| change.at.max(operator.account().created_at));
    let due = since + Duration::days(i64::from(parameters.number("two_factor.grace_days")));
    Ok(if now >= due { Requirement::Due } else { Requirement::Until(due) })
}

/// Whether a second factor is asked for, and there is none yet.
pub(crate) async fn is_asked(
    view: &mut dyn View,
    parameters: &Parameters,
    operator: &Operator,
    now: Instant,
) -> Stored<bool> {
    let asked = requirement(view, parameters, operator, now).await? != Requirement::None;
    Ok(asked && view.two_factor(operator.id()).await?.is_none())
}

/// What a sign-in of this operator still asks for.
pub(crate) async fn progress(
    view: &mut dyn View,
    parameters: &Parameters,
    operator: &Operator,
    second_step_shown: bool,
    now: Instant,
) -> Stored<Progress> {
    let has_factor = view.two_factor(operator.id()).await?.is_some();
    let enrolment_due = !has_factor && requirement(view, parameters, operator, now).await? == Requirement::Due;
    let password_due = crate::sign_in::password_due(operator.account(), parameters, now);
    Ok(Progress { second_step_open: has_factor && !second_step_shown, password_due, enrolment_due })
}
