//! Files that a plugin read itself, held against what it says of them: apart because their bytes
//! were in its memory, unlike those of a stream.

use sha2::{Digest, Sha256};

use crate::call::not_an_answer;
use crate::contract::git::{EntryKind, Found, PathResult, SmallFile, Storage};
use crate::object::{ObjectName, blob_name};
use crate::outcome::Failure;
use crate::plugin::hex;

/// What was asked for.
pub(super) struct Asked<'a> {
    pub(super) commit: &'a str,
    pub(super) paths: &'a [String],
    pub(super) max_bytes_each: u64,
    pub(super) resolve_lfs: bool,
}

impl Asked<'_> {
    /// Whether this answers it: each path in its place, within the bounds, every byte as promised.
    pub(super) fn check(&self, results: &[PathResult]) -> Result<(), Failure> {
        let paths = results.iter().map(|result| &result.path);
        if !paths.eq(self.paths) {
            return Err(not_an_answer("the paths are not those that were asked for"));
        }
        let mut total = 0;
        for result in results {
            let (file, is_link) = match &result.outcome {
                Ok(Found::File(file)) => (file, false),
                Ok(Found::Symlink(file)) => (file, true),
                Ok(Found::Directory(_) | Found::Submodule(_)) | Err(_) => continue,
            };
            total += file.bytes.len() as u64;
            if let Err(problem) = self.check_file(&result.path, file, is_link) {
                return Err(not_an_answer(&format!("{problem}: {:?}", result.path)));
            }
        }
        match total > MOST_TOGETHER {
            true => Err(not_an_answer("the files are larger than 16 MiB together")),
            false => Ok(()),
        }
    }

    fn check_file(&self, path: &str, file: &SmallFile, is_link: bool) -> Result<(), &'static str> {
        let (info, bytes) = (&file.info, &file.bytes);
        if info.path != path || info.commit != self.commit {
            return Err("a file is told of that was not asked for");
        }
        if is_link != matches!(info.kind, EntryKind::Symlink) {
            return Err("a file is no symbolic link and is told of as one, or the other way round");
        }
        let length = bytes.len() as u64;
        if length > self.max_bytes_each.min(MOST_EACH) {
            return Err("a file is larger than was asked for");
        }
        if let Storage::Lfs(pointer) = &info.storage
            && self.resolve_lfs
        {
            return match length == pointer.size && is_sha256(&pointer.oid, bytes) {
                true => Ok(()),
                false => Err("the bytes are not those of the pointer"),
            };
        }
        if length != info.size {
            return Err("the bytes are not as many as promised");
        }
        if info
            .sha256
            .as_ref()
            .is_some_and(|promised| !is_sha256(promised, bytes))
        {
            return Err("the SHA-256 of the bytes is not the promised one");
        }
        let name = ObjectName::parse(&info.blob).ok_or("the blob has no name in git")?;
        match blob_name(name.algorithm(), bytes) == name {
            true => Ok(()),
            false => Err("the name of the bytes in git is not the promised one"),
        }
    }
}

fn is_sha256(promised: &str, bytes: &[u8]) -> bool {
    promised.eq_ignore_ascii_case(&hex(&Sha256::digest(bytes)))
}

/// Bytes that one file can have, and all of them together: the contract's.
const MOST_EACH: u64 = 1 << 20;
const MOST_TOGETHER: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::git::{File, LfsPointer};
    use crate::object::Algorithm;

    const COMMIT: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    fn file(path: &str, bytes: &[u8]) -> SmallFile {
        SmallFile {
            info: File {
                path: path.to_owned(),
                commit: COMMIT.to_owned(),
                blob: blob_name(Algorithm::Sha1, bytes).to_string(),
                size: bytes.len() as u64,
                sha256: Some(hex(&Sha256::digest(bytes))),
                kind: EntryKind::File,
                last_commit: None,
                storage: Storage::Git,
            },
            bytes: bytes.to_vec(),
        }
    }

    fn found(file: SmallFile) -> PathResult {
        PathResult {
            path: file.info.path.clone(),
            outcome: Ok(Found::File(file)),
        }
    }

    fn check(paths: &[&str], resolve_lfs: bool, results: &[PathResult]) -> Result<(), Failure> {
        let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        let asked = Asked {
            commit: COMMIT,
            paths: &paths,
            max_bytes_each: 1 << 20,
            resolve_lfs,
        };
        asked.check(results)
    }

    fn altered(alter: impl FnOnce(&mut SmallFile)) -> Result<(), Failure> {
        let mut one = file("a", b"hello\n");
        alter(&mut one);
        let outcome = Ok(Found::File(one));
        let path = "a".to_owned();
        check(&["a"], false, &[PathResult { path, outcome }])
    }

    #[test]
    fn files_as_they_were_promised_pass() {
        let results = [found(file("a", b"hello\n")), found(file("b/c", b""))];
        assert!(check(&["a", "b/c"], false, &results).is_ok());
        assert!(altered(|one| one.info.sha256 = None).is_ok());
        assert!(altered(|one| one.info.kind = EntryKind::Executable).is_ok());
    }

    #[test]
    fn paths_that_were_not_asked_for_or_stand_elsewhere_are_refused() {
        let both = || vec![found(file("a", b"x")), found(file("b", b"y"))];
        for paths in [&["b", "a"][..], &["a"], &["a", "b", "c"], &["a", "a"], &[]] {
            assert!(check(paths, false, &both()).is_err(), "{paths:?}");
        }
        assert!(altered(|one| one.info.path = "b".to_owned()).is_err());
        assert!(altered(|one| one.info.commit = "0".repeat(40)).is_err());
    }

    #[test]
    fn bytes_that_are_not_the_promised_ones_are_refused() {
        type Alter = fn(&mut SmallFile);
        let alterations: [Alter; 7] = [
            |one| one.bytes[0] = b'j',
            |one| one.bytes.push(b'!'),
            |one| one.info.size = 7,
            |one| one.info.sha256 = Some("0".repeat(64)),
            |one| one.info.blob = "0".repeat(40),
            |one| one.info.blob = String::new(),
            |one| one.info.kind = EntryKind::Symlink,
        ];
        for (index, alter) in alterations.into_iter().enumerate() {
            assert!(altered(alter).is_err(), "{index}");
        }
    }

    #[test]
    fn a_file_that_lfs_stores_is_held_against_its_pointer() {
        let stored = |oid: String, size| {
            let mut one = file("a", b"stored");
            // What git holds is the pointer.
            one.info.blob = "0".repeat(40);
            (one.info.size, one.info.sha256) = (130, None);
            one.info.storage = Storage::Lfs(LfsPointer { oid, size });
            found(one)
        };
        let oid = hex(&Sha256::digest(b"stored"));
        assert!(check(&["a"], true, &[stored(oid.clone(), 6)]).is_ok());
        assert!(check(&["a"], true, &[stored("0".repeat(64), 6)]).is_err());
        assert!(check(&["a"], true, &[stored(oid.clone(), 7)]).is_err());
        // Where it was not asked for, what comes is the pointer and has its name.
        assert!(check(&["a"], false, &[stored(oid, 6)]).is_err());
    }

    #[test]
    fn more_than_was_asked_for_is_refused() {
        let (large, most) = (vec![0; (1 << 20) + 1], vec![0; 1 << 20]);
        assert!(check(&["a"], false, &[found(file("a", &large))]).is_err());
        assert!(check(&["a"], false, &[found(file("a", &most))]).is_ok());
        let paths: Vec<_> = (0..17).map(|number| number.to_string()).collect();
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let all: Vec<_> = paths.iter().map(|path| found(file(path, &most))).collect();
        assert!(check(&paths[..16], false, &all[..16]).is_ok());
        assert!(check(&paths, false, &all).is_err());
    }
}
