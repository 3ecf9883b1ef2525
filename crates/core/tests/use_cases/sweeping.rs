//! What has served its time goes: budgets and sessions after days, links after a month.

use portcullis_core::sweeping::sweep;
use portcullis_domain::account::AccountStatus;
use time::Duration;

use crate::app::{ADA, ADAS, TestApp};

#[tokio::test]
async fn sessions_and_budgets_go_after_days_and_whoever_is_in_stays_in() {
    let app = TestApp::new().await;
    app.sign_in(ADA, ADAS).await.unwrap();
    app.sign_in("nobody@shop.example", "wrong wrong wrong wrong").await.unwrap_err();
    assert_eq!(sweep(&app.access).await.unwrap(), 0, "nothing has served its time");
    app.advance(Duration::days(3));
    let cookie = app.sign_in(ADA, ADAS).await.unwrap().token;
    assert!(sweep(&app.access).await.unwrap() >= 2, "a session, and a stranger's budgets");
    assert_eq!(sweep(&app.access).await.unwrap(), 0);
    let who = app.authenticate(&cookie).await.expect("the new session is live");
    assert_eq!(who.operator.status(), AccountStatus::Active);
}
