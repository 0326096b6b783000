//! Branches and tags; apart, because they are the only part of a repository that changes.

use std::{
    fs,
    io::{self, Write as _},
    process::Stdio,
};

use super::Repository;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RefKind {
    Branch,
    Tag,
}

#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) name: String,
    /// What the reference names: for an annotated tag, the tag object.
    pub(crate) target: String,
    /// The commit it leads to in the end; `None` for a tag of anything else.
    pub(crate) commit: Option<String>,
    /// An annotated tag's message.
    pub(crate) message: Option<String>,
    /// When an annotated tag was made.
    pub(crate) tagged_at: Option<i64>,
}

impl RefKind {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Branch => "refs/heads/",
            Self::Tag => "refs/tags/",
        }
    }
}

impl Repository {
    /// All references of a kind by name.
    pub(crate) fn references(&self, kind: RefKind) -> io::Result<Vec<Reference>> {
        self.query_references(kind, kind.prefix())
    }

    pub(crate) fn reference(&self, kind: RefKind, name: &str) -> io::Result<Option<Reference>> {
        if name.is_empty() || name.contains(['\n', '\0', '*', '?', '[']) {
            return Ok(None);
        }
        let pattern = format!("{}{name}", kind.prefix());
        let found = self.query_references(kind, &pattern)?;
        Ok(found.into_iter().find(|reference| reference.name == name))
    }

    pub(crate) fn set_reference(&self, name: &str, target: &str) -> io::Result<()> {
        self.git
            .run(&self.directory, ["update-ref", name, target])
            .map(drop)
    }

    pub(crate) fn delete_reference(&self, name: &str) -> io::Result<()> {
        self.git
            .run(&self.directory, ["update-ref", "-d", name])
            .map(drop)
    }

    /// Makes a tag object and returns its id; the tagger is a name with an address.
    pub(crate) fn annotate(
        &self,
        name: &str,
        commit: &str,
        message: &str,
        (tagger, seconds): (&str, i64),
    ) -> io::Result<String> {
        let tag = format!(
            "object {commit}\ntype commit\ntag {name}\ntagger {tagger} {seconds} +0000\n\n{message}\n"
        );
        let mut child = self
            .git
            .command(&self.directory)
            .args(["hash-object", "-t", "tag", "-w", "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(tag.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(io::Error::other("git refused the tag")),
        }
    }

    /// The branch that `HEAD` names, whether it exists or not.
    pub(crate) fn head(&self) -> io::Result<String> {
        let text = fs::read_to_string(self.directory.join("HEAD"))?;
        let name = text.trim().trim_start_matches("ref: ");
        Ok(name.trim_start_matches("refs/heads/").to_owned())
    }

    pub(crate) fn set_head(&self, branch: &str) -> io::Result<()> {
        fs::write(
            self.directory.join("HEAD"),
            format!("ref: refs/heads/{branch}\n"),
        )
    }

    fn query_references(&self, kind: RefKind, pattern: &str) -> io::Result<Vec<Reference>> {
        let format = format!("--format={FORMAT}");
        let output = self
            .git
            .run(&self.directory, ["for-each-ref", &format, pattern])?;
        let text = String::from_utf8_lossy(&output);
        Ok(text
            .split_terminator("\u{1}\n")
            .filter_map(|record| parse(kind, record))
            .collect())
    }
}

fn parse(kind: RefKind, record: &str) -> Option<Reference> {
    let mut fields = record.splitn(8, '\0');
    let name = fields.next()?.strip_prefix(kind.prefix())?.to_owned();
    let (target, target_kind) = (fields.next()?, fields.next()?);
    let (peeled, peeled_kind) = (fields.next()?, fields.next()?);
    let tagged_at = fields.next()?;
    let message = fields.next()?.trim_end_matches('\n');
    let annotated = target_kind == "tag";
    let commit = match (target_kind, peeled_kind) {
        ("commit", _) => Some(target),
        (_, "commit") => Some(peeled),
        _ => None,
    };
    Some(Reference {
        name,
        target: target.to_owned(),
        commit: commit.map(str::to_owned),
        message: annotated.then(|| message.to_owned()),
        tagged_at: tagged_at.parse().ok(),
    })
}

const FORMAT: &str = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00\
                      %(*objecttype)%00%(taggerdate:unix)%00%(contents)%01";
