//! Roles, and the permissions that they grant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::display_name::forbidden;
use crate::functionality::FunctionalityId;

/// Identifies a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleId(pub Uuid);

impl RoleId {
    /// The built-in role that holds everything, also what is added later.
    pub const SUPER_ADMINISTRATOR: Self = Self(Uuid::from_u128(1));
}

/// How far a permission goes. `Manage` includes `View`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// May look.
    View,
    /// May look and change.
    Manage,
}

impl Level {
    /// The level as text, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Manage => "manage",
        }
    }

    /// Reads what [`Level::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "view" => Some(Self::View),
            "manage" => Some(Self::Manage),
            _ => None,
        }
    }
}

/// A role's name: 1-60 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(String);

/// Why a text is not a role's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 60 characters on one line")]
pub struct RoleNameError;

impl RoleName {
    /// Reads a name. White space around it goes.
    ///
    /// # Errors
    /// [`RoleNameError`] when it is empty, too long, or has control characters.
    pub fn parse(typed: &str) -> Result<Self, RoleNameError> {
        let typed = typed.trim();
        let good = (1..=60).contains(&typed.chars().count()) && !typed.chars().any(forbidden);
        if good { Ok(Self(typed.to_owned())) } else { Err(RoleNameError) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody may do: nothing, some functionalities, or all, also those that are added later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grants {
    /// Everything: the super-administrator.
    Everything,
    /// The highest level for each functionality.
    Some(BTreeMap<FunctionalityId, Level>),
}

impl Default for Grants {
    fn default() -> Self {
        Self::Some(BTreeMap::new())
    }
}

impl Grants {
    /// Whether they allow `level` of `functionality`. What is not granted is denied (ASVS 8.2.1).
    pub fn allow(&self, functionality: &FunctionalityId, level: Level) -> bool {
        match self {
            Self::Everything => true,
            Self::Some(map) => map.get(functionality).is_some_and(|held| *held >= level),
        }
    }

    /// Whether they hold all that `other` holds: nobody grants what they do not hold themselves (ASVS 8.3.1).
    pub fn cover(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::Some(_), Self::Everything) => false,
            (Self::Some(_), Self::Some(asked)) => asked.iter().all(|(id, level)| self.allow(id, *level)),
        }
    }

    /// What both together hold: an operator with several roles holds their union.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Some(mut mine), Self::Some(theirs)) => {
                for (id, level) in theirs {
                    let held = mine.entry(id).or_insert(level);
                    *held = level.max(*held);
                }
                Self::Some(mine)
            }
            _ => Self::Everything,
        }
    }
}

/// A named bundle of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its identity.
    pub id: RoleId,
    /// Its name, unique without regard to case.
    pub name: RoleName,
    /// What it is for.
    pub description: String,
    /// What it grants.
    pub grants: Grants,
    /// Counts its changes, so that of two people who edit it the second is told.
    pub version: i64,
}

impl Role {
    /// The built-in super-administrator.
    pub fn super_administrator() -> Self {
        Self {
            id: RoleId::SUPER_ADMINISTRATOR,
            name: RoleName("Super-administrator".to_owned()),
            description: "Holds every permission, also those that are added later.".to_owned(),
            grants: Grants::Everything,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grants() -> impl Strategy<Value = Grants> {
        prop_oneof![
            1 => Just(Grants::Everything),
            6 => prop::collection::btree_map("[a-e]", prop_oneof![Just(Level::View), Just(Level::Manage)], 0..5)
                .prop_map(|map| Grants::Some(map.into_iter().filter_map(|(k, v)| Some((FunctionalityId::parse(&k).ok()?, v))).collect())),
        ]
    }

    proptest! {
        #[test]
        fn a_union_holds_what_either_holds_and_nothing_more(a in grants(), b in grants(), id in "[a-f]") {
            let id = FunctionalityId::parse(&id).unwrap();
            let both = a.clone().union(b.clone());
            for level in [Level::View, Level::Manage] {
                prop_assert_eq!(both.allow(&id, level), a.allow(&id, level) || b.allow(&id, level));
            }
            prop_assert!(both.cover(&a) && both.cover(&b));
        }

        #[test]
        fn whoever_covers_a_grant_holds_each_permission_of_it(a in grants(), b in grants(), id in "[a-e]") {
            let id = FunctionalityId::parse(&id).unwrap();
            if a.cover(&b) && b.allow(&id, Level::Manage) {
                prop_assert!(a.allow(&id, Level::Manage));
            }
        }
    }
}
