//! Mail: how a message looks, and how it leaves.
//!
//! The domain says *what* is said, to whom and in which language ([`MailMessage`]). Here it gets its words and its two
//! bodies ([`Renderer`]), becomes an RFC 5322 message, and leaves: to an SMTP server ([`SmtpMail`]), or as a file for a
//! first try without a server ([`FileMail`]). Both are a [`MailTransport`].
//!
//! To add a mail: a variant of the domain's `Content`, an arm in `letter.rs`, its texts in `words/*.ftl`.
//!
//! [`MailMessage`]: portcullis_domain::mail_message::MailMessage
//! [`MailTransport`]: portcullis_domain::ports::mail::MailTransport

mod file;
mod letter;
mod message;
mod renderer;
mod smtp;

pub use file::FileMail;
pub use message::MailSetUpError;
pub use renderer::{Rendered, Renderer};
pub use smtp::SmtpMail;
