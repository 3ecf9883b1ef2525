//! What a form or a query brought, and what is wrong with it.

use portcullis_domain::secret::Password;
use zeroize::Zeroize;

/// The largest body that is read, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;

/// Names and values in the order in which they came.
#[derive(Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The value of a field that is there once; empty when it is missing, and when it is there twice: of two values
    /// none is right (ASVS 1.1.1).
    pub fn one(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (found.next(), found.next()) {
            (Some(value), None) => value,
            _ => "",
        }
    }

    /// Whether the field is there at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Every value of a field that may be there several times: check boxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All names and values.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A password, exactly as it was typed.
    pub fn password(&self, name: &str) -> Password {
        Password::new(self.one(name))
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }
}

/// What is wrong, field by field; the field `""` is the form as a whole.
#[derive(Default)]
pub struct Errors(Vec<(&'static str, String)>);

impl Errors {
    /// Nothing is wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// One thing is wrong.
    pub fn one(field: &'static str, words: String) -> Self {
        Self(vec![(field, words)])
    }

    /// Adds what is wrong with a field.
    pub fn add(&mut self, field: &'static str, words: String) {
        self.0.push((field, words));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field, joined; empty when nothing is.
    pub fn of(&self, field: &str) -> String {
        self.0.iter().filter(|(name, _)| *name == field).map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// All of it, for the summary.
    pub fn all(&self) -> &[(&'static str, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_comes_twice_has_no_value() {
        let form = Form::parse(b"email=a%40b.c&email=d%40e.f&roles=1&roles=2&name=+x+");
        assert_eq!((form.one("email"), form.one("name"), form.one("missing")), ("", " x ", ""));
        assert_eq!(form.all("roles").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(Form::parse(b"password=%20a%20").password("password").expose(), " a ");
    }
}
