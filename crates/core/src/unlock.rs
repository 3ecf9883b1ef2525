//! Unlocking: rescue for an operator who met limits.

use std::collections::BTreeSet;

use portcullis_domain::account::AccountId;
use portcullis_domain::audit::Action;
use portcullis_domain::ports::storage::audit_trail::AuditFilter;
use portcullis_domain::rate_limit::{BudgetKey, RateLimit};
use time::Duration;

use crate::access::Access;
use crate::authority::Authority;
use crate::client::Client;
use crate::operator_care::{CareError, event, reach};
use crate::step_up;

/// How many refused sign-ins are looked at.
const MOST: u64 = 500;

/// Gives an operator their budgets back: for passwords from every address that failed within a day, codes, recovery
/// codes, those of known devices and of live sessions, enrolment and reset links. What a whole address spent stays spent: others share it.
///
/// # Errors
/// [`CareError`].
pub async fn unlock(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    let parameters = access.parameters().await?;
    let since = Some(access.now() - Duration::DAY);
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let account = id.0.to_string();
    let filter = AuditFilter {
        action: Some(Action::SignInRefused),
        target: Some(account.clone()),
        since,
        ..AuditFilter::default()
    };
    let refused = unit.search_audit(&filter, None, MOST).await?;
    let addresses: BTreeSet<String> = refused.into_iter().filter_map(|entry| entry.event.address).collect();
    let key = target.email().key();
    let (sign_in, second) =
        (parameters.rate("sign_in.per_account_and_address"), parameters.rate("second_factor.per_account"));
    let mut budgets: Vec<(BudgetKey, RateLimit)> = addresses
        .iter()
        .map(|address| (BudgetKey::new("sign-in/account-and-address", &[key.as_str(), address]), sign_in))
        .collect();
    budgets.extend([
        (BudgetKey::new("second-step/account", &[&account, ""]), second),
        (BudgetKey::new("second-step/account", &[&account, "recovery-code"]), second),
        (BudgetKey::new("two-factor/enrolment", &[&account]), RateLimit::new(10, Duration::HOUR)),
        (BudgetKey::new("password-reset/account", &[key.as_str()]), parameters.rate("password_reset.per_account")),
    ]);
    for session in unit.sessions(id).await? {
        budgets.extend(step_up::budgets_of(&parameters, session.id));
    }
    for device in unit.known_devices(id).await? {
        let device = data_encoding::HEXLOWER.encode(device.as_bytes());
        budgets.extend([
            (BudgetKey::new("sign-in/device", &[key.as_str(), &device]), sign_in),
            (BudgetKey::new("second-step/account", &[&account, &device]), second),
            (BudgetKey::new("second-step/account", &[&account, &format!("recovery-code{device}")]), second),
        ]);
    }
    for (key, limit) in &budgets {
        // A whole burst given back is a full budget; more than full there is not.
        for _ in 0..limit.burst() {
            unit.refund_budget(key, limit).await?;
        }
    }
    event(access, &acting, client, Action::OperatorUnlocked, &target).record(unit.as_mut()).await?;
    Ok(unit.commit().await?)
}
