//! Cross-site requests are refused twice: by what the browser says of the origin, and by a token that belongs to the
//! cookie (ASVS 3.5.1). The sign-in form is no exception: whoever has no session has a random cookie.

use hmac::{Hmac, KeyInit, Mac};
use poem::http::{HeaderMap, header};
use portcullis_domain::secret::Token;
use sha2::Sha256;

fn mac(key: &[u8; 32], cookie: &Token) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(cookie.digest().as_bytes());
    Some(mac)
}

/// The token that goes with a cookie: an HMAC of it, so that nothing is stored.
pub fn token(key: &[u8; 32], cookie: &Token) -> String {
    mac(key, cookie).map(|mac| data_encoding::BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())).unwrap_or_default()
}

/// Whether `given` goes with the cookie, in constant time.
pub fn verify(key: &[u8; 32], cookie: &Token, given: &str) -> bool {
    let Ok(bytes) = data_encoding::BASE64URL_NOPAD.decode(given.as_bytes()) else { return false };
    mac(key, cookie).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
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
    use super::*;

    #[test]
    fn a_token_goes_with_its_own_cookie_only() {
        let (one, other) = (Token::from_bytes([1; 32]), Token::from_bytes([2; 32]));
        let key = [3; 32];
        assert!(verify(&key, &one, &token(&key, &one)));
        for wrong in [token(&key, &other), token(&[4; 32], &one), String::new(), "AAAA".to_owned()] {
            assert!(!verify(&key, &one, &wrong));
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
