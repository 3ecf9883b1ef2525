//! Audit events: an entry for every decision, append-only, typed, each with a stable code. None holds a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::AccountId;
use crate::instant::Instant;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// Somebody who has not signed in.
    Stranger,
    /// An operator, with the name at that time: it stays when the operator is deleted.
    Operator(AccountId, String),
    /// Whoever sits at the machine.
    CommandLine,
    /// The product itself.
    System,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What was decided.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code under which it is stored, filtered and exported.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Reads what [`Action::code`] wrote.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.code() == code)
            }
        }
    };
}

actions! {
    /// The first operator was made.
    SetUpCompleted = "set_up.completed",
    /// Somebody signed in.
    SignedIn = "sign_in.succeeded",
    /// A sign-in was refused. The target says who, the detail `reason` why.
    SignInRefused = "sign_in.refused",
    /// A sign-in met a limit.
    SignInLimited = "sign_in.limited",
    /// Somebody signed out.
    SignedOut = "session.signed_out",
    /// A password reset was asked for.
    ResetRequested = "password_reset.requested",
    /// Asking for resets met a limit.
    ResetLimited = "password_reset.limited",
    /// A reset link was made.
    ResetIssued = "password_reset.issued",
    /// A password was reset by a link.
    PasswordReset = "password_reset.completed",
    /// A password was changed by its owner.
    PasswordChanged = "password.changed",
    /// A hash was renewed with the present parameters.
    PasswordRehashed = "password.rehashed",
    /// Somebody was invited.
    OperatorInvited = "operator.invited",
    /// An invitation was opened: somebody came with its link and did more than look.
    InvitationOpened = "invitation.opened",
    /// An invitation was accepted.
    InvitationAccepted = "invitation.accepted",
    /// A link was refused.
    LinkRefused = "link.refused",
    /// A profile was changed.
    ProfileChanged = "profile.changed",
    /// An operator was suspended.
    OperatorSuspended = "operator.suspended",
    /// An operator was reinstated.
    OperatorReinstated = "operator.reinstated",
    /// An operator's limits were given back.
    OperatorUnlocked = "operator.unlocked",
    /// An operator was deleted.
    OperatorDeleted = "operator.deleted",
    /// A parameter was changed.
    ParameterChanged = "parameter.changed",
    /// The back office moved to another alias.
    AliasChanged = "alias.changed",
    /// The second step was passed.
    SecondStepPassed = "second_step.succeeded",
    /// The second step was refused.
    SecondStepRefused = "second_step.refused",
    /// The second step met a limit: the challenge is over.
    SecondStepLimited = "second_step.limited",
    /// A recovery code was used in place of a one-time code.
    RecoveryCodeUsed = "recovery_code.used",
    /// New recovery codes were made.
    RecoveryCodesReplaced = "recovery_codes.replaced",
    /// A second factor was added.
    TwoFactorAdded = "two_factor.added",
    /// A second factor was removed. The actor says by whom.
    TwoFactorRemoved = "two_factor.removed",
    /// The stored secret of a second factor could not be unsealed: the key changed or was lost.
    TwoFactorUnreadable = "two_factor.unreadable",
    /// Password or code were proven again before a dangerous act.
    StepUpPassed = "step_up.succeeded",
    /// Password or code were wrong before a dangerous act.
    StepUpRefused = "step_up.refused",
    /// A session was ended by hand.
    SessionEnded = "session.ended",
    /// Several sessions were ended by hand.
    SessionsEnded = "session.all_ended",
    /// An invitation was sent again.
    InvitationResent = "invitation.resent",
    /// An invitation was revoked.
    InvitationRevoked = "invitation.revoked",
    /// Somebody's roles were changed.
    RolesAssigned = "operator.roles_changed",
    /// A role was made.
    RoleCreated = "role.created",
    /// A role was changed.
    RoleChanged = "role.changed",
    /// A role was deleted.
    RoleDeleted = "role.deleted",
    /// New passwords were required of operators whose present one was set under weaker rules.
    NewPasswordsRequired = "password.renewal_required",
    /// A mail was tried again by hand.
    MailRetried = "mail.retried",
    /// A test mail was sent.
    MailTested = "mail.tested",
    /// Accounts were imported.
    AccountsImported = "account.imported",
    /// The trail was exported.
    AuditExported = "audit.exported",
    /// The end of the sealed trail was signed with the present key, because the one that signed it was lost.
    AuditSignedAnew = "audit.signed_anew",
    /// Somebody asked for what they may not use.
    Denied = "access.denied",
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its identity.
    pub id: Uuid,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// Upon whom or what: an identity and the words for it at that time.
    pub target: Option<(String, String)>,
    /// The client's address, when there was a client.
    pub address: Option<String>,
    /// What else there is to know; never a secret.
    pub details: BTreeMap<String, String>,
}
