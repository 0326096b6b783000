//! Arguments that cannot be right; apart because GitLab would answer them with something else.

use crate::error::Failure;

/// An object's full name: 40 or 64 lower-case hexadecimal digits.
pub(crate) fn object_id(name: &str, id: &str) -> Result<(), Failure> {
    match is_object_id(id) {
        true => Ok(()),
        false => Err(Failure::invalid(format!(
            "{name}: an object's name is 40 or 64 lower-case hexadecimal digits"
        ))),
    }
}

/// Whether text is an object's full name.
pub(crate) fn is_object_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The path of something below the root.
pub(crate) fn path(path: &str) -> Result<(), Failure> {
    match path.is_empty() {
        true => Err(Failure::invalid("path: it is empty, which is the root")),
        false => directory(path),
    }
}

/// The path of a directory, which may be the root.
pub(crate) fn directory(path: &str) -> Result<(), Failure> {
    if path.is_empty() {
        return Ok(());
    }
    if path.len() > LONGEST_PATH {
        return Err(Failure::invalid("path: it is longer than 4,096 bytes"));
    }
    if path.contains('\0') {
        return Err(Failure::invalid("path: it contains a null character"));
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(Failure::invalid(
            "path: it is relative, without empty parts, `.` and `..`",
        ));
    }
    Ok(())
}

/// The name of a branch or a tag.
pub(crate) fn reference_name(name: &str) -> Result<(), Failure> {
    match is_reference_name(name) {
        true => Ok(()),
        false => Err(Failure::invalid("at: git allows no reference of that name")),
    }
}

/// The rules of `git check-ref-format`.
pub(crate) fn is_reference_name(name: &str) -> bool {
    let is_odd_part =
        |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    let is_odd = name.len() > LONGEST_PATH
        || name == "@"
        || name.starts_with('-')
        || name.ends_with('.')
        || name.contains("..")
        || name.contains("@{")
        || name.split('/').any(is_odd_part)
        || name
            .chars()
            .any(|c| c.is_control() || " ~^:?*[\\".contains(c));
    !is_odd
}

const LONGEST_PATH: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_in_full_and_in_lower_case() {
        assert!(object_id("id", &"a".repeat(40)).is_ok());
        assert!(object_id("id", &"0".repeat(64)).is_ok());
        for id in [
            "",
            "HEAD",
            &"A".repeat(40),
            &"a".repeat(39),
            &"g".repeat(40),
        ] {
            assert!(object_id("id", id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_path_is_relative_and_clean() {
        for good in ["a", "a/b c/ä.rs", "...", "a/.b", " "] {
            assert!(path(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "a/../b",
            "a\0b",
            &"a".repeat(5_000),
        ] {
            assert!(path(bad).is_err(), "{bad}");
        }
        assert!(directory("").is_ok());
    }

    #[test]
    fn a_reference_follows_gits_rules() {
        for good in ["main", "feature/a#1", "v1.0", "ä", "a%2Fb", "a+b"] {
            assert!(reference_name(good).is_ok(), "{good}");
        }
        for bad in [
            "", "a b", "a..b", "-x", "a/", "/a", "a@{1}", "a:b", "a/.b", "a\nb", "@", "a.lock",
            "a.lock/b", "a.",
        ] {
            assert!(reference_name(bad).is_err(), "{bad}");
        }
    }
}
