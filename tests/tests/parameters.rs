//! Parameters with the real binary: password rules, limits and the alias are changed in the browser and count at once.

use portcullis_tests::engine::Engine;
use portcullis_tests::{Answer, Browser, Product};

const ADA: &str = "ada@shop.example";
const BEA: &str = "bea@shop.example";
const ADAS_PASSWORD: &str = "violet kettle orbit lantern";
const BEAS_PASSWORD: &str = "seven marble otters whistle";
const SUPER_ADMINISTRATOR: &str = "00000000-0000-0000-0000-000000000001";

async fn set_up(product: &Product) -> Browser {
    let browser = Browser::default();
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
    let made = browser.post(&product.set_up_link, &format!("{}/setup", product.back_office), &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(sign_in(&browser, &product.back_office, ADA, ADAS_PASSWORD).await.status, 303);
    browser
}

async fn sign_in(browser: &Browser, back_office: &str, email: &str, password: &str) -> Answer {
    let login = format!("{back_office}/login");
    browser.post(&login, &login, &[("email", email), ("password", password)]).await
}

async fn change(browser: &Browser, product: &Product, fields: &[(&str, &str)]) -> Answer {
    let parameters = format!("{}/parameters", product.back_office);
    browser.post(&parameters, &parameters, fields).await
}

/// The address that a mail about a new alias tells somebody.
fn told(product: &Product, to: &str, address: &str) -> bool {
    let mails = std::fs::read_dir(product.folder.path().join("portcullis-data/mail"));
    mails.into_iter().flatten().filter_map(Result::ok).any(|mail| {
        let text = std::fs::read_to_string(mail.path()).unwrap_or_default().replace("=\r\n", "").replace("=3D", "=");
        text.lines().any(|line| line.starts_with("To:") && line.contains(to))
            && text.lines().any(|line| line.trim() == address)
    })
}

async fn wait_until_told(product: &Product, to: &str, address: &str) {
    for _ in 0..300 {
        if told(product, to, address) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(told(product, to, address), "no mail told {to} of {address}");
}

async fn invite_bea(product: &Product, ada: &Browser) -> Browser {
    let operators = format!("{}/operators", product.back_office);
    let fields = [("email", BEA), ("name", "Bea Colleague"), ("roles", SUPER_ADMINISTRATOR)];
    assert_eq!(ada.post(&operators, &operators, &fields).await.status, 303);
    let (bea, link) = (Browser::default(), product.mailed_link(BEA, "invitation"));
    let invitation = format!("{}/invitation", product.back_office);
    assert_eq!(bea.post(&link, &invitation, &[("password", BEAS_PASSWORD)]).await.status, 303);
    assert_eq!(sign_in(&bea, &product.back_office, BEA, BEAS_PASSWORD).await.status, 303);
    bea
}

async fn a_stricter_policy_is_checked_saved_shown_and_asked_for(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    let strict = [("password.preset", "pci-dss"), ("was.password.preset", "nist")];
    let checked = change(&ada, &product, &[&strict[..], &[("check", "1")]].concat()).await;
    assert_eq!(checked.status, 200, "{}", checked.body);
    assert!(checked.body.contains("One operator has a password that was set under weaker rules."), "{}", checked.body);
    assert!(checked.body.contains("None of the last 4 that you used before"));
    let page = ada.get(&format!("{}/parameters", product.back_office)).await;
    assert!(page.body.contains("<option value=\"nist\" selected"), "checking saves nothing");
    let saved = change(&ada, &product, &[&strict[..], &[("ask_weaker", "1")]].concat()).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let page = ada.get(&format!("{}{}", product.origin, saved.location)).await;
    assert!(page.body.contains("One operator is asked for a new password"), "{}", page.body);
    assert!(page.body.contains("Changed by Ada Owner"));

    let again = Browser::default();
    let due = sign_in(&again, &product.back_office, ADA, ADAS_PASSWORD).await;
    assert_eq!(due.status, 303);
    let asked = again.get(&product.back_office).await;
    assert!(asked.body.contains("A digit") && asked.body.contains("At least 12 characters"), "{}", asked.body);
    let new = format!("{}/password/new", product.back_office);
    let doubled = again.post(&new, &new, &[("password", "password1 password1")]).await;
    assert_eq!(doubled.status, 422);
    assert!(doubled.body.contains("Not a password that everybody tries"), "{}", doubled.body);
    let done = again.post(&new, &new, &[("password", "violet kettle orbit 4 lanterns")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let account = format!("{}/account/password", product.back_office);
    let back = [("current_password", "violet kettle orbit 4 lanterns"), ("password", "violet kettle orbit lantern 5")];
    assert_eq!(again.post(&account, &account, &back).await.status, 303);
    let used_before =
        [("current_password", "violet kettle orbit lantern 5"), ("password", "violet kettle orbit 4 lanterns")];
    let refused = again.post(&account, &account, &used_before).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Not one that you used before"), "{}", refused.body);
}

async fn a_form_of_parameters_that_comes_back_for_another_reason_still_answers_to_what_it_showed(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    assert_eq!(change(&ada, &product, &[("reset_link.minutes", "60")]).await.status, 303);
    let mine = [("reset_link.minutes", "45"), ("was.reset_link.minutes", "30")];
    let spoilt = change(&ada, &product, &[&mine[..], &[("invitation.hours", "0")]].concat()).await;
    assert_eq!(spoilt.status, 422);
    let was = |answer: &portcullis_tests::Answer| {
        answer.find("input[name='was.reset_link.minutes']", Some("value")).unwrap_or_default()
    };
    // Both are wrong here: the other's value is shown beside the field, so the next answer is to that.
    assert_eq!(was(&spoilt), "60");
    let bad = [("reset_link.minutes", "1"), ("was.reset_link.minutes", "30")];
    let refused = change(&ada, &product, &bad).await;
    assert_eq!((refused.status, was(&refused).as_str()), (422, "30"), "what the other set was not shown");
    let told =
        change(&ada, &product, &[("reset_link.minutes", "45"), ("was.reset_link.minutes", &was(&refused))]).await;
    assert_eq!(told.status, 422);
    let again = change(&ada, &product, &[("reset_link.minutes", "45"), ("was.reset_link.minutes", &was(&told))]).await;
    assert_eq!(again.status, 303);
}

async fn a_changed_limit_is_met_and_earlier_values_come_back(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    let page = ada.get(&format!("{}/parameters", product.back_office)).await;
    assert!(page.body.contains("3 requests at once, then one every 20 minutes, per account"), "{}", page.body);
    let limit = [("sign_in.per_account_and_address.count", "2"), ("sign_in.per_account_and_address.minutes", "60")];
    assert_eq!(change(&ada, &product, &limit).await.status, 303);
    assert_eq!(change(&ada, &product, &[("password_reset.per_account", "1/60")]).await.status, 303);
    let stranger = Browser::default();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(sign_in(&stranger, &product.back_office, ADA, "wrong wrong wrong wrong").await.status);
    }
    assert_eq!(statuses, [422, 422, 429]);

    let key = format!("{}/parameters/sign_in.per_account_and_address", product.back_office);
    let restore = format!("{key}/restore");
    assert_eq!(change(&ada, &product, &[("sign_in.per_account_and_address", "50/15")]).await.status, 303);
    let earlier = ada.get(&key).await;
    assert!(earlier.body.contains("2 failed sign-ins at once, then one every 30 minutes"), "{}", earlier.body);
    let numbers: Vec<String> = earlier
        .body
        .split("name=\"change\" value=\"")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| *c != '"').collect())
        .collect();
    assert_eq!(numbers.len(), 2, "two buttons");
    let [two_an_hour, first] = &*numbers else { return };
    assert_eq!(first, "first", "what applied before the first change comes back too");
    for none in ["", "0", "-1", "x", "99999999999999999999"] {
        assert_eq!(ada.post(&key, &restore, &[("change", none)]).await.status, 404, "{none:?}");
    }
    assert_eq!(ada.post(&key, &restore, &[("change", two_an_hour)]).await.status, 303);
    assert_eq!(sign_in(&stranger, &product.back_office, ADA, "wrong wrong wrong wrong").await.status, 429);
    assert_eq!(ada.get(&format!("{}/parameters/no.such", product.back_office)).await.status, 404);
}

async fn values_outside_their_bounds_come_back_beside_their_fields(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    for wrong in ["0", "-5", "", "1e3", "NaN", "99999999999999999999", "4.5"] {
        let refused = change(&ada, &product, &[("session.idle_minutes", wrong), ("step_up.minutes", "5")]).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
        assert!(refused.body.contains("id=\"session.idle_minutes-error\""), "{wrong:?}");
        assert!(refused.body.contains("Use a whole number from 5 to 1440."), "{}", refused.body);
    }
    let page = ada.get(&format!("{}/parameters", product.back_office)).await;
    assert!(page.body.contains("name=\"was.step_up.minutes\" value=\"10\""), "nothing of it was saved");
    let own = change(&ada, &product, &[("two_factor.required", "everybody")]).await;
    assert_eq!(own.status, 422);
    assert!(own.body.contains("Add two-factor authentication to your own account first."));
}

async fn the_alias_moves_the_mail_tells_where_to_and_the_old_address_is_gone(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    let bea = invite_bea(&product, &ada).await;
    let old = product.back_office.clone();
    let present = old.rsplit('/').next().unwrap_or_default().to_owned();
    for (chosen, why) in [("admin-panel-2026", "can be guessed"), (&present, "present one"), ("short", "12 to 64")] {
        let refused = change(&ada, &product, &[("second_admin_alias", chosen)]).await;
        assert_eq!(refused.status, 422, "{chosen}");
        assert!(refused.body.contains(why), "{chosen}: {}", refused.body);
    }
    let moved = change(&ada, &product, &[("second_admin_alias", "grey-otter-4-river")]).await;
    assert_eq!((moved.status, moved.location.as_str()), (303, "/grey-otter-4-river/parameters?done=alias"));
    let new = format!("{}/grey-otter-4-river", product.origin);
    let page = ada.get(&format!("{}{}", product.origin, moved.location)).await;
    assert_eq!(page.status, 200, "one's own browser is led over");
    assert!(page.body.contains("The back office moved.") && page.body.contains(&new), "{}", page.body);
    let gone = bea.request("GET", &old).await;
    let nowhere = bea.request("GET", &format!("{}/anything", product.origin)).await;
    assert_eq!((gone.status, &gone.body, &gone.headers), (404, &nowhere.body, &nowhere.headers));
    assert_eq!(bea.get(&new).await.status, 200, "her session goes on at the new address");
    for to in [ADA, BEA] {
        wait_until_told(&product, to, &new).await;
    }

    // With grace the old one leads who is signed in, and nobody else.
    let parameters = format!("{new}/parameters");
    let grace = [("alias.grace_minutes", "5"), ("generate_alias", "1")];
    let moved = ada.post(&parameters, &parameters, &grace).await;
    assert_eq!(moved.status, 303, "{}", moved.body);
    let alias = moved.location.split('/').nth(1).unwrap_or_default().to_owned();
    assert_eq!(alias.len(), 20, "{}", moved.location);
    let led = bea.request("GET", &format!("{new}/operators?page=1")).await;
    assert_eq!((led.status, led.location.as_str()), (303, format!("/{alias}/operators?page=1").as_str()));
    let stranger = Browser::default().request("GET", &format!("{new}/login")).await;
    assert_eq!((stranger.status, &stranger.body, &stranger.headers), (404, &nowhere.body, &nowhere.headers));
}

async fn the_console_moves_the_alias_and_the_running_server_mails_it(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    let alias = |arguments: &[&str]| product.run(&[&["alias"], arguments].concat());
    let new = format!("{}/brown-badger-7-hill", product.origin);
    assert!(!alias(&["set", "backoffice-login"]).status.success());
    let set = alias(&["set", "brown-badger-7-hill"]);
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    assert!(String::from_utf8_lossy(&set.stdout).contains(&new));
    assert!(!alias(&["set", "brown-badger-7-hill"]).status.success(), "it is the present one");
    wait_until_told(&product, ADA, &new).await;
    // The mail may be there first: another process moved the alias, and the server hears of it within a second.
    let mut pauses = 0;
    while ada.get(&new).await.status != 200 {
        pauses += 1;
        assert!(pauses < 20, "the running server knows the old address only");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(ada.request("GET", &product.back_office).await.status, 404);
}

portcullis_tests::on_each_engine![
    a_stricter_policy_is_checked_saved_shown_and_asked_for,
    a_form_of_parameters_that_comes_back_for_another_reason_still_answers_to_what_it_showed,
    a_changed_limit_is_met_and_earlier_values_come_back,
    values_outside_their_bounds_come_back_beside_their_fields,
    the_alias_moves_the_mail_tells_where_to_and_the_old_address_is_gone,
    the_console_moves_the_alias_and_the_running_server_mails_it,
];
