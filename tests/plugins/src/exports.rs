//! The contract's functions: apart because they only find the instruction in their arguments.

use wasi::io::streams::InputStream;

use crate::bindings::types::{Error, ErrorCode, PageRequest};
use crate::bindings::{connection, git, repositories};
use crate::instruction::Instruction;
use crate::{content, identity, ruin, wire};

/// The component.
pub(crate) struct Component;

impl connection::Guest for Component {
    fn check() -> Result<connection::Report, Error> {
        Ok(connection::Report {
            product: "a test".to_owned(),
            version: None,
            edition: None,
            account: None,
            token: None,
            rate_limit: None,
            findings: Vec::new(),
        })
    }
}

impl repositories::Guest for Component {
    fn list_repositories(
        filter: repositories::Filter,
        _: PageRequest,
    ) -> Result<repositories::Page, Error> {
        Err(outcome(&filter.search.unwrap_or_default()))
    }

    fn read_repository(
        named: repositories::RepositoryRef,
    ) -> Result<repositories::Repository, Error> {
        identity::read_repository(&named)
    }

    fn explain_absence(
        _: repositories::RepositoryRef,
        filter: repositories::Filter,
    ) -> Result<repositories::Absence, Error> {
        Err(outcome(&filter.search.unwrap_or_default()))
    }
}

impl git::Guest for Component {
    fn resolve(_: String, at: git::Revision) -> Result<String, Error> {
        match at {
            git::Revision::Branch(text) => carry_out(&text),
            _ => Err(error(
                "the instruction is to stand in the place of a branch",
            )),
        }
    }

    fn list_refs(
        _: String,
        _: git::RefKind,
        search: Option<String>,
        _: PageRequest,
    ) -> Result<git::RefsPage, Error> {
        Err(outcome(&search.unwrap_or_default()))
    }

    fn list_commits(
        _: String,
        _: git::Revision,
        path: Option<String>,
        _: PageRequest,
    ) -> Result<git::CommitsPage, Error> {
        Err(outcome(&path.unwrap_or_default()))
    }

    fn read_commit(_: String, id: String) -> Result<git::Commit, Error> {
        Err(outcome(&id))
    }

    fn list_tree(
        _: String,
        _: git::Revision,
        path: String,
        _: bool,
        _: PageRequest,
    ) -> Result<git::TreePage, Error> {
        Err(outcome(&path))
    }

    fn stat_file(_: String, _: git::Revision, path: String) -> Result<git::File, Error> {
        Err(outcome(&path))
    }

    fn read_file(
        _: String,
        _: git::Revision,
        path: String,
        _: Option<git::ByteRange>,
        _: bool,
    ) -> Result<git::Content, Error> {
        let (body, size) = stream(&path)?;
        Ok(git::Content {
            info: file(size),
            first: 0,
            body,
        })
    }

    /// Tells the truth about files below `empty` and `mebibyte`, and no other.
    fn read_files(
        _: String,
        at: String,
        paths: Vec<String>,
        _: u64,
        _: bool,
    ) -> Result<Vec<git::PathResult>, Error> {
        let read = |path: String| {
            let (size, blob) = match path.split('/').next() {
                Some("empty") => (0, EMPTY),
                Some("mebibyte") => (1 << 20, MEBIBYTE),
                _ => (1, EMPTY),
            };
            let info = git::File {
                path: path.clone(),
                commit: at.clone(),
                blob: blob.to_owned(),
                ..file(size as u64)
            };
            let bytes = vec![0; size];
            git::PathResult {
                path,
                outcome: Ok(git::Found::File(git::SmallFile { info, bytes })),
            }
        };
        Ok(paths.into_iter().map(read).collect())
    }

    fn read_blob(_: String, blob: String) -> Result<InputStream, Error> {
        Ok(stream(&blob)?.0)
    }

    fn read_archive(
        _: String,
        _: String,
        path: Option<String>,
        _: git::ArchiveFormat,
    ) -> Result<InputStream, Error> {
        Ok(stream(&path.unwrap_or_default())?.0)
    }

    fn compare(
        _: String,
        base: String,
        _: String,
        _: git::CompareMode,
        _: bool,
        _: PageRequest,
    ) -> Result<git::Comparison, Error> {
        Err(outcome(&base))
    }

    fn diff_file(
        _: String,
        base: String,
        _: String,
        _: Option<String>,
        _: Option<String>,
    ) -> Result<git::Patch, Error> {
        carry_out(&base).map(git::Patch::Text)
    }

    fn blame(
        _: String,
        at: String,
        _: String,
        _: Option<git::LineRange>,
    ) -> Result<Vec<git::BlameRange>, Error> {
        Err(outcome(&at))
    }

    fn link(
        _: String,
        _: String,
        path: String,
        _: Option<git::LineRange>,
    ) -> Result<String, Error> {
        carry_out(&path)
    }
}

/// An error whose payload is `message`.
pub(crate) fn error(message: &str) -> Error {
    Error {
        code: ErrorCode::Other(message.to_owned()),
        message: message.to_owned(),
        hint: None,
        remedied_by: None,
        status: None,
        request_id: None,
        retry_after: None,
    }
}

/// What a function answers that nobody tells anything.
pub(crate) fn not_told() -> Error {
    error("no instruction can stand in an argument of this function")
}

/// What came of an instruction, for functions that cannot return a text: as an error's payload.
fn outcome(text: &str) -> Error {
    carry_out(text).map_or_else(|error| error, |text| error(&text))
}

/// What came of an instruction.
pub(crate) fn carry_out(text: &str) -> Result<String, Error> {
    match read(text)? {
        Instruction::Send { requests } => {
            json(&requests.iter().map(wire::exchange).collect::<Vec<_>>())
        }
        Instruction::Hold { held, times, then } => json(&[wire::hold(&held, times, &then)]),
        Instruction::Repeat {
            request,
            times,
            at_once,
        } => json(&wire::repeat(&request, times, at_once)),
        Instruction::Ruin(ruin) => ruin::carry_out(&ruin)
            .map(|()| String::new())
            .map_err(|problem| error(&problem)),
        Instruction::Write { text, times } => {
            (0..times).for_each(|_| eprint!("{text}"));
            Ok(String::new())
        }
        Instruction::HandOn(_) => Err(error("this function has no content")),
    }
}

fn stream(text: &str) -> Result<(InputStream, u64), Error> {
    match read(text)? {
        Instruction::HandOn(handing) => {
            content::hand_on(&handing).map_err(|problem| error(&problem))
        }
        _ => Err(outcome(text)),
    }
}

fn read(text: &str) -> Result<Instruction, Error> {
    serde_json::from_str(text).map_err(|problem| error(&format!("no instruction: {problem}")))
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|problem| error(&problem.to_string()))
}

fn file(size: u64) -> git::File {
    git::File {
        path: String::new(),
        commit: String::new(),
        blob: String::new(),
        size,
        sha256: None,
        kind: git::EntryKind::File,
        last_commit: None,
        storage: git::Storage::Git,
    }
}

/// What git calls a blob without a byte, and one of a mebibyte of zeros.
const EMPTY: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const MEBIBYTE: &str = "9e0f96a2a253b173cb45b41868209a5d043e1437";
