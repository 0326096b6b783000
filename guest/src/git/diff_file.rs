//! `git.diff-file`; apart because it makes the difference itself, from what GitLab holds of the
//! file.

use super::{
    argument,
    file::Located,
    revision,
    small_file::{content, too_large},
    stat_file::explain,
    unified,
};
use crate::{
    bindings::{git::Patch, types::RepositoryId},
    call::Call,
    endpoint::Project,
    error::Failure,
    transport::Transport,
};

/// What `git.diff-file` was called with.
#[derive(Debug)]
pub(crate) struct Diffing<'a> {
    pub(crate) repository: &'a RepositoryId,
    pub(crate) base: &'a str,
    pub(crate) head: &'a str,
    pub(crate) old_path: Option<&'a str>,
    pub(crate) new_path: Option<&'a str>,
}

/// Make the difference of one file.
pub(crate) async fn diff_file<T: Transport>(
    call: &Call<T>,
    diffing: Diffing<'_>,
) -> Result<Patch, Failure> {
    let project = Project::new(diffing.repository)?;
    argument::object_id("base", diffing.base)?;
    argument::object_id("head", diffing.head)?;
    for path in [diffing.old_path, diffing.new_path].into_iter().flatten() {
        argument::path(path)?;
    }
    if diffing.old_path.is_none() && diffing.new_path.is_none() {
        return Err(Failure::invalid(
            "old-path and new-path: one of them is given",
        ));
    }
    let (old, new) = call
        .both(
            bytes(call, &project, diffing.base, diffing.old_path),
            bytes(call, &project, diffing.head, diffing.new_path),
        )
        .await;
    Ok(patch(&old?, &new?))
}

/// The bytes of a file; none where there is no path.
async fn bytes<T: Transport>(
    call: &Call<T>,
    project: &Project,
    commit: &str,
    path: Option<&str>,
) -> Result<Vec<u8>, Failure> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let located = Located {
        project: project.clone(),
        pinned: revision::unknown(commit),
        path: path.to_owned(),
    };
    let check = |size| match size > LARGEST_CONTENT {
        true => Err(too_large(size, LARGEST_CONTENT)),
        false => Ok(()),
    };
    match content(call, &located, check).await {
        Ok((_, bytes)) => Ok(bytes),
        Err(failure) => Err(explain(call, &located, failure).await),
    }
}

fn patch(old: &[u8], new: &[u8]) -> Patch {
    if old == new {
        return Patch::Text(String::new());
    }
    match (text(old), text(new)) {
        (Some(old), Some(new)) => Patch::Text(unified::hunks(old, new)),
        _ => Patch::Binary,
    }
}

/// Git looks for a null character at the beginning. What is not UTF-8 could not be told as text.
fn text(bytes: &[u8]) -> Option<&str> {
    let beginning = &bytes[..bytes.len().min(GIT_LOOKS_AT)];
    match beginning.contains(&b'\0') {
        true => None,
        false => std::str::from_utf8(bytes).ok(),
    }
}

const LARGEST_CONTENT: u64 = 4_194_304;
const GIT_LOOKS_AT: usize = 8_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_character_at_the_beginning_or_another_encoding_is_binary() {
        let late = [vec![b'a'; GIT_LOOKS_AT], vec![b'\0']].concat();
        let early = [vec![b'a'; GIT_LOOKS_AT - 1], vec![b'\0']].concat();
        assert!(matches!(patch(b"", &early), Patch::Binary));
        assert!(matches!(patch(b"", &late), Patch::Text(_)));
        assert!(matches!(patch(b"a\n", b"\xff\n"), Patch::Binary));
        assert!(matches!(patch(b"a\0", b""), Patch::Binary));
        assert!(matches!(patch(b"a\0", b"a\0"), Patch::Text(text) if text.is_empty()));
    }
}
