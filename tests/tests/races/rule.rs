//! What happens at most once, as a table: what a round is about, one caller's try, and what must be so afterwards.

use async_trait::async_trait;
use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::language::Language;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::secret::{Digest256, PasswordHash, Token};
use time::Duration;
use uuid::Uuid;

use crate::node::{Node, at};
use crate::{account, administrators, factors, links, mail, sign_in, trail};

/// A rule of the table.
#[async_trait]
pub(crate) trait Rule: Send + Sync {
    /// Puts what a round is about into storage.
    async fn prepare(&self, node: &Node, round: u32);

    /// One caller's try; true when the caller got it.
    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool;

    /// What must be so once so many got it.
    async fn holds(&self, _node: &Node, round: u32, won: u32) {
        assert_eq!(won, 1, "round {round}");
    }
}

/// Every rule, with its name.
pub(crate) const TABLE: [(&str, &dyn Rule); 23] = [
    ("a_set-up_link_is_spent_once", &links::Spent(Purpose::SetUp)),
    ("an_invitation_link_is_spent_once", &links::Spent(Purpose::Invitation)),
    ("a_reset_link_is_spent_once", &links::Spent(Purpose::PasswordReset)),
    ("of_links_that_are_issued_at_once_one_is_good", &links::Issued),
    ("an_address_is_invited_once", &links::Invited),
    ("an_invitation_is_opened_once", &links::Opened),
    ("an_invitation_is_accepted_once", &links::Accepted),
    ("set_up_is_done_once", &links::SetUp),
    ("a_step_of_one_time_codes_is_spent_once", &factors::Step),
    ("a_recovery_code_is_spent_once", &factors::RecoveryCode),
    ("a_second_factor_is_added_once", &factors::Added),
    ("a_second_factor_is_removed_once", &factors::Removed),
    ("a_session_is_replaced_once_at_the_second_step", &sign_in::SecondStep),
    ("a_session_ends_once", &sign_in::Ended),
    ("a_limit_counts_exactly", &sign_in::Limit),
    ("a_password_is_replaced_once", &account::Password),
    ("a_role_is_edited_once", &account::EditedRole),
    ("the_roles_that_were_seen_are_changed_once", &account::GivenRoles),
    ("an_event_is_sealed_once", &trail::Sealed),
    ("a_mail_is_claimed_once", &mail::Claimed),
    ("what_came_of_a_mail_is_written_once", &mail::Told),
    ("a_request_for_a_new_password_is_taken_once", &mail::Requested),
    ("a_super_administrator_remains_whatever_is_done_at_once", &administrators::Remains),
];

/// The account that a rule is about.
pub(crate) const WHO: AccountId = AccountId(Uuid::from_u128(7));

/// A password that every policy admits.
pub(crate) const PASSWORD: &str = "violet kettle orbit lantern";

/// The secret of a number.
pub(crate) fn token(n: u32) -> Token {
    Token::from_bytes(*Digest256::of(&n.to_be_bytes()).as_bytes())
}

/// An operator of a number, with a password or only invited.
pub(crate) fn operator(id: AccountId, status: AccountStatus) -> Account {
    let invited = status == AccountStatus::Invited;
    Account {
        id,
        kind: AccountKind::Operator,
        email: Email::parse(&format!("operator-{}@shop.example", id.0.as_u128())).expect("an address"),
        name: DisplayName::parse("Ada").expect("a name"),
        language: Language::En,
        status,
        password: (!invited).then(|| PasswordHash::new(PASSWORD)),
        password_set_at: (!invited).then(|| at(0)),
        password_change_due: false,
        created_at: at(0),
    }
}

/// A link's token that is good for an hour from a round on.
pub(crate) fn good_link(n: u32, round: u32, purpose: Purpose, account: Option<AccountId>) -> OneTimeToken {
    let (created_at, digest) = (at(round), token(n).digest());
    OneTimeToken {
        digest,
        purpose,
        account,
        created_at,
        expires_at: created_at + Duration::HOUR,
        consumed_at: None,
        opened_at: None,
    }
}

/// Puts [`WHO`] there, in the first round.
pub(crate) async fn with_who(node: &Node, round: u32) {
    if round == 0 {
        let mut unit = node.begin().await;
        unit.insert_account(&operator(WHO, AccountStatus::Active)).await.expect("an account");
        unit.commit().await.expect("a commit");
    }
}
