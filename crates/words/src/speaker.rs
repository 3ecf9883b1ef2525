//! Somebody who says the texts in one language.

use fluent_bundle::FluentArgs;
use portcullis_domain::language::Language;
use time::OffsetDateTime;

use crate::value::Value;
use crate::words::Words;
use crate::{device, moment};

/// Says texts in one language; cheap to copy, one for each page or mail.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    words: &'a Words,
    language: Language,
}

impl<'a> Speaker<'a> {
    pub(crate) fn new(words: &'a Words, language: Language) -> Self {
        Self { words, language }
    }

    /// The language spoken.
    pub fn language(self) -> Language {
        self.language
    }

    /// The text of a key that takes no values. A missing key is said as itself: a page with one odd word is better
    /// than no page.
    pub fn text(self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// The text of a key with its values; a value that is missing shows as the variable's name.
    pub fn text_with(self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.say(self.language, key, values)
            .or_else(|| self.say(Language::default(), key, values))
            .unwrap_or_else(|| key.to_owned())
    }

    /// Whether the language, or English in its place, has a text for this key.
    pub fn knows(self, key: &str) -> bool {
        [self.language, Language::default()]
            .into_iter()
            .filter_map(|language| self.words.lexicon(language))
            .any(|lexicon| lexicon.bundle.has_message(key))
    }

    /// A moment as seen from `now`: [`moment::in_words`] in the language spoken.
    pub fn moment(self, instant: OffsetDateTime, now: OffsetDateTime) -> String {
        moment::in_words(self.language, instant, now)
    }

    /// A span of seconds: [`moment::duration_in_words`] in the language spoken.
    pub fn duration(self, seconds: u64) -> String {
        moment::duration_in_words(self.language, seconds)
    }

    /// What a device calls itself: [`device::in_words`] in the language spoken.
    pub fn device(self, user_agent: &str) -> String {
        device::in_words(self.language, user_agent)
    }

    fn say(self, language: Language, key: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
        let bundle = &self.words.lexicon(language)?.bundle;
        let pattern = bundle.get_message(key)?.value()?;
        let mut arguments = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            arguments.set(*name, value);
        }
        // What could not be resolved stands in the text under its own name; there is nobody better to tell.
        let mut unresolved = Vec::new();
        Some(bundle.format_pattern(pattern, Some(&arguments), &mut unresolved).into_owned())
    }
}
