//! What every answer bears, whatever it answers; and markup that people put wherever they can.

use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{Body, Endpoint, Request, Response};
use portcullis_domain::role::Grants;
use portcullis_domain::session::Stage;
use time::Duration;

use super::{AccountId, AccountKind, BuiltIn, EXPECTED, House, Level, Persona, Role, RoleId, RoleName, Token, Uuid};
use super::{DisplayName, Storage};

const ATTACKS: [&str; 2] = ["\"><script>alert(1)</script>", "{{7*7}}${7*7}<b x='"];

fn check(case: &str, headers: &HeaderMap, https: bool) {
    let one = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let policy = one("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{case}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{case}: {policy}");
    assert_eq!(one("x-content-type-options"), "nosniff", "{case}");
    assert_eq!(one("referrer-policy"), "no-referrer", "{case}");
    assert_eq!(one("cross-origin-opener-policy"), "same-origin", "{case}");
    assert_eq!(one("cross-origin-resource-policy"), "same-origin", "{case}");
    assert_eq!(one("x-frame-options"), "DENY", "{case}");
    assert_eq!(one("strict-transport-security").starts_with("max-age=63072000"), https, "{case}");
    for cookie in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{case}: a cookie without {part}");
        }
        assert_eq!(cookie.starts_with("__Host-"), https, "{case}");
        assert_eq!(cookie.contains("; Secure"), https, "{case}");
        assert!(!cookie.contains("Domain="), "{case}");
        assert!(cookie.len() < 4096, "{case}: a cookie that browsers would drop");
    }
}

async fn ask(house: &House, method: &str, path: &str, cookie: Option<(&str, &Token)>, body: String) -> Response {
    let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri_str(path);
    if let Some((name, cookie)) = cookie {
        request = request.header(header::COOKIE, format!("{name}={}", cookie.expose().as_str()));
    }
    if method == "POST" {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    house.door.call(request.body(Body::from(body))).await.unwrap()
}

async fn super_administrator(house: &House) -> Persona {
    let account = Some(house.account(100, AccountKind::Operator, &Grants::Everything).await);
    let (stage, grants) = (Stage::SignedIn, Grants::Everything);
    Persona { name: "a super-administrator".to_owned(), account, stage, operator: true, grants }
}

async fn body(house: &House, cookie: &Token, fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf_token", &house.token_of_forms(cookie).await);
    form.extend_pairs(fields).finish()
}

#[tokio::test]
async fn every_answer_bears_the_headers_and_every_cookie_its_attributes() {
    for (public_url, https, name) in
        [("http://127.0.0.1:8080", false, "portcullis"), ("https://shop.example", true, "__Host-portcullis")]
    {
        let house = House::at(public_url).await;
        let ada = super_administrator(&house).await;
        let mut seen = std::collections::BTreeSet::new();
        for (method, path, ..) in EXPECTED {
            let known = path.replace("{id}", if path.contains("assets") { "portcullis.css" } else { "nothing" });
            for stale in [0, 50] {
                let url = format!("{}{known}", house.base);
                let cookie = house.cookie(&ada, Duration::minutes(stale)).await;
                let own = Some((name, &cookie));
                let huge = "x".repeat(70_000);
                for (kind, cookie, body) in [
                    ("a stranger", None, String::new()),
                    ("with a session", own, body(&house, &cookie, &[]).await),
                    ("with a forged token", own, "csrf_token=AAAA".to_owned()),
                    ("with too much", own, huge),
                ] {
                    let answer = ask(&house, method, &url, cookie, body).await;
                    let case = format!("{https} {method} {path} {kind}: {}", answer.status());
                    check(&case, answer.headers(), https);
                    let kept = answer.headers().get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
                    let public = path.contains("assets") && answer.status().is_success();
                    assert_eq!(kept == Some("no-store"), !public, "{case}: {kept:?}");
                    let typed = answer.headers().get(header::CONTENT_TYPE).is_some();
                    assert!(
                        typed || answer.status().is_redirection() || answer.status() == StatusCode::NO_CONTENT,
                        "{case}"
                    );
                    seen.insert(answer.status().as_u16());
                }
            }
        }
        for (method, path) in [("GET", "/elsewhere"), ("POST", "/"), ("DELETE", house.base.as_str())] {
            let answer = ask(&house, method, path, None, String::new()).await;
            check(&format!("{method} {path}"), answer.headers(), https);
        }
        for status in [200, 303, 403, 404, 413, 422] {
            assert!(seen.contains(&status), "{status} was among the answers: {seen:?}");
        }
    }
}

#[tokio::test]
async fn markup_in_what_people_type_stays_text_on_every_page() {
    let house = House::new().await;
    let mut ada = super_administrator(&house).await;
    let id = ada.account.unwrap();
    for (number, attack) in (500..).zip(ATTACKS) {
        plant(&house, number, id, attack).await;
    }
    ada.account = Some(id);
    let role = Uuid::from_u128(500).to_string();
    for (method, path, ..) in EXPECTED {
        for attack in ATTACKS {
            for known in [role.clone(), id.0.to_string(), attack.to_owned()] {
                let known = form_urlencoded::byte_serialize(known.as_bytes()).collect::<String>().replace('+', "%20");
                let typed = ["search", "actor", "target", "action", "since", "state", "next", "status", "role", "page"];
                let query = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(typed.iter().map(|field| (*field, attack)))
                    .finish();
                let cookie = house.cookie(&ada, Duration::ZERO).await;
                let fields =
                    ["name", "email", "description", "password", "current_password", "roles", "permissions", "locale"];
                let fields: Vec<_> = fields
                    .iter()
                    .chain(&["code", "version", "second_admin_alias"])
                    .map(|name| (*name, attack))
                    .collect();
                let url = format!("{}{}?{query}", house.base, path.replace("{id}", &known));
                let form = body(&house, &cookie, &fields).await;
                let answer = ask(&house, method, &url, Some(("portcullis", &cookie)), form).await;
                let html = answer
                    .headers()
                    .get(header::CONTENT_TYPE)
                    .is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"));
                if !html {
                    continue;
                }
                let page = answer.into_body().into_string().await.unwrap();
                assert!(!page.contains("<script>") && !page.contains("<b x="), "{method} {path}: markup got through");
                assert!(!page.contains("7*7}}<") && !page.contains("$49"), "{method} {path}: a template ran");
            }
        }
    }
    let cookie = house.cookie(&ada, Duration::ZERO).await;
    let url = format!("{}/roles", house.base);
    let page = ask(&house, "GET", &url, Some(("portcullis", &cookie)), String::new()).await;
    let page = page.into_body().into_string().await.unwrap();
    assert!(page.contains("alert(1)") && page.contains("{{7*7}}"), "the pages do show what was planted, as text");
}

/// A role and an operator whose names are markup, and a session from a device that is.
async fn plant(house: &House, number: u128, ada: AccountId, attack: &str) {
    let other = house.account(number + 50, AccountKind::Operator, &Grants::default()).await;
    let grants = Grants::Some([(BuiltIn::Audit.id(), Level::View)].into());
    let mut unit = house.storage.begin().await.unwrap();
    let (id, name) = (RoleId(Uuid::from_u128(number)), RoleName::parse(attack).unwrap());
    unit.insert_role(&Role { id, name, description: attack.to_owned(), grants, version: 1 }).await.unwrap();
    unit.set_roles(other, &[id]).await.unwrap();
    for account in [other, ada] {
        let name = DisplayName::parse(attack).unwrap();
        assert!(unit.set_profile(account, &name, super::Language::En).await.unwrap());
    }
    unit.commit().await.unwrap();
}
