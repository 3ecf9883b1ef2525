//! The second factor: time-based one-time codes (RFC 6238) and recovery codes.

use std::fmt;

use subtle::ConstantTimeEq;
use time::Duration;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::instant::Instant;
use crate::ports::credentials::TotpGenerator;
use crate::secret::{Digest256, Sealed};

/// How long a step lasts (RFC 6238 §5.2).
pub const STEP: Duration = Duration::seconds(30);

/// How many recovery codes are made at once.
pub const RECOVERY_CODES: usize = 10;

/// 160 random bits that the operator's device shares (RFC 4226 §4, R6).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// Takes the first 20 of 32 random bytes.
    pub fn from_random(random: [u8; 32]) -> Self {
        let mut secret = [0; 20];
        for (to, from) in secret.iter_mut().zip(random) {
            *to = from;
        }
        Self(secret)
    }

    /// A secret as it was sealed; `None` unless it has 20 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 20 bytes.
    pub const fn expose(&self) -> &[u8; 20] {
        &self.0
    }

    /// The key in base32, 32 characters, as authenticator apps take it.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// Six digits.
#[derive(Clone, Copy, Zeroize)]
pub struct Code([u8; 6]);

impl Code {
    /// Reads six decimal digits of any script, as phones and keyboards write them; spaces and hyphens between them are
    /// passed over. `None` for anything else.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut digits = [0; 6];
        let mut typed = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{200b}'..='\u{200f}'));
        for digit in &mut digits {
            *digit = decimal(typed.next()?)?;
        }
        typed.next().is_none().then_some(Self(digits))
    }

    /// The code of a number below a million.
    pub fn from_number(mut number: u32) -> Self {
        let mut digits = [0; 6];
        for digit in digits.iter_mut().rev() {
            *digit = u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
        }
        Self(digits)
    }

    /// Whether two codes are the same, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// The value of a decimal digit of the scripts that keyboards write: ASCII, full-width, Arabic-Indic, Persian,
/// Devanagari, Bengali.
fn decimal(c: char) -> Option<u8> {
    let zeros = ['0', '\u{ff10}', '\u{0660}', '\u{06f0}', '\u{0966}', '\u{09e6}'];
    zeros.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(zero))?;
        (value < 10).then_some(u8::try_from(value).ok()?)
    })
}

/// An operator's second factor, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoFactor {
    /// The [`TotpSecret`], sealed with the operator's id.
    pub secret: Sealed,
    /// When it was added.
    pub added_at: Instant,
    /// The last step that was spent: only later ones count (RFC 6238 §5.2).
    pub last_step: i64,
}

/// The step that `now` lies in.
pub fn step_at(now: Instant) -> i64 {
    now.unix_timestamp().div_euclid(STEP.whole_seconds())
}

/// The step that a code belongs to, when it may still be spent: the present one or the one before, and later than the
/// last spent one. Both are compared, in constant time each, so that the answer's time does not tell which.
pub fn matching_step(
    totp: &dyn TotpGenerator,
    secret: &TotpSecret,
    code: &Code,
    last_step: i64,
    now: Instant,
) -> Option<i64> {
    let present = step_at(now);
    [present, present - 1]
        .into_iter()
        .map(|step| (step, u64::try_from(step).is_ok_and(|step| totp.code(secret, step).matches(code))))
        .fold(None, |found, (step, right)| if right && step > last_step { found.or(Some(step)) } else { found })
}

/// 125 random bits in five groups of five characters of base32: signs in once when the device is lost.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A code from 25 of 32 random bytes, five bits of each.
    pub fn from_random(random: [u8; 32]) -> Self {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let letters = random.iter().take(25).map(|byte| ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'A'));
        Self(letters.map(char::from).collect())
    }

    /// Reads a code as somebody typed it: case, spaces and hyphens do not matter, and 0, 1, 8 are read as O, I, B.
    pub fn parse(typed: &str) -> Option<Self> {
        let letters: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                other => other,
            })
            .collect();
        let good = letters.len() == 25 && letters.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b));
        good.then_some(Self(letters))
    }

    /// The code in its groups, to be shown once.
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(29));
        for (index, letter) in self.0.chars().enumerate() {
            if index > 0 && index % 5 == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    /// What is stored in its place.
    pub fn digest(&self) -> Digest256 {
        Digest256::of(self.0.as_bytes())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    struct StepIsCode;
    impl TotpGenerator for StepIsCode {
        fn code(&self, _: &TotpSecret, step: u64) -> Code {
            Code::from_number(u32::try_from(step % 1_000_000).unwrap())
        }
        fn key_uri(&self, _: &TotpSecret, _: &str, _: &str) -> Zeroizing<String> {
            Zeroizing::default()
        }
    }

    #[test]
    fn six_digits_are_read_as_people_write_them() {
        for good in ["123456", " 123 456 ", "123-456", "１２３４５６", "١٢٣٤٥٦", "۱۲۳۴۵۶"] {
            assert!(Code::parse(good).is_some_and(|code| code.matches(&Code::from_number(123_456))), "{good}");
        }
        for bad in ["", "12345", "1234567", "12345a", "½23456", "null"] {
            assert!(Code::parse(bad).is_none(), "{bad}");
        }
        assert!(Code::parse("000042").is_some_and(|code| code.matches(&Code::from_number(42))));
    }

    #[test]
    fn this_step_and_the_one_before_count_and_only_later_than_the_last_spent() {
        let now = datetime!(2026-11-24 10:00:10 UTC);
        let (secret, present) = (TotpSecret::from_random([7; 32]), step_at(now));
        let try_step = |step: i64, last: i64| {
            let code = StepIsCode.code(&secret, u64::try_from(step).unwrap());
            matching_step(&StepIsCode, &secret, &code, last, now)
        };
        assert_eq!(try_step(present, 0), Some(present));
        assert_eq!(try_step(present - 1, 0), Some(present - 1));
        assert_eq!(try_step(present - 2, 0), None);
        assert_eq!(try_step(present + 1, 0), None);
        assert_eq!(try_step(present, present), None);
        assert_eq!(try_step(present - 1, present), None, "the trailing step is not good after a later one");
        assert_eq!(try_step(present, present + 3), None, "a clock that jumped back revives nothing");
    }

    #[test]
    fn a_recovery_code_is_read_back_as_people_type_it() {
        let code = RecoveryCode::from_random([77; 32]);
        let shown = code.expose();
        assert_eq!(shown.len(), 29);
        for typed in [shown.to_lowercase(), shown.replace('-', " "), format!(" {} ", shown.as_str())] {
            assert_eq!(RecoveryCode::parse(&typed).map(|c| c.digest()), Some(code.digest()));
        }
        for bad in ["", "null", &shown[..28], &format!("{}A", shown.as_str())] {
            assert!(RecoveryCode::parse(bad).is_none());
        }
    }
}
