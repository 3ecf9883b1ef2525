//! A device in words: what a browser calls itself is long, and says many names of which two are right.

use std::sync::LazyLock;

use portcullis_domain::language::Language;

use crate::words::Words;

const TEXTS: [(Language, &str); 2] =
    [(Language::En, include_str!("../texts/device.en.ftl")), (Language::Fr, include_str!("../texts/device.fr.ftl"))];

// Constant text, parsed once. A mistake in it, which the tests would show, leaves the keys to be read.
static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(&TEXTS).unwrap_or_default());

/// Names in the order in which they must be looked for: later ones appear in what earlier ones say of themselves.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

fn known(names: &[(&str, &'static str)], text: &str) -> Option<&'static str> {
    names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
}

/// "Firefox on Windows"; what is not recognised is given as it is, shortened.
pub fn in_words(language: Language, user_agent: &str) -> String {
    let speaker = WORDS.speaker(language);
    match (known(&BROWSERS, user_agent), known(&SYSTEMS, user_agent)) {
        (Some(browser), Some(system)) => {
            speaker.text_with("device-on", &[("browser", browser.into()), ("system", system.into())])
        }
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if user_agent.is_empty() => speaker.text("device-unknown"),
        (None, None) => user_agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_and_its_system_are_named() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1";
        assert_eq!(in_words(Language::En, windows), "Edge on Windows");
        assert_eq!(in_words(Language::Fr, windows), "Edge sur Windows");
        assert_eq!(in_words(Language::En, phone), "Safari on iPhone");
        assert_eq!(in_words(Language::En, "curl/8.0"), "curl/8.0");
        assert_eq!(
            (in_words(Language::En, ""), in_words(Language::Fr, "")),
            ("Unknown device".into(), "Appareil inconnu".into())
        );
        assert_eq!(in_words(Language::En, &"x".repeat(200)).len(), 60);
    }
}
