//! Two people change one operator's roles, each on a page of their own.

use poem::http::StatusCode;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::role::Level;

use crate::shop::{ADA, ADAS, BEA, BEAS, field, shop};

#[tokio::test]
async fn the_second_is_told_what_is_held_now_loses_no_tick_and_may_save_again() {
    let shop = shop(vec![]).await;
    let bea = shop.active(BEA, BEAS).await;
    let post = shop.role(7, "Post", &[(BuiltIn::Mail.id(), Level::View)]).await;
    let trail = shop.role(8, "Trail", &[(BuiltIn::Audit.id(), Level::View)]).await;
    let (mut one, mut two) = (shop.signed_in(ADA, ADAS).await, shop.signed_in(ADA, ADAS).await);
    let (path, own) = (format!("/operators/{}/roles", bea.0), format!("/operators/{}", bea.0));
    let (post, trail) = (post.0.to_string(), trail.0.to_string());
    let ticked = |page: &str, role: &str| {
        let line = page.split_once(&format!("name=\"roles\" value=\"{role}\"")).unwrap().1;
        line.split_once('>').unwrap().0.contains("checked")
    };
    let (first, second) = (one.get(&own).await.2, two.get(&own).await.2);
    let (csrf, was) = (field(&first, "csrf_token"), field(&first, "was"));
    assert_eq!(was, "", "she holds none");
    let done = one.post(&path, &[("csrf_token", &csrf), ("change", "roles"), ("was", &was), ("roles", &post)]).await;
    assert_eq!((done.0, &*done.1), (StatusCode::SEE_OTHER, &*format!("{own}?done=roles")));

    let (csrf, was) = (field(&second, "csrf_token"), field(&second, "was"));
    let typed = [("csrf_token", &*csrf), ("change", "roles"), ("was", &*was), ("roles", &*trail)];
    let (status, _, told) = two.post(&path, &typed).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("Somebody else changed these roles") && told.contains("Held now: Post"), "{told}");
    assert!(ticked(&told, &trail) && !ticked(&told, &post), "what was typed stays");
    assert_eq!(shop.operator(BEA).await.roles().len(), 1);
    // A form that comes back for another reason still answers to what it showed.
    let (_, _, other) = two.post(&path, &[typed.as_slice(), &[("roles", "nonsense")]].concat()).await;
    assert_eq!(field(&other, "was"), was);
    assert!(ticked(&other, &trail));

    let was = field(&told, "was");
    let again = [("csrf_token", &*csrf), ("change", "roles"), ("was", &*was), ("roles", &*trail)];
    assert_eq!(two.post(&path, &again).await.0, StatusCode::SEE_OTHER, "whoever was shown it may go over it");
    // Whoever sees that all were taken away is told in words.
    let (_, _, told) = one.post(&path, &[("csrf_token", &field(&first, "csrf_token")), ("was", &post)]).await;
    assert!(told.contains("Held now: Trail"), "{told}");
    shop.set_roles(bea, &[]).await;
    let (_, _, told) = one.post(&path, &[("csrf_token", &field(&first, "csrf_token")), ("was", &post)]).await;
    assert!(told.contains("Held now: none"), "{told}");
    for wrong in ["nonsense", "00000000-0000-0000-0000-0000000000ff"] {
        let (status, ..) = one.post(&path, &[("csrf_token", &field(&first, "csrf_token")), ("was", wrong)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}
