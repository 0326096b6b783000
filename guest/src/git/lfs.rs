//! Git LFS pointers; apart because they are a format of their own.
//!
//! See <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.

use crate::{
    bindings::git::{LfsPointer, Storage},
    error::Failure,
    transport::Head,
};

/// A pointer is smaller than this many bytes.
pub(super) const LARGEST_POINTER: u64 = 1_024;

/// Where the bytes of a file with that content are.
pub(super) fn storage(content: &[u8]) -> Storage {
    match parse(content) {
        Some(pointer) => Storage::Lfs(pointer),
        None => Storage::Git,
    }
}

/// Hold the head of an answer with a stored file against its pointer. Of the bytes themselves the
/// host knows the hash.
///
/// A project without Git LFS answers with the pointer, whatever is asked.
pub(super) fn check_stored(
    head: &Head,
    pointer: &LfsPointer,
    pointer_size: u64,
) -> Result<(), Failure> {
    let length = head.number("content-length").filter(|_| head.status == 200);
    let is_pointer = head.number("x-gitlab-size") == Some(pointer_size)
        && length.is_none_or(|length| length == pointer_size)
        && pointer.size != pointer_size;
    if is_pointer {
        return Err(Failure::unsupported(
            "Git LFS switched on for the repository",
            "GitLab answers with the pointer, not with the file that it stands for",
        )
        .with_head(head));
    }
    match length.is_none_or(|length| length == pointer.size) {
        true => Ok(()),
        false => Err(
            Failure::malformed("the stored file has another size than its pointer says")
                .with_head(head),
        ),
    }
}

/// Read a pointer: lines of a key and a value, `version` first, the others by their name.
fn parse(content: &[u8]) -> Option<LfsPointer> {
    if content.len() as u64 >= LARGEST_POINTER {
        return None;
    }
    let text = std::str::from_utf8(content).ok()?;
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next()? != VERSION_LINE {
        return None;
    }
    let mut oid = None;
    let mut size = None;
    for line in lines {
        let (key, value) = line.split_once(' ')?;
        match key {
            "oid" => oid = Some(value.strip_prefix("sha256:")?),
            "size" => size = Some(number(value)?),
            _ => {}
        }
    }
    let oid = oid.filter(|oid| oid.len() == 64 && super::argument::is_object_id(oid))?;
    Some(LfsPointer {
        oid: oid.to_owned(),
        size: size?,
    })
}

/// `u64`'s own parser also takes a sign.
fn number(text: &str) -> Option<u64> {
    match text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse().ok(),
        false => None,
    }
}

const VERSION_LINE: &str = "version https://git-lfs.github.com/spec/v1";

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(middle: &str) -> String {
        format!("{VERSION_LINE}\n{middle}")
    }

    #[test]
    fn a_pointer_tells_hash_and_size() {
        let oid = "4d7a".repeat(16);
        let content = pointer(&format!(
            "ext-0-foo sha256:x\noid sha256:{oid}\nsize 12345\n"
        ));
        let Storage::Lfs(found) = storage(content.as_bytes()) else {
            panic!("it is a pointer");
        };
        assert_eq!((found.oid, found.size), (oid, 12_345));
    }

    #[test]
    fn what_only_looks_like_a_pointer_is_a_file() {
        let oid = "4d7a".repeat(16);
        for content in [
            String::new(),
            pointer(""),
            pointer(&format!("oid sha256:{oid}\n")),
            pointer(&format!("oid sha256:{oid}\nsize 1")),
            pointer(&format!("oid sha256:{oid}\nsize +1\n")),
            pointer(&format!("oid sha256:{}\nsize 1\n", &oid[..40])),
            pointer(&format!("oid md5:{oid}\nsize 1\n")),
            pointer(&format!("oid sha256:{oid}\nsize 1\n\n")),
            format!("size 1\n{VERSION_LINE}\noid sha256:{oid}\n"),
            pointer(&format!(
                "oid sha256:{oid}\nsize 1\nz {}\n",
                "x".repeat(1_024)
            )),
        ] {
            assert!(
                matches!(storage(content.as_bytes()), Storage::Git),
                "{content}"
            );
        }
        assert!(matches!(storage(&[0xff, 0xfe]), Storage::Git));
    }
}
