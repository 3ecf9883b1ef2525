//! What each mail says, in the order in which it is read; the templates give it its look.

use portcullis_domain::mail_message::{Content, MailMessage};
use portcullis_words::{Speaker, Value};
use time::{Duration, OffsetDateTime};

/// A mail in words.
pub(crate) struct Letter {
    pub(crate) language: &'static str,
    pub(crate) product: String,
    pub(crate) subject: String,
    pub(crate) greeting: String,
    pub(crate) opening: Vec<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) action: Option<Action>,
    pub(crate) closing: Vec<String>,
}

/// Something to compare with what one knows: an address, a moment.
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// The one thing to do.
pub(crate) struct Action {
    /// Before the link, in plain text.
    pub(crate) label: String,
    /// On the link, in HTML.
    pub(crate) button: String,
    /// Before the link that can be copied, in HTML.
    pub(crate) copy: String,
    pub(crate) link: String,
}

impl Letter {
    #[expect(clippy::too_many_lines, reason = "a table with an arm for each mail, to be read through")]
    pub(crate) fn write(speaker: Speaker<'_>, product: &str, message: &MailMessage) -> Self {
        let product = one_line(product);
        let say = |key: &str, values: &[(&str, Value<'_>)]| {
            let mut all = vec![("product", Value::from(product.as_str()))];
            all.extend_from_slice(values);
            speaker.text_with(key, &all)
        };
        let fact = |key: &str, value: &str| Fact { label: say(key, &[]), value: one_line(value) };
        let action = |key: &str, button: &str, link: &str| {
            Some(Action {
                label: say(key, &[]),
                button: say(button, &[]),
                copy: say("link-copy", &[]),
                link: one_line(link),
            })
        };
        let ends = |key: &str, span: Duration, who: &str| {
            let seconds = u64::try_from(span.whole_seconds()).unwrap_or(0);
            let end = message.at.checked_add(span).unwrap_or(message.at);
            let values = [
                ("duration", speaker.duration(seconds).into()),
                ("end", date(speaker, end).into()),
                ("inviter", who.into()),
            ];
            say(key, &values)
        };
        let happened = |device: &str, address: &str| {
            vec![
                fact("fact-when", &date(speaker, message.at)),
                fact("fact-device", &speaker.device(device)),
                fact("fact-address", address),
            ]
        };
        let mut letter = Self {
            language: speaker.language().tag(),
            product: product.clone(),
            subject: String::new(),
            greeting: say("greeting", &[("name", one_line(message.name.as_str()).into())]),
            opening: Vec::new(),
            facts: Vec::new(),
            action: None,
            closing: Vec::new(),
        };
        match &message.content {
            Content::Invitation { inviter, back_office, roles, link, hours } => {
                let inviter = one_line(inviter);
                let who = [("inviter", Value::from(inviter.as_str()))];
                letter.subject = say("invitation-subject", &who);
                letter.opening = vec![say("invitation-opening", &who)];
                letter.facts = vec![fact("invitation-back-office", back_office)];
                if !roles.is_empty() {
                    letter.facts.push(Fact {
                        label: say("invitation-roles", &[("count", roles.len().into())]),
                        value: one_line(&roles.join(", ")),
                    });
                }
                letter.action = action("invitation-link", "invitation-button", link);
                letter.closing = vec![
                    ends("invitation-ends", Duration::hours(i64::from(*hours)), &inviter),
                    say("invitation-ignore", &[]),
                ];
            }
            Content::PasswordReset { link, minutes } => {
                letter.subject = say("reset-subject", &[]);
                letter.opening = vec![say("reset-opening", &[])];
                letter.action = action("reset-link", "reset-button", link);
                letter.closing =
                    vec![ends("reset-ends", Duration::minutes(i64::from(*minutes)), ""), say("reset-ignore", &[])];
            }
            Content::PasswordChanged { address } => {
                letter.subject = say("changed-subject", &[]);
                letter.opening = vec![say("changed-opening", &[])];
                letter.facts = vec![fact("fact-when", &date(speaker, message.at)), fact("fact-address", address)];
                letter.closing = vec![say("changed-mine", &[]), say("changed-other", &[])];
            }
            Content::NewDevice { device, address } => {
                letter.subject = say("device-subject", &[]);
                letter.opening = vec![say("device-opening", &[])];
                letter.facts = happened(device, address);
                letter.closing = vec![say("device-mine", &[]), say("device-other", &[])];
            }
            Content::TwoFactorAdded { device, address } => {
                letter.subject = say("two-factor-added-subject", &[]);
                letter.opening = vec![say("two-factor-added-opening", &[])];
                letter.facts = happened(device, address);
                letter.closing = vec![say("changed-mine", &[]), say("two-factor-other", &[])];
            }
            Content::TwoFactorRemoved { by } => {
                letter.subject = say("two-factor-removed-subject", &[]);
                letter.opening = vec![match by {
                    Some(by) => say("two-factor-removed-by", &[("by", one_line(by).into())]),
                    None => say("two-factor-removed-opening", &[]),
                }];
                letter.facts = vec![fact("fact-when", &date(speaker, message.at))];
                letter.closing = vec![say("two-factor-removed-closing", &[])];
            }
            Content::TwoFactorRemovedFor { whose } => {
                letter.subject = say("two-factor-removed-for-subject", &[("whose", one_line(whose).into())]);
                letter.opening = vec![say("two-factor-removed-for-opening", &[("whose", one_line(whose).into())])];
                letter.facts = vec![fact("fact-when", &date(speaker, message.at))];
                letter.closing = vec![say("changed-mine", &[]), say("two-factor-other", &[])];
            }
            Content::RecoveryCodeUsed { left, device, address } => {
                letter.subject = say("recovery-code-subject", &[]);
                letter.opening = vec![say("recovery-code-opening", &[("left", (*left).into())])];
                letter.facts = happened(device, address);
                letter.closing = vec![say("recovery-code-closing", &[]), say("two-factor-other", &[])];
            }
            Content::RecoveryCodesReplaced { device, address } => {
                letter.subject = say("recovery-codes-subject", &[]);
                letter.opening = vec![say("recovery-codes-opening", &[])];
                letter.facts = happened(device, address);
                letter.closing = vec![say("changed-mine", &[]), say("two-factor-other", &[])];
            }
            Content::WrongCodes { device, address } => {
                letter.subject = say("wrong-codes-subject", &[]);
                letter.opening = vec![say("wrong-codes-opening", &[])];
                letter.facts = happened(device, address);
                letter.closing = vec![say("wrong-codes-mine", &[]), say("wrong-codes-other", &[])];
            }
            Content::AliasChanged { back_office, by, old_until } => {
                letter.subject = say("alias-subject", &[]);
                let old = match old_until {
                    Some(until) => say("alias-old-leads-on", &[("end", date(speaker, *until).into())]),
                    None => say("alias-old-is-dead", &[]),
                };
                letter.opening = vec![say("alias-opening", &[("by", one_line(by).into())]), old];
                letter.action = action("alias-link", "alias-button", back_office);
                letter.closing = vec![say("alias-closing", &[])];
            }
            Content::RolesChanged { roles, by } => {
                letter.subject = say("roles-subject", &[]);
                letter.opening = vec![say("roles-opening", &[("by", one_line(by).into())])];
                let held = if roles.is_empty() { say("roles-none", &[]) } else { one_line(&roles.join(", ")) };
                letter.facts = vec![
                    Fact { label: say("roles-now", &[("count", roles.len().into())]), value: held },
                    fact("fact-when", &date(speaker, message.at)),
                ];
            }
            Content::Suspended => {
                letter.subject = say("suspended-subject", &[]);
                letter.opening = vec![say("suspended-opening", &[])];
                letter.facts = vec![fact("fact-when", &date(speaker, message.at))];
                letter.closing = vec![say("suspended-closing", &[])];
            }
            Content::Test => {
                letter.subject = say("test-subject", &[]);
                letter.opening = vec![say("test-opening", &[])];
                letter.facts = vec![fact("fact-when", &date(speaker, message.at))];
                letter.closing = vec![say("test-closing", &[])];
            }
        }
        // The values are single lines already; the texts around them are held to it too, for the header's sake.
        letter.subject = one_line(&letter.subject);
        letter
    }
}

/// A moment for somebody whose time zone is not known, so with the zone's name.
fn date(speaker: Speaker<'_>, moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(time::UtcOffset::UTC);
    speaker.text_with(
        "date",
        &[
            ("day", u32::from(moment.day()).into()),
            ("month", u32::from(u8::from(moment.month())).into()),
            ("year", moment.year().to_string().into()),
            ("time", format!("{:02}:{:02}", moment.hour(), moment.minute()).into()),
        ],
    )
}

/// A text without line breaks, other control characters and the marks that turn the direction of what follows: it can
/// write no header, and no line of its own. Runs of white space become one space.
pub(crate) fn one_line(text: &str) -> String {
    let visible = text.replace(
        |c: char| {
            c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        },
        " ",
    );
    visible.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
