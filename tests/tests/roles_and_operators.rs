//! Roles and operators from their pages, with the real binary: what each sees, what takes effect at once, what is refused.

use portcullis_tests::engine::Engine;
use portcullis_tests::{Answer, Browser, Product};

const ADA: &str = "ada@shop.example";
const BEA: &str = "bea@shop.example";
const ADAS_PASSWORD: &str = "violet kettle orbit lantern";
const BEAS_PASSWORD: &str = "seven marble otters whistle";
const ROLE: &str = "Super-administrator";
const SUPER_ADMINISTRATOR: &str = "00000000-0000-0000-0000-000000000001";

async fn sign_in(browser: &Browser, product: &Product, email: &str, password: &str) -> u16 {
    let login = format!("{}/login", product.back_office);
    browser.post(&login, &login, &[("email", email), ("password", password)]).await.status
}

/// A product with Ada, signed in.
async fn with_ada(engine: Engine) -> (Product, Browser) {
    let product = Product::start_on(engine, &[]).await;
    let browser = Browser::default();
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
    let made = browser.post(&product.set_up_link, &format!("{}/setup", product.back_office), &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(sign_in(&browser, &product, ADA, ADAS_PASSWORD).await, 303);
    (product, browser)
}

impl Page<'_> {
    async fn post(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.browser.post(&format!("{}{}", self.product.back_office, self.path), &self.at(action), fields).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}{}{path}", self.product.back_office, self.path)
    }

    async fn body(&self) -> String {
        let answer = self.browser.get(&self.at("")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

/// A page as somebody sees it.
struct Page<'a> {
    product: &'a Product,
    browser: &'a Browser,
    path: String,
}

fn page<'a>(product: &'a Product, browser: &'a Browser, path: &str) -> Page<'a> {
    Page { product, browser, path: path.to_owned() }
}

/// The identity after `path/` in a text: in an address, or in a list's link to somebody.
fn id_after(text: &str, path: &str) -> String {
    let after = text.split_once(path).map(|(_, after)| after).unwrap_or_default();
    after.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect()
}

/// Makes a role; gives its identity.
async fn make_role(product: &Product, browser: &Browser, name: &str, permissions: &[&str]) -> String {
    let mut fields = vec![("name", name), ("description", "For a test")];
    fields.extend(permissions.iter().map(|permission| ("permissions", *permission)));
    let made = page(product, browser, "/roles").post("", &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    id_after(&made.location, "/roles/")
}

/// Invites Bea, who creates her password and signs in; gives her identity and her browser.
async fn invite_bea(product: &Product, ada: &Browser, role: &str) -> (String, Browser) {
    let fields = [("email", BEA), ("name", "Bea Colleague"), ("roles", role)];
    assert_eq!(page(product, ada, "/operators").post("", &fields).await.status, 303);
    let id = id_of_bea(product, ada).await;
    let bea = Browser::default();
    let link = product.mailed_link(BEA, "invitation");
    let action = format!("{}/invitation", product.back_office);
    assert_eq!(bea.post(&link, &action, &[("password", BEAS_PASSWORD)]).await.status, 303);
    assert_eq!(sign_in(&bea, product, BEA, BEAS_PASSWORD).await, 303);
    (id, bea)
}

async fn id_of_bea(product: &Product, ada: &Browser) -> String {
    let listed = ada.get(&format!("{}/operators?search=bea", product.back_office)).await;
    id_after(&listed.body, "/operators/")
}

async fn somebody_sees_only_what_the_role_grants_and_a_change_counts_at_once(engine: Engine) {
    let (product, ada) = with_ada(engine).await;
    let role = make_role(&product, &ada, "Team lead", &["operators:view", "operators:manage", "mail:view"]).await;
    let (id, bea) = invite_bea(&product, &ada, &role).await;
    let dashboard = page(&product, &bea, "").body().await;
    assert!(
        dashboard.contains("/operators\"") && !dashboard.contains("/roles\"") && !dashboard.contains("/parameters\"")
    );
    for closed in ["/roles", "/parameters", "/audit"] {
        assert_eq!(bea.request("GET", &format!("{}{closed}", product.back_office)).await.status, 403, "{closed}");
    }
    let own = page(&product, &ada, &format!("/operators/{id}"));
    let seen = own.body().await;
    assert!(seen.contains("Team lead") && seen.contains("Suspend Bea Colleague"), "{seen}");

    // Bea holds less than Ada: nothing of hers may be touched, and no button says so.
    let adas = ada.get(&format!("{}/operators?search=ada", product.back_office)).await;
    let adas = page(&product, &bea, &format!("/operators/{}", id_after(&adas.body, "/operators/")));
    let looked = adas.body().await;
    assert!(!looked.contains("Suspend Ada") && looked.contains("holds more than you"), "{looked}");
    for action in ["/suspend", "/delete", "/send-reset", "/end-sessions", "/remove-two-factor", "/roles"] {
        assert_eq!(adas.post(action, &[]).await.status, 403, "{action}");
    }
    // Nor does she raise herself, or a friend.
    let raised =
        page(&product, &bea, &format!("/operators/{id}")).post("/roles", &[("roles", SUPER_ADMINISTRATOR)]).await;
    assert_eq!(raised.status, 403);
    let friend = [("email", "f@shop.example"), ("name", "Friend"), ("roles", SUPER_ADMINISTRATOR)];
    assert_eq!(page(&product, &bea, "/operators").post("", &friend).await.status, 403);

    assert_eq!(own.post("/roles", &[("change", "roles")]).await.status, 303);
    assert_eq!(bea.request("GET", &format!("{}/operators", product.back_office)).await.status, 403, "at once");
    assert_eq!(own.post("/suspend", &[]).await.status, 303);
    assert_eq!(bea.request("GET", &product.back_office).await.status, 303, "signed out at once");
    assert_eq!(sign_in(&bea, &product, BEA, BEAS_PASSWORD).await, 422);
    assert_eq!(own.post("/suspend", &[]).await.status, 422, "twice is once");
    assert_eq!(own.post("/reinstate", &[]).await.status, 303);
    assert_eq!(sign_in(&bea, &product, BEA, BEAS_PASSWORD).await, 303);
    assert_eq!(own.post("/end-sessions", &[]).await.status, 303);
    assert_eq!(bea.request("GET", &product.back_office).await.status, 303);
    assert_eq!(own.post("/send-reset", &[]).await.status, 303);
    product.mailed_link(BEA, "password/reset");
    assert_eq!(own.post("/delete", &[]).await.status, 303);
    assert_eq!(ada.request("GET", &own.at("")).await.status, 404);
}

async fn an_invitation_is_sent_again_handed_over_and_revoked_from_its_page(engine: Engine) {
    let (product, ada) = with_ada(engine).await;
    let fields = [("email", BEA), ("name", "Bea Colleague")];
    assert_eq!(page(&product, &ada, "/operators").post("", &fields).await.status, 303);
    let first = product.mailed_link(BEA, "invitation");
    let own = page(&product, &ada, &format!("/operators/{}", id_of_bea(&product, &ada).await));
    assert!(own.body().await.contains("Revoke the invitation of Bea Colleague"));
    assert_eq!(own.post("/resend-invitation", &[]).await.status, 303);
    assert_eq!(Browser::default().get(&first).await.status, 404, "the earlier link is dead");
    let shown = own.post("/invitation-link", &[]).await;
    assert_eq!(shown.status, 200);
    let token = shown.body.split_once("/invitation?token=").map(|(_, rest)| rest).unwrap_or_default();
    let token: String = token.chars().take_while(|c| *c != '"').collect();
    let link = format!("{}/invitation?token={token}", product.back_office);
    assert_eq!(Browser::default().get(&link).await.status, 200);
    assert!(own.body().await.contains("Handed over as a link"));
    assert_eq!(own.post("/revoke-invitation", &[]).await.status, 303);
    assert_eq!(Browser::default().get(&link).await.status, 404);
}

async fn a_role_form_that_comes_back_for_another_reason_still_answers_to_the_version_it_showed(engine: Engine) {
    let (product, ada) = with_ada(engine).await;
    let id = make_role(&product, &ada, "Support", &["mail:view"]).await;
    let role = page(&product, &ada, &format!("/roles/{id}"));
    let theirs = [("version", "1"), ("name", "First line"), ("description", ""), ("permissions", "mail:manage")];
    assert_eq!(role.post("", &theirs).await.status, 303);
    let nameless = [("version", "1"), ("name", ""), ("description", "typed"), ("permissions", "audit:view")];
    let refused = role.post("", &nameless).await;
    assert_eq!(refused.status, 422);
    let version = refused.find("input[name=version]", Some("value")).unwrap_or_default();
    let named = [("version", version.as_str()), ("name", "Second line"), ("permissions", "audit:view")];
    let told = role.post("", &named).await;
    assert_eq!(told.status, 422, "the other's edit is not lost in silence");
    assert!(told.body.contains("First line"), "{}", told.body);
    let version = told.find("input[name=version]", Some("value")).unwrap_or_default();
    let again = [("version", version.as_str()), ("name", "Second line"), ("permissions", "audit:view")];
    assert_eq!(role.post("", &again).await.status, 303, "whoever was shown it may go over it");
}

async fn of_two_who_edit_a_role_the_second_is_told_and_loses_nothing(engine: Engine) {
    let (product, ada) = with_ada(engine).await;
    let id = make_role(&product, &ada, "Support", &["mail:view"]).await;
    let role = page(&product, &ada, &format!("/roles/{id}"));
    let mine = [("version", "1"), ("name", "Second line"), ("description", "typed"), ("permissions", "audit:view")];
    let theirs = [("version", "1"), ("name", "First line"), ("description", ""), ("permissions", "mail:manage")];
    assert_eq!(role.post("", &theirs).await.status, 303);
    let refused = role.post("", &mine).await;
    assert_eq!(refused.status, 422);
    for kept in ["value=\"Second line\"", "value=\"typed\"", "value=\"2\"", "First line", "Mail (Manage)"] {
        assert!(refused.body.contains(kept), "{kept} in {}", refused.body);
    }
    let again = [("version", "2"), ("name", "Second line"), ("description", "typed"), ("permissions", "audit:view")];
    assert_eq!(role.post("", &again).await.status, 303);

    for wrong in ["nothing:view", "audit:everything", "audit", ":view"] {
        let refused = role.post("", &[("name", "Second line"), ("permissions", wrong)]).await;
        assert_eq!(refused.status, 422, "{wrong}");
    }
    assert_eq!(role.post("/duplicate", &[]).await.status, 303);
    let invited = [("email", BEA), ("name", "Bea Colleague"), ("roles", &id)];
    assert_eq!(page(&product, &ada, "/operators").post("", &invited).await.status, 303);
    let held = role.post("/delete", &[]).await;
    assert!(held.status == 422 && held.body.contains("Bea Colleague"), "{}", held.body);
    let bea = page(&product, &ada, &format!("/operators/{}", id_of_bea(&product, &ada).await));
    assert_eq!(bea.post("/delete", &[]).await.status, 303);
    assert_eq!(role.post("/delete", &[]).await.status, 303);
    assert_eq!(ada.request("GET", &role.at("")).await.status, 404);
    let built_in = page(&product, &ada, &format!("/roles/{SUPER_ADMINISTRATOR}"));
    assert_eq!(
        built_in.browser.post(&format!("{}/roles", product.back_office), &built_in.at("/delete"), &[]).await.status,
        422
    );
    for nowhere in ["/roles/x", "/roles/00000000-0000-0000-0000-0000000000ff", "/operators/x"] {
        assert_eq!(ada.request("GET", &format!("{}{nowhere}", product.back_office)).await.status, 404, "{nowhere}");
    }
}

async fn the_list_is_narrowed_by_status_role_and_two_factor_authentication(engine: Engine) {
    let (product, ada) = with_ada(engine).await;
    let role = make_role(&product, &ada, "Support", &["mail:view"]).await;
    let invited = [("email", BEA), ("name", "Bea Colleague"), ("roles", &role)];
    assert_eq!(page(&product, &ada, "/operators").post("", &invited).await.status, 303);
    let listed = async |query: &str| {
        let body = ada.get(&format!("{}/operators?{query}", product.back_office)).await.body;
        let list = body.split_once("<tbody>").map(|(_, list)| list.to_owned()).unwrap_or_default();
        (list.contains(ADA), list.contains(BEA))
    };
    assert_eq!(listed("").await, (true, true));
    assert_eq!(listed("status=invited").await, (false, true));
    assert_eq!(listed("status=active").await, (true, false));
    assert_eq!(listed(&format!("role={role}")).await, (false, true));
    assert_eq!(listed("two_factor=on").await, (false, false));
    assert_eq!(listed("two_factor=off&search=ada").await, (true, false));
    assert_eq!(listed("status=nonsense&role=nonsense&page=-1").await, (true, true), "nonsense narrows nothing");
}

async fn the_console_suspends_reinstates_unlocks_and_deletes_but_never_the_last_super_administrator(engine: Engine) {
    let (product, ada) = with_ada(engine).await;
    let (_, bea) = invite_bea(&product, &ada, SUPER_ADMINISTRATOR).await;
    let run = |arguments: &[&str]| {
        let done = product.run(&[&["operator"], arguments].concat());
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(run(&["suspend", BEA]).0, Some(0));
    assert_eq!(bea.request("GET", &product.back_office).await.status, 303);
    for last in [["suspend", ADA], ["delete", ADA]] {
        let (code, said) = run(&last);
        assert!(code == Some(1) && said.contains("last active super-administrator"), "{said}");
    }
    let invite = ["invite", "--email", "BEA@shop.example", "--name", "Bea Again", "--role", ROLE];
    let (code, said) = run(&invite);
    assert!(code == Some(1) && said.contains("operator reinstate BEA@shop.example"), "what to do next: {said}");
    let (code, said) = run(&["invite", "--email", ADA, "--name", "Ada Again", "--role", ROLE]);
    assert!(code == Some(1) && said.contains(&format!("operator link {ADA}")), "{said}");
    for (arguments, code) in [
        (["reinstate", BEA], 0),
        (["reinstate", BEA], 1),
        (["unlock", BEA], 0),
        (["remove-two-factor", BEA], 1),
        (["delete", BEA], 0),
        (["delete", BEA], 1),
    ] {
        assert_eq!(run(&arguments).0, Some(code), "{arguments:?}");
    }
    let kept = ada.get(&format!("{}/audit?action=operator.deleted", product.back_office)).await;
    assert!(kept.body.contains("Bea Colleague"), "the trail keeps a name");
}

portcullis_tests::on_each_engine![
    somebody_sees_only_what_the_role_grants_and_a_change_counts_at_once,
    an_invitation_is_sent_again_handed_over_and_revoked_from_its_page,
    a_role_form_that_comes_back_for_another_reason_still_answers_to_the_version_it_showed,
    of_two_who_edit_a_role_the_second_is_told_and_loses_nothing,
    the_list_is_narrowed_by_status_role_and_two_factor_authentication,
    the_console_suspends_reinstates_unlocks_and_deletes_but_never_the_last_super_administrator,
];
