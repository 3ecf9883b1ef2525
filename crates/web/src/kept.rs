//! What was typed before a step-up is kept for the page that one comes back to, sealed in a short-lived cookie: nothing
//! typed is lost, and nothing is stored.

use poem::http::HeaderValue;
use portcullis_domain::parameter::parameter;
use portcullis_domain::secret::Sealed;

use crate::context::Context;
use crate::form::Form;

/// A browser refuses longer cookies.
const MOST_CHARACTERS: usize = 3_500;

fn context(cx: &Context) -> Option<Vec<u8>> {
    let account = cx.who.as_ref()?.operator.id();
    Some([b"kept form ".as_slice(), account.0.as_bytes()].concat())
}

/// Fields that are never kept. Parameters about passwords are none of them.
fn is_secret(name: &str) -> bool {
    let plain = name.strip_prefix("was.").unwrap_or(name);
    let key = plain.strip_suffix(".count").or_else(|| plain.strip_suffix(".minutes")).unwrap_or(plain);
    if [plain, key].into_iter().any(|key| parameter(key).is_ok()) {
        return false;
    }
    name.contains("password") || name.contains("code") || matches!(name, "csrf_token" | "enrolment")
}

/// The cookie that keeps the request's form for the page at `path`; `None` when there is nothing to keep, or too much.
pub fn keep(cx: &Context, path: &str) -> Option<HeaderValue> {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    fields.append_pair("", path);
    for (name, value) in cx.form.fields().filter(|(name, _)| !is_secret(name)) {
        fields.append_pair(name, value);
    }
    let sealed = cx.app.access.ports().sealer.seal(fields.finish().as_bytes(), &context(cx)?);
    let text = data_encoding::BASE64URL_NOPAD.encode(&sealed.0);
    (text.len() <= MOST_CHARACTERS).then(|| cx.jar().set_kept(Some(&text)))?
}

/// The form that was kept for this page, by this operator.
pub fn kept(cx: &Context) -> Option<Form> {
    let sealed = data_encoding::BASE64URL_NOPAD.decode(cx.jar().kept(&cx.headers)?.as_bytes()).ok()?;
    let plain = cx.app.access.ports().sealer.unseal(&Sealed(sealed), &context(cx)?).ok()?;
    let form = Form::parse(&plain);
    (form.one("") == cx.path).then_some(form)
}
