//! Killed in the middle, started twice: nothing is half-done, and nothing needs repair.

use portcullis_tests::engine::Engine;
use std::sync::Arc;
use std::time::Duration;

use portcullis_tests::{Browser, Product, free_port};

use crate::stage::{ADA, ADAS_PASSWORD, BEA, BEAS_NEXT, BEAS_PASSWORD, MANY_ADDRESSES, Stage};

/// After how many milliseconds the process is killed: before a form is read, while it hashes, around the commit, and, where
/// it may take as long as it likes, right after the answer.
const MOMENTS: [u64; 7] = [0, 3, 10, 25, 45, 90, 20_000];

/// Sends a form and kills the product after a while, answered or not.
async fn killed_in_the_middle(stage: &mut Stage, page: &str, action: &str, fields: &[(&str, &str)], after: u64) {
    let browser = Browser::default();
    let csrf_token = browser.get(page).await.csrf_token();
    sent_and_killed(stage, &browser, &csrf_token, action, fields, after).await;
}

async fn sent_and_killed(
    stage: &mut Stage,
    browser: &Browser,
    csrf_token: &str,
    action: &str,
    fields: &[(&str, &str)],
    after: u64,
) {
    let mut all = vec![("csrf_token", csrf_token)];
    all.extend_from_slice(fields);
    drop(tokio::time::timeout(Duration::from_millis(after), browser.post_raw(action, &all)).await);
    stage.product.restart(&MANY_ADDRESSES);
}

pub(crate) async fn each_start_before_set_up_prints_a_new_link_and_the_old_one_dies(engine: Engine) {
    let mut product = Product::start_on(engine, &[]).await;
    let (first, back_office) = (product.set_up_link.clone(), product.back_office.clone());
    assert_eq!(Browser::default().get(&first).await.status, 200);
    product.restart(&[]);
    assert_eq!(product.back_office, back_office, "the alias stays");
    assert!(!product.set_up_link.is_empty() && product.set_up_link != first);
    assert_eq!(Browser::default().get(&first).await.status, 404);
    assert_eq!(Browser::default().get(&product.set_up_link).await.status, 200);
}

pub(crate) async fn set_up_is_done_or_not_done_when_it_is_killed_in_the_middle(engine: Engine) {
    for after in MOMENTS {
        let mut stage = Stage { product: Product::start_on(engine, &MANY_ADDRESSES).await, ada: Browser::default() };
        let (link, action) = (stage.product.set_up_link.clone(), stage.at("/setup"));
        let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
        killed_in_the_middle(&mut stage, &link, &action, &fields, after).await;
        let done = stage.product.set_up_link.is_empty();
        assert_eq!(Browser::default().get(&link).await.status, 404, "the old link is dead; {after} ms");
        if !done {
            let again = stage.product.set_up_link.clone();
            assert_eq!(stage.sign_in(&Browser::default(), ADA, ADAS_PASSWORD).await, 422, "not half; {after} ms");
            assert_eq!(Browser::default().post(&again, &action, &fields).await.status, 303, "{after} ms");
        }
        let ada = Browser::default();
        assert_eq!(stage.sign_in(&ada, ADA, ADAS_PASSWORD).await, 303, "{after} ms, done: {done}");
        assert_eq!(ada.get(&stage.at("/operators")).await.status, 200, "with her role; {after} ms, done: {done}");
    }
}

pub(crate) async fn invitation_and_reset_are_done_or_not_done_when_they_are_killed_in_the_middle(engine: Engine) {
    let mut stage = Stage::set(engine).await;
    let (operators, invitation, reset) = (stage.at("/operators"), stage.at("/invitation"), stage.at("/password/reset"));
    for (number, after) in MOMENTS.into_iter().enumerate() {
        let email = format!("bea{number}@shop.example");
        let fields = [("email", email.as_str()), ("name", "Bea Colleague")];
        // A client of her own for each life of the process: connections to a dead one are dead.
        let ada = Browser::default();
        assert_eq!(stage.sign_in(&ada, ADA, ADAS_PASSWORD).await, 303, "{after} ms");
        let csrf_token = ada.get(&operators).await.csrf_token();
        sent_and_killed(&mut stage, &ada, &csrf_token, &operators, &fields, after).await;
        stage.ada = Browser::default();
        assert_eq!(stage.sign_in(&stage.ada, ADA, ADAS_PASSWORD).await, 303, "{after} ms");
        let listed = stage.ada.get(&operators).await.body.contains(&email);
        let again = stage.ada.post(&operators, &operators, &fields).await.status;
        assert_eq!(again, if listed { 422 } else { 303 }, "invited or not at all; {after} ms");
        // Her mail may wait for the lease of the process that was killed: the console has a link at once.
        let link = printed_link(&stage, &email);

        killed_in_the_middle(&mut stage, &link, &invitation, &[("password", BEAS_PASSWORD)], after).await;
        let open = Browser::default().get(&link).await.status == 200;
        let signed_in = stage.sign_in(&Browser::default(), &email, BEAS_PASSWORD).await;
        assert_eq!(signed_in, if open { 422 } else { 303 }, "spent with a password, or neither; {after} ms");
        if open {
            let chosen = Browser::default().post(&link, &invitation, &[("password", BEAS_PASSWORD)]).await;
            assert_eq!(chosen.status, 303, "{after} ms");
        }

        let link = printed_link(&stage, &email);
        killed_in_the_middle(&mut stage, &link, &reset, &[("password", BEAS_NEXT)], after).await;
        let open = Browser::default().get(&link).await.status == 200;
        let (old, new) = if open { (303, 422) } else { (422, 303) };
        assert_eq!(stage.sign_in(&Browser::default(), &email, BEAS_NEXT).await, new, "{after} ms, open: {open}");
        assert_eq!(stage.sign_in(&Browser::default(), &email, BEAS_PASSWORD).await, old, "{after} ms, open: {open}");
    }
}

fn printed_link(stage: &Stage, email: &str) -> String {
    let output = stage.product.run(&["operator", "link", email]);
    let printed = String::from_utf8_lossy(&output.stdout);
    let link = printed.split_whitespace().find(|word| word.starts_with("http"));
    link.unwrap_or_else(|| panic!("no link: {output:?}")).to_owned()
}

pub(crate) async fn a_second_start_on_the_same_port_says_so_and_leaves_the_first_alone(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let second = product.run(&["serve"]);
    assert_eq!(second.status.code(), Some(1));
    let words = String::from_utf8_lossy(&second.stderr);
    assert!(words.contains("is in use") && words.contains("`listen`"), "{words}");
    assert_eq!(words.trim().lines().count(), 1, "{words}");
    assert!(second.stdout.is_empty(), "it prints no link: {second:?}");
    assert_eq!(Browser::default().get(&product.set_up_link).await.status, 200, "the first's link stays good");
}

pub(crate) async fn a_second_start_in_the_same_folder_is_a_second_node(engine: Engine) {
    let stage = Stage::set(engine).await;
    let database = stage.product.database_url();
    let settings = [MANY_ADDRESSES.as_slice(), &[("PORTCULLIS_DATABASE_URL", &*database)]].concat();
    let second = Product::start_in(Arc::clone(&stage.product.folder), free_port(), &settings);
    assert!(second.set_up_link.is_empty(), "set-up is over there too");
    let alias = |address: &str| address.rsplit('/').next().map(str::to_owned);
    assert_eq!(alias(&second.back_office), alias(&stage.product.back_office));
    let login = format!("{}/login", second.back_office);
    let ada = Browser::default();
    assert_eq!(ada.post(&login, &login, &[("email", ADA), ("password", ADAS_PASSWORD)]).await.status, 303);
    // Cookies know no ports: a session of one node is good at the other.
    let operators = stage.at("/operators");
    let invited = ada.post(&operators, &operators, &[("email", BEA), ("name", "Bea Colleague")]).await;
    assert_eq!(invited.status, 303, "{}", invited.body);
    let link = stage.product.mailed_link(BEA, "invitation");
    assert_eq!(Browser::default().get(&link).await.status, 200);
    assert!(ada.get(&format!("{}/operators", second.back_office)).await.body.contains(BEA));
}
