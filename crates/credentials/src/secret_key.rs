//! The key file: 32 bytes in base64, made at the first start, readable by its owner only (ASVS 13.3.1).

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use zeroize::Zeroizing;

use crate::randomness::random;

/// More than any key file holds: what is longer is another file.
const MOST_READ: u64 = 1024;

/// Reads a key from 32 bytes in base64 with padding (RFC 4648 §4), with or without white space around it; `None` for
/// anything else.
pub fn parse(text: &str) -> Option<[u8; 32]> {
    let bytes = Zeroizing::new(BASE64.decode(text.trim().as_bytes()).ok()?);
    bytes.as_slice().try_into().ok()
}

/// Reads the key file at `path`, which somebody else put there.
///
/// # Errors
/// When it cannot be read, and [`ErrorKind::InvalidData`] when it does not hold a key. Each names the file.
pub fn load(path: &Path) -> io::Result<[u8; 32]> {
    let file = File::open(path).map_err(|error| about(path, "cannot be opened", &error))?;
    read(&file, path)
}

/// Reads the key file at `path`, or makes it with a fresh key and mode 0600 when there is none. Of two that start at
/// once, both end up with the same key. Its folder must exist.
///
/// # Errors
/// When it can be neither read nor made, [`ErrorKind::InvalidData`] when it does not hold a key,
/// [`ErrorKind::PermissionDenied`] when every user of the machine can read or write it. Each names the file.
pub fn load_or_create(path: &Path) -> io::Result<[u8; 32]> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(path)?;
            File::open(path)
        }
        opened => opened,
    };
    let file = file.map_err(|error| about(path, "cannot be opened", &error))?;
    check_mode(&file, path)?;
    read(&file, path)
}

fn read(file: &File, path: &Path) -> io::Result<[u8; 32]> {
    let mut text = Zeroizing::new(String::new());
    file.take(MOST_READ).read_to_string(&mut text).map_err(|error| about(path, "cannot be read", &error))?;
    parse(&text).ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidData, format!("{} does not hold 32 bytes in base64", path.display()))
    })
}

/// Writes a fresh key under another name and links it to `path`: the file appears whole or not at all, and one that is
/// there already, perhaps since a moment ago, is never replaced.
fn create(path: &Path) -> io::Result<()> {
    let drafted = draft_beside(path);
    let made = write_new(&drafted).and_then(|()| match fs::hard_link(&drafted, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = match fs::remove_file(&drafted) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    };
    made.and(removed).and_then(|()| sync_folder(path)).map_err(|error| about(path, "cannot be made", &error))
}

fn draft_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", HEXLOWER.encode(&random::<8>())));
    path.with_file_name(name)
}

fn write_new(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let key = Zeroizing::new(random::<32>());
    let mut text = Zeroizing::new(BASE64.encode(key.as_slice()));
    text.push('\n');
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes the new name last: a key that a power cut takes away would leave everything sealed with it shut.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The owner's group may be let in, as container platforms do with what they mount; everybody may not.
fn check_mode(file: &File, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(|error| about(path, "cannot be examined", &error))?.permissions().mode();
        if mode & 0o007 != 0 {
            let mode = mode & 0o777;
            return Err(io::Error::new(
                ErrorKind::PermissionDenied,
                format!("{} is open to every user of the machine (mode {mode:o}): chmod 600 it", path.display()),
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = (file, path);
    Ok(())
}

fn about(path: &Path, what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("the key file {} {what}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let made = load_or_create(&path).unwrap();
        assert_eq!(load_or_create(&path).unwrap(), made);
        assert_eq!(load(&path).unwrap(), made);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn starts_that_race_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| load_or_create(&path).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_it_and_a_file_open_to_all_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(load_or_create(&path).unwrap_err().kind(), ErrorKind::PermissionDenied);
    }

    #[test]
    fn what_is_not_a_key_is_named_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        write_new(&path).unwrap();
        for wrong in ["", "AAAA", &"A".repeat(43), &"A".repeat(5000)] {
            fs::write(&path, wrong).unwrap();
            let error = load_or_create(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert!(error.to_string().contains("secret.key"));
            assert_eq!(fs::read_to_string(&path).unwrap(), wrong);
        }
        let nowhere = load_or_create(&folder.path().join("none/secret.key")).unwrap_err();
        assert_eq!(nowhere.kind(), ErrorKind::NotFound);
    }
}
