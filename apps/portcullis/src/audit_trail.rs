//! `portcullis audit`: the trail on standard output, and whether it holds.

use std::io::Write as _;

use anyhow::Context as _;
use portcullis_core::Access;
use portcullis_core::audit_seal;
use portcullis_core::audit_trail::export::{Exporter, Format, begin};
use portcullis_domain::audit_seal::{Head, Whole};
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::audit_trail::AuditFilter;

use crate::console::say;

pub(crate) async fn export(access: &Access, since: Option<Instant>, format: Format) -> anyhow::Result<()> {
    let filter = AuditFilter { since, ..AuditFilter::default() };
    let mut export = begin(access, Exporter::CommandLine, filter, format).await?;
    while let Some(part) = export.next().await? {
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(part.as_bytes()).and_then(|()| out.flush()) {
            // Whoever read has enough.
            let enough = error.kind() == std::io::ErrorKind::BrokenPipe;
            return if enough { Ok(()) } else { Err(error).context("cannot write to standard output") };
        }
    }
    Ok(())
}

pub(crate) async fn verify(access: &Access, anchor: Option<Head>) -> anyhow::Result<()> {
    let whole = audit_seal::verify(access, anchor).await?;
    tell("holds", &whole);
    Ok(())
}

pub(crate) async fn sign_anew(access: &Access) -> anyhow::Result<()> {
    let whole = audit_seal::sign_anew(access).await?;
    tell("is signed with the present key", &whole);
    Ok(())
}

fn tell(how: &str, whole: &Whole) {
    let Whole { sealed, waiting, end } = whole;
    say(format_args!("The audit trail {how}: {sealed} events sealed, {waiting} wait for their seal."));
    if let Some(Head { sequence, seal }) = end {
        say(format_args!("Anchor: {sequence}:{}", data_encoding::HEXLOWER.encode(seal.as_bytes())));
    }
}
