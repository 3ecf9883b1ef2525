//! How hard a password is to guess, by zxcvbn (Wheeler, USENIX Security 2016; ASVS 6.2.4).

use portcullis_domain::password_policy::Strength;
use portcullis_domain::ports::credentials::StrengthEstimator;
use portcullis_domain::secret::Password;
use zxcvbn::feedback::{Suggestion, Warning};

/// Characters that are judged. zxcvbn's time grows much faster than the length, above all where signs stand for letters, and
/// what is hard to guess after these does not become easier by what follows.
const JUDGED: usize = 40;
/// Signs that zxcvbn reads as letters, each combination of them in a pass of its own.
const SIGNS: &str = "4@8({[<3691!|70$5+%2";
/// With more different signs than these, fewer characters are judged: nobody's password has so many of them, but whoever
/// wants the server to compute sends them all.
const MOST_SIGNS: usize = 7;
/// How many characters are judged then. Sixteen that are drawn at random still get the highest score.
const JUDGED_AMONG_SIGNS: usize = 16;
/// Own words that are looked for; more would only cost time.
const MAX_WORDS: usize = 64;

/// Every key that [`ZxcvbnEstimator`] puts into [`Strength::advice`]: each needs a text in each language.
pub const ADVICE_KEYS: [&str; 27] = [
    "advice-straight-rows",
    "advice-keyboard-pattern",
    "advice-repeated-characters",
    "advice-repeated-pattern",
    "advice-top-10",
    "advice-top-100",
    "advice-common-password",
    "advice-like-common-password",
    "advice-sequence",
    "advice-recent-year",
    "advice-single-word",
    "advice-date",
    "advice-name-alone",
    "advice-common-name",
    "advice-use-a-few-words",
    "advice-no-need-for-symbols",
    "advice-add-another-word",
    "advice-capitals-help-little",
    "advice-all-capitals-help-little",
    "advice-reversed-words-help-little",
    "advice-substitutions-help-little",
    "advice-longer-keyboard-pattern",
    "advice-avoid-repeats",
    "advice-avoid-sequences",
    "advice-avoid-recent-years",
    "advice-avoid-own-years",
    "advice-avoid-own-dates",
];

/// The [`StrengthEstimator`]: bounded work, whatever the length.
#[derive(Debug, Clone, Copy, Default)]
pub struct ZxcvbnEstimator;

impl StrengthEstimator for ZxcvbnEstimator {
    fn estimate(&self, password: &Password, own_words: &[&str]) -> Strength {
        let mut judged = first(password.expose(), JUDGED);
        if SIGNS.chars().filter(|sign| judged.contains(*sign)).count() > MOST_SIGNS {
            judged = first(judged, JUDGED_AMONG_SIGNS);
        }
        // An address or a name counts as a whole and in its parts.
        let words: Vec<&str> = own_words
            .iter()
            .flat_map(|word| std::iter::once(*word).chain(word.split(|c: char| !c.is_alphanumeric())))
            .filter(|word| (3..=JUDGED).contains(&word.chars().take(JUDGED + 1).count()))
            .take(MAX_WORDS)
            .collect();
        let found = zxcvbn::zxcvbn(judged, &words);
        let advice = found.feedback().map_or_else(Vec::new, |feedback| {
            let warning = feedback.warning().map(of_warning);
            warning.into_iter().chain(feedback.suggestions().iter().copied().map(of_suggestion)).collect()
        });
        Strength { score: u8::from(found.score()), advice }
    }
}

/// The first characters of a text, `most` at the most.
fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

const fn of_warning(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess => "advice-straight-rows",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "advice-keyboard-pattern",
        Warning::RepeatsLikeAaaAreEasyToGuess => "advice-repeated-characters",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "advice-repeated-pattern",
        Warning::ThisIsATop10Password => "advice-top-10",
        Warning::ThisIsATop100Password => "advice-top-100",
        Warning::ThisIsACommonPassword => "advice-common-password",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "advice-like-common-password",
        Warning::SequencesLikeAbcAreEasyToGuess => "advice-sequence",
        Warning::RecentYearsAreEasyToGuess => "advice-recent-year",
        Warning::AWordByItselfIsEasyToGuess => "advice-single-word",
        Warning::DatesAreOftenEasyToGuess => "advice-date",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => "advice-name-alone",
        Warning::CommonNamesAndSurnamesAreEasyToGuess => "advice-common-name",
    }
}

const fn of_suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "advice-use-a-few-words",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "advice-no-need-for-symbols",
        Suggestion::AddAnotherWordOrTwo => "advice-add-another-word",
        Suggestion::CapitalizationDoesntHelpVeryMuch => "advice-capitals-help-little",
        Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => "advice-all-capitals-help-little",
        Suggestion::ReversedWordsArentMuchHarderToGuess => "advice-reversed-words-help-little",
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "advice-substitutions-help-little",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => "advice-longer-keyboard-pattern",
        Suggestion::AvoidRepeatedWordsAndCharacters => "advice-avoid-repeats",
        Suggestion::AvoidSequences => "advice-avoid-sequences",
        Suggestion::AvoidRecentYears => "advice-avoid-recent-years",
        Suggestion::AvoidYearsThatAreAssociatedWithYou => "advice-avoid-own-years",
        Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "advice-avoid-own-dates",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str, own_words: &[&str]) -> Strength {
        ZxcvbnEstimator.estimate(&Password::new(password), own_words)
    }

    #[test]
    fn what_everybody_tries_is_worth_nothing_and_told_why() {
        let common = judged("password1", &[]);
        assert_eq!(common.score, 0);
        assert!(common.advice.contains(&"advice-add-another-word"), "{:?}", common.advice);
        let strong = judged("four turtles swim east of Rennes", &[]);
        assert_eq!(strong, Strength { score: 4, advice: vec![] });
    }

    #[test]
    fn every_piece_of_advice_is_in_the_list_of_keys() {
        for password in
            ["", "aaaaaa", "abcabcabc", "qwertyuiop", "1984", "drowssap", "P@ssword", "PASSWORD", "13.5.1987"]
        {
            for key in judged(password, &[]).advice {
                assert!(ADVICE_KEYS.contains(&key), "{key}");
            }
        }
    }

    #[test]
    fn own_words_make_a_password_weaker() {
        let without = judged("xanthippe.quagmire", &[]).score;
        let with = judged("xanthippe.quagmire", &["xanthippe.quagmire@shop.example"]).score;
        assert!(with < without, "{with} {without}");
    }

    #[test]
    fn a_very_long_password_is_judged_by_its_first_forty_characters() {
        let start = "é".repeat(JUDGED);
        assert_eq!(judged(&format!("{start}{}", "correct horse".repeat(100_000)), &[]), judged(&start, &[]));
    }

    #[test]
    fn of_what_is_full_of_signs_less_is_judged_and_random_signs_are_still_strong() {
        let all: String = SIGNS.chars().cycle().take(400).collect();
        assert_eq!(judged(&all, &[]), judged(first(&all, JUDGED_AMONG_SIGNS), &[]));
        assert_eq!(judged("7(w2%K<q9[Zr|4t!x8", &[]).score, 4);
        assert_eq!(judged("c0rrect h0r$e b4ttery", &[]).score, 4, "a few signs change nothing");
    }
}
