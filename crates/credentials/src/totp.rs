//! One-time codes, by totp-rs: SHA-1, six digits, steps of 30 seconds, which is what every authenticator app supports.

use portcullis_domain::ports::credentials::TotpGenerator;
use portcullis_domain::two_factor::{Code, STEP, TotpSecret};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

/// Computes codes and the URI that an app reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct TotpCodes;

fn totp(secret: &TotpSecret, issuer: &str, account: &str) -> Totp {
    let secret: Vec<u8> = secret.expose().to_vec();
    // A colon parts issuer and account in the URI's label, so neither may hold one.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(secret)
        .with_issuer(Some(plain(issuer)))
        .with_account_name(plain(account))
        .build_noncompliant()
}

impl TotpGenerator for TotpCodes {
    fn code(&self, secret: &TotpSecret, step: u64) -> Code {
        let seconds = step.saturating_mul(u64::try_from(STEP.whole_seconds()).unwrap_or(30));
        let shown = Zeroizing::new(totp(secret, "", "").generate(seconds).to_string());
        Code::from_number(shown.parse().unwrap_or(0))
    }

    fn key_uri(&self, secret: &TotpSecret, issuer: &str, account: &str) -> Zeroizing<String> {
        Zeroizing::new(totp(secret, issuer, account).to_url().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use totp_rs::Algorithm;

    fn secret() -> TotpSecret {
        TotpSecret::from_slice(b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_4226_come_out() {
        let expected = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, code) in (0..).zip(expected) {
            assert!(TotpCodes.code(&secret(), counter).matches(&Code::from_number(code)), "counter {counter}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_6238_come_out() {
        let times = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
        let (long, longest) = (b"1234567890".repeat(4), b"1234567890".repeat(7));
        let table: [(Algorithm, &[u8], [u32; 6]); 3] = [
            (Algorithm::SHA1, &long[..20], [94_287_082, 7_081_804, 14_050_471, 89_005_924, 69_279_037, 65_353_130]),
            (Algorithm::SHA256, &long[..32], [46_119_246, 68_084_774, 67_062_674, 91_819_424, 90_698_825, 77_737_706]),
            (
                Algorithm::SHA512,
                &longest[..64],
                [90_693_936, 25_091_201, 99_943_326, 93_441_116, 38_618_901, 47_863_826],
            ),
        ];
        for (algorithm, key, codes) in table {
            for (time, code) in times.into_iter().zip(codes) {
                let builder = Builder::new().with_algorithm(algorithm).with_digits(8).with_secret(key.to_vec());
                let shown = builder.build_noncompliant().generate(time).to_string();
                assert_eq!(shown, format!("{code:08}"), "{algorithm:?} at {time}");
                if algorithm == Algorithm::SHA1 {
                    assert!(TotpCodes.code(&secret(), time / 30).matches(&Code::from_number(code % 1_000_000)));
                }
            }
        }
    }

    #[test]
    fn the_uri_names_product_and_address_and_holds_160_bits() {
        let uri = TotpCodes.key_uri(&secret(), "Shop: back office", "bea@shop.example");
        assert!(uri.starts_with("otpauth://totp/"), "{}", uri.as_str());
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{}", uri.as_str());
        assert!(uri.contains("issuer=Shop"), "{}", uri.as_str());
    }
}
