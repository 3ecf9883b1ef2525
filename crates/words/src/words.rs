//! The texts of every language, read once.

use std::collections::BTreeSet;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use fluent_syntax::ast::Entry;
use portcullis_domain::language::Language;
use thiserror::Error;
use unic_langid::LanguageIdentifier;

use crate::speaker::Speaker;

/// Why texts could not be read. It is a mistake in an embedded file, so it shows at start and in the tests.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WordsError {
    /// The file of a language is not Fluent.
    #[error("the texts in \"{language}\" cannot be read: {problem}")]
    Malformed {
        /// The tag of the language.
        language: &'static str,
        /// What the parser said, every mistake of the file.
        problem: String,
    },
    /// A key stands twice in one language, so that one of its texts would never be seen.
    #[error("the texts in \"{language}\" clash: {problem}")]
    Clash {
        /// The tag of the language.
        language: &'static str,
        /// Which keys.
        problem: String,
    },
}

/// The texts of one language.
pub(crate) struct Lexicon {
    language: Language,
    pub(crate) bundle: FluentBundle<FluentResource>,
    keys: BTreeSet<String>,
}

impl Lexicon {
    fn new(language: Language) -> Self {
        // A tag of the product is always a language identifier; were it not, the root language's plurals would serve.
        let identifier: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // Every value is short and of the page's own direction: the invisible isolation marks would only end up in
        // copied text, in subjects of mails and in what scripts read.
        bundle.set_use_isolating(false);
        Self { language, bundle, keys: BTreeSet::new() }
    }

    fn add(&mut self, source: &str) -> Result<(), WordsError> {
        let language = self.language.tag();
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| WordsError::Malformed {
            language,
            problem: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        })?;
        self.keys.extend(resource.entries().filter_map(|entry| match entry {
            Entry::Message(message) => Some(message.id.name.to_owned()),
            _ => None,
        }));
        self.bundle.add_resource(resource).map_err(|errors| WordsError::Clash {
            language,
            problem: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        })
    }
}

/// The texts of every language. Shared between threads, read only.
#[derive(Default)]
pub struct Words {
    lexicons: Vec<Lexicon>,
}

impl Words {
    /// Reads embedded Fluent texts. A language may come in several files.
    ///
    /// # Errors
    /// [`WordsError`] when a text is not Fluent or when a key stands twice in a language.
    pub fn new(sources: &[(Language, &'static str)]) -> Result<Self, WordsError> {
        let mut words = Self::default();
        for (language, source) in sources {
            if let Some(lexicon) = words.lexicons.iter_mut().find(|lexicon| lexicon.language == *language) {
                lexicon.add(source)?;
            } else {
                let mut lexicon = Lexicon::new(*language);
                lexicon.add(source)?;
                words.lexicons.push(lexicon);
            }
        }
        Ok(words)
    }

    /// Somebody who says these texts in a language, and in English where that language has none.
    pub fn speaker(&self, language: Language) -> Speaker<'_> {
        Speaker::new(self, language)
    }

    /// The keys that a language has: a test holds the languages equal with it.
    pub fn keys(&self, language: Language) -> BTreeSet<String> {
        self.lexicon(language).map(|lexicon| lexicon.keys.clone()).unwrap_or_default()
    }

    pub(crate) fn lexicon(&self, language: Language) -> Option<&Lexicon> {
        self.lexicons.iter().find(|lexicon| lexicon.language == language)
    }
}

/// Names the languages, not the thousands of words.
impl std::fmt::Debug for Words {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.lexicons.iter().map(|lexicon| lexicon.language)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::new(&[
            (
                Language::En,
                "greeting = Hello { $name }\nonly-english = Only here\n-brand = Portcullis\nlinks = { $count ->\n    [one] one link\n   *[other] { $count } links\n}",
            ),
            (
                Language::Fr,
                "greeting = Bonjour { $name }\nlinks = { $count ->\n    [one] { $count } lien\n   *[other] { $count } liens\n}",
            ),
        ])
        .unwrap()
    }

    #[test]
    fn a_text_is_said_in_the_language_with_its_values_and_no_invisible_marks() {
        let words = words();
        assert_eq!(words.speaker(Language::Fr).text_with("greeting", &[("name", "Bea".into())]), "Bonjour Bea");
        assert_eq!(words.speaker(Language::En).text_with("greeting", &[("name", "Bea".into())]), "Hello Bea");
    }

    #[test]
    fn plurals_follow_the_language() {
        let words = words();
        let say = |language, count: u32| words.speaker(language).text_with("links", &[("count", count.into())]);
        assert_eq!(say(Language::En, 0), "0 links");
        assert_eq!(say(Language::En, 1), "one link");
        assert_eq!(say(Language::Fr, 0), "0 lien");
        assert_eq!(say(Language::Fr, 2), "2 liens");
        assert_eq!(say(Language::En, 12_345), "12345 links");
    }

    #[test]
    fn a_missing_text_falls_back_to_english_and_then_to_its_key() {
        let speaker_words = words();
        let speaker = speaker_words.speaker(Language::Fr);
        assert_eq!(speaker.text("only-english"), "Only here");
        assert_eq!(speaker.text("nowhere"), "nowhere");
    }

    #[test]
    fn a_missing_value_shows_its_name_and_does_not_fail() {
        assert_eq!(words().speaker(Language::En).text("greeting"), "Hello {$name}");
    }

    #[test]
    fn the_keys_of_a_language_are_its_texts_without_its_terms() {
        let keys: Vec<_> = words().keys(Language::En).into_iter().collect();
        assert_eq!(keys, ["greeting", "links", "only-english"]);
    }

    #[test]
    fn a_mistake_in_a_file_is_told_with_its_language() {
        let malformed = Words::new(&[(Language::Fr, "not fluent at all")]).unwrap_err();
        assert!(matches!(malformed, WordsError::Malformed { language: "fr", .. }), "{malformed:?}");
        let clash = Words::new(&[(Language::En, "a = 1"), (Language::En, "a = 2")]).unwrap_err();
        assert!(matches!(clash, WordsError::Clash { language: "en", .. }), "{clash:?}");
    }

    #[test]
    fn words_are_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Words>();
        shared::<Speaker<'static>>();
    }
}
