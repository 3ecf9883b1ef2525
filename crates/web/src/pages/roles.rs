//! Roles: the list, and one as a matrix of functionalities and levels.

use std::collections::BTreeMap;

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::roles::{self, Draft, RoleError};
use portcullis_domain::functionality::{BuiltIn, FunctionalityId};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use portcullis_words::Value;

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::Refusal;

const TITLE: &str = "roles-title";

/// A line of the matrix.
struct Line {
    id: String,
    name: String,
    description: String,
    /// The functionality is not there any more.
    gone: bool,
    view: Tick,
    manage: Tick,
}

/// A check box of the matrix.
struct Tick {
    ticked: bool,
    /// Whoever looks holds it, so may grant it; or it means nothing any more, and may be taken away.
    free: bool,
}

struct Row {
    id: String,
    name: String,
    description: String,
    grants: String,
    held: String,
}

#[derive(Template)]
#[template(path = "roles.html")]
struct Roles<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
    lines: Vec<Line>,
    may_manage: bool,
    name: &'a str,
    description: &'a str,
    done: String,
}

#[derive(Template)]
#[template(path = "role.html")]
struct One<'a> {
    page: Page<'a>,
    id: String,
    version: i64,
    lines: Vec<Line>,
    /// It may be changed, copied and deleted by whoever looks.
    editable: bool,
    /// Why it may not be changed, in words.
    why_not: String,
    name: String,
    description: String,
    /// How it stands now, when somebody else changed it in the meantime.
    meanwhile: Vec<String>,
    held: String,
    delete: String,
    done: String,
}

/// A role's name in the reader's language.
pub(crate) fn name_of(cx: &Context, role: &Role) -> String {
    if role.id == RoleId::SUPER_ADMINISTRATOR { cx.text("super-administrator") } else { role.name.as_str().to_owned() }
}

fn description_of(cx: &Context, role: &Role) -> String {
    if role.id == RoleId::SUPER_ADMINISTRATOR { cx.text("roles-everything") } else { role.description.clone() }
}

/// A functionality's name and description in the reader's language; one that is gone has its identifier only.
pub(crate) fn functionality(cx: &Context, id: &FunctionalityId) -> (String, String) {
    if BuiltIn::ALL.iter().any(|built_in| built_in.as_str() == id.as_str()) {
        return (cx.text(&format!("functionality-{id}")), cx.text(&format!("functionality-{id}-what")));
    }
    let named = cx.access().settings().functionalities.iter().find(|functionality| functionality.id == *id);
    named.map_or_else(
        || (id.to_string(), cx.text("functionality-gone")),
        |functionality| (functionality.name.clone(), functionality.description.clone()),
    )
}

/// A level in words.
pub(crate) fn level(cx: &Context, level: Level) -> String {
    cx.text(match level {
        Level::View => "level-view",
        Level::Manage => "level-manage",
    })
}

fn in_words(cx: &Context, grants: &Grants) -> String {
    let Grants::Some(map) = grants else { return cx.text("roles-everything") };
    let words = map.iter().map(|(id, held)| format!("{} ({})", functionality(cx, id).0, level(cx, *held)));
    words.collect::<Vec<_>>().join(", ")
}

fn lines(cx: &Context, held: &Grants, before: &Grants, ticked: &Grants) -> Vec<Line> {
    let there = roles::functionalities(cx.access());
    // What a role granted of a functionality that is gone is shown, so that it can be taken away.
    let gone: Vec<FunctionalityId> = match before {
        Grants::Everything => Vec::new(),
        Grants::Some(before) => before.keys().filter(|id| !there.contains(id)).cloned().collect(),
    };
    let line = |id: &FunctionalityId, free: &Grants, gone: bool| {
        let tick = |level| Tick { ticked: ticked.allow(id, level), free: free.allow(id, level) };
        let (view, manage) = (tick(Level::View), tick(Level::Manage));
        let (name, description) = functionality(cx, id);
        Line { name, description, gone, view, manage, id: id.to_string() }
    };
    let there = there.iter().map(|id| line(id, held, false));
    there.chain(gone.iter().map(|id| line(id, before, true))).collect()
}

/// What the form asks for; `None` when one of the permissions is no permission.
fn permissions(cx: &Context) -> Option<BTreeMap<FunctionalityId, Level>> {
    let mut asked = BTreeMap::new();
    for text in cx.form.all("permissions").filter(|text| !text.is_empty()) {
        let (id, level) = text.split_once(':')?;
        let (id, level) = (FunctionalityId::parse(id).ok()?, Level::parse(level)?);
        let most = asked.entry(id).or_insert(level);
        *most = level.max(*most);
    }
    Some(asked)
}

fn draft(cx: &Context) -> Result<Draft, Errors> {
    let mut errors = Errors::none();
    let name = RoleName::parse(cx.form.one("name")).map_err(|_| errors.add("name", cx.text("role-name-bad"))).ok();
    let permissions = permissions(cx);
    if permissions.is_none() {
        errors.add("permissions", cx.text("role-permission-unknown"));
    }
    match (name, permissions) {
        (Some(name), Some(permissions)) => {
            Ok(Draft { name, description: cx.form.one("description").to_owned(), permissions })
        }
        _ => Err(errors),
    }
}

fn id(cx: &Context) -> Result<RoleId, Refusal> {
    cx.id.parse().map(RoleId).map_err(|_| Refusal::NotFound)
}

/// What is wrong, for the form; what is no matter of the form is a refusal.
fn wrong(cx: &Context, error: RoleError) -> Result<Errors, Refusal> {
    Ok(match error {
        RoleError::Forbidden => return Err(Refusal::Forbidden),
        RoleError::Unknown => return Err(Refusal::NotFound),
        RoleError::Storage(error) => return Err(error.into()),
        RoleError::BuiltIn => Errors::one("", cx.text("role-built-in")),
        RoleError::NameTaken => Errors::one("name", cx.text("role-name-taken")),
        RoleError::Description => Errors::one("description", cx.text("role-description-bad")),
        RoleError::UnknownFunctionality(_) => Errors::one("permissions", cx.text("role-permission-unknown")),
        RoleError::Changed(_) => Errors::one("", cx.text("role-changed-meanwhile")),
        RoleError::Held { count, names } => {
            let (count, names) = (Value::from(count), Value::from(names.join(", ")));
            Errors::one("", cx.speaker().text_with("role-held", &[("count", count), ("names", names)]))
        }
    })
}

fn holders(cx: &Context, count: u64) -> String {
    cx.speaker().text_with("role-holders", &[("count", Value::from(count))])
}

async fn list(cx: &Context, status: StatusCode, errors: Errors) -> Answer {
    let held = cx.signed_in()?.operator.grants();
    let rows = roles::list(cx.access()).await?.into_iter().map(|(role, count)| Row {
        id: role.id.0.to_string(),
        name: name_of(cx, &role),
        description: description_of(cx, &role),
        grants: if role.id == RoleId::SUPER_ADMINISTRATOR { String::new() } else { in_words(cx, &role.grants) },
        held: holders(cx, count),
    });
    let ticked = Grants::Some(permissions(cx).unwrap_or_default());
    let done = if cx.query.one("done") == "deleted" { cx.text("role-done-deleted") } else { String::new() };
    let template = Roles {
        rows: rows.collect(),
        lines: lines(cx, held, &Grants::default(), &ticked),
        may_manage: held.allow(&BuiltIn::Roles.id(), Level::Manage),
        name: cx.form.one("name"),
        description: cx.form.one("description"),
        done,
        page: Page::with(cx, TITLE, errors),
    };
    Ok(cx.html(status, &template))
}

async fn one(cx: &Context, status: StatusCode, errors: Errors, changed: bool) -> Answer {
    let held = cx.signed_in()?.operator.grants();
    let id = id(cx)?;
    let role = roles::find(cx.access(), id).await?.ok_or(Refusal::NotFound)?;
    let all = roles::list(cx.access()).await?;
    let count = all.into_iter().find(|(other, _)| other.id == id).map_or(0, |(_, count)| count);
    let manages = held.allow(&BuiltIn::Roles.id(), Level::Manage);
    let built_in = id == RoleId::SUPER_ADMINISTRATOR;
    let editable = manages && !built_in && roles::may_change(cx.access(), held, &role.grants);
    let typed = cx.form.has("name");
    let ticked = if typed { Grants::Some(permissions(cx).unwrap_or_default()) } else { role.grants.clone() };
    let why_not = match (editable, built_in, manages) {
        (true, ..) | (_, false, false) => String::new(),
        (_, true, _) => cx.text("role-built-in"),
        _ => cx.text("role-beyond"),
    };
    let stands = |label: &str, now: &str| format!("{}: {now}", cx.text(label));
    let name = name_of(cx, &role);
    let done = match cx.query.one("done") {
        known @ ("made" | "saved" | "copied") => cx.text(&format!("role-done-{known}")),
        _ => String::new(),
    };
    let template = One {
        id: id.0.to_string(),
        // What was typed was typed over the version that its form showed; only whoever is shown what changed is let over it.
        version: if typed && !changed && cx.form.has("version") {
            cx.form.one("version").parse().unwrap_or(0)
        } else {
            role.version
        },
        lines: lines(cx, held, &role.grants, &ticked),
        editable,
        why_not,
        meanwhile: if changed {
            vec![
                stands("name", &name),
                stands("description", &role.description),
                stands("permissions", &in_words(cx, &role.grants)),
            ]
        } else {
            Vec::new()
        },
        held: holders(cx, count),
        delete: cx.speaker().text_with("role-delete", &[("name", Value::from(name.clone()))]),
        description: if typed { cx.form.one("description").to_owned() } else { description_of(cx, &role) },
        done,
        page: Page::with(cx, TITLE, errors).named(name.clone()),
        name: if typed { cx.form.one("name").to_owned() } else { name },
    };
    Ok(cx.html(status, &template))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    list(cx, StatusCode::OK, Errors::none()).await
}

pub(crate) async fn create(cx: &Context) -> Answer {
    let by = Authority::Operator(cx.signed_in()?);
    let errors = match draft(cx) {
        Ok(draft) => match roles::create(cx.access(), by, &cx.client, draft).await {
            Ok(id) => return Ok(cx.see_other(&format!("/roles/{}?done=made", id.0))),
            Err(error) => wrong(cx, error)?,
        },
        Err(errors) => errors,
    };
    list(cx, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}

pub(crate) async fn show_one(cx: &Context) -> Answer {
    one(cx, StatusCode::OK, Errors::none(), false).await
}

pub(crate) async fn edit(cx: &Context) -> Answer {
    let by = Authority::Operator(cx.signed_in()?);
    let id = id(cx)?;
    // A script that sends no version means the present one; one that cannot be read is no version that there was.
    let version = cx.form.has("version").then(|| cx.form.one("version").parse().unwrap_or(0));
    let mut changed = false;
    let errors = match draft(cx) {
        Ok(draft) => match roles::edit(cx.access(), by, &cx.client, id, version, draft).await {
            Ok(()) => return Ok(cx.see_other(&format!("/roles/{}?done=saved", id.0))),
            Err(error) => {
                changed = matches!(error, RoleError::Changed(_));
                wrong(cx, error)?
            }
        },
        Err(errors) => errors,
    };
    one(cx, StatusCode::UNPROCESSABLE_ENTITY, errors, changed).await
}

pub(crate) async fn delete(cx: &Context) -> Answer {
    let by = Authority::Operator(cx.signed_in()?);
    match roles::delete(cx.access(), by, &cx.client, id(cx)?).await {
        Ok(()) => Ok(cx.see_other("/roles?done=deleted")),
        Err(error) => one(cx, StatusCode::UNPROCESSABLE_ENTITY, wrong(cx, error)?, false).await,
    }
}

pub(crate) async fn duplicate(cx: &Context) -> Answer {
    let by = Authority::Operator(cx.signed_in()?);
    let id = id(cx)?;
    let original = roles::find(cx.access(), id).await?.ok_or(Refusal::NotFound)?;
    // A long name makes room for what says that it is a copy.
    let short: String = original.name.as_str().chars().take(40).collect();
    let name = |n: u32| {
        let values = [("name", Value::from(short.as_str())), ("number", Value::from(u64::from(n)))];
        RoleName::parse(&cx.speaker().text_with("role-copy-of", &values)).ok()
    };
    match roles::duplicate(cx.access(), by, &cx.client, id, name).await {
        Ok(id) => Ok(cx.see_other(&format!("/roles/{}?done=copied", id.0))),
        Err(error) => one(cx, StatusCode::UNPROCESSABLE_ENTITY, wrong(cx, error)?, false).await,
    }
}
