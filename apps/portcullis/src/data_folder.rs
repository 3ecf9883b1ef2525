//! The data folder: database, key and mail files, for nobody but the process's own user.

use std::fs::DirBuilder;
use std::path::Path;

use anyhow::Context as _;

/// Makes the folder with mode 0700 when there is none, and makes sure that it can be written.
pub(crate) fn prepare(folder: &Path) -> anyhow::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let what_to_do = || format!("cannot make the data folder {}; set `data_dir` to one that can be", folder.display());
    builder.create(folder).with_context(what_to_do)?;
    let probe = folder.join(format!(".writable-{}", std::process::id()));
    std::fs::write(&probe, []).and_then(|()| std::fs::remove_file(&probe)).with_context(|| {
        format!("cannot write to the data folder {}; let this user write there or set `data_dir`", folder.display())
    })
}

/// Whether others of the machine may look into it.
#[cfg(unix)]
pub(crate) fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Whether others of the machine may look into it: unknown here.
#[cfg(not(unix))]
pub(crate) fn open_to_others(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_made_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        prepare(&folder).unwrap();
        assert!(!open_to_others(&folder));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told_with_what_to_do() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        std::fs::write(&file, []).unwrap();
        let error = format!("{:#}", prepare(&file.join("data")).unwrap_err());
        assert!(error.contains("data_dir"), "{error}");
    }
}
