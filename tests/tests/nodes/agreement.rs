//! What is changed at one node while people work at both is so at the other one within a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use portcullis_tests::postgres::FreshDatabase;
use portcullis_tests::{Answer, Browser, Product};
use tokio::task::JoinSet;

use crate::{ADA, Cluster, PASSWORD};

const BEA: &str = "bea@shop.example";
const WITHIN: Duration = Duration::from_secs(1);

/// Holds when something is so for whoever asks from a second after the change on, however long the answer takes.
async fn within_a_second(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let changed = Instant::now();
    loop {
        let asked = changed.elapsed();
        if is_so().await {
            return;
        }
        assert!(asked < WITHIN, "the other node does not know after {asked:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A node as somebody sees it.
#[derive(Clone)]
struct At {
    back_office: String,
}

impl At {
    fn of(product: &Product, alias: &str) -> Self {
        Self { back_office: format!("{}/{alias}", product.origin) }
    }

    async fn post(&self, browser: &Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        browser.post(&format!("{}{page}", self.back_office), &format!("{}{path}", self.back_office), fields).await
    }

    async fn get(&self, browser: &Browser, path: &str) -> Answer {
        browser.request("GET", &format!("{}{path}", self.back_office)).await
    }

    async fn sign_in(&self, browser: &Browser, email: &str, password: &str) -> Answer {
        self.post(browser, "/login", "/login", &[("email", email), ("password", password)]).await
    }
}

/// People who sign in and look around at both nodes until they are told to go.
async fn work(nodes: [At; 2], number: u32, over: Arc<AtomicBool>, visits: Arc<AtomicU32>) {
    let mut turn = 0_u32;
    while !over.load(Ordering::SeqCst) {
        let browser = Browser::from_address(&format!("10.2.{number}.{}", turn % 250));
        for node in &nodes {
            // The alias may just have moved: then there is no form, and one comes back later.
            let form = node.get(&browser, "/login").await;
            if form.status == 200 {
                let token = form.csrf_token();
                let fields = [("csrf_token", token.as_str()), ("email", ADA), ("password", PASSWORD)];
                browser.post_raw(&format!("{}/login", node.back_office), &fields).await;
                visits.fetch_add(1, Ordering::SeqCst);
            }
        }
        turn += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Every kind of change, made at the first node and seen at the second.
pub(crate) async fn under_load(server: &str) {
    let database = FreshDatabase::on(server).await;
    let cluster = Cluster::start(database.url()).await;
    cluster.set_up().await;
    let alias = cluster.second.back_office.rsplit('/').next().unwrap_or_default().to_owned();
    let (here, there) = (At::of(&cluster.first, &alias), At::of(&cluster.second, &alias));
    let ada = Browser::from_address("10.1.0.1");
    assert_eq!(here.sign_in(&ada, ADA, PASSWORD).await.status, 303);
    let role = [("name", "Team lead"), ("description", ""), ("permissions", "operators:view")];
    let role = here.post(&ada, "/roles", "/roles", &role).await.location;
    let role = role.rsplit("/roles/").next().and_then(|rest| rest.split('?').next()).unwrap_or_default().to_owned();
    let invitation = [("email", BEA), ("name", "Bea Colleague"), ("roles", role.as_str())];
    assert_eq!(here.post(&ada, "/operators", "/operators", &invitation).await.status, 303);
    let link = cluster.first.mailed_link(BEA, "invitation");
    let path = link.split_once("/invitation").map(|(_, token)| format!("/invitation{token}")).unwrap_or_default();
    assert_eq!(there.post(&Browser::default(), &path, "/invitation", &[("password", PASSWORD)]).await.status, 303);
    let listed = here.get(&ada, "/operators?search=bea").await;
    let bea_at = listed.find("tbody a", Some("href")).unwrap_or_default();
    let own = format!("/operators/{}", bea_at.rsplit('/').next().unwrap_or_default());

    let (over, visits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let mut people = JoinSet::new();
    for number in 0..3 {
        people.spawn(work([here.clone(), there.clone()], number, Arc::clone(&over), Arc::clone(&visits)));
    }
    let bea = Browser::from_address("10.1.0.2");
    let bea_signs_in = async || assert_eq!(there.sign_in(&bea, BEA, PASSWORD).await.status, 303);
    bea_signs_in().await;
    assert_eq!(there.get(&bea, "/operators").await.status, 200);
    assert_eq!(here.post(&ada, &own, &format!("{own}/roles"), &[("change", "roles")]).await.status, 303);
    within_a_second("a role taken away", async || there.get(&bea, "/operators").await.status == 403).await;
    assert_eq!(here.post(&ada, &own, &format!("{own}/suspend"), &[]).await.status, 303);
    within_a_second("a suspension", async || there.get(&bea, "").await.status == 303).await;
    assert_eq!(here.post(&ada, &own, &format!("{own}/reinstate"), &[]).await.status, 303);
    bea_signs_in().await;
    assert_eq!(here.post(&ada, &own, &format!("{own}/end-sessions"), &[]).await.status, 303);
    within_a_second("an ended session", async || there.get(&bea, "").await.status == 303).await;

    let limit = [("sign_in.per_account_and_address.count", "1"), ("sign_in.per_account_and_address.minutes", "60")];
    assert_eq!(here.post(&ada, "/parameters", "/parameters", &limit).await.status, 303);
    let mut stranger = 0;
    within_a_second("a limit", async || {
        stranger += 1;
        let browser = Browser::from_address(&format!("10.3.0.{stranger}"));
        there.sign_in(&browser, ADA, "wrong wrong wrong wrong").await;
        there.sign_in(&browser, ADA, "wrong wrong wrong wrong").await.status == 429
    })
    .await;

    let alias = [("second_admin_alias", "grey-otter-4-river")];
    assert_eq!(here.post(&ada, "/parameters", "/parameters", &alias).await.status, 303);
    let new = "grey-otter-4-river";
    let (new_at_first, new_at_second) = (At::of(&cluster.first, new), At::of(&cluster.second, new));
    let somebody = Browser::default();
    assert_eq!(new_at_first.get(&somebody, "/login").await.status, 200, "at once where it was changed");
    assert_eq!(here.get(&somebody, "/login").await.status, 404, "at once where it was changed");
    within_a_second("the alias", async || {
        new_at_second.get(&somebody, "/login").await.status == 200 && there.get(&somebody, "/login").await.status == 404
    })
    .await;
    over.store(true, Ordering::SeqCst);
    people.join_all().await;
    assert!(visits.load(Ordering::SeqCst) > 10, "people worked at both nodes meanwhile");
}
