//! The script of the pages: it makes no HTML out of texts, leaves nothing in the global scope, and keeps nobody from pasting.

const SCRIPT: &str = include_str!("../assets/portcullis.js");

/// What runs: without the lines that only say something.
fn code() -> String {
    SCRIPT.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn texts_are_written_as_texts_and_nothing_runs_from_a_string() {
    let code = code();
    for way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "createContextualFragment",
        "eval(",
        "Function(",
        "setTimeout(\"",
        "javascript:",
    ] {
        assert!(!code.contains(way), "{way}");
    }
    assert!(code.contains("textContent"));
}

#[test]
fn nothing_is_left_in_the_global_scope() {
    let code = code();
    let code = code.trim();
    assert!(
        code.starts_with("(() => {\n  \"use strict\";") && code.ends_with("})();"),
        "one function that runs at once"
    );
    // Within it, strict mode makes an undeclared name an error; what is left is to write to the global object.
    for way in ["window.", "globalThis.", "self.", "top.", "parent."] {
        assert!(!code.contains(&format!("{way}portcullis")), "{way}");
    }
    assert!(!code.contains("\nvar ") && !code.contains("\nlet ") && !code.contains("\nfunction "));
    // Clobbered elements are no configuration: nothing is looked up by a name on the document.
    assert!(!code.contains("document.forms") && !code.contains("document.all"));
}

#[test]
fn nobody_is_kept_from_pasting() {
    assert!(!code().contains("paste") && !code().contains("onpaste"));
}

#[test]
fn data_of_others_is_the_key_of_no_object() {
    // Rules come from the server by name; they are looked up in a set.
    assert!(code().contains("new Set("));
    assert!(!code().contains("__proto__") && !code().contains("Object.assign({}"));
}
