//! Arguments that cannot be right; apart because nothing may be sent before they were looked at.

use super::{command, marker::unmark, open_pull_request::titled};
use crate::{error::Failure, git, model::without_draft_mark};

/// GitLab keeps numbers of merge requests as 32 bits.
pub(super) fn number(number: u64) -> Result<(), Failure> {
    match number {
        1..=0x7fff_ffff => Ok(()),
        _ => Err(Failure::invalid("number: it is from 1 to 2,147,483,647")),
    }
}

pub(super) fn branch(name: &str, branch: &str) -> Result<(), Failure> {
    git::argument::reference_name(branch)
        .map_err(|_| Failure::invalid(format!("{name}: git allows no branch of that name")))
}

pub(super) fn title(title: &str) -> Result<(), Failure> {
    if title.trim().is_empty() {
        return Err(Failure::invalid("title: it is empty"));
    }
    if title.contains(char::is_control) {
        return Err(Failure::invalid("title: it is not on one line"));
    }
    sent_title(title, false)?;
    match without_draft_mark(title).len() == title.trim_start().len() {
        true => Ok(()),
        false => Err(Failure::invalid(
            "title: it begins with the mark of a draft, for which there is `draft`",
        )),
    }
}

/// The title of a draft is sent with the mark of one, which counts too.
pub(super) fn sent_title(title: &str, draft: bool) -> Result<(), Failure> {
    match titled(title, draft).chars().count() > 255 {
        true if draft => Err(Failure::invalid(
            "title: with the mark of a draft, `Draft: `, it is longer than 255 characters",
        )),
        true => Err(Failure::invalid("title: it is longer than 255 characters")),
        false => Ok(()),
    }
}

/// A description.
pub(super) fn description(text: &str) -> Result<(), Failure> {
    if text.len() > 1_048_576 {
        return Err(Failure::invalid("body: it is 1,048,576 bytes at most"));
    }
    readable("body", text)
}

/// The text of a comment.
pub(super) fn comment(text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() || text.len() > LONGEST_COMMENT {
        return Err(Failure::invalid("body: it is 1 to 1,000,000 bytes"));
    }
    // GitLab takes carriage returns and white space at the end away, and then it would be one.
    if unmark(text.replace('\r', "").trim_end()).1.is_some() {
        return Err(Failure::invalid(
            "body: it ends in the form of a marker, for which there is `marker`",
        ));
    }
    readable("body", text)
}

/// The text of a comment with what is added to it: a marker, and a place in words.
pub(super) fn sent_comment(text: &str) -> Result<(), Failure> {
    match text.len() > LONGEST_COMMENT {
        true => Err(Failure::invalid(
            "body: with its marker and its place in words it is longer than 1,000,000 bytes",
        )),
        false => Ok(()),
    }
}

fn readable(name: &str, text: &str) -> Result<(), Failure> {
    if text.contains('\0') {
        return Err(Failure::invalid(format!(
            "{name}: it contains a null character"
        )));
    }
    command::check(name, text)
}

/// The message of a commit.
pub(super) fn message(message: &str) -> Result<(), Failure> {
    let is_odd = message.trim().is_empty() || message.len() > 1_048_576 || message.contains('\0');
    match is_odd {
        true => Err(Failure::invalid(
            "message: it is 1 to 1,048,576 bytes without a null character",
        )),
        false => Ok(()),
    }
}

/// GitLab splits a label's name at commas.
pub(super) fn labels(name: &str, labels: &[String]) -> Result<(), Failure> {
    let is_odd = |label: &String| {
        label.is_empty()
            || label.trim() != label
            || label.chars().count() > 255
            || label.contains(|character: char| character == ',' || character.is_control())
    };
    match labels.len() > 100 || labels.iter().any(is_odd) {
        true => Err(Failure::invalid(format!(
            "{name}: these are 100 at most, each of 1 to 255 characters without a comma \
             and without white space at its ends"
        ))),
        false => Ok(()),
    }
}

pub(super) fn marker(marker: &str) -> Result<(), Failure> {
    let is_one = (1..=64).contains(&marker.len())
        && marker
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    match is_one {
        true => Ok(()),
        false => Err(Failure::invalid(
            "marker: it is 1 to 64 letters, digits, `-`, `_` and `.`",
        )),
    }
}

pub(super) fn comment_id(id: &str) -> Result<(), Failure> {
    match !id.is_empty() && id.len() <= 18 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(Failure::invalid("id: a comment's identity is a number")),
    }
}

pub(super) fn thread_id(name: &str, id: &str) -> Result<(), Failure> {
    let is_one =
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_one {
        true => Ok(()),
        false => Err(Failure::invalid(format!(
            "{name}: a thread's identity is letters and digits"
        ))),
    }
}

const LONGEST_COMMENT: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_without_a_mark() {
        for good in ["x", "ä".repeat(255).as_str(), "Drafty", "WIP: x", " x "] {
            assert!(title(good).is_ok(), "{good}");
        }
        assert!(sent_title(&"a".repeat(248), true).is_ok());
        assert!(sent_title(&"a".repeat(249), true).is_err());
        for bad in ["", " ", "a\nb", "Draft: x", "[draft]", &"a".repeat(256)] {
            assert!(title(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn texts_are_bounded_and_without_null() {
        assert!(description("").is_ok() && comment("").is_err());
        assert!(description(&"a".repeat(1_048_577)).is_err());
        assert!(comment(&"a".repeat(1_000_001)).is_err());
        for marked in [
            "x\n\n<!-- code-source:a -->",
            "x\r\n\r\n<!-- code-source:a --> \n",
        ] {
            assert!(comment(marked).is_err(), "{marked}");
        }
        assert!(comment("x\n\n<!-- code-source:a --> more").is_ok());
        assert!(description("a\0").is_err() && comment("a\0").is_err());
        assert!(description("/merge").is_err() && comment("/merge").is_err());
        assert!(message("").is_err() && message("a\0").is_err() && message("/merge").is_ok());
    }

    #[test]
    fn names_that_would_be_something_else_are_refused() {
        assert!(labels("labels", &["a b::c".to_owned()]).is_ok());
        for bad in ["", " ", " a", "a ", "a,b", "a\n", &"a".repeat(256)] {
            assert!(labels("labels", &[bad.to_owned()]).is_err(), "{bad}");
        }
        assert!(marker("a-b_C.1").is_ok());
        for bad in ["", "a b", "a-->", "ä", &"a".repeat(65)] {
            assert!(marker(bad).is_err(), "{bad}");
        }
        assert!(comment_id("12").is_ok());
        for bad in ["", "a", "1/2", "-1", &"1".repeat(19)] {
            assert!(comment_id(bad).is_err(), "{bad}");
        }
        assert!(thread_id("thread", &"a1".repeat(20)).is_ok());
        for bad in ["", "a/b", "..", &"a".repeat(65)] {
            assert!(thread_id("thread", bad).is_err(), "{bad}");
        }
        assert!(number(1).is_ok() && number(0).is_err() && number(1 << 31).is_err());
        assert!(branch("source-branch", "a/b").is_ok() && branch("x", "a b").is_err());
    }
}
