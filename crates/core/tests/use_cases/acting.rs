//! Who acts is judged when it is written: what a request read of its author before does not count.

use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, InviteError};
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::parameters::{self, Wish};
use portcullis_core::present::ActError;
use portcullis_core::roles::{self, Draft};
use portcullis_core::session::{self, Authenticated};
use portcullis_core::unlock::unlock;
use portcullis_core::{account, audit_trail, invitation_care, mail_desk, password_change, step_up, two_factor};
use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::ports::storage::audit_trail::AuditFilter;
use portcullis_domain::role::{RoleId, RoleName};
use portcullis_domain::secret::Password;
use uuid::Uuid;

use crate::app::{ADA, ADAS, GOOD, OTHER, TestApp, email, here, name};
use crate::audit_trail::append;

const CYD: &str = "cyd@shop.example";

/// What may become of somebody while their request is on its way.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    Suspended,
    Demoted,
    Deleted,
    SignedOut,
}

impl Meanwhile {
    const ALL: [Self; 4] = [Self::Suspended, Self::Demoted, Self::Deleted, Self::SignedOut];

    async fn happens(self, app: &TestApp, id: AccountId) {
        match self {
            Self::Suspended => app.set_status(id, AccountStatus::Active, AccountStatus::Suspended).await,
            Self::Demoted => app.set_roles(id, &[]).await,
            Self::Deleted => app.delete(id).await,
            Self::SignedOut => {
                operator_care::end_sessions(&app.access, Authority::CommandLine, &here(), id).await.unwrap();
            }
        }
    }
}

/// Cyd, who holds everything, signed in.
async fn cyd(app: &TestApp) -> Authenticated {
    let id = app.active(CYD).await.id;
    app.set_roles(id, &[RoleId::SUPER_ADMINISTRATOR]).await;
    app.signed_in(CYD, GOOD).await.1
}

async fn operator(app: &TestApp, address: &str) -> Operator {
    let id = app.account(address).await.unwrap().id;
    app.storage.view().await.unwrap().operator(id).await.unwrap().unwrap()
}

/// All that is stored of what was done, to be compared.
async fn traces(app: &TestApp) -> (usize, usize, usize, String) {
    let mut view = app.storage.view().await.unwrap();
    let (roles, parameters) = (view.roles().await.unwrap(), view.parameters().await.unwrap());
    let operators = view.count_operators("").await.unwrap();
    (
        app.events().await.len(),
        app.outbox().await.len(),
        usize::try_from(operators).unwrap(),
        format!("{roles:?}{parameters:?}"),
    )
}

#[tokio::test]
async fn who_was_suspended_demoted_deleted_or_signed_out_meanwhile_invites_nobody_and_changes_no_operator_role_or_parameter()
 {
    for meanwhile in Meanwhile::ALL {
        let app = TestApp::new().await;
        app.active("bea@shop.example").await;
        app.invite("dov@shop.example").await;
        let (bea, dov) = (operator(&app, "bea@shop.example").await.id(), operator(&app, "dov@shop.example").await.id());
        let stale = cyd(&app).await;
        let role =
            app.role(7, portcullis_domain::functionality::BuiltIn::Mail, portcullis_domain::role::Level::View).await;
        meanwhile.happens(&app, stale.operator.id()).await;
        let before = traces(&app).await;

        let (access, by) = (&app.access, Authority::Operator(&stale));
        let draft = || Draft {
            name: RoleName::parse("New").unwrap(),
            description: String::new(),
            permissions: std::collections::BTreeMap::new(),
        };
        let invited = invitation::invite(access, by, &here(), email("eve@shop.example"), name("Eve"), &[]).await;
        assert!(matches!(invited, Err(InviteError::Forbidden)), "{meanwhile:?}");
        let care = [
            operator_care::set_roles(access, by, &here(), bea, &[role], None).await,
            operator_care::suspend(access, by, &here(), bea).await,
            operator_care::reinstate(access, by, &here(), bea).await,
            operator_care::delete(access, by, &here(), bea).await,
            operator_care::end_sessions(access, by, &here(), bea).await.map(drop),
            operator_care::send_reset(access, by, &here(), bea).await,
            operator_care::remove_two_factor(access, by, &here(), bea).await,
            invitation_care::resend(access, by, &here(), dov).await,
            invitation_care::link(access, by, &here(), dov).await.map(drop),
            invitation_care::revoke(access, by, &here(), dov).await,
            unlock(access, by, &here(), bea).await,
        ];
        assert!(care.iter().all(|outcome| matches!(outcome, Err(CareError::Forbidden))), "{meanwhile:?}: {care:?}");
        let of_roles = [
            roles::create(access, by, &here(), draft()).await.map(drop),
            roles::duplicate(access, by, &here(), role, |_| RoleName::parse("Copy").ok()).await.map(drop),
            roles::edit(access, by, &here(), role, None, draft()).await,
            roles::delete(access, by, &here(), role).await,
        ];
        assert!(
            of_roles.iter().all(|one| matches!(one, Err(roles::RoleError::Forbidden))),
            "{meanwhile:?}: {of_roles:?}"
        );
        let wish = [Wish::new("session.idle_minutes", "5")];
        let changed = parameters::change(access, &here(), by, &wish, true).await;
        assert!(matches!(changed, Err(parameters::ChangeError::Forbidden)), "{meanwhile:?}");
        assert_eq!(traces(&app).await, before, "{meanwhile:?}");
    }
}

#[tokio::test]
async fn whoever_was_suspended_or_signed_out_meanwhile_does_nothing_to_their_own_account_either() {
    for suspended in [true, false] {
        let app = TestApp::new().await;
        let who = cyd(&app).await;
        app.signed_in(CYD, GOOD).await;
        let (access, id) = (&app.access, who.operator.id());
        let enrolment = two_factor::begin(access, &who);
        if suspended {
            app.set_status(id, AccountStatus::Active, AccountStatus::Suspended).await;
        } else {
            session::sign_out(access, &here(), &who).await.unwrap();
        }
        let before = traces(&app).await;
        let (_, mailed, ..) = before;
        let over = |outcome: Result<(), ActError>| assert!(matches!(outcome, Err(ActError::Over)), "{outcome:?}");
        over(account::set_profile(access, &here(), &who, name("Evil"), Language::Fr).await);
        over(session::end_own(access, &here(), &who, who.session.id).await.map(drop));
        over(session::end_others(access, &here(), &who).await.map(drop));
        over(two_factor::replace_recovery_codes(access, &here(), &who).await.map(drop));
        over(mail_desk::retry(access, &here(), &who, Uuid::from_u128(9)).await.map(drop));
        let tested = mail_desk::test(access, &here(), &who).await;
        assert!(matches!(tested, Err(mail_desk::TestError::Act(ActError::Over))));
        let removed = two_factor::remove(access, &here(), &who).await;
        assert!(matches!(removed, Err(two_factor::RemoveError::Act(ActError::Over))));
        let added = two_factor::add(access, &here(), &who, &enrolment.sealed, "123456").await;
        assert!(matches!(added, Err(two_factor::AddError::Act(ActError::Over))));
        let proven = step_up::with_password(access, &here(), &who, Password::new(GOOD)).await;
        assert!(matches!(proven, Err(step_up::StepUpError::Over)));
        let changed = password_change::change(access, &here(), &who, Password::new(GOOD), Password::new(OTHER)).await;
        assert!(matches!(changed, Err(password_change::ChangeError::Over)), "{changed:?}");
        let exporter = audit_trail::export::Exporter::Operator(&who, &here());
        let format = audit_trail::export::Format::JsonLines;
        let export = audit_trail::export::begin(access, exporter, AuditFilter::default(), format).await;
        assert!(matches!(export, Err(audit_trail::export::ExportError::Act(ActError::Over))));
        assert_eq!((traces(&app).await, app.outbox().await.len()), (before, mailed), "suspended: {suspended}");
    }
}

#[tokio::test]
async fn an_event_bears_the_name_that_its_author_has_by_then() {
    let app = TestApp::new().await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    let (_, other_tab) = app.signed_in(ADA, ADAS).await;
    account::set_profile(&app.access, &here(), &other_tab, name("Ada Lovelace"), Language::En).await.unwrap();
    let by = Authority::Operator(&ada);
    invitation::invite(&app.access, by, &here(), email(CYD), name("Cyd"), &[]).await.unwrap();
    let event = app.events().await.remove(0);
    assert_eq!(event.action, Action::OperatorInvited);
    assert!(format!("{:?}", event.actor).contains("Ada Lovelace"), "{:?}", event.actor);
}

#[tokio::test]
async fn an_export_ends_with_the_sign_in_that_it_was_begun_in_whoever_else_is_signed_in() {
    let app = TestApp::new().await;
    let stolen = cyd(&app).await;
    app.advance(time::Duration::SECOND);
    let (_, own) = app.signed_in(CYD, GOOD).await;
    for number in 0..1_600 {
        append(&app, number, "Role").await;
    }
    let (here, format) = (here(), audit_trail::export::Format::JsonLines);
    let begin = async |who| {
        let exporter = audit_trail::export::Exporter::Operator(who, &here);
        audit_trail::export::begin(&app.access, exporter, AuditFilter::default(), format).await.unwrap()
    };
    let (mut of_stolen, mut of_own) = (begin(&stolen).await, begin(&own).await);
    for export in [&mut of_stolen, &mut of_own] {
        assert!(export.next().await.unwrap().is_some());
    }
    session::end_others(&app.access, &here, &own).await.unwrap();
    assert!(matches!(of_stolen.next().await, Err(ActError::Over)));
    // It is renewed with every proof, and stays the same sign-in.
    step_up::with_password(&app.access, &here, &own, Password::new(GOOD)).await.unwrap();
    assert!(of_own.next().await.unwrap().is_some());
    app.advance(time::Duration::DAY);
    app.signed_in(CYD, GOOD).await;
    assert!(matches!(of_own.next().await, Err(ActError::Over)), "it is over, though its row may still be there");
}

#[tokio::test]
async fn an_export_breaks_off_when_its_reader_may_not_read_on() {
    for meanwhile in Meanwhile::ALL {
        let app = TestApp::new().await;
        let who = cyd(&app).await;
        let (_, ada) = app.signed_in(ADA, ADAS).await;
        // More than a page of events.
        for _ in 0..600 {
            account::set_profile(&app.access, &here(), &ada, name("Ada"), Language::En).await.unwrap();
        }
        let format = audit_trail::export::Format::JsonLines;
        let begin = audit_trail::export::begin;
        let here = here();
        let exporter = audit_trail::export::Exporter::Operator(&who, &here);
        let mut export = begin(&app.access, exporter, AuditFilter::default(), format).await.unwrap();
        assert!(export.next().await.unwrap().is_some());
        meanwhile.happens(&app, who.operator.id()).await;
        let rest = export.next().await;
        match meanwhile {
            Meanwhile::Demoted => assert!(matches!(rest, Err(ActError::Forbidden)), "{rest:?}"),
            _ => assert!(matches!(rest, Err(ActError::Over)), "{meanwhile:?}: {rest:?}"),
        }
    }
}
