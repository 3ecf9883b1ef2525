//! Every text has a key, and every key has a text in each language.
#![expect(clippy::expect_used, reason = "a test that cannot read its files has failed")]

use std::fs;
use std::path::Path;

use portcullis_domain::audit::Action;
use portcullis_domain::language::Language;
use portcullis_web::WORDS;
use portcullis_words::Words;

fn words() -> Words {
    Words::new(&WORDS).expect("the Fluent files can be read")
}

#[test]
fn each_language_has_the_same_keys() {
    let words = words();
    for language in Language::ALL {
        assert_eq!(words.keys(language), words.keys(Language::En), "{}", language.tag());
    }
}

#[test]
fn every_action_of_the_audit_trail_has_a_text() {
    let known = words().keys(Language::En);
    for action in Action::ALL {
        let key = format!("action-{}", action.code().replace(['.', '_'], "-"));
        assert!(known.contains(&key), "{key}");
    }
}

#[test]
fn every_key_that_a_template_names_has_a_text() {
    let known = words().keys(Language::En);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in fs::read_dir(folder).expect("there are templates") {
        let path = entry.expect("an entry").path();
        let template = fs::read_to_string(&path).expect("a template");
        for (call, _) in template.match_indices("page.t(\"").chain(template.match_indices("page.t1(\"")) {
            let key: String =
                template.chars().skip(call).skip_while(|c| *c != '"').skip(1).take_while(|c| *c != '"').collect();
            assert!(known.contains(&key), "{key} in {}", path.display());
        }
    }
}
