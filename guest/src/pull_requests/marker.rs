//! The mark by which a comment is found again; apart because reading and writing it are one rule.

use super::argument;

/// A comment's text with its mark behind it, where people do not see it.
pub(super) fn mark(body: &str, marker: Option<&str>) -> String {
    match marker {
        Some(marker) => format!("{body}{BEFORE}{marker}{BEHIND}"),
        None => body.to_owned(),
    }
}

/// Take a mark of just that form off the end of a text.
pub(super) fn unmark(text: &str) -> (&str, Option<&str>) {
    let found = text
        .strip_suffix(BEHIND)
        .and_then(|rest| rest.rsplit_once(BEFORE))
        .filter(|(_, marker)| argument::marker(marker).is_ok());
    match found {
        Some((body, marker)) => (body, Some(marker)),
        None => (text, None),
    }
}

const BEFORE: &str = "\n\n<!-- code-source:";
const BEHIND: &str = " -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_off_as_it_was_put_on() {
        for body in [
            "x",
            "",
            "x\n",
            "x\n\n<!-- code-source:other -->\n",
            "```\nx",
        ] {
            let marked = mark(body, Some("a-1"));
            assert_eq!(unmark(&marked), (body, Some("a-1")));
            assert_eq!(unmark(&mark(body, None)), (body, None));
        }
    }

    #[test]
    fn only_that_very_form_at_the_end_is_a_mark() {
        for text in [
            "x <!-- code-source:a -->",
            "x\n<!-- code-source:a -->",
            "x\n\n<!-- code-source:a --> ",
            "x\n\n<!-- code-source: -->",
            "x\n\n<!-- code-source:a b -->",
            "x\n\n<!-- other:a -->",
        ] {
            assert_eq!(unmark(text), (text, None), "{text}");
        }
    }
}
