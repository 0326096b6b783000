//! Changing a repository the way a forge does: objects first, then one reference, and only if it
//! still is where it was; apart, because everything else that writes here prepares a test.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{NewCommit, Repository, staging::Staging};

/// What became of the wish to move a reference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Moved {
    Yes,
    /// It was not where it was expected, or its name does not go with another's; git's words.
    Refused(String),
}

impl Repository {
    /// Moves a reference from `before` to `after`; zeros or `None` stand for its absence.
    pub(crate) fn move_reference(
        &self,
        name: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> io::Result<Moved> {
        let length = before.or(after).map_or(40, str::len);
        let zero = "0".repeat(length);
        let before = before.unwrap_or(&zero);
        let arguments = match after {
            Some(after) => vec!["update-ref", name, after, before],
            None => vec!["update-ref", "-d", name, before],
        };
        let output = self.git.output(&self.directory, arguments)?;
        if output.status.success() {
            return Ok(Moved::Yes);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match said.contains("cannot lock ref") {
            true => Ok(Moved::Refused(said)),
            false => Err(io::Error::other(said)),
        }
    }

    /// Whether git takes this as a name below `prefix`, and GitLab too.
    pub(crate) fn is_valid_name(&self, prefix: &str, name: &str) -> io::Result<bool> {
        let reserved = ["refs/heads/", "refs/remotes/", "-"];
        if name == "HEAD" || reserved.iter().any(|start| name.starts_with(start)) {
            return Ok(false);
        }
        let full = format!("{prefix}{name}");
        let output = self
            .git
            .output(&self.directory, ["check-ref-format", &full])?;
        Ok(output.status.success())
    }

    /// Writes a commit of what was staged, without any branch being at it.
    pub(crate) fn write_commit(
        &self,
        commit: &NewCommit,
        parents: &[String],
        staging: &Staging<'_>,
    ) -> io::Result<String> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // What git imports must have a name until it is over.
        let name = format!("refs/stand-in/{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let id = self.fast_import(|importer| {
            importer.commit(&name, commit, parents)?;
            staging.write(importer)
        })?;
        self.delete_reference(&name)?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::git::{Change, Git, ObjectFormat};

    fn commit(repository: &Repository, message: &str) -> String {
        let person = ("Ada".to_owned(), "ada@example.com".to_owned());
        let commit = NewCommit {
            branch: "main".to_owned(),
            message: message.into(),
            parents: None,
            author: person.clone(),
            committer: person,
            seconds: 0,
            zone: "+0000".to_owned(),
        };
        let change = Change::file(message);
        let id = repository.import(&commit, |importer| importer.change(b"a", &change));
        id.unwrap()
    }

    #[test]
    fn a_reference_moves_only_from_where_it_was_expected() {
        let git = Arc::new(Git::new().unwrap());
        for (name, format) in [("a", ObjectFormat::Sha1), ("b", ObjectFormat::Sha256)] {
            let repository = Repository::create(git.clone(), name, format).unwrap();
            let (first, second) = (commit(&repository, "1"), commit(&repository, "2"));
            let main = "refs/heads/main";
            let stale = repository.move_reference(main, Some(&first), Some(&first));
            assert!(matches!(stale, Ok(Moved::Refused(_))), "{stale:?}");
            let begun = repository.move_reference(main, None, Some(&first));
            assert!(matches!(begun, Ok(Moved::Refused(_))), "{begun:?}");
            let moved = repository.move_reference(main, Some(&second), Some(&first));
            assert_eq!(moved.unwrap(), Moved::Yes);
        }
    }
}
