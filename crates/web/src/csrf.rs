//! Cross-site requests are refused twice: by what the browser says of the origin, and by a token that belongs to the
//! sign-in (ASVS 3.5.1). The sign-in form is no exception: whoever has no session has a random cookie.

use hmac::{Hmac, KeyInit, Mac};
use poem::http::{HeaderMap, header};
use portcullis_domain::instant::to_micros;
use portcullis_domain::secret::Token;
use portcullis_domain::session::Session;
use sha2::Sha256;

fn mac(key: &[u8; 32], cookie: &Token, session: Option<&Session>) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    match session {
        // A sign-in: whose, and since when. Its cookie is replaced at every step and every proof, and the forms of another
        // tab must outlive that; they end with the sign-in.
        Some(session) => {
            mac.update(b"sign-in ");
            mac.update(session.account.0.as_bytes());
            mac.update(&to_micros(session.created_at).to_be_bytes());
        }
        None => mac.update(cookie.digest().as_bytes()),
    }
    Some(mac)
}

/// The token of forms: an HMAC of the sign-in that they belong to, or of the cookie where there is none, so that nothing
/// is stored.
pub fn token(key: &[u8; 32], cookie: &Token, session: Option<&Session>) -> String {
    let mac = mac(key, cookie, session);
    mac.map(|mac| data_encoding::BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())).unwrap_or_default()
}

/// Whether `given` is that token, in constant time.
pub fn verify(key: &[u8; 32], cookie: &Token, session: Option<&Session>, given: &str) -> bool {
    let Ok(bytes) = data_encoding::BASE64URL_NOPAD.decode(given.as_bytes()) else { return false };
    mac(key, cookie, session).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
}

/// Whether the browser says that the request comes from our own pages. What says nothing is no browser of these years;
/// the token decides alone.
pub fn same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    text(header::ORIGIN.as_str()).is_none_or(|origin| origin == public_url)
}

#[cfg(test)]
mod tests {
    use portcullis_domain::account::AccountId;
    use portcullis_domain::session::{SessionId, Stage};
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_goes_with_its_own_cookie_only() {
        let (one, other) = (Token::from_bytes([1; 32]), Token::from_bytes([2; 32]));
        let key = [3; 32];
        assert!(verify(&key, &one, None, &token(&key, &one, None)));
        for wrong in [token(&key, &other, None), token(&[4; 32], &one, None), String::new(), "AAAA".to_owned()] {
            assert!(!verify(&key, &one, None, &wrong));
        }
    }

    #[test]
    fn a_token_lives_as_long_as_its_sign_in_under_whatever_cookie() {
        let (one, other) = (Token::from_bytes([1; 32]), Token::from_bytes([2; 32]));
        let key = [3; 32];
        let now = datetime!(2026-11-24 10:00 UTC);
        let session = Session {
            id: SessionId(Uuid::from_u128(1)),
            digest: one.digest(),
            account: AccountId(Uuid::from_u128(7)),
            stage: Stage::SignedIn,
            created_at: now,
            last_seen_at: now,
            proven_at: now,
            address: String::new(),
            device: String::new(),
        };
        let shown = token(&key, &one, Some(&session));
        let renewed = Session { id: SessionId(Uuid::from_u128(2)), digest: other.digest(), ..session.clone() };
        assert!(verify(&key, &other, Some(&renewed), &shown));
        let again = Session { created_at: now + Duration::MICROSECOND, ..session.clone() };
        let anothers = Session { account: AccountId(Uuid::from_u128(8)), ..session };
        for wrong in [None, Some(&again), Some(&anothers)] {
            assert!(!verify(&key, &one, wrong, &shown), "{wrong:?}");
        }
    }

    #[test]
    fn a_post_from_another_site_is_refused() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
            same_origin(&headers, "https://shop.example")
        };
        assert!(with(&[]) && with(&[("origin", "https://shop.example")]));
        assert!(with(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for wrong in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
        ] {
            assert!(!with(wrong), "{wrong:?}");
        }
    }
}
