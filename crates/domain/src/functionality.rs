//! Functionalities: the parts of the back office that a role can grant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable identifier of a functionality: 1-64 of `a-z 0-9 _ -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FunctionalityId(String);

/// The text is not an identifier of a functionality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 64 of a-z, 0-9, _ and -")]
pub struct FunctionalityIdError;

impl FunctionalityId {
    /// Reads an identifier.
    ///
    /// # Errors
    /// [`FunctionalityIdError`] when it has other characters or another length.
    pub fn parse(text: &str) -> Result<Self, FunctionalityIdError> {
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if good { Ok(Self(text.to_owned())) } else { Err(FunctionalityIdError) }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionalityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for FunctionalityId {
    type Error = FunctionalityIdError;
    fn try_from(text: String) -> Result<Self, FunctionalityIdError> {
        Self::parse(&text)
    }
}

impl From<FunctionalityId> for String {
    fn from(id: FunctionalityId) -> Self {
        id.0
    }
}

/// A functionality that Portcullis itself brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltIn {
    /// Who comes in: invitations, suspensions, deletions.
    Operators,
    /// What each may use.
    Roles,
    /// The settings that are changed in the interface.
    Parameters,
    /// What happened.
    Audit,
    /// The outbox.
    Mail,
}

impl BuiltIn {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::Operators, Self::Roles, Self::Parameters, Self::Audit, Self::Mail];

    /// Its identifier.
    pub fn id(self) -> FunctionalityId {
        FunctionalityId(self.as_str().to_owned())
    }

    /// Its identifier as text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operators => "operators",
            Self::Roles => "roles",
            Self::Parameters => "parameters",
            Self::Audit => "audit",
            Self::Mail => "mail",
        }
    }
}

/// A functionality that the installation or an embedding product names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Functionality {
    /// Its identifier.
    pub id: FunctionalityId,
    /// What its tile says.
    pub name: String,
    /// One sentence on its tile.
    #[serde(default)]
    pub description: String,
    /// Where its tile leads.
    #[serde(default)]
    pub url: Option<String>,
}
