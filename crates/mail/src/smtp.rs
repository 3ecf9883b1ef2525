//! Mail to a server: SMTP (RFC 5321), with TLS from the start or by STARTTLS (RFC 8314, RFC 3207).

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use portcullis_domain::mail_message::MailMessage;
use portcullis_domain::ports::mail::{MailError, MailTransport};
use url::Url;
use uuid::Uuid;

use crate::message::{Bodies, MailSetUpError, compose, sender};
use crate::renderer::Renderer;

/// From the first packet to the server's answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// For a polite goodbye, after the answer.
const GOODBYE: Duration = Duration::from_secs(2);

/// Hands mail to an SMTP server, on a fresh connection for each: a connection on which a mail timed out can never answer
/// for the next one.
pub struct SmtpMail {
    builder: AsyncSmtpTransportBuilder,
    host: String,
    security: Security,
    from: Mailbox,
    renderer: Renderer,
    timeout: Duration,
}

/// When TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    Plain,
    StartTls,
    FromTheStart,
}

impl SmtpMail {
    /// Reads the server's URL: `smtps://user:pass@host` (TLS from the start, port 465),
    /// `smtp://user:pass@host:587?tls=required` (STARTTLS or nothing), `smtp://host:25` (in the clear, for a server on
    /// the same machine). User and password are percent-encoded.
    ///
    /// # Errors
    /// [`MailSetUpError`], which repeats neither the URL nor its password.
    pub fn from_url(url: &str, from: &str, renderer: Renderer) -> Result<Self, MailSetUpError> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| MailSetUpError::Url)?;
        let url = Url::parse(url).map_err(|_| MailSetUpError::Url)?;
        let host = url.host_str().ok_or(MailSetUpError::Url)?.to_owned();
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let security = match (url.scheme(), tls.as_deref()) {
            ("smtps", _) => Security::FromTheStart,
            (_, Some("required")) => Security::StartTls,
            // With less than that, whoever stands between may talk the server out of it.
            (_, Some(_)) => return Err(MailSetUpError::Url),
            (_, None) => Security::Plain,
        };
        if security == Security::Plain && url.password().is_some() && !is_this_machine(&url) {
            return Err(MailSetUpError::PasswordInTheClear);
        }
        let builder = builder.timeout(Some(TIMEOUT));
        Ok(Self { builder, host, security, from: sender(from)?, renderer, timeout: TIMEOUT })
    }

    /// Also trusts the certificates in a PEM file, beside those of the system: for a server with a private authority.
    ///
    /// # Errors
    /// [`MailSetUpError`] when the file cannot be read or holds no certificate, or when the URL asks for no TLS.
    pub fn with_root_certificate(mut self, file: &Path) -> Result<Self, MailSetUpError> {
        let pem = std::fs::read(file).map_err(MailSetUpError::CertificateFile)?;
        if !pem.windows(27).any(|bytes| bytes == b"-----BEGIN CERTIFICATE-----") {
            return Err(MailSetUpError::Certificate);
        }
        let certificate = Certificate::from_pem(&pem).map_err(|_| MailSetUpError::Certificate)?;
        let parameters = TlsParameters::builder(self.host.clone())
            .add_root_certificate(certificate)
            .build_rustls()
            .map_err(|_| MailSetUpError::Certificate)?;
        let tls = match self.security {
            Security::Plain => return Err(MailSetUpError::NoTls),
            Security::StartTls => Tls::Required(parameters),
            Security::FromTheStart => Tls::Wrapper(parameters),
        };
        self.builder = self.builder.tls(tls);
        Ok(self)
    }
}

/// Of a scheme that it does not know the URL keeps the host as a text.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Names the server, not who signs in to it.
impl std::fmt::Debug for SmtpMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMail").field("host", &self.host).field("security", &self.security).finish_non_exhaustive()
    }
}

#[async_trait]
impl MailTransport for SmtpMail {
    async fn send(&self, id: Uuid, message: &MailMessage) -> Result<(), MailError> {
        let composed = compose(&self.renderer, &self.from, Bodies::Portable, id, message)?;
        let transport = self.builder.clone().build::<Tokio1Executor>();
        let answer = tokio::time::timeout(self.timeout, transport.send(composed)).await;
        let outcome = match answer {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(MailError::Later("the mail server did not answer in time".to_owned())),
        };
        // Taken is taken, however the goodbye goes.
        let _ = tokio::time::timeout(GOODBYE, transport.shutdown()).await;
        if outcome.is_ok() {
            tracing::info!(%id, kind = message.content.kind(), "mail taken by the server");
        }
        outcome
    }
}

/// What a failure means for the next try. The server's own words stay out: they repeat addresses.
fn failure(error: &lettre::transport::smtp::Error) -> MailError {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        // Refusals of us and not of the mail (RFC 4954 section 6): a setting is wrong, and the mail leaves once it is
        // right.
        if matches!(code, 530 | 534 | 535 | 538) {
            return MailError::Later(format!("the mail server did not let us sign in ({code})"));
        }
        let words = format!("the mail server answered {code}");
        return if error.is_permanent() { MailError::Never(words) } else { MailError::Later(words) };
    }
    MailError::Later(
        if error.is_timeout() {
            "the mail server did not answer in time"
        } else if error.is_tls() {
            "the mail server could not be reached securely"
        } else if error.is_response() {
            "the mail server's answer was not understood"
        } else if error.is_client() {
            "the mail server does not offer what this mail needs"
        } else {
            "the mail server could not be reached"
        }
        .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;
    use crate::message::tests::{LINK, every_content, message};
    use portcullis_domain::language::Language;

    const FROM: &str = "Portcullis <no-reply@shop.example>";

    fn renderer() -> Renderer {
        Renderer::new("Shop").unwrap()
    }

    fn set_up(url: &str) -> Result<SmtpMail, MailSetUpError> {
        SmtpMail::from_url(url, FROM, renderer())
    }

    /// Serves one connection: `RCPT` gets the answer given, `None` is silence. Says what it was sent as the mail.
    async fn serve(recipient: Option<&'static str>) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let (mut mail, mut in_mail) = (String::new(), false);
            write.write_all(b"220 loopback\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                    "." => {
                        in_mail = false;
                        "250 taken"
                    }
                    _ if in_mail => {
                        mail.push_str(&line);
                        mail.push('\n');
                        continue;
                    }
                    "RCPT" => match recipient {
                        Some(answer) => answer,
                        None => continue,
                    },
                    "DATA" => {
                        in_mail = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 ok",
                };
                if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                    break;
                }
            }
            mail
        });
        (url, server)
    }

    #[tokio::test]
    async fn the_server_gets_the_whole_mail() {
        let (url, server) = serve(Some("250 ok")).await;
        let [invitation, ..] = every_content();
        set_up(&url).unwrap().send(Uuid::nil(), &message(Language::En, invitation)).await.unwrap();
        let mail = server.await.unwrap();
        assert!(mail.contains("Message-ID: <00000000-0000-0000-0000-000000000000@shop.example>"), "{mail}");
        assert!(mail.contains("text/plain") && mail.contains("text/html"), "{mail}");
    }

    #[tokio::test]
    async fn a_refusal_says_whether_to_try_again_and_repeats_neither_address_nor_link() {
        for (answer, expected) in [
            (Some("550 <bea@shop.example>: no such user"), MailError::Never("the mail server answered 550".to_owned())),
            (Some("451 <bea@shop.example>: later"), MailError::Later("the mail server answered 451".to_owned())),
            (Some("535 who are you?"), MailError::Later("the mail server did not let us sign in (535)".to_owned())),
            (None, MailError::Later("the mail server did not answer in time".to_owned())),
        ] {
            let (url, _server) = serve(answer).await;
            let mut mail = set_up(&url).unwrap();
            if answer.is_none() {
                mail.timeout = Duration::from_millis(200);
            }
            let [invitation, ..] = every_content();
            let error = mail.send(Uuid::nil(), &message(Language::En, invitation)).await.unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains('@') && !error.to_string().contains(LINK));
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_tried_again() {
        // Bound and let go: nobody listens there.
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let [.., test] = every_content();
        let error = set_up(&format!("smtp://{address}")).unwrap().send(Uuid::nil(), &message(Language::En, test)).await;
        assert_eq!(error, Err(MailError::Later("the mail server could not be reached".to_owned())));
    }

    #[tokio::test]
    async fn nothing_is_sent_in_the_clear_where_tls_is_required() {
        let (url, server) = serve(Some("250 ok")).await;
        let [.., test] = every_content();
        let mail = set_up(&format!("{url}?tls=required")).unwrap();
        assert!(matches!(mail.send(Uuid::nil(), &message(Language::En, test)).await, Err(MailError::Later(_))));
        assert_eq!(server.await.unwrap(), "");
    }

    #[test]
    fn the_url_chooses_when_tls_starts() {
        for (url, security) in [
            ("smtps://user:p%40ss@mail.shop.example", Security::FromTheStart),
            ("smtp://user:pass@mail.shop.example:587?tls=required", Security::StartTls),
            ("smtp://localhost:25", Security::Plain),
            ("smtp://user:pass@127.0.0.1:25", Security::Plain),
            ("smtp://relay.shop.example:25", Security::Plain),
        ] {
            let mail = set_up(url).unwrap();
            assert_eq!(mail.security, security, "{url}");
            assert!(!format!("{mail:?}").contains("pass"));
        }
        for wrong in [
            "",
            "mail.shop.example",
            "http://mail.shop.example",
            "smtp://user:secret@host?tls=maybe",
            "smtp://user:secret@host?tls=opportunistic",
        ] {
            let error = set_up(wrong).unwrap_err();
            assert!(matches!(error, MailSetUpError::Url), "{wrong}");
            assert!(!error.to_string().contains("secret"));
        }
        let error = set_up("smtp://user:secret@mail.shop.example:587").unwrap_err();
        assert!(matches!(error, MailSetUpError::PasswordInTheClear));
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn a_root_certificate_is_read_where_there_is_tls() {
        let folder = tempfile::tempdir().unwrap();
        let (good, bad) = (folder.path().join("root.pem"), folder.path().join("bad.pem"));
        let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&good, certificate.cert.pem()).unwrap();
        std::fs::write(&bad, "nothing").unwrap();
        let with = |url, file: &Path| set_up(url).and_then(|mail| mail.with_root_certificate(file));
        assert!(with("smtps://localhost", &good).is_ok());
        assert!(with("smtp://localhost?tls=required", &good).is_ok());
        assert!(matches!(with("smtp://localhost", &good), Err(MailSetUpError::NoTls)));
        assert!(matches!(with("smtps://localhost", &bad), Err(MailSetUpError::Certificate)));
        assert!(matches!(
            with("smtps://localhost", &folder.path().join("none")),
            Err(MailSetUpError::CertificateFile(_))
        ));
    }
}
