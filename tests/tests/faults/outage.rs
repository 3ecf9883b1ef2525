//! The database goes and comes back while people sign in and invite: nobody gets in meanwhile, and nothing is forgotten.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis_tests::cluster::{Cluster, Going};
use portcullis_tests::postgres::FreshDatabase;
use portcullis_tests::proxy::Link;
use portcullis_tests::{Answer, Browser, Product};
use tokio::task::JoinSet;

use crate::stage::{PROXIES, ada, colleague, is_limited, mailed, post, set_up, sign_in, until, use_up};
use crate::{ADA, PASSWORD, invariants};

const THERE: u8 = 0;
/// About to go, or just coming: an answer may be either.
const BETWEEN: u8 = 1;
const AWAY: u8 = 2;
const OVER: u8 = 3;

/// Within how long the product must be back once the database is.
const BACK: Duration = Duration::from_secs(5);

/// Within how long the server lets go of what a unit of work held whose connection hangs.
const LET_GO: Duration = Duration::from_secs(75);

/// What people hear, from before the outage until after it.
#[derive(Default)]
struct Heard {
    phase: AtomicU8,
    number: AtomicU32,
    /// What was answered to requests that began and ended while the database was away.
    away: Mutex<Vec<Answer>>,
    /// How many were served while it was there.
    served: AtomicU32,
    /// Who was invited, as it was answered.
    invited: Mutex<Vec<String>>,
}

impl Heard {
    fn enter(&self, phase: u8) {
        self.phase.store(phase, Ordering::SeqCst);
    }

    fn phase(&self) -> u8 {
        self.phase.load(Ordering::SeqCst)
    }

    /// A browser from another address: a try that broke off in the middle stays counted.
    fn browser(&self) -> Browser {
        let n = self.number.fetch_add(1, Ordering::SeqCst);
        Browser::from_address(&format!("10.1.{}.{}", n / 250, n % 250))
    }

    /// Whether somebody gets in.
    async fn gets_in(&self, back_office: &str, email: &str) -> bool {
        sign_in(&self.browser(), back_office, email, PASSWORD).await.status == 303
    }

    /// One person's request; gives its status.
    async fn hear(&self, request: impl Future<Output = Answer>) -> u16 {
        let before = self.phase();
        let answer = request.await;
        let status = answer.status;
        assert!(matches!(status, 200 | 303 | 503), "{status}: {}", answer.body);
        if before == AWAY && self.phase() == AWAY {
            self.away.lock().expect("not poisoned").push(answer);
        } else if before == THERE && status != 503 {
            self.served.fetch_add(1, Ordering::SeqCst);
        }
        status
    }

    /// Somebody signs in again and again, each time from another address.
    async fn sign_in(self: Arc<Self>, back_office: String, email: String) {
        while self.phase() != OVER {
            self.hear(sign_in(&self.browser(), &back_office, &email, PASSWORD)).await;
        }
    }

    /// Invites one after the other.
    async fn invite(self: Arc<Self>, back_office: String, ada: Browser) {
        while self.phase() != OVER {
            let email = format!("bea-{}@shop.example", self.number.fetch_add(1, Ordering::SeqCst));
            let fields = [("email", email.as_str()), ("name", "Bea Colleague")];
            if self.hear(post(&ada, &back_office, "/operators", "/operators", &fields)).await == 303 {
                self.invited.lock().expect("not poisoned").push(email);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many were served so far.
    fn served(&self) -> u32 {
        self.served.load(Ordering::SeqCst)
    }

    async fn serves_more(&self, patience: Duration) {
        let before = self.served();
        until("requests are served", patience, async || self.served() > before + 5).await;
    }
}

/// The database is stopped, and then it crashes, under load.
pub(crate) async fn goes_and_comes_back() {
    let mut cluster = Cluster::start().await;
    let url = cluster.url();
    let product = Product::start(&[PROXIES, ("PORTCULLIS_DATABASE_URL", &url)]);
    set_up(&product).await;
    let back_office = product.back_office.clone();
    use_up(&back_office, "10.9.0.1").await;
    let heard = Arc::new(Heard::default());
    let mut people = JoinSet::new();
    for _ in 0..3 {
        people.spawn(Arc::clone(&heard).sign_in(back_office.clone(), ADA.to_owned()));
    }
    people.spawn(Arc::clone(&heard).invite(back_office.clone(), ada(&back_office, "10.9.0.2").await));
    for going in [Going::Fast, Going::Crash] {
        heard.serves_more(Duration::from_secs(20)).await;
        heard.enter(BETWEEN);
        cluster.go(going);
        heard.enter(AWAY);
        until("somebody heard of the outage", Duration::from_secs(40), async || {
            heard.away.lock().expect("not poisoned").len() >= 8
        })
        .await;
        assert_eq!(Browser::default().get(&format!("{}/elsewhere", product.origin)).await.status, 404);
        heard.enter(BETWEEN);
        cluster.come().await;
        until("somebody gets in again", BACK, async || heard.gets_in(&back_office, ADA).await).await;
        heard.enter(THERE);
        assert!(is_limited(&back_office, "10.9.0.1").await, "{going:?}: the limit was forgotten");
        for answer in heard.away.lock().expect("not poisoned").drain(..) {
            assert_eq!(answer.status, 503, "{going:?}: somebody got in");
            assert_eq!(answer.header("retry-after"), ["5"], "{going:?}");
        }
    }
    heard.serves_more(Duration::from_secs(20)).await;
    heard.enter(OVER);
    while let Some(ended) = people.join_next().await {
        ended.expect("a person goes on to the end");
    }
    let invited = std::mem::take(&mut *heard.invited.lock().expect("not poisoned"));
    assert!(!invited.is_empty());
    // A mail that was claimed when the database went is another's after its lease of two minutes.
    until("every mail left", Duration::from_secs(150), async || {
        let mailed = mailed(product.folder.path());
        invited.iter().all(|email| mailed.contains(email))
    })
    .await;
    let mailed = mailed(product.folder.path());
    for email in &invited {
        assert_eq!(mailed.iter().filter(|to| *to == email).count(), 1, "{email}");
    }
    invariants::hold(&url, "after both outages").await;
}

/// Some of the connections carry nothing any more; the server is there all the same.
pub(crate) async fn some_connections_hang(server: &str) {
    let database = FreshDatabase::on(server).await;
    let link = Link::to(database.address().1).await;
    let product = Product::start(&[PROXIES, ("PORTCULLIS_DATABASE_URL", &database.url_through(link.port))]);
    set_up(&product).await;
    let back_office = product.back_office.clone();
    let owner = ada(&back_office, "10.9.0.1").await;
    let mut known = vec![ADA.to_owned()];
    for n in 0..3 {
        known.push(colleague(&product, &owner, &format!("bea-{n}@shop.example")).await);
    }
    let heard = Arc::new(Heard::default());
    let mut people = JoinSet::new();
    for email in &known {
        people.spawn(Arc::clone(&heard).sign_in(back_office.clone(), email.clone()));
    }
    heard.serves_more(Duration::from_secs(20)).await;
    link.hang_some(2).await;
    // Whose unit of work hangs waits for it, and so does whoever comes for the same account; nobody else does.
    heard.serves_more(Duration::from_secs(20)).await;
    heard.enter(OVER);
    let ended = tokio::time::timeout(Duration::from_secs(40), people.join_all()).await;
    assert!(ended.is_ok(), "somebody is kept waiting");
    for email in &known {
        until("everybody gets in again", LET_GO, async || heard.gets_in(&back_office, email).await).await;
    }
}
