//! Style sheets and script, in the binary. Their names bear a digest, so that they may be kept for ever.

use poem::Response;
use poem::http::{StatusCode, header};
use portcullis_domain::secret::Digest256;

/// A file that the pages need.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
}

/// All of them.
pub const ALL: [Asset; 3] = [
    Asset {
        name: "pico.min.css",
        media_type: "text/css; charset=utf-8",
        content: include_bytes!("../assets/pico.min.css"),
    },
    Asset {
        name: "portcullis.css",
        media_type: "text/css; charset=utf-8",
        content: include_bytes!("../assets/portcullis.css"),
    },
    Asset {
        name: "portcullis.js",
        media_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../assets/portcullis.js"),
    },
];

/// A short digest of an asset's content: a new version has a new address.
pub fn version(name: &str) -> String {
    let digest = ALL.iter().find(|asset| asset.name == name).map(|asset| Digest256::of(asset.content));
    digest
        .map(|digest| data_encoding::HEXLOWER.encode(digest.as_bytes().get(..6).unwrap_or_default()))
        .unwrap_or_default()
}

/// The answer for a name; `None` when there is no such file.
pub fn serve(name: &str) -> Option<Response> {
    let asset = ALL.iter().find(|asset| asset.name == name)?;
    Some(
        Response::builder()
            .status(StatusCode::OK)
            .header(header::CONTENT_TYPE, asset.media_type)
            .header(header::CACHE_CONTROL, "private, max-age=31536000, immutable")
            .body(asset.content),
    )
}
