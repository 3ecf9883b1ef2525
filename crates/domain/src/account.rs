//! Accounts of the platform, and the operators among them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::display_name::DisplayName;
use crate::email::Email;
use crate::instant::Instant;
use crate::language::Language;
use crate::role::{Grants, RoleId};
use crate::secret::PasswordHash;

/// Identifies an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountId(pub Uuid);

/// What somebody is to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// Staff: the only kind that ever gets in.
    Operator,
    /// Sells on the platform. Never gets in.
    Vendor,
    /// Buys on the platform. Never gets in.
    Customer,
}

impl AccountKind {
    /// The kind as text, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Vendor => "vendor",
            Self::Customer => "customer",
        }
    }

    /// Reads what [`AccountKind::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Operator, Self::Vendor, Self::Customer].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// Has been sent an invitation and has no password yet.
    Invited,
    /// May sign in.
    Active,
    /// May not sign in until reinstated.
    Suspended,
}

impl AccountStatus {
    /// The status as text, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads what [`AccountStatus::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Suspended].into_iter().find(|status| status.as_str() == text)
    }
}

/// Somebody with an address on the platform: an operator, a vendor or a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identity.
    pub id: AccountId,
    /// What it is to the platform.
    pub kind: AccountKind,
    /// Its address; unique by [`Email::key`].
    pub email: Email,
    /// What it is called.
    pub name: DisplayName,
    /// The language that its mail and pages are in.
    pub language: Language,
    /// Where it stands.
    pub status: AccountStatus,
    /// The hash of its password, once it has one.
    pub password: Option<PasswordHash>,
    /// When the password was set; `None` without one.
    pub password_set_at: Option<Instant>,
    /// Whether the next sign-in asks for a new password, because somebody else chose this one.
    pub password_change_due: bool,
    /// When it was made.
    pub created_at: Instant,
}

/// Staff. Can be made from an operator's account only, so what takes an `Operator` never meets a vendor or a customer
/// (ASVS 6.3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    account: Account,
    roles: Vec<RoleId>,
    grants: Grants,
}

impl Operator {
    /// The operator behind an account, with the roles and the union of what they grant; `None` for a vendor or a customer.
    pub fn from_account(account: Account, roles: Vec<RoleId>, grants: Grants) -> Option<Self> {
        (account.kind == AccountKind::Operator).then_some(Self { account, roles, grants })
    }

    /// Identity.
    pub const fn id(&self) -> AccountId {
        self.account.id
    }

    /// Address.
    pub const fn email(&self) -> &Email {
        &self.account.email
    }

    /// Name.
    pub const fn name(&self) -> &DisplayName {
        &self.account.name
    }

    /// Status.
    pub const fn status(&self) -> AccountStatus {
        self.account.status
    }

    /// The account itself.
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// The roles held.
    pub fn roles(&self) -> &[RoleId] {
        &self.roles
    }

    /// What the roles grant together.
    pub const fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Whether this one holds everything.
    pub const fn is_super_administrator(&self) -> bool {
        matches!(self.grants, Grants::Everything)
    }
}
