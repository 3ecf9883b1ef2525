//! Parameters: the settings that are changed in the interface. Typed, bounded, each with a default; a value outside its
//! bounds never becomes live, wherever it came from.

use std::collections::BTreeMap;

use time::Duration;

use crate::password_policy::{PasswordPolicy, Preset};
use crate::rate_limit::RateLimit;
use crate::session::Lifetime;

/// The key of the parameter that holds the alias.
pub const ALIAS: &str = "second_admin_alias";

/// The row that remembers earlier aliases while they still lead signed-in operators to the present one.
pub const ALIAS_BEFORE: &str = "second_admin_alias.before";

/// The row that says who is still to be told of the present alias.
pub const ALIAS_TELL: &str = "second_admin_alias.tell";

/// The row that whoever changes parameters writes first, so that the next one waits until the change is whole.
pub const CHANGING: &str = "second_admin_alias.changing";

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number between two bounds.
    Number {
        /// Unless set.
        default: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// `true` or `false`; `false` unless set.
    Flag,
    /// One of some words; the first unless set.
    Choice(&'static [&'static str]),
    /// `COUNT/MINUTES`, 1-100 in 1-1440 minutes.
    Rate {
        /// How many, unless set.
        count: u32,
        /// In how many minutes, unless set.
        minutes: u32,
    },
}

/// A parameter that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its key.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
}

/// The text is not a value of the parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// No parameter has that key.
    #[error("there is no such parameter")]
    Unknown,
    /// Not a number, or outside the bounds.
    #[error("use a whole number from {0} to {1}")]
    OutOfBounds(u32, u32),
    /// Not one of the words.
    #[error("use one of: {0}")]
    NotAChoice(String),
    /// Not a rate.
    #[error("use COUNT/MINUTES with 1-100 in 1-1440 minutes")]
    NotARate,
}

const fn number(key: &'static str, default: u32, min: u32, max: u32) -> Parameter {
    Parameter { key, kind: Kind::Number { default, min, max } }
}
const fn flag(key: &'static str) -> Parameter {
    Parameter { key, kind: Kind::Flag }
}
const fn rate(key: &'static str, count: u32, minutes: u32) -> Parameter {
    Parameter { key, kind: Kind::Rate { count, minutes } }
}

/// Every parameter but the alias, which is a type of its own.
pub const ALL: &[Parameter] = &[
    Parameter { key: "password.preset", kind: Kind::Choice(&["nist", "pci-dss", "classic", "custom"]) },
    number("password.min_length", 15, 8, 64),
    number("password.max_length", 128, 64, 1024),
    number("password.min_strength", 3, 0, 4),
    flag("password.require_lowercase"),
    flag("password.require_uppercase"),
    flag("password.require_digit"),
    flag("password.require_symbol"),
    number("password.history", 0, 0, 24),
    number("password.max_age_days", 0, 0, 365),
    rate("password_reset.per_account", 3, 60),
    rate("password_reset.per_address", 10, 60),
    rate("sign_in.per_account_and_address", 5, 15),
    rate("sign_in.per_address", 20, 10),
    number("second_factor.per_challenge", 5, 1, 100),
    rate("second_factor.per_account", 10, 60),
    number("reset_link.minutes", 30, 5, 1440),
    number("invitation.hours", 24, 1, 168),
    number("session.idle_minutes", 30, 5, 1440),
    number("session.absolute_hours", 8, 1, 24),
    number("step_up.minutes", 10, 1, 60),
    Parameter { key: "two_factor.required", kind: Kind::Choice(&["nobody", "super-administrators", "everybody"]) },
    number("two_factor.grace_days", 7, 0, 90),
    number("alias.grace_minutes", 0, 0, 1440),
];

impl Parameter {
    /// Brings a text to the parameter's canonical form.
    ///
    /// # Errors
    /// [`ParameterError`], which says what the bounds are.
    pub fn canonical(&self, text: &str) -> Result<String, ParameterError> {
        let text = text.trim();
        match self.kind {
            Kind::Number { min, max, .. } => match text.parse::<u32>() {
                Ok(value) if (min..=max).contains(&value) => Ok(value.to_string()),
                _ => Err(ParameterError::OutOfBounds(min, max)),
            },
            Kind::Flag if matches!(text, "true" | "false") => Ok(text.to_owned()),
            Kind::Flag => Err(ParameterError::NotAChoice("true, false".to_owned())),
            Kind::Choice(words) if words.contains(&text) => Ok(text.to_owned()),
            Kind::Choice(words) => Err(ParameterError::NotAChoice(words.join(", "))),
            Kind::Rate { .. } => {
                read_rate(text).map(|(count, minutes)| format!("{count}/{minutes}")).ok_or(ParameterError::NotARate)
            }
        }
    }

    /// The default in canonical form.
    pub fn default_text(&self) -> String {
        match self.kind {
            Kind::Number { default, .. } => default.to_string(),
            Kind::Flag => "false".to_owned(),
            Kind::Choice(words) => words.first().copied().unwrap_or_default().to_owned(),
            Kind::Rate { count, minutes } => format!("{count}/{minutes}"),
        }
    }
}

/// The parameter of a key.
///
/// # Errors
/// [`ParameterError::Unknown`].
pub fn parameter(key: &str) -> Result<&'static Parameter, ParameterError> {
    ALL.iter().find(|parameter| parameter.key == key).ok_or(ParameterError::Unknown)
}

/// The parameters that a preset fills, with its values.
pub fn policy_fields(policy: &PasswordPolicy) -> [(&'static str, String); 9] {
    [
        ("password.min_length", policy.min_length.to_string()),
        ("password.max_length", policy.max_length.to_string()),
        ("password.min_strength", policy.min_strength.to_string()),
        ("password.require_lowercase", policy.require_lowercase.to_string()),
        ("password.require_uppercase", policy.require_uppercase.to_string()),
        ("password.require_digit", policy.require_digit.to_string()),
        ("password.require_symbol", policy.require_symbol.to_string()),
        ("password.history", policy.history.to_string()),
        ("password.max_age_days", policy.max_age_days.to_string()),
    ]
}

fn read_rate(text: &str) -> Option<(u32, u32)> {
    let (count, minutes) = text.split_once('/')?;
    let (count, minutes) = (count.trim().parse().ok()?, minutes.trim().parse().ok()?);
    ((1..=100).contains(&count) && (1..=1440).contains(&minutes)).then_some((count, minutes))
}

/// The live values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters(BTreeMap<&'static str, String>);

impl Parameters {
    /// Takes rows as storage has them. Returns the keys of rows that were out of bounds or unknown: those are not live,
    /// the default is, and the caller logs them.
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<String>) {
        let mut live = BTreeMap::new();
        let mut refused = Vec::new();
        for (key, text) in rows {
            match parameter(key).and_then(|found| Ok((found.key, found.canonical(text)?))) {
                Ok((key, value)) => {
                    live.insert(key, value);
                }
                Err(_) if [ALIAS, ALIAS_BEFORE, ALIAS_TELL, CHANGING].contains(&key) => {}
                Err(_) => refused.push(key.to_owned()),
            }
        }
        // A preset's rules are its own, whatever rows an earlier choice left behind.
        let chosen = live.get("password.preset").map_or("nist", String::as_str);
        if let Some(policy) = Preset::parse(chosen).and_then(PasswordPolicy::preset) {
            live.extend(policy_fields(&policy));
        }
        (Self(live), refused)
    }

    /// The value of a key in canonical form: what was set, or the default. Empty for a key that does not exist.
    pub fn text(&self, key: &str) -> String {
        match self.0.get(key) {
            Some(value) => value.clone(),
            None => parameter(key).map(Parameter::default_text).unwrap_or_default(),
        }
    }

    /// The number of a key; 0 for what is no number.
    pub fn number(&self, key: &str) -> u32 {
        self.text(key).parse().unwrap_or(0)
    }

    /// Whether a flag is set.
    pub fn flag(&self, key: &str) -> bool {
        self.text(key) == "true"
    }

    /// The limit of a key.
    pub fn rate(&self, key: &str) -> RateLimit {
        let (count, minutes) = read_rate(&self.text(key)).unwrap_or((1, 1440));
        RateLimit::new(count, Duration::minutes(i64::from(minutes)))
    }

    /// The password rules in force.
    pub fn password_policy(&self) -> PasswordPolicy {
        let preset = Preset::parse(&self.text("password.preset"));
        preset.and_then(PasswordPolicy::preset).unwrap_or_else(|| PasswordPolicy {
            min_length: self.number("password.min_length"),
            max_length: self.number("password.max_length"),
            min_strength: u8::try_from(self.number("password.min_strength")).unwrap_or(4),
            require_lowercase: self.flag("password.require_lowercase"),
            require_uppercase: self.flag("password.require_uppercase"),
            require_digit: self.flag("password.require_digit"),
            require_symbol: self.flag("password.require_symbol"),
            history: self.number("password.history"),
            max_age_days: self.number("password.max_age_days"),
        })
    }

    /// When sessions end.
    pub fn session_lifetime(&self) -> Lifetime {
        Lifetime {
            idle: Duration::minutes(i64::from(self.number("session.idle_minutes"))),
            absolute: Duration::hours(i64::from(self.number("session.absolute_hours"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_default_is_within_its_own_bounds() {
        for parameter in ALL {
            assert_eq!(
                parameter.canonical(&parameter.default_text()),
                Ok(parameter.default_text()),
                "{}",
                parameter.key
            );
        }
        assert_eq!(Parameters::default().password_policy(), PasswordPolicy::preset(Preset::Nist).unwrap());
    }

    #[test]
    fn a_row_out_of_bounds_falls_back_to_the_default_and_is_named() {
        let (live, refused) = Parameters::from_rows([
            ("session.idle_minutes", "0"),
            ("sign_in.per_address", "0/0"),
            ("step_up.minutes", "5"),
            ("no.such", "1"),
        ]);
        assert_eq!(refused, ["session.idle_minutes", "sign_in.per_address", "no.such"]);
        assert_eq!((live.number("session.idle_minutes"), live.number("step_up.minutes")), (30, 5));
        assert_eq!(live.rate("sign_in.per_address"), RateLimit::new(20, Duration::minutes(10)));
    }

    #[test]
    fn a_preset_fills_its_fields_and_custom_leaves_them() {
        let rows = [("password.preset", "pci-dss"), ("password.min_length", "40"), ("password.history", "1")];
        let (live, _) = Parameters::from_rows(rows);
        assert_eq!((live.number("password.min_length"), live.number("password.history")), (12, 4));
        assert_eq!(live.password_policy(), PasswordPolicy::preset(Preset::PciDss).unwrap());
        let (live, _) = Parameters::from_rows([("password.preset", "custom"), ("password.min_length", "40")]);
        assert_eq!((live.password_policy().min_length, live.password_policy().max_length), (40, 128));
    }

    proptest! {
        #[test]
        fn no_value_outside_its_bounds_is_ever_live(text in "[-+0-9eE./ NaN]{0,12}", index in 0..ALL.len()) {
            let parameter = ALL[index];
            let (live, _) = Parameters::from_rows([(parameter.key, text.as_str())]);
            let value = live.text(parameter.key);
            prop_assert_eq!(parameter.canonical(&value), Ok(value.clone()));
        }
    }
}
