//! What a password must be.

use crate::email::EmailKey;
use crate::secret::Password;

/// A named set of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// NIST SP 800-63B-4: length and strength, no composition rules, no expiry.
    Nist,
    /// PCI DSS 4.0.1 §8.3: 12 characters, letters and digits, 4 earlier ones refused, 90 days.
    PciDss,
    /// What older guidelines ask: 8 characters of four kinds.
    Classic,
    /// Each rule as set.
    Custom,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Nist, Self::PciDss, Self::Classic, Self::Custom];

    /// Its name, as the parameter has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nist => "nist",
            Self::PciDss => "pci-dss",
            Self::Classic => "classic",
            Self::Custom => "custom",
        }
    }

    /// Reads what [`Preset::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == text)
    }
}

/// The rules in force.
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own that an administrator ticks")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Fewest code points, 8-64.
    pub min_length: u32,
    /// Most code points, 64-1024.
    pub max_length: u32,
    /// Least strength by zxcvbn, 0-4.
    pub min_strength: u8,
    /// Asks for a lower-case letter.
    pub require_lowercase: bool,
    /// Asks for an upper-case letter.
    pub require_uppercase: bool,
    /// Asks for a digit.
    pub require_digit: bool,
    /// Asks for something that is neither letter nor digit.
    pub require_symbol: bool,
    /// How many earlier passwords are refused, 0-24.
    pub history: u32,
    /// After how many days a new one is asked for; 0 is never.
    pub max_age_days: u32,
}

impl PasswordPolicy {
    /// The rules of a preset; `None` for [`Preset::Custom`], whose rules are set one by one.
    pub const fn preset(preset: Preset) -> Option<Self> {
        let nist = Self {
            min_length: 15,
            max_length: 128,
            min_strength: 3,
            require_lowercase: false,
            require_uppercase: false,
            require_digit: false,
            require_symbol: false,
            history: 0,
            max_age_days: 0,
        };
        match preset {
            Preset::Nist => Some(nist),
            Preset::PciDss => Some(Self {
                min_length: 12,
                require_lowercase: true,
                require_digit: true,
                history: 4,
                max_age_days: 90,
                ..nist
            }),
            Preset::Classic => Some(Self {
                min_length: 8,
                require_lowercase: true,
                require_uppercase: true,
                require_digit: true,
                require_symbol: true,
                ..nist
            }),
            Preset::Custom => None,
        }
    }
}

/// How hard a password is to guess, as a [`crate::ports::credentials::StrengthEstimator`] judged it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very hard).
    pub score: u8,
    /// What would help: keys of texts, in order of weight.
    pub advice: Vec<&'static str>,
}

/// A rule that a password does not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unmet {
    /// Fewer code points than this.
    MinLength(u32),
    /// More code points than this.
    MaxLength(u32),
    /// Too easy to guess.
    Strength,
    /// Among the first that anybody tries.
    Common,
    /// Little more than the address, the name or the product's name.
    OwnWords,
    /// No lower-case letter.
    Lowercase,
    /// No upper-case letter.
    Uppercase,
    /// No digit.
    Digit,
    /// No symbol.
    Symbol,
    /// Used before.
    Reused,
}

impl Unmet {
    /// The rule's stable identifier, for pages and for `POST /password/strength`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::MinLength(_) => "min-length",
            Self::MaxLength(_) => "max-length",
            Self::Strength => "strength",
            Self::Common => "common",
            Self::OwnWords => "own-words",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
            Self::Digit => "digit",
            Self::Symbol => "symbol",
            Self::Reused => "history",
        }
    }
}

impl PasswordPolicy {
    /// Names every rule that `password` does not meet; none: it is accepted. A password over the maximum is judged by
    /// that rule alone: nothing else is to be computed over it. `own_words` are the address, the name, the product's
    /// name (ASVS 6.2.11).
    pub fn assess(&self, password: &Password, strength: &Strength, own_words: &[&str]) -> Vec<Unmet> {
        let length = u32::try_from(password.length()).unwrap_or(u32::MAX);
        if length > self.max_length {
            return vec![Unmet::MaxLength(self.max_length)];
        }
        let text = password.expose();
        let has = |test: fn(char) -> bool| text.chars().any(test);
        let rules = [
            (length < self.min_length, Unmet::MinLength(self.min_length)),
            (self.require_lowercase && !has(char::is_lowercase), Unmet::Lowercase),
            (self.require_uppercase && !has(char::is_uppercase), Unmet::Uppercase),
            (self.require_digit && !has(char::is_numeric), Unmet::Digit),
            (self.require_symbol && !has(|c| !c.is_alphanumeric()), Unmet::Symbol),
            (made_of(text, own_words), Unmet::OwnWords),
            // Whatever the parameter says, what is guessed at once is refused (ASVS 6.2.4), also when it is typed twice.
            (strength.score == 0 || repeats_little(text), Unmet::Common),
            (strength.score < self.min_strength, Unmet::Strength),
        ];
        rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect()
    }
}

impl PasswordPolicy {
    /// Whether a password that meets these rules may be one that `other` refuses. History, age and the maximum ask nothing
    /// of a password's strength and do not count.
    pub const fn is_weaker_than(&self, other: &Self) -> bool {
        self.min_length < other.min_length
            || self.min_strength < other.min_strength
            || (other.require_lowercase && !self.require_lowercase)
            || (other.require_uppercase && !self.require_uppercase)
            || (other.require_digit && !self.require_digit)
            || (other.require_symbol && !self.require_symbol)
    }

    /// What [`PasswordPolicy::is_weaker_than`] compares, as a canonical text that is noted beside each password.
    pub fn noted(&self) -> String {
        let kinds = [
            (self.require_lowercase, " lowercase"),
            (self.require_uppercase, " uppercase"),
            (self.require_digit, " digit"),
            (self.require_symbol, " symbol"),
        ];
        let asked: String = kinds.into_iter().filter_map(|(asked, word)| asked.then_some(word)).collect();
        format!("length={} strength={}{asked}", self.min_length, self.min_strength)
    }

    /// Reads what [`PasswordPolicy::noted`] wrote; `None` for anything else. What was not noted is zero.
    pub fn from_noted(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let min_length = words.next()?.strip_prefix("length=")?.parse().ok()?;
        let min_strength = words.next()?.strip_prefix("strength=")?.parse().ok()?;
        let mut noted = Self {
            min_length,
            min_strength,
            max_length: 0,
            require_lowercase: false,
            require_uppercase: false,
            require_digit: false,
            require_symbol: false,
            history: 0,
            max_age_days: 0,
        };
        for word in words {
            match word {
                "lowercase" => noted.require_lowercase = true,
                "uppercase" => noted.require_uppercase = true,
                "digit" => noted.require_digit = true,
                "symbol" => noted.require_symbol = true,
                _ => return None,
            }
        }
        Some(noted)
    }
}

/// What is said once has to be this long before saying it again counts for anything: NIST's least for a password alone
/// (SP 800-63B-4 §3.1.1.2).
const WORTH_REPEATING: usize = 15;

/// Whether `text` is something short said over and over: "password password", "abcabcabcabcabc", "hunter2 hunter3". Such
/// a thing is as easy to guess as its part, while an estimator may count the repetition as length.
fn repeats_little(text: &str) -> bool {
    let folded: Vec<char> = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let repeated = (1..WORTH_REPEATING.min(folded.len() / 2 + 1))
        .any(|period| folded.iter().zip(folded.iter().skip(period)).all(|(one, next)| one == next));
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.trim_end_matches(|c: char| c.is_numeric()))
        .filter(|word| !word.is_empty())
        .collect();
    let different: std::collections::BTreeSet<&str> = words.iter().copied().collect();
    let said_once: usize = different.iter().map(|word| word.chars().count()).sum();
    repeated || (different.len() < words.len() && said_once < WORTH_REPEATING)
}

/// Whether fewer than five characters remain of `text` once the own words are taken out of it.
fn made_of(text: &str, own_words: &[&str]) -> bool {
    let whole = EmailKey::of(text).as_str().to_owned();
    let mut rest = whole.clone();
    for word in own_words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric())) {
        let word = EmailKey::of(word);
        if word.as_str().chars().count() >= 3 {
            rest = rest.replace(word.as_str(), "");
        }
    }
    rest != whole && rest.chars().filter(|c| c.is_alphanumeric()).count() < 5
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRONG: Strength = Strength { score: 4, advice: Vec::new() };

    fn unmet(preset: Preset, password: &str) -> Vec<Unmet> {
        PasswordPolicy::preset(preset).unwrap().assess(
            &Password::new(password),
            &STRONG,
            &["bea@shop.example", "Bea Colleague", "Back office"],
        )
    }

    #[test]
    fn each_rule_is_named() {
        assert_eq!(unmet(Preset::Nist, "four turtles swim east"), []);
        assert_eq!(unmet(Preset::Nist, "short"), [Unmet::MinLength(15)]);
        assert_eq!(unmet(Preset::Nist, &"x".repeat(129)), [Unmet::MaxLength(128)]);
        let longest: String = ('\u{4e00}'..).take(64).chain("🐢".repeat(64).chars()).collect();
        assert_eq!(unmet(Preset::Nist, &longest), []);
        assert_eq!(unmet(Preset::Nist, "BeaColleague-1234"), [Unmet::OwnWords]);
        assert_eq!(unmet(Preset::Classic, "--------"), [Unmet::Lowercase, Unmet::Uppercase, Unmet::Digit]);
        assert_eq!(unmet(Preset::PciDss, "ABCDEFGHIJKL"), [Unmet::Lowercase, Unmet::Digit]);
    }

    #[test]
    fn a_common_password_is_refused_whatever_the_parameters_say() {
        let policy = PasswordPolicy { min_strength: 0, min_length: 8, ..PasswordPolicy::preset(Preset::Nist).unwrap() };
        let judged = policy.assess(&Password::new("password1"), &Strength::default(), &[]);
        assert_eq!(judged, [Unmet::Common]);
    }

    #[test]
    fn what_everybody_tries_is_no_better_when_it_is_said_twice() {
        for doubled in [
            "password password",
            "passwordpasswordpassword",
            "Password-2024-password-2025",
            "abcabcabcabcabcabc",
            "qwerty!qwerty!qwerty",
            "aaaaaaaaaaaaaaaaaaaa",
            "hunter2 hunter3 hunter4",
        ] {
            assert_eq!(unmet(Preset::Nist, doubled), [Unmet::Common], "{doubled}");
        }
        for good in [
            "four turtles swim east",
            "buffalo that other buffalo frighten frighten lake",
            "four turtles swim east four turtles swim east",
            "0123 ---- ---- unmistakable",
        ] {
            assert_eq!(unmet(Preset::Nist, good), [], "{good}");
        }
    }

    #[test]
    fn rules_are_weaker_when_they_let_something_through_that_others_refuse() {
        let [nist, pci, classic] =
            [Preset::Nist, Preset::PciDss, Preset::Classic].map(|preset| PasswordPolicy::preset(preset).unwrap());
        for rules in [nist, pci, classic] {
            assert!(!rules.is_weaker_than(&rules));
            assert!(
                !PasswordPolicy::from_noted(&rules.noted()).unwrap().is_weaker_than(&rules),
                "noted and read again"
            );
            assert_eq!(PasswordPolicy::from_noted(&rules.noted()).unwrap().noted(), rules.noted());
        }
        assert!(nist.is_weaker_than(&pci) && pci.is_weaker_than(&nist), "each refuses what the other takes");
        assert!(nist.is_weaker_than(&PasswordPolicy { min_length: 16, ..nist }));
        assert!(!nist.is_weaker_than(&PasswordPolicy { min_length: 8, history: 24, max_age_days: 1, ..nist }));
        for other in ["", "length=15", "length=x strength=3", "length=15 strength=3 emoji"] {
            assert_eq!(PasswordPolicy::from_noted(other), None, "{other:?}");
        }
    }
}
