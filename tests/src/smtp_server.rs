//! A mail server in the test's own process: it speaks SMTP with STARTTLS (RFC 5321, RFC 3207) and AUTH PLAIN, keeps what
//! it is given, and misbehaves on request.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// Whether the conversation was encrypted.
    pub encrypted: bool,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message.
    pub data: String,
}

/// How the server misbehaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answers `RCPT` with 550 for this address, always.
    Refuses(String),
    /// Answers this many messages with 451.
    TriesLater(u32),
    /// Closes the connection after the data of this many messages, with no answer.
    DropsAfterData(u32),
    /// Greets this many clients and never says another word.
    Hangs(u32),
    /// Takes every message, after so long.
    IsSlow(Duration),
}

#[derive(Default)]
struct Shared {
    received: Vec<Received>,
    faults: VecDeque<Fault>,
    tried: Vec<String>,
    down: bool,
    visits: u32,
    /// How many messages came to their end.
    ended: u32,
    /// What `AUTH PLAIN` was sent, decoded by nobody.
    credentials: Vec<String>,
}

/// The server. It stops when it is dropped.
pub struct SmtpServer {
    /// The port on 127.0.0.1.
    pub port: u16,
    shared: Arc<Mutex<Shared>>,
    task: tokio::task::JoinHandle<()>,
}

impl SmtpServer {
    /// Starts it with a fresh certificate for `localhost`, which is written to `certificate`.
    pub async fn start(certificate: &Path, offers_starttls: bool, faults: Vec<Fault>) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        std::fs::write(certificate, made.cert.pem()).expect("a file for the certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a configuration");
        let acceptor = offers_starttls.then(|| TlsAcceptor::from(Arc::new(config)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its port").port();
        let shared = Arc::new(Mutex::new(Shared { faults: faults.into(), ..Shared::default() }));
        let kept = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let down = {
                    let mut shared = kept.lock().expect("not poisoned");
                    shared.visits += 1;
                    shared.down
                };
                if !down {
                    tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&kept)));
                }
            }
        });
        Self { port, shared, task }
    }

    /// What arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().expect("not poisoned").received.clone()
    }

    /// Every Message-ID that was offered, also of what was not taken.
    pub fn tried(&self) -> Vec<String> {
        self.shared.lock().expect("not poisoned").tried.clone()
    }

    /// Takes the server away: whoever comes is sent off without a greeting. Or brings it back.
    pub fn set_down(&self, down: bool) {
        self.shared.lock().expect("not poisoned").down = down;
    }

    /// What clients sent to sign in, in base64.
    pub fn credentials(&self) -> Vec<String> {
        self.shared.lock().expect("not poisoned").credentials.clone()
    }

    /// How many clients came, whether they were served or not.
    pub fn visits(&self) -> u32 {
        self.shared.lock().expect("not poisoned").visits
    }

    /// How many messages came to their end, whether they were taken or not.
    pub fn ended(&self) -> u32 {
        self.shared.lock().expect("not poisoned").ended
    }

    /// Waits until that many clients have come in all.
    pub async fn visited(&self, times: u32, patience: Duration) {
        let come = async {
            while self.visits() < times {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(patience, come).await.unwrap_or_else(|_| panic!("nobody came {times} times"));
    }

    /// Waits for a mail to an address with a link to a page, and gives the link.
    pub async fn link(&self, to: &str, page: &str, patience: Duration) -> String {
        let found = async {
            loop {
                let mails = self.received();
                let link = mails.iter().rev().filter(|mail| mail.to.iter().any(|one| one == to)).find_map(|mail| {
                    let text = mail.data.replace("=\r\n", "").replace("=3D", "=");
                    let mark = format!("/{page}?token=");
                    text.lines()
                        .map(str::trim)
                        .find(|line| line.starts_with("http") && line.contains(&mark))
                        .map(str::to_owned)
                });
                match link {
                    Some(link) => return link,
                    None => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(patience, found)
            .await
            .unwrap_or_else(|_| panic!("no mail to {to} with a link to {page} came"))
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A conversation ends by QUIT, or because the other side went away.
async fn serve(stream: TcpStream, acceptor: Option<TlsAcceptor>, shared: Arc<Mutex<Shared>>) {
    let mut plain = BufReader::new(stream);
    let starttls = acceptor.is_some();
    if plain.write_all(b"220 localhost ESMTP\r\n").await.is_err() {
        return;
    }
    if hangs(&shared) {
        // Until the client gives up: its end of the line is all there is to read.
        while matches!(plain.read_line(&mut String::new()).await, Ok(read) if read > 0) {}
        return;
    }
    let Ok(true) = converse(&mut plain, starttls, false, &shared).await else { return };
    if let Some(acceptor) = acceptor
        && let Ok(encrypted) = acceptor.accept(plain.into_inner()).await
    {
        drop(converse(&mut BufReader::new(encrypted), false, true, &shared).await);
    }
}

/// Speaks until QUIT (false) or STARTTLS (true).
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    starttls: bool,
    encrypted: bool,
    shared: &Mutex<Shared>,
) -> std::io::Result<bool> {
    let mut to: Vec<String> = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let command = line.trim_end().to_owned();
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" if starttls => "250-localhost\r\n250-8BITMIME\r\n250 STARTTLS".to_owned(),
            "EHLO" => "250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned(),
            "STARTTLS" if starttls => {
                stream.write_all(b"220 go ahead\r\n").await?;
                stream.flush().await?;
                return Ok(true);
            }
            "AUTH" => {
                let sent = command.split(' ').nth(2).unwrap_or_default().to_owned();
                shared.lock().expect("not poisoned").credentials.push(sent);
                "235 welcome".to_owned()
            }
            "MAIL" | "RSET" | "NOOP" => {
                to.clear();
                "250 fine".to_owned()
            }
            "RCPT" => {
                let address = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let refused = shared.lock().expect("not poisoned").faults.contains(&Fault::Refuses(address.clone()));
                if refused {
                    "550 no such mailbox".to_owned()
                } else {
                    to.push(address);
                    "250 fine".to_owned()
                }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mail = Received { encrypted, to: std::mem::take(&mut to), data: data(stream).await? };
                tokio::time::sleep(pause(shared)).await;
                match take(shared, mail) {
                    Some(answer) => answer.to_owned(),
                    None => return Ok(false),
                }
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(false);
            }
            _ => "502 not known".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        stream.flush().await?;
    }
}

/// The message, up to the lone dot.
async fn data<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            // Half a mail is none.
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

/// Whether this client is one of those that the server hangs on.
fn hangs(shared: &Mutex<Shared>) -> bool {
    let mut shared = shared.lock().expect("not poisoned");
    shared.faults.iter_mut().any(|fault| match fault {
        Fault::Hangs(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    })
}

/// How long the server lets a client wait.
fn pause(shared: &Mutex<Shared>) -> Duration {
    let mut shared = shared.lock().expect("not poisoned");
    shared.ended += 1;
    let slow = |fault: &Fault| if let Fault::IsSlow(pause) = fault { Some(*pause) } else { None };
    shared.faults.iter().find_map(slow).unwrap_or_default()
}

/// Takes a mail, or misbehaves: `None` closes the connection.
fn take(shared: &Mutex<Shared>, mail: Received) -> Option<&'static str> {
    let mut shared = shared.lock().expect("not poisoned");
    let id = mail.data.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
    let id = id.unwrap_or_default().to_owned();
    shared.tried.push(id);
    for fault in &mut shared.faults {
        match fault {
            Fault::TriesLater(left) if *left > 0 => {
                *left -= 1;
                return Some("451 later");
            }
            Fault::DropsAfterData(left) if *left > 0 => {
                *left -= 1;
                return None;
            }
            _ => {}
        }
    }
    shared.received.push(mail);
    Some("250 taken")
}
