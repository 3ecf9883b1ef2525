//! The main job with mail from a real SMTP conversation, and what happens when mail is down.
#![expect(clippy::expect_used, reason = "a test that cannot make its files has failed")]

use std::time::Duration;

use portcullis_tests::engine::Engine;
use portcullis_tests::smtp_server::{Fault, SmtpServer};
use portcullis_tests::{Browser, Product};

const ADA: &str = "ada@shop.example";
const BEA: &str = "bea@shop.example";
const CY: &str = "cy@shop.example";
const ADAS_PASSWORD: &str = "violet kettle orbit lantern";
const BEAS_PASSWORD: &str = "seven marble otters whistle";
const BEAS_NEXT: &str = "harbour pepper zeppelin moss";
const SOON: Duration = Duration::from_secs(15);
/// Longer than the first pause between tries.
const AFTER_A_PAUSE: Duration = Duration::from_secs(40);

struct Story {
    product: Product,
    server: SmtpServer,
    ada: Browser,
    settings: Vec<(&'static str, String)>,
    _certificate: tempfile::TempDir,
}

impl Story {
    async fn begin(engine: Engine, offers_starttls: bool, faults: Vec<Fault>) -> Self {
        Self::begin_with(engine, offers_starttls, faults, true).await
    }

    async fn begin_with(engine: Engine, offers_starttls: bool, faults: Vec<Fault>, trusted: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let certificate = folder.path().join("certificate.pem");
        let server = SmtpServer::start(&certificate, offers_starttls, faults).await;
        let url = format!("smtp://portcullis:secret@localhost:{}?tls=required", server.port);
        let mut settings =
            vec![("PORTCULLIS_SMTP_URL", url), ("PORTCULLIS_MAIL_FROM", "Shop <no-reply@shop.example>".to_owned())];
        if trusted {
            settings.push(("PORTCULLIS_SMTP_ROOT_CERTIFICATE", certificate.to_string_lossy().into_owned()));
        }
        let borrowed: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let product = Product::start_on(engine, &borrowed).await;
        let ada = Browser::default();
        let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
        assert_eq!(
            ada.post(&product.set_up_link, &format!("{}/setup", product.back_office), &fields).await.status,
            303
        );
        let login = format!("{}/login", product.back_office);
        assert_eq!(ada.post(&login, &login, &[("email", ADA), ("password", ADAS_PASSWORD)]).await.status, 303);
        Self { product, server, ada, settings, _certificate: folder }
    }

    async fn invite(&self, email: &str) {
        let page = format!("{}/operators", self.product.back_office);
        assert_eq!(self.ada.post(&page, &page, &[("email", email), ("name", "A Colleague")]).await.status, 303);
    }

    async fn forgot(&self, email: &str) -> (u16, String, String) {
        let page = format!("{}/password/forgot", self.product.back_office);
        let answer = Browser::default().post(&page, &page, &[("email", email)]).await;
        assert_eq!(answer.status, 303);
        (answer.status, answer.location, answer.body)
    }

    async fn choose(&self, link: &str, page: &str, password: &str) {
        let action = format!("{}/{page}", self.product.back_office);
        assert_eq!(Browser::default().post(link, &action, &[("password", password)]).await.status, 303);
    }

    async fn sign_in(&self, email: &str, password: &str) -> u16 {
        let login = format!("{}/login", self.product.back_office);
        Browser::default().post(&login, &login, &[("email", email), ("password", password)]).await.status
    }
}

async fn the_whole_story_works_with_mail_over_starttls(engine: Engine) {
    let story = Story::begin(engine, true, vec![]).await;
    story.invite(BEA).await;
    let link = story.server.link(BEA, "invitation", SOON).await;
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
    assert_eq!(story.sign_in(BEA, BEAS_PASSWORD).await, 303);
    story.forgot(BEA).await;
    let link = story.server.link(BEA, "password/reset", SOON).await;
    story.choose(&link, "password/reset", BEAS_NEXT).await;
    assert_eq!(story.sign_in(BEA, BEAS_NEXT).await, 303);
    assert!(story.server.received().iter().all(|mail| mail.encrypted));
    // RFC 4616: a NUL, the user, a NUL, the password.
    assert!(story.server.credentials().iter().all(|sent| sent == "AHBvcnRjdWxsaXMAc2VjcmV0"));
    assert!(!story.server.credentials().is_empty());
}

async fn no_mail_leaves_in_the_clear_where_tls_is_required(engine: Engine) {
    let story = Story::begin(engine, false, vec![]).await;
    story.invite(BEA).await;
    story.invite(CY).await;
    // The second mail is tried once the first was given back.
    story.server.visited(2, SOON).await;
    assert!(story.server.received().is_empty() && story.server.tried().is_empty());
    assert!(story.server.credentials().is_empty(), "nor does the password");
}

async fn no_mail_is_given_to_a_server_that_cannot_prove_who_it_is(engine: Engine) {
    // Its certificate is not among those that the product trusts.
    let story = Story::begin_with(engine, true, vec![], false).await;
    story.invite(BEA).await;
    story.invite(CY).await;
    story.server.visited(2, SOON).await;
    assert!(story.server.received().is_empty() && story.server.tried().is_empty());
    assert!(story.server.credentials().is_empty());
}

async fn nobody_notices_that_mail_is_down_and_it_leaves_when_it_is_back(engine: Engine) {
    let story = Story::begin(engine, true, vec![]).await;
    story.invite(BEA).await;
    let link = story.server.link(BEA, "invitation", SOON).await;
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
    let with_mail = story.forgot("nobody@shop.example").await;
    story.server.set_down(true);
    let visits = story.server.visits();
    story.invite(CY).await;
    assert_eq!(story.forgot(BEA).await, with_mail, "known, mail down");
    assert_eq!(story.forgot("somebody@shop.example").await, with_mail, "unknown, mail down");
    story.server.visited(visits + 2, SOON).await;
    story.server.set_down(false);
    let link = story.server.link(BEA, "password/reset", AFTER_A_PAUSE).await;
    story.choose(&link, "password/reset", BEAS_NEXT).await;
    let link = story.server.link(CY, "invitation", AFTER_A_PAUSE).await;
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
    let links = story.server.received().iter().filter(|mail| mail.to == [BEA]).count();
    assert!(links <= 3, "invitation, reset, told of the change: none twice; {links}");
}

async fn waiting_mail_outlives_a_killed_process(engine: Engine) {
    let mut story = Story::begin(engine, true, vec![]).await;
    story.server.set_down(true);
    story.invite(BEA).await;
    // The second mail is tried once what became of the first was written down.
    story.invite(CY).await;
    story.server.visited(2, SOON).await;
    let settings: Vec<(&str, &str)> = story.settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    story.product.restart(&settings);
    story.server.set_down(false);
    let link = story.server.link(BEA, "invitation", AFTER_A_PAUSE).await;
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
}

async fn a_hanging_server_keeps_nobody_waiting(engine: Engine) {
    let story = Story::begin(engine, true, vec![Fault::Hangs(1)]).await;
    story.invite(BEA).await;
    story.server.visited(1, SOON).await;
    let meanwhile = async {
        story.invite(CY).await;
        story.forgot(ADA).await;
        story.forgot("nobody@shop.example").await;
    };
    tokio::time::timeout(Duration::from_secs(10), meanwhile).await.expect("answers come while the server hangs");
    assert!(story.server.received().is_empty(), "it still hangs");
    let link = story.server.link(BEA, "invitation", AFTER_A_PAUSE).await;
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
}

async fn a_mail_that_was_not_taken_leaves_later_under_the_same_message_id(engine: Engine) {
    let story = Story::begin(engine, true, vec![Fault::TriesLater(1)]).await;
    story.invite(BEA).await;
    let link = story.server.link(BEA, "invitation", AFTER_A_PAUSE).await;
    let tried = story.server.tried();
    assert!(tried.len() >= 2 && tried.iter().all(|id| Some(id) == tried.first()), "{tried:?}");
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
}

async fn one_refused_address_and_a_dropped_connection_hold_nobody_else_up(engine: Engine) {
    let story = Story::begin(engine, true, vec![Fault::Refuses(CY.to_owned()), Fault::DropsAfterData(1)]).await;
    story.invite(CY).await;
    story.invite("dee@shop.example").await;
    story.invite(BEA).await;
    let link = story.server.link(BEA, "invitation", SOON).await;
    story.choose(&link, "invitation", BEAS_PASSWORD).await;
}

portcullis_tests::on_each_engine![
    the_whole_story_works_with_mail_over_starttls,
    no_mail_leaves_in_the_clear_where_tls_is_required,
    no_mail_is_given_to_a_server_that_cannot_prove_who_it_is,
    nobody_notices_that_mail_is_down_and_it_leaves_when_it_is_back,
    waiting_mail_outlives_a_killed_process,
    a_hanging_server_keeps_nobody_waiting,
    a_mail_that_was_not_taken_leaves_later_under_the_same_message_id,
    one_refused_address_and_a_dropped_connection_hold_nobody_else_up,
];
