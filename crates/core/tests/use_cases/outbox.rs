//! Mail leaves one by one, is tried again, and is given up at last.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portcullis_core::{Access, outbox};
use portcullis_credentials::sealing::KeySealer;
use portcullis_domain::mail_message::{Content, MailMessage, MailState};
use portcullis_domain::ports::mail::{MailError, MailTransport};
use time::Duration;
use uuid::Uuid;

use crate::app::{ADA, GOOD, MICROSECOND, RECOVERY_DUE, TestApp};
use crate::doubles::{AwayAfter, ManualClock, MockMail, RecordingMail};

const BEA: &str = "bea@shop.example";
const CLEO: &str = "cleo@shop.example";
const LEASE: Duration = Duration::minutes(2);

async fn deliver(app: &TestApp) -> usize {
    outbox::deliver_due(&app.access, &app.mail, 100).await.unwrap()
}

#[test]
fn a_mail_that_waited_since_an_earlier_version_can_still_be_read() {
    let content = r#"{"AliasChanged":{"back_office":"https://shop.example/gate-2","by":"Ada"}}"#;
    let read: Content = serde_json::from_str(content).unwrap();
    assert!(matches!(read, Content::AliasChanged { old_until: None, .. }));
}

#[tokio::test]
async fn a_bad_address_holds_nobody_else_up() {
    let app = TestApp::new().await;
    app.mail.refuse(BEA);
    app.invite(BEA).await;
    app.invite(CLEO).await;
    let mails = app.delivered().await;
    assert!(matches!(&*mails, [mail] if mail.to.as_str() == CLEO));
    let states: Vec<_> = app.outbox().await.into_iter().map(|entry| (entry.to.to_string(), entry.state)).collect();
    assert_eq!(states, [(CLEO.to_owned(), MailState::Sent), (BEA.to_owned(), MailState::Waiting)]);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_at_once_and_kept_sealed() {
    let app = TestApp::new().await;
    app.mail.fail_next(MailError::Never("550 no such mailbox".to_owned()));
    app.invite(BEA).await;
    app.delivered().await;
    let entry = app.outbox().await.remove(0);
    assert_eq!((entry.state, entry.attempts), (MailState::Failed, 1));
    assert!(!entry.body.unwrap().0.windows(5).any(|part| part == b"https"));
    assert_eq!(entry.last_error.as_deref(), Some("550 no such mailbox"));
    app.advance(Duration::DAY);
    assert_eq!(deliver(&app).await, 0);
}

#[tokio::test]
async fn pauses_grow_by_chance_up_to_an_hour_and_after_thirty_tries_a_mail_is_given_up() {
    let app = TestApp::new().await;
    app.mail.refuse(BEA);
    app.invite(BEA).await;
    let mut pauses = vec![];
    while deliver(&app).await == 1 {
        let entry = app.outbox().await.remove(0);
        if entry.state == MailState::Failed {
            break;
        }
        let pause = entry.next_attempt_at - app.access.now();
        pauses.push(pause.whole_seconds());
        app.advance(pause - MICROSECOND);
        assert_eq!(deliver(&app).await, 0);
        app.advance(MICROSECOND);
    }
    assert_eq!(app.mail.tries(), 30);
    // Each is shorter by up to a quarter, so that what failed together does not come back together.
    let whole = [10, 20, 40, 80, 160, 320, 640, 1280, 2560].into_iter().chain(std::iter::repeat(3600));
    for (pause, whole) in pauses.iter().zip(whole) {
        assert!((whole * 3 / 4..=whole).contains(pause), "{pause} of {whole}");
    }
    assert!(pauses.windows(2).any(|pair| pair[1] != 2 * pair[0]), "by chance: {pauses:?}");
    let hours = pauses.iter().sum::<i64>() / 3600;
    assert!((15..=24).contains(&hours), "{hours}");
    app.advance(Duration::DAY);
    assert_eq!(deliver(&app).await, 0);
}

#[tokio::test]
async fn the_lease_of_a_worker_that_died_is_taken_over() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    // One unit of work to start, one for the claim; then this node's storage is gone, as if it had been killed.
    let dying = AwayAfter { storage: app.storage.clone(), left: AtomicUsize::new(2) };
    let dying = app.node(|ports| ports.storage = Arc::new(dying)).await;
    let mut lost = MockMail::new();
    lost.expect_send().times(1).returning(|_, _| Err(MailError::Later("gone".to_owned())));
    // A start that finds its alias writes nothing, and needs its unit of work all the same. It dies while it still tries to
    // tell what came of it.
    let delivery = outbox::deliver_due(&dying, &lost, 10);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), delivery).await.is_err());
    assert_eq!(deliver(&app).await, 0, "it is the other's");
    app.advance(LEASE - MICROSECOND);
    assert_eq!(deliver(&app).await, 0);
    app.advance(MICROSECOND);
    assert_eq!(deliver(&app).await, 1);
    assert_eq!(app.mail.take().len(), 1);
}

#[tokio::test]
async fn a_mail_has_the_same_identity_at_every_try() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    let id = app.outbox().await[0].id;
    let mut transport = MockMail::new();
    transport
        .expect_send()
        .withf(move |tried, _| *tried == id)
        .times(2)
        .returning(|_, _| Err(MailError::Later("421".to_owned())));
    for _ in 0..2 {
        outbox::deliver_due(&app.access, &transport, 10).await.unwrap();
        app.advance(Duration::MINUTE);
    }
}

#[tokio::test]
async fn slow_mails_do_not_outlast_each_others_lease() {
    let app = TestApp::new().await;
    for n in 0..10 {
        app.invite(&format!("slow-{n}@shop.example")).await;
    }
    // Each takes 15 seconds, so that all take longer than a lease; after each, another worker looks for work.
    let slow =
        Slow { access: app.access.clone(), clock: Arc::clone(&app.clock), next: &app.mail, seen: Mutex::default() };
    outbox::deliver_due(&app.access, &slow, 10).await.unwrap();
    let mut left = slow.seen.into_inner().unwrap();
    left.extend(app.mail.take().into_iter().map(|message| message.to.to_string()));
    left.sort();
    assert_eq!(left, (0..10).map(|n| format!("slow-{n}@shop.example")).collect::<Vec<_>>(), "each mail leaves once");
}

/// A transport during which 15 seconds pass, and the turn of another worker.
struct Slow<'a> {
    access: Access,
    clock: Arc<ManualClock>,
    next: &'a RecordingMail,
    seen: Mutex<Vec<String>>,
}

#[async_trait]
impl MailTransport for Slow<'_> {
    async fn send(&self, _: Uuid, message: &MailMessage) -> Result<(), MailError> {
        self.clock.advance(Duration::seconds(15));
        self.seen.lock().unwrap().push(message.to.to_string());
        outbox::deliver_due(&self.access, self.next, 1).await.unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn a_mail_that_the_key_at_hand_cannot_open_is_left_to_a_node_that_has_it() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    let node = app.node(|ports| ports.sealer = Arc::new(KeySealer::new([8; 32], vec![]))).await;
    // No call is expected.
    assert_eq!(outbox::deliver_due(&node, &MockMail::new(), 10).await.unwrap(), 1);
    assert_eq!(app.outbox().await[0].state, MailState::Waiting);
    app.advance(Duration::MINUTE);
    assert_eq!(app.delivered().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_workers_each_mail_is_sent_by_one() {
    let app = Arc::new(TestApp::new().await);
    for n in 0..20 {
        app.invite(&format!("bea-{n}@shop.example")).await;
    }
    let workers = (0..4).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { deliver(&app).await })
    });
    let mut tried = 0;
    for worker in workers.collect::<Vec<_>>() {
        tried += worker.await.unwrap();
    }
    assert_eq!((tried, app.mail.take().len()), (20, 20));
}

#[tokio::test]
async fn a_mail_leaves_only_if_what_it_tells_was_written() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    app.delivered().await;
    app.storage.set_unavailable(true);
    assert!(app.accept(&link, GOOD).await.is_err());
    app.storage.set_unavailable(false);
    assert!(app.delivered().await.is_empty());
}

#[tokio::test]
async fn the_worker_sends_what_was_written_and_stops_when_told() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    let (sent, arrived) = tokio::sync::oneshot::channel();
    let sent = std::sync::Mutex::new(Some(sent));
    let mut transport = MockMail::new();
    transport.expect_send().times(1).returning(move |_, _| {
        let _ = sent.lock().unwrap().take().unwrap().send(());
        Ok(())
    });
    let stop = async {
        let _ = arrived.await;
    };
    portcullis_core::worker::run(app.access.clone(), Arc::new(transport), stop).await;
    assert_eq!(app.outbox().await[0].state, MailState::Sent);
}

/// A transport that never ends with one address, and panics at another.
struct Hanging {
    delivered: tokio::sync::mpsc::UnboundedSender<String>,
}

#[async_trait]
impl MailTransport for Hanging {
    async fn send(&self, _: Uuid, message: &MailMessage) -> Result<(), MailError> {
        match message.to.as_str() {
            BEA => std::future::pending().await,
            "panic@shop.example" => panic!("as a transport might"),
            to => self.delivered.send(to.to_owned()).unwrap(),
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_server_that_hangs_with_one_mail_delays_no_other_and_no_link() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    app.invite("panic@shop.example").await;
    let (delivered, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (transport, farewell) = (Arc::new(Hanging { delivered }), std::time::Duration::from_millis(50));
    let worker = portcullis_core::worker::run_with_farewell(app.access.clone(), transport, farewell, async {
        let _ = stopped.await;
    });
    let worker = tokio::spawn(worker);
    let soon = std::time::Duration::from_secs(10);
    app.invite(CLEO).await;
    assert_eq!(tokio::time::timeout(soon, arrived.recv()).await.unwrap().as_deref(), Some(CLEO));
    // Links are made meanwhile too.
    app.forgot(ADA).await.unwrap();
    app.advance(RECOVERY_DUE);
    assert_eq!(tokio::time::timeout(soon, arrived.recv()).await.unwrap().as_deref(), Some(ADA));
    // Told to stop, it waits for the one that hangs only so long, and gives it back.
    drop(stop);
    worker.await.unwrap();
    let entry = app.outbox().await.into_iter().find(|entry| entry.to.as_str() == BEA).unwrap();
    assert_eq!((entry.state, entry.attempts), (MailState::Waiting, 0));
    assert_eq!(entry.next_attempt_at, app.access.now(), "due at once, for another node");
}

#[tokio::test]
async fn what_left_while_storage_was_away_does_not_leave_again() {
    let app = Arc::new(TestApp::new().await);
    app.invite(BEA).await;
    let mut transport = MockMail::new();
    let storage = app.storage.clone();
    transport.expect_send().times(1).returning(move |_, _| {
        storage.set_unavailable(true);
        Ok(())
    });
    let inner = Arc::clone(&app);
    let delivery = tokio::spawn(async move { outbox::deliver_due(&inner.access, &transport, 1).await });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    app.storage.set_unavailable(false);
    delivery.await.unwrap().unwrap();
    assert_eq!(app.outbox().await[0].state, MailState::Sent);
    app.advance(LEASE);
    assert_eq!(deliver(&app).await, 0);
}

#[tokio::test]
async fn who_is_late_with_an_outcome_does_not_overwrite_that_of_another() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    // Its own lease ends while it is on its way, and another worker sends it.
    let late = Late { access: app.access.clone(), clock: Arc::clone(&app.clock), next: &app.mail };
    outbox::deliver_due(&app.access, &late, 1).await.unwrap();
    let entry = app.outbox().await.remove(0);
    assert_eq!((entry.state, entry.body), (MailState::Sent, None));
    app.advance(Duration::DAY);
    assert_eq!(deliver(&app).await, 0);
}

/// A transport that fails after its lease has ended.
struct Late<'a> {
    access: Access,
    clock: Arc<ManualClock>,
    next: &'a RecordingMail,
}

#[async_trait]
impl MailTransport for Late<'_> {
    async fn send(&self, _: Uuid, _: &MailMessage) -> Result<(), MailError> {
        self.clock.advance(LEASE);
        assert_eq!(outbox::deliver_due(&self.access, self.next, 1).await.unwrap(), 1);
        Err(MailError::Later("421 too late".to_owned()))
    }
}
