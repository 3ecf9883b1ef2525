//! What these tests start from: a product whose first operator is there, and ways to its forms.

use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::from_micros;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::secret::Token;
use portcullis_storage_seaorm::SeaOrmStorage;
use portcullis_tests::engine::Engine;
use portcullis_tests::{Browser, Product};

pub(crate) const ADA: &str = "ada@shop.example";
pub(crate) const BEA: &str = "bea@shop.example";
pub(crate) const ADAS_PASSWORD: &str = "violet kettle orbit lantern";
pub(crate) const BEAS_PASSWORD: &str = "seven marble otters whistle";
pub(crate) const BEAS_NEXT: &str = "harbour pepper zeppelin moss";
/// Every request may come from an address of its own, so that no limit gets between.
pub(crate) const MANY_ADDRESSES: [(&str, &str); 1] = [("PORTCULLIS_TRUSTED_PROXIES", "[\"127.0.0.0/8\"]")];

pub(crate) struct Stage {
    pub(crate) product: Product,
    pub(crate) ada: Browser,
}

impl Stage {
    pub(crate) async fn set(engine: Engine) -> Self {
        let product = Product::start_on(engine, &MANY_ADDRESSES).await;
        let stage = Self { product, ada: Browser::default() };
        let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
        let made = stage.ada.post(&stage.product.set_up_link, &stage.at("/setup"), &fields).await;
        assert_eq!(made.status, 303, "{}", made.body);
        assert_eq!(stage.sign_in(&stage.ada, ADA, ADAS_PASSWORD).await, 303);
        stage
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.product.back_office)
    }

    pub(crate) async fn sign_in(&self, browser: &Browser, email: &str, password: &str) -> u16 {
        browser.post(&self.at("/login"), &self.at("/login"), &[("email", email), ("password", password)]).await.status
    }

    /// Invites Bea and gives her link.
    pub(crate) async fn invitation(&self) -> String {
        let page = self.at("/operators");
        let invited = self.ada.post(&page, &page, &[("email", BEA), ("name", "Bea Colleague")]).await;
        assert_eq!(invited.status, 303, "{}", invited.body);
        self.product.mailed_link(BEA, "invitation")
    }

    /// Asks for a reset link for Ada and gives it.
    pub(crate) async fn reset(&self) -> String {
        let page = self.at("/password/forgot");
        assert_eq!(Browser::default().post(&page, &page, &[("email", ADA)]).await.status, 303);
        self.product.mailed_link(ADA, "password/reset")
    }

    /// Writes a link's token that ended a second after 1970 began, and gives it.
    pub(crate) async fn expired(&self, purpose: Purpose, email: Option<&str>) -> String {
        let storage = SeaOrmStorage::connect(&self.product.database_url()).await.expect("the database");
        let mut unit = storage.begin().await.expect("a unit of work");
        let account = match email {
            Some(email) => unit.account_by_email(&EmailKey::of(email)).await.expect("a look-up").map(|found| found.id),
            None => None,
        };
        let token = Token::from_bytes(match purpose {
            Purpose::SetUp => [7; 32],
            Purpose::Invitation => [8; 32],
            Purpose::PasswordReset => [9; 32],
        });
        let written = OneTimeToken {
            digest: token.digest(),
            purpose,
            account,
            created_at: from_micros(0),
            expires_at: from_micros(1_000_000),
            consumed_at: None,
            opened_at: None,
        };
        unit.issue_token(&written).await.expect("a token");
        unit.commit().await.expect("a commit");
        token.expose().to_string()
    }
}

/// The token in a link.
pub(crate) fn token_of(link: &str) -> &str {
    link.split("token=").nth(1).expect("a link with a token")
}
