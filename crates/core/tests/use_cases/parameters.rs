//! Parameters are changed as a whole, within their bounds, with who did it; the alias moves; passwords follow the rules.

use portcullis_core::authority::Authority;
use portcullis_core::parameters::{self, ChangeError, Changed, Problem, Wish, change, changes, list, preview};
use portcullis_core::password::ChooseError;
use portcullis_core::password_change::{self, ChangeError as PasswordError};
use portcullis_core::session::Authenticated;
use portcullis_core::sign_in::SignInError;
use portcullis_core::two_factor;
use portcullis_domain::account::Operator;
use portcullis_domain::alias::AliasError;
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::mail_message::{Content, MailMessage};
use portcullis_domain::parameter::{ALIAS, ALL, policy_fields};
use portcullis_domain::password_policy::Unmet;
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::role::Level;
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::Stage;
use time::Duration;

use crate::app::{ADA, ADAS, FRESH, GOOD, MICROSECOND, OTHER, TestApp, WRONG, here, name};

const ALL_CHANGES: Page = Page { offset: 0, limit: 500 };
const THIRD: &str = "eleven foxes borrow a copper ladder";

fn wishes(wanted: &[(&str, &str)]) -> Vec<Wish> {
    wanted.iter().map(|(key, text)| Wish::new(*key, *text)).collect()
}

pub(crate) async fn set(app: &TestApp, wanted: &[(&str, &str)]) -> Result<Changed, ChangeError> {
    change(&app.access, &here(), Authority::CommandLine, &wishes(wanted), false).await
}

/// What is wrong, by key.
fn problems(outcome: Result<Changed, ChangeError>) -> Vec<(String, Problem)> {
    match outcome {
        Err(ChangeError::Refused(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn live(app: &TestApp, key: &str) -> String {
    app.access.parameters().await.unwrap().text(key)
}

async fn change_password(app: &TestApp, who: &Authenticated, current: &str, new: &str) -> Result<Token, PasswordError> {
    password_change::change(&app.access, &here(), who, Password::new(current), Password::new(new)).await
}

#[tokio::test]
async fn one_wrong_value_keeps_all_from_being_changed_and_each_is_named() {
    let app = TestApp::new().await;
    let outcome = set(
        &app,
        &[
            ("step_up.minutes", "5"),
            ("session.idle_minutes", "0"),
            ("sign_in.per_address", "0/0"),
            ("password.require_digit", "perhaps"),
            ("no.such", "1"),
            (ALIAS, "administration"),
        ],
    )
    .await;
    let wrong: Vec<String> = problems(outcome).into_iter().map(|(key, _)| key).collect();
    assert_eq!(wrong, ["session.idle_minutes", "sign_in.per_address", "password.require_digit", "no.such", ALIAS]);
    assert_eq!(live(&app, "step_up.minutes").await, "10");
    assert_eq!(app.count(Action::ParameterChanged).await, 0);
}

#[tokio::test]
async fn no_value_outside_its_bounds_is_ever_live() {
    let app = TestApp::new().await;
    let odd = [
        "",
        " ",
        "0",
        "-1",
        "+5",
        "00",
        "1e3",
        "NaN",
        "inf",
        "4294967296",
        "99999999999999999999",
        "1/0",
        "0/1",
        "101/1",
        "1/1441",
        "5/15/1",
        "true ",
        "TRUE",
        "nobody\n",
        "custom",
        "'; DROP TABLE parameters",
        "٣",
        "15",
    ];
    for parameter in ALL {
        for text in odd {
            let before = live(&app, parameter.key).await;
            let by_form = set(&app, &[(parameter.key, text)]).await.is_ok();
            let after = live(&app, parameter.key).await;
            assert_eq!(parameter.canonical(&after), Ok(after.clone()), "{} {text:?}", parameter.key);
            assert_eq!(by_form, parameter.canonical(text).is_ok(), "{} {text:?}", parameter.key);
            assert!(by_form || before == after);
            app.set_parameter(parameter.key, text).await;
            let by_row = live(&app, parameter.key).await;
            assert_eq!(parameter.canonical(&by_row), Ok(by_row.clone()), "{} {text:?} as a row", parameter.key);
            app.set_parameter(parameter.key, &parameter.default_text()).await;
        }
    }
}

#[tokio::test]
async fn a_change_is_live_at_once_here_and_soon_elsewhere_and_remembers_who_made_it() {
    let app = TestApp::new().await;
    let elsewhere = app.node(|_| ()).await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    let by = Authority::Operator(&ada);
    let done = change(&app.access, &here(), by, &wishes(&[("step_up.minutes", " 7 ")]), false).await.unwrap();
    assert_eq!(done.keys, ["step_up.minutes"]);
    assert_eq!(app.access.parameters().await.unwrap().number("step_up.minutes"), 7);
    assert_eq!(elsewhere.parameters().await.unwrap().number("step_up.minutes"), 10);
    app.advance(FRESH);
    assert_eq!(elsewhere.parameters().await.unwrap().number("step_up.minutes"), 7);
    let event = app.events().await.into_iter().find(|event| event.action == Action::ParameterChanged).unwrap();
    assert_eq!((event.details["before"].as_str(), event.details["after"].as_str()), ("10", "7"));
    let (settings, _) = list(&app.access).await.unwrap();
    let setting = settings.iter().find(|setting| setting.parameter.key == "step_up.minutes").unwrap();
    assert!(matches!(&setting.changed.as_ref().unwrap().by, Actor::Operator(id, _) if *id == ada.operator.id()));
    set(&app, &[("step_up.minutes", "9")]).await.unwrap();
    assert_eq!(set(&app, &[("step_up.minutes", "9")]).await.unwrap().keys, [""; 0], "it is that already");
    let earlier = changes(&app.access, "step_up.minutes", ALL_CHANGES).await.unwrap().unwrap();
    assert_eq!(earlier.iter().map(|recorded| recorded.change.text.as_str()).collect::<Vec<_>>(), ["9", "7"]);
    assert!(changes(&app.access, "no.such", ALL_CHANGES).await.unwrap().is_none());
}

#[tokio::test]
async fn only_who_may_manage_parameters_changes_them() {
    let app = TestApp::new().await;
    let bea = app.active("bea@shop.example").await;
    let (view, manage) =
        (app.role(7, BuiltIn::Parameters, Level::View).await, app.role(8, BuiltIn::Parameters, Level::Manage).await);
    for (role, may) in [(view, false), (manage, true)] {
        app.set_roles(bea.id, &[role]).await;
        let (_, who) = app.signed_in("bea@shop.example", GOOD).await;
        let by = Authority::Operator(&who);
        let outcome = change(&app.access, &here(), by, &wishes(&[("step_up.minutes", "5")]), false).await;
        assert_eq!(outcome.is_ok(), may, "{outcome:?}");
        let alias = change(&app.access, &here(), by, &wishes(&[(ALIAS, "grey-otter-4-river")]), false).await;
        assert_eq!(alias.is_ok(), may, "{alias:?}");
    }
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_neither_undone_nor_overwritten() {
    let app = TestApp::new().await;
    set(&app, &[("session.idle_minutes", "60"), ("step_up.minutes", "20")]).await.unwrap();
    let typed = |key: &str, text: &str, shown: &str| Wish { shown: Some(shown.to_owned()), ..Wish::new(key, text) };
    let form = [typed("session.idle_minutes", "30", "30"), typed("session.absolute_hours", "6", "8")];
    let done = change(&app.access, &here(), Authority::CommandLine, &form, false).await.unwrap();
    assert_eq!(
        (done.keys, live(&app, "session.idle_minutes").await),
        (vec!["session.absolute_hours"], "60".to_owned())
    );
    let clash = [typed("step_up.minutes", "5", "10")];
    let outcome = change(&app.access, &here(), Authority::CommandLine, &clash, false).await;
    assert_eq!(problems(outcome), [("step_up.minutes".to_owned(), Problem::ChangedMeanwhile("20".to_owned()))]);
}

#[tokio::test]
async fn a_preset_fills_its_fields_and_a_field_by_itself_makes_the_rules_custom() {
    let app = TestApp::new().await;
    set(&app, &[("password.preset", "pci-dss")]).await.unwrap();
    assert_eq!(
        (live(&app, "password.min_length").await, live(&app, "password.history").await),
        ("12".into(), "4".into())
    );
    set(&app, &[("password.min_length", "13")]).await.unwrap();
    assert_eq!(live(&app, "password.preset").await, "custom");
    let policy = app.access.parameters().await.unwrap().password_policy();
    assert_eq!((policy.min_length, policy.history, policy.require_digit), (13, 4, true), "the rest stays");
    let both = set(&app, &[("password.preset", "nist"), ("password.min_length", "20")]).await;
    assert_eq!(problems(both), [("password.min_length".to_owned(), Problem::PresetSays("15".to_owned()))]);
    set(&app, &[("password.preset", "custom"), ("password.min_length", "20")]).await.unwrap();
    assert_eq!(app.access.parameters().await.unwrap().password_policy().min_length, 20);
}

#[tokio::test]
async fn choosing_custom_keeps_what_the_preset_asked_for() {
    let app = TestApp::new().await;
    for preset in ["pci-dss", "classic", "nist"] {
        set(&app, &[("password.preset", preset)]).await.unwrap();
        let before = app.access.parameters().await.unwrap().password_policy();
        // As the form sends it: every field as it was shown.
        let mut form = vec![Wish { shown: Some(preset.to_owned()), ..Wish::new("password.preset", "custom") }];
        form.extend(
            policy_fields(&before).map(|(key, text)| Wish { shown: Some(text.clone()), ..Wish::new(key, text) }),
        );
        assert_eq!(preview(&app.access, &form).await.unwrap().policy, before, "{preset}");
        change(&app.access, &here(), Authority::CommandLine, &form, false).await.unwrap();
        assert_eq!(live(&app, "password.preset").await, "custom");
        assert_eq!(app.access.parameters().await.unwrap().password_policy(), before, "{preset}");
    }
}

#[tokio::test]
async fn who_has_no_second_factor_may_not_ask_others_for_one() {
    let app = TestApp::new().await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    let wanted = wishes(&[("two_factor.required", "everybody")]);
    let outcome = change(&app.access, &here(), Authority::Operator(&ada), &wanted, false).await;
    assert_eq!(problems(outcome), [("two_factor.required".to_owned(), Problem::OwnSecondFactor)]);
    let enrolment = two_factor::begin(&app.access, &ada);
    let key = data_encoding::BASE32_NOPAD.decode(enrolment.key.as_bytes()).unwrap();
    let device = totp_rs::Builder::new().with_secret(key).build_noncompliant();
    let code = device.generate(u64::try_from(app.access.now().unix_timestamp()).unwrap()).to_string();
    let added = two_factor::add(&app.access, &here(), &ada, &enrolment.sealed, &code).await.unwrap();
    let ada = app.authenticate(&added.token).await.unwrap();
    change(&app.access, &here(), Authority::Operator(&ada), &wanted, false).await.unwrap();
    assert_eq!(live(&app, "two_factor.required").await, "everybody");
}

#[tokio::test]
async fn a_changed_limit_is_met_at_its_new_number() {
    let app = TestApp::new().await;
    set(&app, &[("sign_in.per_account_and_address", "2/60")]).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(app.sign_in(ADA, WRONG).await, Err(SignInError::Refused)));
    }
    assert!(matches!(app.sign_in(ADA, ADAS).await, Err(SignInError::Limited { .. })));
}

#[tokio::test]
async fn weaker_passwords_are_counted_before_and_asked_for_when_wished() {
    let app = TestApp::new().await;
    let bea = app.invite("bea@shop.example").await;
    app.accept(&bea, GOOD).await.unwrap();
    app.active("imported@shop.example").await;
    let stricter = wishes(&[("password.min_length", "20")]);
    assert_eq!(preview(&app.access, &[]).await.unwrap().weaker, 1, "of the imported one nothing is known");
    let seen = preview(&app.access, &stricter).await.unwrap();
    assert_eq!((seen.weaker, seen.policy.min_length), (3, 20));
    assert_eq!(live(&app, "password.min_length").await, "15", "a preview changes nothing");
    let done = change(&app.access, &here(), Authority::CommandLine, &stricter, true).await.unwrap();
    assert_eq!((done.asked, app.count(Action::NewPasswordsRequired).await), (3, 1));
    let (_, bea) = app.signed_in("bea@shop.example", GOOD).await;
    assert_eq!(bea.session.stage, Stage::NewPasswordDue);
    let new = Password::new(OTHER);
    password_change::replace_due(&app.access, &here(), &bea, new).await.unwrap();
    assert_eq!(preview(&app.access, &[]).await.unwrap().weaker, 2, "hers meets the new rules");
    assert_eq!(app.signed_in("bea@shop.example", OTHER).await.1.session.stage, Stage::SignedIn);
}

#[tokio::test]
async fn earlier_passwords_are_refused_by_change_and_by_link() {
    let app = TestApp::new().await;
    set(&app, &[("password.history", "1")]).await.unwrap();
    let (_, who) = app.signed_in(ADA, ADAS).await;
    change_password(&app, &who, ADAS, GOOD).await.unwrap();
    let (_, who) = app.signed_in(ADA, GOOD).await;
    let reused = change_password(&app, &who, GOOD, ADAS).await;
    assert!(
        matches!(&reused, Err(PasswordError::Choose(ChooseError::Refused(unmet))) if *unmet == [Unmet::Reused]),
        "{reused:?}"
    );
    app.delivered().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    for used in [ADAS, GOOD] {
        let outcome = app.reset(&link, used).await;
        assert!(matches!(&outcome, Err(ChooseError::Refused(unmet)) if *unmet == [Unmet::Reused]), "{outcome:?}");
    }
    app.reset(&link, OTHER).await.unwrap();
    let (_, who) = app.signed_in(ADA, OTHER).await;
    change_password(&app, &who, OTHER, ADAS).await.unwrap();
    set(&app, &[("password.history", "0")]).await.unwrap();
    let (_, who) = app.signed_in(ADA, ADAS).await;
    change_password(&app, &who, ADAS, THIRD).await.unwrap();
}

#[tokio::test]
async fn a_new_alias_is_mailed_to_every_active_operator_in_batches_and_told_to_no_audit_trail() {
    let app = TestApp::new().await;
    for number in 0..7 {
        app.active(&format!("operator{number}@shop.example")).await;
    }
    app.invite("bea@shop.example").await;
    app.delivered().await;
    set(&app, &[(ALIAS, "grey-otter-4-river")]).await.unwrap();
    let mut batches = Vec::new();
    loop {
        match portcullis_core::alias::tell(&app.access, 3).await.unwrap() {
            0 => break,
            told => batches.push(told),
        }
    }
    assert_eq!(batches, [3, 3, 2]);
    let mails = app.delivered().await;
    assert_eq!(mails.len(), 8, "not to who is only invited");
    for mail in &mails {
        let Content::AliasChanged { back_office, old_until: None, .. } = &mail.content else { panic!("{mail:?}") };
        assert_eq!(back_office, "https://shop.example/grey-otter-4-river");
    }
    let events = app.events().await;
    assert!(events.iter().any(|event| event.action == Action::AliasChanged));
    assert!(!format!("{events:?}").contains("grey-otter"));
    let earlier = changes(&app.access, ALIAS, ALL_CHANGES).await.unwrap().unwrap();
    assert_eq!(earlier.iter().map(|recorded| recorded.change.text.as_str()).collect::<Vec<_>>(), [""]);
    let (_, changed) = list(&app.access).await.unwrap();
    assert_eq!(changed.unwrap().by, Actor::CommandLine);
}

#[tokio::test]
async fn whoever_is_renamed_while_a_new_alias_is_told_is_told_of_it_once_all_the_same() {
    let app = TestApp::new().await;
    for number in 0..7 {
        app.active(&format!("operator{number}@shop.example")).await;
    }
    app.delivered().await;
    set(&app, &[(ALIAS, "grey-otter-4-river")]).await.unwrap();
    assert_eq!(portcullis_core::alias::tell(&app.access, 3).await.unwrap(), 3);
    // Everybody who is not told yet comes to stand before those who are.
    let mails = app.outbox().await;
    let told =
        |operator: &Operator| mails.iter().any(|mail| mail.kind == "alias-changed" && mail.to == *operator.email());
    let all = app.storage.view().await.unwrap().operators("", Page { offset: 0, limit: 99 }).await.unwrap();
    let mut unit = app.storage.begin().await.unwrap();
    for one in all.iter().filter(|one| !told(one)) {
        assert!(unit.set_profile(one.id(), &name("Aa"), one.account().language).await.unwrap());
    }
    unit.commit().await.unwrap();
    let mut mailed: Vec<_> = app.delivered().await.into_iter().map(|mail| mail.to.as_str().to_owned()).collect();
    mailed.sort_unstable();
    let mut expected: Vec<_> = all.iter().map(|one| one.email().as_str().to_owned()).collect();
    expected.sort_unstable();
    assert_eq!(mailed, expected);
}

#[tokio::test]
async fn an_alias_that_is_the_present_one_or_guessable_is_refused_with_the_reason() {
    let app = TestApp::new().await;
    let present = app.access.alias().await;
    for (text, why) in [
        (present.as_str(), Problem::Alias(portcullis_core::alias::Refused::Present)),
        ("admin-panel-2026", Problem::Alias(AliasError::Guessable.into())),
        ("", Problem::Alias(AliasError::Length.into())),
        ("with/a/slash/in", Problem::Alias(AliasError::Characters.into())),
    ] {
        assert_eq!(problems(set(&app, &[(ALIAS, text)]).await), [(ALIAS.to_owned(), why)], "{text:?}");
    }
    assert!(app.access.alias().await == present);
}

#[tokio::test]
async fn the_old_alias_leads_on_for_the_grace_minutes_and_not_a_microsecond_longer() {
    let app = TestApp::new().await;
    let first = app.access.alias().await;
    set(&app, &[(ALIAS, "grey-otter-4-river")]).await.unwrap();
    assert!(app.access.led_from(first.as_str()).is_none(), "without grace it is gone at once");
    set(&app, &[("alias.grace_minutes", "10"), (ALIAS, "blue-heron-9-lake")]).await.unwrap();
    app.advance(Duration::minutes(5));
    set(&app, &[(ALIAS, "brown-badger-7-hill")]).await.unwrap();
    let moved = app.access.now();
    let told = app.delivered().await;
    let until = moved + Duration::minutes(10);
    let still =
        |mail: &MailMessage| matches!(mail.content, Content::AliasChanged { old_until: Some(end), .. } if end == until);
    assert!(!told.is_empty() && told.iter().all(still), "the mail does not call it dead: {told:?}");
    app.clock.advance(moved - app.access.now());
    let led = |from: &str| app.access.led_from(from).map(|alias| alias.as_str().to_owned());
    assert_eq!(led("grey-otter-4-river").as_deref(), Some("brown-badger-7-hill"));
    assert_eq!(led("blue-heron-9-lake").as_deref(), Some("brown-badger-7-hill"));
    assert_eq!((led("brown-badger-7-hill"), led(first.as_str())), (None, None));
    app.advance(Duration::minutes(5) - MICROSECOND);
    assert!(led("grey-otter-4-river").is_some());
    app.advance(MICROSECOND);
    assert!(led("grey-otter-4-river").is_none() && led("blue-heron-9-lake").is_some());
    let elsewhere = app.node(|_| ()).await;
    assert!(elsewhere.led_from("blue-heron-9-lake").is_some(), "every node knows");
    set(&app, &[(ALIAS, "blue-heron-9-lake")]).await.unwrap();
    assert!(app.access.led_from("blue-heron-9-lake").is_none(), "it is the present one again");
}

#[tokio::test]
async fn refused_passwords_come_with_advice() {
    let app = TestApp::new().await;
    let advice = portcullis_core::password::advice(&app.access, &Password::new("password password"), ADA, "Ada");
    assert!(!advice.is_empty());
    let judged = portcullis_core::password::judge(&app.access, &Password::new("password password"), ADA, "Ada").await;
    assert!(judged.unwrap().unmet.contains(&Unmet::Common));
    assert_eq!(parameters::preview(&app.access, &[]).await.unwrap().weaker, 0);
}
