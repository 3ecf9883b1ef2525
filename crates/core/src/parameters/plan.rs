//! What wishes come to, before anything is written.

use portcullis_domain::alias::Alias;
use portcullis_domain::parameter::{ALIAS, ALL, Parameters, parameter, policy_fields};
use portcullis_domain::password_policy::{PasswordPolicy, Preset};

use super::{ChangeError, Problem, Wish};
use crate::alias;

/// What wishes come to: the rows to write, the alias, and the rules that then apply.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) rows: Vec<(&'static str, String)>,
    pub(super) alias: Option<Alias>,
    pub(super) preset: String,
    pub(super) policy: PasswordPolicy,
}

/// Checks wishes against what is live. One that is wrong spoils all. `broken` are the keys whose rows are out of bounds: a
/// wish for what applies in their place mends the row.
pub(super) fn plan(
    live: &Parameters,
    broken: &[String],
    present_alias: &str,
    wishes: &[Wish],
) -> Result<Plan, ChangeError> {
    let mut problems = Vec::new();
    let (mut rows, mut mended, mut new_alias) = (Vec::<(&'static str, String)>::new(), Vec::new(), None);
    for wish in wishes {
        if wish.key == ALIAS {
            match alias::choose(&wish.text, present_alias) {
                Ok(alias) => new_alias = Some(alias),
                Err(error) => problems.push((wish.key.clone(), error.into())),
            }
            continue;
        }
        match parameter(&wish.key).and_then(|found| Ok((found, found.canonical(&wish.text)?))) {
            Err(error) => problems.push((wish.key.clone(), error.into())),
            Ok((found, value)) => {
                let now = live.text(found.key);
                if value == now && broken.iter().any(|key| key == found.key) {
                    mended.push((found.key, value));
                    continue;
                }
                let shown = wish.shown.as_deref().and_then(|shown| found.canonical(shown).ok());
                match shown {
                    Some(shown) if shown == value => {}
                    Some(shown) if shown != now && value != now => {
                        problems.push((wish.key.clone(), Problem::ChangedMeanwhile(now)));
                    }
                    _ if value != now => rows.push((found.key, value)),
                    _ => {}
                }
            }
        }
    }
    follow_preset(live, &mut rows, &mut problems);
    // After the preset: a row that is mended changes no rule, so the rules do not become custom by it.
    mended.retain(|(key, _)| !rows.iter().any(|(written, _)| written == key));
    rows.extend(mended);
    if !problems.is_empty() {
        return Err(ChangeError::Refused(problems));
    }
    let after = ALL.iter().map(|parameter| {
        let changed = rows.iter().find(|(key, _)| *key == parameter.key);
        (parameter.key, changed.map_or_else(|| live.text(parameter.key), |(_, value)| value.clone()))
    });
    let after: Vec<(&str, String)> = after.collect();
    let (after, _) = Parameters::from_rows(after.iter().map(|(key, text)| (*key, text.as_str())));
    Ok(Plan { rows, alias: new_alias, preset: after.text("password.preset"), policy: after.password_policy() })
}

/// A preset that is chosen fills its fields; a field that is changed by itself makes the rules custom. Then every field is
/// written, so that rows and rules agree whichever way one goes on.
fn follow_preset(live: &Parameters, rows: &mut Vec<(&'static str, String)>, problems: &mut Vec<(String, Problem)>) {
    let fields = policy_fields(&live.password_policy());
    let is_field = |key: &str| fields.iter().any(|(field, _)| *field == key);
    let chosen = rows.iter().find(|(key, _)| *key == "password.preset").map(|(_, value)| value.clone());
    let filled = match chosen.as_deref().map(Preset::parse) {
        None if !rows.iter().any(|(key, _)| is_field(key)) => return,
        None => {
            if live.text("password.preset") != Preset::Custom.as_str() {
                rows.push(("password.preset", Preset::Custom.as_str().to_owned()));
            }
            fields
        }
        Some(preset) => match preset.and_then(PasswordPolicy::preset) {
            None => fields,
            Some(policy) => {
                let asked = policy_fields(&policy);
                rows.retain(|(key, value)| match asked.iter().find(|(field, _)| field == key) {
                    Some((_, wanted)) if wanted != value => {
                        problems.push(((*key).to_owned(), Problem::PresetSays(wanted.clone())));
                        false
                    }
                    Some(_) => false,
                    None => true,
                });
                asked
            }
        },
    };
    for (key, value) in filled {
        if !rows.iter().any(|(present, _)| *present == key) {
            rows.push((key, value));
        }
    }
}
