//! GitLab's name of a line; apart, because comments and differences both need it.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

/// The SHA-1 of its file's path, and both line numbers.
pub(super) fn line_code(path: &str, old: u64, new: u64) -> String {
    let mut code = String::new();
    for byte in Sha1::digest(path.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(code, "{byte:02x}");
    }
    format!("{code}_{old}_{new}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_named_by_the_sha_1_of_its_path() {
        let code = line_code("abc", 1, 2);
        assert_eq!(code, "a9993e364706816aba3e25717850c26c9cd0d89d_1_2");
        let long = "a".repeat(64);
        assert_eq!(
            line_code(&long, 0, 0),
            "0098ba824b5c16427bd7a1122a5a442a25ec644d_0_0"
        );
    }
}
