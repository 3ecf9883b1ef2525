//! From a message to its subject and its two bodies.

use askama::Template;
use portcullis_domain::mail_message::MailMessage;
use portcullis_domain::ports::mail::MailError;
use portcullis_words::{Language, Words, WordsError};

use crate::letter::Letter;

/// The texts of the mails, in each language.
const TEXTS: [(Language, &str); 2] =
    [(Language::En, include_str!("../words/en.ftl")), (Language::Fr, include_str!("../words/fr.ftl"))];

/// A mail as it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject: one line.
    pub subject: String,
    /// The plain text; its link stands alone on a line.
    pub text: String,
    /// The HTML, every value escaped.
    pub html: String,
}

/// Shows nothing of it: a mail holds names and a link that opens an account.
impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").finish_non_exhaustive()
    }
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

/// Writes mails in the words and under the name of the product.
#[derive(Debug)]
pub struct Renderer {
    product_name: String,
    words: Words,
}

impl Renderer {
    /// Reads the texts. `product_name` is what the mails call the back office.
    ///
    /// # Errors
    /// [`WordsError`] when an embedded text has a mistake.
    pub fn new(product_name: impl Into<String>) -> Result<Self, WordsError> {
        Ok(Self { product_name: product_name.into(), words: Words::new(&TEXTS)? })
    }

    /// Writes a mail in its recipient's language.
    ///
    /// # Errors
    /// [`MailError::Never`] when a template cannot be filled.
    pub fn render(&self, message: &MailMessage) -> Result<Rendered, MailError> {
        let letter = Letter::write(self.words.speaker(message.language), &self.product_name, message);
        let unwritten = |_| MailError::Never("the mail's template cannot be filled".to_owned());
        let text = Text { letter: &letter }.render().map_err(unwritten)?;
        let html = Html { letter: &letter }.render().map_err(unwritten)?;
        Ok(Rendered { subject: letter.subject, text, html })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::{LINK, every_content, message};
    use portcullis_domain::display_name::DisplayName;
    use portcullis_domain::mail_message::Content;

    fn renderer() -> Renderer {
        Renderer::new("Back office").unwrap()
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let words = Words::new(&TEXTS).unwrap();
        assert_eq!(TEXTS.map(|(language, _)| language), Language::ALL);
        for language in Language::ALL {
            assert_eq!(words.keys(language), words.keys(Language::En), "{language:?}");
        }
    }

    #[test]
    fn every_kind_is_said_in_every_language_with_its_link_alone_on_a_line() {
        for language in Language::ALL {
            for content in every_content() {
                let kind = content.kind();
                let has_link = matches!(content, Content::Invitation { .. } | Content::PasswordReset { .. });
                let rendered = renderer().render(&message(language, content)).unwrap();
                assert!(rendered.subject.contains("Back office"), "{kind} {language:?}: {}", rendered.subject);
                assert!(rendered.text.contains("Béa Colleague"), "{kind}: {}", rendered.text);
                assert_eq!(rendered.text.lines().filter(|line| *line == LINK).count(), usize::from(has_link), "{kind}");
                assert_eq!(rendered.text.matches(LINK).count(), usize::from(has_link), "{kind}");
                assert!(rendered.html.contains(&format!("lang=\"{}\"", language.tag())), "{kind}");
                for body in [&rendered.text, &rendered.html] {
                    assert!(!body.contains("{$") && !body.contains("{ $"), "a value is missing in {kind}: {body}");
                    for key in ["-subject", "-opening", "-ends", "-ignore", "-mine", "-other", "fact-", "-copy"] {
                        assert!(!body.contains(key), "a text is missing in {kind}: {body}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_invitation_says_who_where_what_and_until_when() {
        let [invitation, ..] = every_content();
        let english = renderer().render(&message(Language::En, invitation.clone())).unwrap();
        assert_eq!(english.subject, "Ada Admin invites you to Back office");
        for said in [
            "Back office: https://shop.example/gate-1/",
            "Your roles: Orders, Catalogue & prices",
            "for 3 days: until 1 December 2026 at 09:05 UTC",
        ] {
            assert!(english.text.contains(said), "{said}: {}", english.text);
        }
        let french = renderer().render(&message(Language::Fr, invitation)).unwrap();
        assert_eq!(french.subject, "Ada Admin vous invite à rejoindre Back office");
        assert!(
            french.text.contains("pendant 3 jours\u{a0}: jusqu'au 1er décembre 2026 à 09:05 UTC"),
            "{}",
            french.text
        );
    }

    #[test]
    fn a_reset_says_how_long_it_works_and_that_ignoring_it_is_safe() {
        let content = Content::PasswordReset { link: LINK.to_owned(), minutes: 30 };
        let rendered = renderer().render(&message(Language::En, content)).unwrap();
        assert!(rendered.text.contains("for 30 minutes: until 28 November 2026 at 09:35 UTC"), "{}", rendered.text);
        assert!(rendered.text.contains("ignore this email: nothing happens"), "{}", rendered.text);
    }

    #[test]
    fn a_new_address_says_whether_the_old_one_still_leads_on() {
        let moved = |old_until| {
            let back_office = "https://shop.example/gate-2".to_owned();
            let content = Content::AliasChanged { back_office, by: "Ada Admin".to_owned(), old_until };
            let say = |language| renderer().render(&message(language, content.clone())).unwrap().text;
            (say(Language::En), say(Language::Fr))
        };
        let until = time::OffsetDateTime::from_unix_timestamp(1_795_858_500).unwrap();
        let (english, french) = moved(Some(until));
        assert!(english.contains("until 28 November 2026 at 09:35 UTC. After that it does not work"), "{english}");
        assert!(french.contains("Jusqu'au 28 novembre 2026 à 09:35 UTC, l'ancienne redirige"), "{french}");
        let (english, french) = moved(None);
        assert!(english.contains("The old one does not work any more."), "{english}");
        assert!(french.contains("L'ancienne ne fonctionne plus."), "{french}");
    }

    #[test]
    fn a_device_is_named_as_people_name_it() {
        let device = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned();
        let content = Content::NewDevice { device, address: "192.0.2.7".to_owned() };
        for (language, said) in [(Language::En, "Firefox on Windows"), (Language::Fr, "Firefox sur Windows")] {
            let rendered = renderer().render(&message(language, content.clone())).unwrap();
            for body in [rendered.text, rendered.html] {
                assert!(body.contains(said) && !body.contains("Gecko"), "{body}");
            }
        }
    }

    #[test]
    fn line_breaks_come_into_no_name_and_no_subject() {
        assert!(DisplayName::parse("Bea\r\nBcc: other@shop.example").is_err());
        let content = Content::Invitation {
            inviter: "Eve\r\nBcc: other@shop.example\u{2028}\u{202e}".to_owned(),
            back_office: "https://shop.example/\r\nhttps://evil.example/".to_owned(),
            roles: vec!["A\nhttps://evil.example/".to_owned()],
            link: LINK.to_owned(),
            hours: 1,
        };
        let rendered = Renderer::new("Shop\r\nX: y").unwrap().render(&message(Language::En, content)).unwrap();
        assert_eq!(rendered.subject, "Eve Bcc: other@shop.example invites you to Shop X: y");
        assert!(rendered.text.lines().all(|line| !line.starts_with("Bcc") && !line.starts_with("https://evil")));
    }

    #[test]
    fn markup_in_values_is_escaped_in_html() {
        let content =
            Content::NewDevice { device: "<script>alert(1)</script>".to_owned(), address: "\"><img src=x>".to_owned() };
        let rendered = renderer().render(&message(Language::En, content)).unwrap();
        assert!(!rendered.html.contains("<script") && !rendered.html.contains("<img"), "{}", rendered.html);
        assert!(rendered.text.contains("<script>alert(1)</script>"));
    }
}
