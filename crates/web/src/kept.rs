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

/// Fields that are never kept. Parameters about passwords are none of them, nor is the key of an enrolment, which travels
/// sealed: the same one must come back.
fn is_secret(name: &str) -> bool {
    let plain = name.strip_prefix("was.").unwrap_or(name);
    let key = plain.strip_suffix(".count").or_else(|| plain.strip_suffix(".minutes")).unwrap_or(plain);
    if [plain, key].into_iter().any(|key| parameter(key).is_ok()) {
        return false;
    }
    name.contains("password") || name.contains("code") || name == "csrf_token"
}

/// What becomes of a request's form while somebody proves who they are.
pub enum Kept {
    /// Nothing was typed that could be kept.
    Nothing,
    /// The cookie that keeps it.
    Typed(Option<HeaderValue>),
    /// It is too long for a cookie: one is told, before it is lost.
    TooMuch,
}

/// Keeps the request's form for the page at `path`.
pub fn keep(cx: &Context, path: &str) -> Kept {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    fields.append_pair("", path);
    let mut nothing = true;
    for (name, value) in cx.form.fields().filter(|(name, _)| !is_secret(name)) {
        fields.append_pair(name, value);
        nothing &= value.is_empty();
    }
    let Some(context) = context(cx).filter(|_| !nothing) else { return Kept::Nothing };
    let sealed = cx.app.access.ports().sealer.seal(fields.finish().as_bytes(), &context);
    let text = data_encoding::BASE64URL_NOPAD.encode(&sealed.0);
    if text.len() > MOST_CHARACTERS { Kept::TooMuch } else { Kept::Typed(cx.jar().set_kept(Some(&text))) }
}

/// The form that was kept for this page, by this operator.
pub fn kept(cx: &Context) -> Option<Form> {
    let sealed = data_encoding::BASE64URL_NOPAD.decode(cx.jar().kept(&cx.headers)?.as_bytes()).ok()?;
    let plain = cx.app.access.ports().sealer.unseal(&Sealed(sealed), &context(cx)?).ok()?;
    let form = Form::parse(&plain);
    (form.one("") == cx.path).then_some(form)
}
