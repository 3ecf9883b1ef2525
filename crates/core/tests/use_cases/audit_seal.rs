//! The audit trail is sealed and verified.

use portcullis_core::Access;
use portcullis_core::audit_seal::{SealError, TrailSealer, VerifyError, check_key, sign_anew, verify};
use portcullis_credentials::sealing::KeySealer;
use portcullis_domain::audit::Action;
use portcullis_domain::audit_seal::{Fault, Head, seal};
use portcullis_domain::ports::storage::{Storage as _, UnitOfWork};
use portcullis_domain::secret::{Digest256, Sealed};
use time::Duration;

use crate::app::TestApp;
use crate::audit_trail::append;

/// One batch, sealed by somebody who remembers nothing.
async fn seal_due(access: &Access) -> Result<usize, SealError> {
    TrailSealer::default().seal_due(access).await
}

async fn seal_all(app: &TestApp) -> usize {
    let mut sealed = 0;
    loop {
        match seal_due(&app.access).await.unwrap() {
            0 => return sealed,
            some => sealed += some,
        }
    }
}

/// Somebody writes to the database by another way.
async fn meddle(app: &TestApp, how: impl AsyncFnOnce(&mut dyn UnitOfWork)) {
    let mut unit = app.storage.begin().await.unwrap();
    how(unit.as_mut()).await;
    unit.commit().await.unwrap();
}

async fn fault(app: &TestApp) -> Fault {
    match verify(&app.access, None).await {
        Err(VerifyError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_are_sealed_in_order_batch_by_batch_and_the_chain_holds() {
    let app = TestApp::new().await;
    for number in 0..450 {
        append(&app, number, "Role").await;
    }
    assert_eq!(verify(&app.access, None).await.unwrap().waiting, 451);
    assert_eq!(seal_all(&app).await, 451);
    append(&app, 1_000, "Late").await;
    let whole = verify(&app.access, None).await.unwrap();
    assert_eq!((whole.sealed, whole.waiting), (451, 1));
    let anchor = whole.end.unwrap();
    // A clock that jumps holds nothing up.
    app.advance(-Duration::DAY);
    append(&app, 1_001, "Later, and earlier by the clock").await;
    assert_eq!(seal_all(&app).await, 2);
    assert_eq!(verify(&app.access, Some(anchor)).await.unwrap().sealed, 453);
    let other = verify(&app.access, Some(Head { seal: Digest256::of(b"other"), ..anchor })).await;
    assert!(matches!(other, Err(VerifyError::Fault(Fault::Remade(place))) if place == anchor.sequence), "{other:?}");
    let cut = verify(&app.access, Some(Head { sequence: 9_999, ..anchor })).await;
    assert!(matches!(cut, Err(VerifyError::Fault(Fault::Truncated(9_999)))), "{cut:?}");
}

#[tokio::test]
async fn sixteen_that_seal_at_once_make_one_chain() {
    let app = TestApp::new().await;
    for number in 0..100 {
        append(&app, number, "Role").await;
    }
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let access = app.access.clone();
        racing.spawn(async move { seal_due(&access).await.unwrap() });
    }
    assert_eq!(racing.join_all().await.into_iter().sum::<usize>(), 101);
    assert_eq!(verify(&app.access, None).await.unwrap().waiting, 0);
}

#[tokio::test]
async fn an_end_that_was_not_signed_here_is_believed_by_nobody() {
    let app = TestApp::new().await;
    append(&app, 1, "Role").await;
    seal_all(&app).await;
    let end = verify(&app.access, None).await.unwrap().end.unwrap();
    let sealer = &app.access.ports().sealer;
    let signed = end.sealed(sealer.as_ref());
    let plain = [end.sequence.to_be_bytes().as_slice(), end.seal.as_bytes()].concat();
    for forged in [Sealed(plain.clone()), Sealed(vec![]), sealer.seal(&plain, b"another use of the key")] {
        meddle(&app, async |unit| unit.set_audit_head(&forged).await.unwrap()).await;
        assert_eq!(fault(&app).await, Fault::Forged);
        append(&app, 2 + u128::from(forged.0.len() as u64), "Role").await;
        assert!(matches!(seal_due(&app.access).await, Err(SealError::Fault(Fault::Forged))));
    }
    meddle(&app, async |unit| unit.set_audit_head(&signed).await.unwrap()).await;
    assert!(seal_all(&app).await > 0);
    assert_eq!(verify(&app.access, None).await.unwrap().waiting, 0);
}

#[tokio::test]
async fn seals_beyond_the_signed_end_are_named_and_nothing_is_put_on_top_of_them() {
    let app = TestApp::new().await;
    append(&app, 1, "Role").await;
    seal_all(&app).await;
    let end = verify(&app.access, None).await.unwrap().end.unwrap();
    append(&app, 2, "Forged").await;
    // As somebody would who knows how seals are made, and has no key.
    meddle(&app, async |unit| {
        let entry = unit.audit_chain(Some(end.sequence), 1).await.unwrap().remove(0);
        let forged = seal(&end.seal, entry.sequence, &entry.event);
        assert!(unit.seal_event(entry.sequence, &forged).await.unwrap());
    })
    .await;
    let beyond = Fault::Inserted(end.sequence + 1);
    assert_eq!(fault(&app).await, beyond);
    append(&app, 3, "Role").await;
    assert!(matches!(seal_due(&app.access).await, Err(SealError::Fault(found)) if found == beyond));
}

/// Whoever writes to the database can put an older signed end back. The one who seals has seen a later one.
#[tokio::test]
async fn an_older_end_is_not_put_back_under_whoever_seals() {
    let app = TestApp::new().await;
    let begun = app.storage.view().await.unwrap().audit_head().await.unwrap().unwrap();
    let mut trail = TrailSealer::default();
    append(&app, 1, "Role").await;
    assert!(trail.seal_due(&app.access).await.unwrap() > 0);
    let seen = verify(&app.access, None).await.unwrap().end.unwrap();
    // In memory a seal cannot be taken away: another trail under the older end is what comes to the same.
    meddle(&app, async |unit| unit.set_audit_head(&begun).await.unwrap()).await;
    append(&app, 2, "Role").await;
    assert!(matches!(trail.seal_due(&app.access).await, Err(SealError::Fault(_))));
    assert_ne!(fault(&app).await, Fault::Forged);
    meddle(&app, async |unit| unit.set_audit_head(&seen.sealed(app.access.ports().sealer.as_ref())).await.unwrap())
        .await;
    assert_eq!(trail.seal_due(&app.access).await.unwrap(), 1);
}

#[tokio::test]
async fn after_the_key_was_lost_the_end_is_signed_anew_and_sealing_goes_on() {
    let app = TestApp::new().await;
    append(&app, 1, "Role").await;
    seal_all(&app).await;
    let node = app.node(|ports| ports.sealer = std::sync::Arc::new(KeySealer::new([8; 32], vec![]))).await;
    assert!(check_key(&app.access).await.is_ok());
    assert!(matches!(check_key(&node).await, Err(SealError::Fault(Fault::Forged))));
    append(&app, 2, "Role").await;
    assert!(seal_due(&node).await.is_err());
    let whole = sign_anew(&node).await.unwrap();
    assert_eq!(app.count(Action::AuditSignedAnew).await, 1);
    assert!(check_key(&node).await.is_ok() && seal_due(&node).await.unwrap() > 0);
    assert_eq!(verify(&node, whole.end).await.unwrap().waiting, 0);
    // With the key of before at hand nothing needs to be done.
    let both = KeySealer::new([9; 32], vec![[8; 32]]);
    let node = app.node(|ports| ports.sealer = std::sync::Arc::new(both)).await;
    append(&app, 3, "Role").await;
    assert!(check_key(&node).await.is_ok() && seal_due(&node).await.unwrap() > 0);
}

#[tokio::test]
async fn a_trail_that_does_not_hold_is_not_signed_anew() {
    let app = TestApp::new().await;
    append(&app, 1, "Role").await;
    append(&app, 2, "Role").await;
    meddle(&app, async |unit| assert!(unit.seal_event(2, &Digest256::of(b"forged")).await.unwrap())).await;
    assert!(matches!(sign_anew(&app.access).await, Err(VerifyError::Fault(Fault::Inserted(1)))));
    assert_eq!(app.count(Action::AuditSignedAnew).await, 0);
}
