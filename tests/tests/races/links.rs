//! Links: spent, issued, accepted; and set-up.

use async_trait::async_trait;
use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, InviteError};
use portcullis_core::set_up;
use portcullis_domain::account::{AccountId, AccountStatus};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::one_time_token::{Purpose, Worth};
use portcullis_domain::ports::storage::Page;
use portcullis_domain::secret::Password;
use uuid::Uuid;

use crate::CALLERS;
use crate::node::{Node, at, client};
use crate::rule::{PASSWORD, Rule, WHO, good_link, operator, token, with_who};

/// The token of a purpose is spent, past all use cases.
pub(crate) struct Spent(pub(crate) Purpose);

#[async_trait]
impl Rule for Spent {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        let whose = (self.0 != Purpose::SetUp).then_some(WHO);
        let mut unit = node.begin().await;
        unit.issue_token(&good_link(round, round, self.0, whose)).await.expect("a token");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let spent = unit.consume_token(&token(round).digest(), self.0, at(round)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        spent.is_some()
    }
}

/// Everybody issues one for the same person: all are told that it was done, and the last one voided the others.
pub(crate) struct Issued;

impl Issued {
    fn number(round: u32, caller: u32) -> u32 {
        round * CALLERS + caller
    }
}

#[async_trait]
impl Rule for Issued {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
    }

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        let mut unit = node.begin().await;
        let link = good_link(Self::number(round, caller), round, Purpose::PasswordReset, Some(WHO));
        unit.issue_token(&link).await.expect("a token");
        unit.commit().await.expect("a commit");
        true
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        let (mut view, mut good) = (node.view().await, 0);
        for caller in 0..CALLERS {
            let digest = token(Self::number(round, caller)).digest();
            let issued = view.token(&digest).await.expect("an answer").expect("a token");
            good += u32::from(issued.worth(at(round)) == Worth::Good);
        }
        assert_eq!((won, good), (CALLERS, 1), "round {round}");
    }
}

/// An address, by several who invite the same person.
pub(crate) struct Invited;

#[async_trait]
impl Rule for Invited {
    async fn prepare(&self, _node: &Node, _round: u32) {}

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        let email = Email::parse(&format!("bea-{round}@shop.example")).expect("an address");
        let name = DisplayName::parse(&format!("Bea of {caller}")).expect("a name");
        let invited = invitation::invite(&node.access, Authority::CommandLine, &client(), email, name, &[]).await;
        match invited {
            Err(InviteError::Storage(error)) => panic!("round {round}: {error}"),
            other => other.is_ok(),
        }
    }
}

/// That somebody has opened an invitation.
pub(crate) struct Opened;

#[async_trait]
impl Rule for Opened {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        let mut unit = node.begin().await;
        unit.issue_token(&good_link(round, round, Purpose::Invitation, Some(WHO))).await.expect("a token");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let noted = unit.note_opened(&token(round).digest(), at(round)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        noted
    }
}

/// An invitation, with the password that goes with it.
pub(crate) struct Accepted;

impl Accepted {
    fn invited(round: u32) -> AccountId {
        AccountId(Uuid::from_u128(1_000 + u128::from(round)))
    }
}

#[async_trait]
impl Rule for Accepted {
    async fn prepare(&self, node: &Node, round: u32) {
        let id = Self::invited(round);
        let mut unit = node.begin().await;
        unit.insert_account(&operator(id, AccountStatus::Invited)).await.expect("an account");
        unit.issue_token(&good_link(round, round, Purpose::Invitation, Some(id))).await.expect("a token");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        let password = Password::new(&format!("{PASSWORD} {caller}"));
        invitation::accept(&node.access, &client(), &token(round), password).await.is_ok()
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        let account = node.view().await.account(Self::invited(round)).await.expect("an answer").expect("an account");
        assert_eq!(
            (won, account.status, account.password.is_some()),
            (1, AccountStatus::Active, true),
            "round {round}"
        );
    }
}

/// The first operator is made.
pub(crate) struct SetUp;

#[async_trait]
impl Rule for SetUp {
    async fn prepare(&self, node: &Node, round: u32) {
        node.undo_set_up().await;
        let mut unit = node.begin().await;
        unit.issue_token(&good_link(round, round, Purpose::SetUp, None)).await.expect("a token");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        let email = Email::parse(&format!("ada-{caller}@shop.example")).expect("an address");
        let (name, password) = (DisplayName::parse("Ada").expect("a name"), Password::new(PASSWORD));
        set_up::complete(&node.access, &client(), &token(round), email, name, password).await.is_ok()
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        let mut view = node.view().await;
        let there = view.operators("", Page { offset: 0, limit: 9 }).await.expect("an answer");
        assert!(won == 1 && matches!(&*there, [one] if one.is_super_administrator()), "round {round}: {won} {there:?}");
    }
}
