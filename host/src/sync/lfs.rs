//! Pointers of Git LFS: apart because the archive and single files are looked at alike.

/// Whether these are all the bytes of a pointer: what git keeps in the place of a file that Git
/// LFS stores.
pub(super) fn is_pointer(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(VERSION) else {
        return false;
    };
    bytes.len() < MOST_BYTES && has_line(rest, b"oid sha256:") && has_line(rest, b"size ")
}

fn has_line(text: &[u8], start: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(start))
}

const VERSION: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";
/// The specification's bound.
const MOST_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_known_by_its_three_lines() {
        let pointer = [VERSION, b"oid sha256:0123\nsize 5\n"].concat();
        assert!(is_pointer(&pointer));
        assert!(!is_pointer(VERSION));
        assert!(!is_pointer(b"version 2\noid sha256:0123\nsize 5\n"));
        assert!(!is_pointer(&[&pointer[..], &[b'x'; 1024]].concat()));
    }
}
