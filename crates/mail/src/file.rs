//! Mail as files: for a first try without a mail server, and for tests.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use lettre::message::Mailbox;
use portcullis_domain::mail_message::MailMessage;
use portcullis_domain::ports::mail::{MailError, MailTransport};
use uuid::Uuid;

use crate::message::{Bodies, MailSetUpError, compose, sender};
use crate::renderer::Renderer;

/// Told the path of each file that was written.
type OnWritten = Arc<dyn Fn(&Path) + Send + Sync>;

/// Writes each mail as `<milliseconds>-<id>.eml` into a folder that only its owner reads.
pub struct FileMail {
    folder: PathBuf,
    from: Mailbox,
    renderer: Renderer,
    on_written: Option<OnWritten>,
}

impl FileMail {
    /// Writes into `folder`, which is made with the first mail (mode 0700).
    ///
    /// # Errors
    /// [`MailSetUpError::Sender`] when `from` is not like `Name <address@host>`.
    pub fn new(folder: PathBuf, from: &str, renderer: Renderer) -> Result<Self, MailSetUpError> {
        Ok(Self { folder, from: sender(from)?, renderer, on_written: None })
    }

    /// Tells the path of each file once it is whole. The application prints it; here nothing is printed.
    #[must_use]
    pub fn on_written(mut self, tell: Box<dyn Fn(&Path) + Send + Sync>) -> Self {
        self.on_written = Some(Arc::from(tell));
        self
    }
}

impl std::fmt::Debug for FileMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileMail").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[async_trait]
impl MailTransport for FileMail {
    async fn send(&self, id: Uuid, message: &MailMessage) -> Result<(), MailError> {
        let bytes = compose(&self.renderer, &self.from, Bodies::Readable, id, message)?.formatted();
        // The same name at every try, so a mail that is tried again replaces itself.
        let milliseconds = message.at.unix_timestamp_nanos() / 1_000_000;
        let name = format!("{milliseconds:013}-{id}.eml");
        let folder = self.folder.clone();
        let path = folder.join(&name);
        let whole = path.clone();
        // The kind of an I/O error names neither the path nor what was written.
        let later = |kind: io::ErrorKind| MailError::Later(format!("the mail folder cannot be written: {kind}"));
        tokio::task::spawn_blocking(move || write(&folder, &folder.join(format!(".{name}.part")), &whole, &bytes))
            .await
            .map_err(|_| later(io::ErrorKind::Other))?
            .map_err(|error| later(error.kind()))?;
        tracing::info!(%id, kind = message.content.kind(), "mail written to a file");
        if let Some(tell) = &self.on_written {
            tell(&path);
        }
        Ok(())
    }
}

/// Writes under a temporary name first: whoever watches the folder sees whole files only.
fn write(folder: &Path, part: &Path, whole: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        options.mode(0o600);
    }
    builder.recursive(true).create(folder)?;
    // What a crash left behind.
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = options.open(part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(part, whole)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::message::tests::{LINK, every_content, message};
    use portcullis_domain::language::Language;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_mail_is_a_whole_private_file_that_is_replaced_when_tried_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data/mail");
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let mail = FileMail::new(folder.clone(), "Portcullis <no-reply@localhost>", Renderer::new("Shop").unwrap())
            .unwrap()
            .on_written(Box::new(move |path| tell.lock().unwrap().push(path.to_owned())));
        for language in Language::ALL {
            let [invitation, ..] = every_content();
            for _ in 0..2 {
                mail.send(Uuid::nil(), &message(language, invitation.clone())).await.unwrap();
                assert_eq!(names(&folder), ["1795856700000-00000000-0000-0000-0000-000000000000.eml"]);
            }
            let path = told.lock().unwrap().last().cloned().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            // Headers, an empty line, and the text with the link as it is: no encoding breaks it.
            let (headers, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(headers.lines().all(|line| line.starts_with(' ') || line.contains(": ")), "{headers}");
            assert!(body.lines().any(|line| line == LINK), "{body}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
                assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
            }
        }
        assert_eq!(told.lock().unwrap().len(), 4);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_tried_again_and_named_nowhere() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mail =
            FileMail::new(file.path().join("mail"), "no-reply@localhost", Renderer::new("Shop").unwrap()).unwrap();
        let [invitation, ..] = every_content();
        let Err(MailError::Later(words)) = mail.send(Uuid::nil(), &message(Language::En, invitation)).await else {
            panic!("it was written");
        };
        assert!(!words.contains('@') && !words.contains('/'), "{words}");
    }
}
