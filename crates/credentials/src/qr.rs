//! QR codes as SVG, by qrcode.

use portcullis_domain::ports::credentials::QrEncoder;
use qrcode::QrCode;
use qrcode::render::svg;

/// Draws QR codes in black on white, whatever the page's colours are: scanners need that.
#[derive(Debug, Clone, Copy, Default)]
pub struct QrCodes;

impl QrEncoder for QrCodes {
    fn svg(&self, text: &str) -> Option<String> {
        let code = QrCode::new(text.as_bytes()).ok()?;
        let drawn = code
            .render::<svg::Color<'_>>()
            .dark_color(svg::Color("#000"))
            .light_color(svg::Color("#fff"))
            .quiet_zone(true)
            .min_dimensions(240, 240)
            .build();
        // What stands inside a page has no XML declaration.
        Some(drawn.find("<svg").and_then(|start| drawn.get(start..)).unwrap_or(&drawn).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_an_svg_that_can_stand_in_a_page() {
        let drawn =
            QrCodes.svg("otpauth://totp/Shop:bea%40shop.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert!(drawn.starts_with("<svg") && drawn.contains("#000") && drawn.contains("#fff"));
        assert!(QrCodes.svg(&"x".repeat(8_000)).is_none());
    }
}
