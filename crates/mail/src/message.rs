//! From a message to RFC 5322.

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use portcullis_domain::mail_message::MailMessage;
use portcullis_domain::ports::mail::MailError;
use std::time::SystemTime;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::letter::one_line;
use crate::renderer::Renderer;

/// Why mail cannot be set up. It says which setting is wrong, never its value: a server's URL holds a password.
#[derive(Debug, thiserror::Error)]
pub enum MailSetUpError {
    /// The sender is not of the form `Name <address@host>`.
    #[error("the sender of mail must look like: Back office <no-reply@example.com>")]
    Sender,
    /// The server's URL is not understood.
    #[error(
        "the mail server must look like smtp://user:password@host:587?tls=required, smtps://host or smtp://host:25"
    )]
    Url,
    /// The URL holds a password, and nothing keeps it from travelling in the clear.
    #[error(
        "a password for the mail server would travel in the clear: write smtps://…, or add ?tls=required to the mail server's URL"
    )]
    PasswordInTheClear,
    /// A root certificate was given, but the URL asks for no TLS.
    #[error("a root certificate for mail needs smtps:// or ?tls=required in the mail server's URL")]
    NoTls,
    /// The file with the root certificate cannot be read.
    #[error("the root certificate for mail cannot be read")]
    CertificateFile(#[source] std::io::Error),
    /// The file holds no certificate in PEM.
    #[error("the root certificate for mail is not a certificate in PEM")]
    Certificate,
}

/// Reads the sender, `Back office <no-reply@example.com>`.
pub(crate) fn sender(from: &str) -> Result<Mailbox, MailSetUpError> {
    from.trim().parse().map_err(|_| MailSetUpError::Sender)
}

/// How text that is not ASCII travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    /// As it is, to be read with any editor.
    Readable,
    /// Encoded so that every server takes it.
    Portable,
}

/// The longest line of a message, in bytes without its end (RFC 5322 section 2.1.1).
const MAX_LINE: usize = 998;

impl Bodies {
    /// Leaves the text as it is wherever its form of travel allows it: an encoding breaks long lines, and with them the
    /// links that people copy out of a file.
    fn body(self, text: String) -> Body {
        let short = text.lines().all(|line| line.len() <= MAX_LINE);
        let encoding = match self {
            _ if short && text.is_ascii() => ContentTransferEncoding::SevenBit,
            Self::Readable if short => ContentTransferEncoding::EightBit,
            _ => {
                return Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
                    .unwrap_or_else(Body::new);
            }
        };
        let lines = text.lines().flat_map(|line| [line, "\r\n"]).collect::<String>();
        Body::dangerous_pre_encoded(lines.into_bytes(), encoding)
    }
}

/// Writes the message. Nothing in it but the separator of its parts depends on when or how often it is tried.
pub(crate) fn compose(
    renderer: &Renderer,
    from: &Mailbox,
    bodies: Bodies,
    id: Uuid,
    message: &MailMessage,
) -> Result<Message, MailError> {
    let written = renderer.render(message)?;
    let never = |problem: &str| MailError::Never(problem.to_owned());
    let to = message.to.as_str().parse().map_err(|_| never("the address cannot be written to"))?;
    let part = |kind, text| SinglePart::builder().header(kind).body(bodies.body(text));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(Some(one_line(message.name.as_str())), to))
        .subject(one_line(&written.subject))
        .date(SystemTime::from(message.at.max(OffsetDateTime::UNIX_EPOCH)))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        // So that nobody's holiday notice answers (RFC 3834 section 5).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, written.text))
                .singlepart(part(ContentType::TEXT_HTML, written.html)),
        )
        .map_err(|_| never("the mail cannot be written"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use portcullis_domain::display_name::DisplayName;
    use portcullis_domain::email::Email;
    use portcullis_domain::language::Language;
    use portcullis_domain::mail_message::Content;

    pub(crate) const LINK: &str =
        "https://shop.example/gate-1/invitation?token=q0RzM2b7Yk1nV5c9Xw3Jt8Lh6Fd4Sa2Pe0Ui7Oy5Tr3";

    pub(crate) fn every_content() -> [Content; 5] {
        [
            Content::Invitation {
                inviter: "Ada Admin".to_owned(),
                back_office: "https://shop.example/gate-1/".to_owned(),
                roles: vec!["Orders".to_owned(), "Catalogue & prices".to_owned()],
                link: LINK.to_owned(),
                hours: 72,
            },
            Content::PasswordReset { link: LINK.to_owned(), minutes: 30 },
            Content::PasswordChanged { address: "192.0.2.7".to_owned() },
            Content::NewDevice { device: "Firefox on Linux".to_owned(), address: "192.0.2.7".to_owned() },
            Content::Test,
        ]
    }

    /// A message of Saturday, 28 November 2026.
    pub(crate) fn message(language: Language, content: Content) -> MailMessage {
        MailMessage {
            to: Email::parse("bea@shop.example").unwrap(),
            name: DisplayName::parse("Béa Colleague").unwrap(),
            language,
            at: OffsetDateTime::from_unix_timestamp(1_795_856_700).unwrap(),
            content,
        }
    }

    #[test]
    fn a_message_is_automatic_and_keeps_its_identity() {
        let renderer = Renderer::new("Back office").unwrap();
        let from = sender("Portcullis <no-reply@mail.shop.example>").unwrap();
        let write = || compose(&renderer, &from, Bodies::Portable, Uuid::nil(), &message(Language::Fr, Content::Test));
        let text = String::from_utf8(write().unwrap().formatted()).unwrap();
        for header in [
            "Message-ID: <00000000-0000-0000-0000-000000000000@mail.shop.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Date: Sat, 28 Nov 2026 09:05:00 +0000\r\n",
            "From: Portcullis <no-reply@mail.shop.example>\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
        ] {
            assert!(text.contains(header), "{header}: {text}");
        }
        assert!(text.is_ascii() && text.contains("<bea@shop.example>"), "{text}");
    }

    #[test]
    fn lines_too_long_for_a_message_are_encoded() {
        for bodies in [Bodies::Readable, Bodies::Portable] {
            let encoded = bodies.body("x".repeat(1_000));
            assert_eq!(encoded.encoding(), ContentTransferEncoding::QuotedPrintable);
            assert!(encoded.as_ref().split(|byte| *byte == b'\n').all(|line| line.len() <= 78));
            assert_eq!(bodies.body(format!("{LINK}\n")).as_ref(), format!("{LINK}\r\n").as_bytes());
        }
        assert_eq!(Bodies::Portable.body("é".to_owned()).encoding(), ContentTransferEncoding::QuotedPrintable);
        assert_eq!(Bodies::Readable.body("é".to_owned()).encoding(), ContentTransferEncoding::EightBit);
    }

    #[test]
    fn a_sender_without_an_address_is_refused() {
        for wrong in ["", "Portcullis", "Portcullis <no-reply>"] {
            assert!(matches!(sender(wrong), Err(MailSetUpError::Sender)), "{wrong}");
        }
    }
}
