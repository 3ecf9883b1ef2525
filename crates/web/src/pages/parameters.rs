//! Parameters: what the back office may be told while it runs, in groups, each with its meaning, bounds and past.

use askama::Template;
use poem::Response;
use poem::http::{StatusCode, header};
use portcullis_core::alias::Refused;
use portcullis_core::authority::Authority;
use portcullis_core::parameters::{ChangeError, Problem, Setting, Wish, change, list, preview, restoring};
use portcullis_domain::alias::AliasError;
use portcullis_domain::audit::Actor;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::parameter::{ALIAS, ALL, Kind, Parameter, ParameterError, parameter, policy_fields};
use portcullis_domain::password_policy::{PasswordPolicy, Preset};
use portcullis_domain::ports::storage::parameter_history::ParameterChange;
use portcullis_domain::role::Level;
use portcullis_words::{Value, moment};

use super::parameter::earlier;
use crate::context::{Answer, Context};
use crate::form::{Errors, Form};
use crate::page::{Page, rules};
use crate::refusal::Refusal;

const TITLE: &str = "parameters-title";
/// The groups, and the keys that begin with these words.
const GROUPS: [(&str, &[&str]); 6] = [
    ("password", &["password."]),
    ("limits", &["password_reset.", "sign_in.", "second_factor."]),
    ("links", &["reset_link.", "invitation."]),
    ("sessions", &["session.", "step_up."]),
    ("two-factor", &["two_factor."]),
    ("address", &["alias."]),
];

struct Group {
    id: &'static str,
    title: String,
    fields: Vec<Field>,
}

/// One parameter on the page. With options it is a choice, with minutes a limit, otherwise a number.
struct Field {
    key: &'static str,
    label: String,
    meaning: String,
    /// The value, in canonical form, that the form is an answer to.
    was: String,
    /// What stands in the field.
    value: String,
    minutes: Option<String>,
    options: Vec<(String, String, bool)>,
    bounds: Option<(u32, u32)>,
    default: String,
    sentence: String,
    changed: Changed,
}

/// Who changed something, and when.
pub(super) struct Changed {
    pub(super) words: String,
    pub(super) at: String,
    pub(super) exact: String,
}

struct PresetInWords {
    name: String,
    asks: Vec<String>,
}

#[derive(Template)]
#[template(path = "parameters.html")]
struct Parameters<'a> {
    page: Page<'a>,
    groups: Vec<Group>,
    may_manage: bool,
    done: String,
    asks: Vec<String>,
    presets: Vec<PresetInWords>,
    weaker: String,
    checked: bool,
    ask_weaker: bool,
    address: String,
    alias_changed: Changed,
    alias: String,
}

/// The key of a parameter's words.
pub(super) fn words_of(key: &str) -> String {
    format!("parameter-{}", key.replace(['.', '_'], "-"))
}

pub(super) fn changed(cx: &Context, change: Option<&ParameterChange>) -> Changed {
    let Some(change) = change else {
        return Changed { words: cx.text("parameter-never-changed"), at: String::new(), exact: String::new() };
    };
    let by = match &change.by {
        Actor::Operator(_, name) => name.clone(),
        Actor::CommandLine => cx.text("actor-command-line"),
        Actor::System | Actor::Stranger => cx.access().settings().product_name.clone(),
    };
    Changed {
        words: cx.speaker().text_with("parameter-changed-by", &[("by", Value::from(by))]),
        at: cx.speaker().moment(change.at, cx.access().now()),
        exact: moment::exact(change.at),
    }
}

/// A canonical value as one says it.
pub(super) fn in_words(cx: &Context, parameter: &Parameter, value: &str) -> String {
    match parameter.kind {
        Kind::Number { .. } => value.to_owned(),
        Kind::Flag | Kind::Choice(_) => cx.text(&format!("choice-{value}")),
        Kind::Rate { .. } => sentence(cx, parameter.key, value),
    }
}

/// A limit as a sentence: "3 requests at once, then one every 20 minutes, per account".
fn sentence(cx: &Context, key: &str, value: &str) -> String {
    let Some((Ok(count), Ok(minutes))) = value.split_once('/').map(|(count, minutes)| (count.parse(), minutes.parse()))
    else {
        return String::new();
    };
    let (count, minutes): (u32, u32) = (count, minutes);
    let seconds = (u64::from(minutes) * 60).div_ceil(u64::from(count.max(1)));
    let (whole, rest) = (seconds / 60, seconds % 60);
    let pause = match (whole, rest) {
        (1..=119, 1..) => format!("{} {}", cx.speaker().duration(whole * 60), cx.speaker().duration(rest)),
        _ => cx.speaker().duration(seconds),
    };
    let values = [("count", Value::from(count)), ("pause", Value::from(pause))];
    cx.speaker().text_with(&format!("{}-sentence", words_of(key)), &values)
}

/// What password rules ask, in words.
fn policy_in_words(cx: &Context, policy: &PasswordPolicy) -> Vec<String> {
    let mut asks: Vec<String> = rules(cx, policy).into_iter().map(|rule| rule.words).collect();
    if policy.history > 0 {
        asks.pop();
        asks.push(cx.speaker().text_with("policy-history", &[("count", Value::from(policy.history))]));
    }
    asks.push(match policy.max_age_days {
        0 => cx.text("policy-no-age"),
        days => cx.speaker().text_with("policy-age", &[("days", Value::from(days))]),
    });
    asks
}

/// The fields of the form that are parameters. A limit comes whole, or as two numbers.
fn wishes(form: &Form) -> Vec<Wish> {
    let shown = |key: &str| {
        let name = format!("was.{key}");
        form.has(&name).then(|| form.one(&name).to_owned())
    };
    let mut wishes: Vec<Wish> = ALL
        .iter()
        .filter_map(|parameter| {
            let key = parameter.key;
            let text = if form.has(key) { form.one(key).to_owned() } else { two_numbers(form, key)? };
            Some(Wish { shown: shown(key), ..Wish::new(key, text) })
        })
        .collect();
    if form.has(ALIAS) {
        wishes.push(Wish::new(ALIAS, form.one(ALIAS)));
    }
    wishes
}

fn two_numbers(form: &Form, key: &str) -> Option<String> {
    let (count, minutes) = (format!("{key}.count"), format!("{key}.minutes"));
    let there = form.has(&count) || form.has(&minutes);
    there.then(|| format!("{}/{}", form.one(&count).trim(), form.one(&minutes).trim()))
}

/// What is wrong with a value, in words.
fn problem_in_words(cx: &Context, key: &str, problem: &Problem) -> String {
    let with = |words: &str, name: &str, value: String| cx.speaker().text_with(words, &[(name, Value::from(value))]);
    let said = |value: &str| parameter(key).map_or_else(|_| value.to_owned(), |found| in_words(cx, found, value));
    match problem {
        Problem::Value(ParameterError::OutOfBounds(min, max)) => {
            cx.speaker().text_with("parameter-out-of-bounds", &[("min", Value::from(*min)), ("max", Value::from(*max))])
        }
        Problem::Value(ParameterError::NotAChoice(_)) => cx.text("parameter-not-a-choice"),
        Problem::Value(ParameterError::NotARate) => cx.text("parameter-not-a-rate"),
        Problem::Value(ParameterError::Unknown) => cx.text("refusal-not-found"),
        Problem::Alias(Refused::Malformed(AliasError::Length)) => cx.text("alias-length"),
        Problem::Alias(Refused::Malformed(AliasError::Characters)) => cx.text("alias-characters"),
        Problem::Alias(Refused::Malformed(AliasError::Guessable)) => cx.text("alias-guessable"),
        Problem::Alias(Refused::Present) => cx.text("alias-present"),
        Problem::PresetSays(value) => with("parameter-preset-says", "value", said(value)),
        Problem::OwnSecondFactor => cx.text("parameter-own-second-factor"),
        Problem::ChangedMeanwhile(value) => with("parameter-changed-meanwhile", "value", said(value)),
    }
}

pub(super) fn errors_of(cx: &Context, problems: &[(String, Problem)]) -> Errors {
    let mut errors = Errors::none();
    for (key, problem) in problems {
        let field = if key == ALIAS { ALIAS } else { parameter(key).map_or("", |parameter| parameter.key) };
        let label = cx.text(&words_of(key));
        errors.add(field, format!("{label}: {}", problem_in_words(cx, key, problem)));
    }
    errors
}

/// What the field was when its form was shown. What was typed was typed over that; only whoever is shown what somebody else
/// changed is let over it.
fn was(cx: &Context, setting: &Setting, typed: Option<&str>, errors: &Errors) -> String {
    let Setting { parameter, value: live, .. } = setting;
    let shown = parameter.canonical(cx.form.one(&format!("was.{}", parameter.key)));
    let (Ok(shown), Some(typed)) = (shown, typed) else { return live.clone() };
    let conflict_is_shown = parameter.canonical(typed).is_ok() && !errors.of(parameter.key).is_empty();
    if conflict_is_shown { live.clone() } else { shown }
}

fn field(cx: &Context, setting: &Setting, filled: Option<&str>, errors: &Errors) -> Field {
    let Setting { parameter, value: live, .. } = setting;
    let key = parameter.key;
    let typed = filled
        .map(str::to_owned)
        .or_else(|| if cx.form.has(key) { Some(cx.form.one(key).to_owned()) } else { two_numbers(&cx.form, key) });
    let was = was(cx, setting, typed.as_deref(), errors);
    let value = typed.unwrap_or_else(|| live.clone());
    let option = |text: &str| (text.to_owned(), cx.text(&format!("choice-{text}")), text == value);
    let options = match parameter.kind {
        Kind::Flag => vec![option("false"), option("true")],
        Kind::Choice(words) => words.iter().map(|text| option(text)).collect(),
        Kind::Number { .. } | Kind::Rate { .. } => Vec::new(),
    };
    let is_rate = matches!(parameter.kind, Kind::Rate { .. });
    let (value, minutes) = match value.split_once('/') {
        Some((count, minutes)) if is_rate => (count.to_owned(), Some(minutes.to_owned())),
        _ if is_rate => (value, Some(String::new())),
        _ => (value, None),
    };
    Field {
        label: cx.text(&words_of(key)),
        meaning: cx.text(&format!("{}-meaning", words_of(key))),
        was,
        value,
        minutes,
        options,
        bounds: if let Kind::Number { min, max, .. } = parameter.kind { Some((min, max)) } else { None },
        default: in_words(cx, parameter, &parameter.default_text()),
        sentence: if is_rate { sentence(cx, key, live) } else { String::new() },
        changed: changed(cx, setting.changed.as_ref()),
        key,
    }
}

/// The page. With `checked`, it says what would come of these wishes, and offers to save them.
async fn form(cx: &Context, status: StatusCode, mut errors: Errors, checked: Option<Vec<Wish>>) -> Answer {
    let who = cx.signed_in()?;
    let access = cx.access();
    let (settings, alias_changed) = list(access).await?;
    let (seen, checked, status) = match preview(access, checked.as_deref().unwrap_or_default()).await {
        Ok(seen) => (seen, checked.is_some(), status),
        Err(ChangeError::Refused(problems)) => {
            errors = errors_of(cx, &problems);
            (preview(access, &[]).await.map_err(refusal)?, false, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => return Err(refusal(error)),
    };
    let mut filled = policy_fields(&seen.policy).to_vec();
    filled.push(("password.preset", seen.preset.clone()));
    let fill = |key: &str| filled.iter().find(|(field, _)| checked && *field == key).map(|(_, value)| value.as_str());
    let groups = GROUPS.map(|(id, starts)| Group {
        id,
        title: cx.text(&format!("parameters-{id}")),
        fields: settings
            .iter()
            .filter(|setting| starts.iter().any(|start| setting.parameter.key.starts_with(start)))
            .map(|setting| field(cx, setting, fill(setting.parameter.key), &errors))
            .collect(),
    });
    let presets = Preset::ALL.into_iter().filter_map(|preset| {
        let policy = PasswordPolicy::preset(preset)?;
        Some(PresetInWords {
            name: cx.text(&format!("choice-{}", preset.as_str())),
            asks: policy_in_words(cx, &policy),
        })
    });
    let template = Parameters {
        groups: groups.into(),
        may_manage: who.operator.grants().allow(&BuiltIn::Parameters.id(), Level::Manage),
        done: done(cx),
        asks: policy_in_words(cx, &seen.policy),
        presets: presets.collect(),
        weaker: cx.speaker().text_with("policy-weaker", &[("count", Value::from(seen.weaker))]),
        checked,
        ask_weaker: checked && seen.weaker > 0,
        address: access.back_office_url().await,
        alias_changed: changed(cx, alias_changed.as_ref()),
        alias: cx.form.one(ALIAS).to_owned(),
        page: Page::with(cx, TITLE, errors),
    };
    Ok(cx.html(status, &template))
}

/// What was done a moment ago.
fn done(cx: &Context) -> String {
    match (cx.query.one("done"), cx.query.one("asked").parse::<u64>()) {
        ("alias", _) => cx.text("parameters-done-alias"),
        ("saved", Ok(asked)) if asked > 0 => {
            cx.speaker().text_with("parameters-done-asked", &[("count", Value::from(asked))])
        }
        ("saved", _) => cx.text("parameters-done-saved"),
        _ => String::new(),
    }
}

pub(super) fn refusal(error: ChangeError) -> Refusal {
    match error {
        ChangeError::Storage(error) => error.into(),
        ChangeError::Forbidden | ChangeError::Refused(_) => Refusal::Forbidden,
    }
}

pub(crate) async fn show(cx: &Context) -> Answer {
    // What was to be checked before a proof was asked for is checked now.
    let typed = cx.form.has("check").then(|| wishes(&cx.form));
    let checked = match (typed, earlier(cx.query.one("change"))) {
        (None, Some(earlier)) => restoring(cx.access(), cx.query.one("restore"), earlier).await?.map(|wish| vec![wish]),
        (typed, _) => typed,
    };
    form(cx, StatusCode::OK, Errors::none(), checked).await
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    if cx.form.has("check") {
        return form(cx, StatusCode::OK, Errors::none(), Some(wishes(&cx.form))).await;
    }
    let mut wished = wishes(&cx.form);
    if cx.form.one("generate_alias") == "1" {
        wished.retain(|wish| wish.key != ALIAS);
        wished.push(Wish::new(ALIAS, cx.access().new_alias().as_str()));
    }
    save(cx, &wished, cx.form.one("ask_weaker") == "1").await
}

async fn save(cx: &Context, wished: &[Wish], ask_weaker: bool) -> Answer {
    let by = Authority::Operator(cx.signed_in()?);
    match change(cx.access(), &cx.client, by, wished, ask_weaker).await {
        // One's own browser is led over.
        Ok(changed) if changed.keys.contains(&ALIAS) => {
            let location = format!("/{}/parameters?done=alias", cx.access().alias().await.as_str());
            Ok(Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish())
        }
        Ok(changed) => Ok(cx.see_other(&format!("/parameters?done=saved&asked={}", changed.asked))),
        Err(ChangeError::Refused(problems)) => {
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, errors_of(cx, &problems), None).await
        }
        Err(error) => Err(refusal(error)),
    }
}
