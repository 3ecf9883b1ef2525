//! A device in words: what a browser calls itself is long, and says many names of which two are right.

use portcullis_words::{Speaker, Value};

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
pub fn in_words(speaker: Speaker<'_>, user_agent: &str) -> String {
    match (known(&BROWSERS, user_agent), known(&SYSTEMS, user_agent)) {
        (Some(browser), Some(system)) => {
            speaker.text_with("device-on", &[("browser", Value::from(browser)), ("system", Value::from(system))])
        }
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if user_agent.is_empty() => speaker.text("device-unknown"),
        (None, None) => user_agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_words::{Language, Words};

    #[test]
    fn a_browser_and_its_system_are_named() {
        let words = Words::new(&crate::WORDS).unwrap();
        let speaker = words.speaker(Language::En);
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1";
        assert_eq!(in_words(speaker, windows), "Edge on Windows");
        assert_eq!(in_words(speaker, phone), "Safari on iPhone");
        assert_eq!(in_words(speaker, "curl/8.0"), "curl/8.0");
    }
}
