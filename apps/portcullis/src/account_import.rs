//! `portcullis account import`: accounts from another system.

use std::path::Path;

use anyhow::{Context as _, bail};
use portcullis_core::Access;
use portcullis_core::account_import::{ImportError, import};
use zeroize::Zeroizing;

use crate::console::say;

pub(crate) async fn run(access: &Access, file: &Path) -> anyhow::Result<()> {
    let bytes = Zeroizing::new(std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
    match import(access, &bytes).await {
        Ok(imported) => {
            say(format_args!(
                "Imported: {} operators, {} vendors, {} customers.",
                imported.operators, imported.vendors, imported.customers
            ));
            Ok(())
        }
        Err(ImportError::BadLines(bad)) => {
            for line in &bad {
                eprintln!("line {}: {}", line.number, line.why.escape_debug());
            }
            bail!("nothing was imported: mend the {} lines named above and run it again", bad.len())
        }
        Err(error) => Err(error.into()),
    }
}
