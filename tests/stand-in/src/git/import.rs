//! Writing history with `git fast-import`; apart, because it is the only way content gets in.

use std::{
    io::{self, BufReader, BufWriter, Read, Write},
    process::{ChildStdin, Stdio},
};

use super::Repository;

/// What happens to a path in a commit.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// It goes away; a directory with everything in it.
    Delete,
    /// It becomes a submodule at this commit of another repository.
    Submodule(String),
    /// It holds these bytes from now on; for a symbolic link, where it leads.
    Write(Vec<u8>, Mode),
}

impl Change {
    /// An ordinary file.
    pub fn file(content: impl Into<Vec<u8>>) -> Self {
        Self::Write(content.into(), Mode::File)
    }

    /// A file with the executable bit.
    pub fn executable(content: impl Into<Vec<u8>>) -> Self {
        Self::Write(content.into(), Mode::Executable)
    }

    /// A symbolic link.
    pub fn symlink(target: impl Into<Vec<u8>>) -> Self {
        Self::Write(target.into(), Mode::Symlink)
    }
}

/// What kind of file is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mode {
    /// With the executable bit.
    Executable,
    /// An ordinary file.
    #[default]
    File,
    /// A symbolic link.
    Symlink,
}

impl Mode {
    fn bits(self) -> u32 {
        match self {
            Self::Executable => 0o100_755,
            Self::File => 0o100_644,
            Self::Symlink => 0o120_000,
        }
    }
}

/// Everything that can be said about a commit to be made.
#[derive(Clone, Debug)]
pub struct NewCommit {
    /// The branch that will be at the commit.
    pub branch: String,
    /// The message, as bytes: git does not ask for UTF-8.
    pub message: Vec<u8>,
    /// Its parents; `None` for where the branch is now. Without parents it is a new root.
    pub parents: Option<Vec<String>>,
    /// Author's name and address.
    pub author: (String, String),
    /// Committer's name and address.
    pub committer: (String, String),
    /// Seconds since the epoch, for both.
    pub seconds: i64,
    /// Time zone for both, such as `+0200`.
    pub zone: String,
}

impl Repository {
    /// Makes a commit of all changes that `write` hands over, and returns its id.
    pub(crate) fn import(
        &self,
        commit: &NewCommit,
        write: impl FnOnce(&mut Importer) -> io::Result<()>,
    ) -> io::Result<String> {
        let branch = format!("refs/heads/{}", commit.branch);
        let parents = match &commit.parents {
            Some(parents) => parents.clone(),
            None => self
                .commit(&branch)?
                .iter()
                .map(|tip| tip.id.clone())
                .collect(),
        };
        self.fast_import(|importer| {
            importer.commit(&branch, commit, &parents)?;
            write(importer)
        })
    }

    pub(super) fn fast_import(
        &self,
        write: impl FnOnce(&mut Importer) -> io::Result<()>,
    ) -> io::Result<String> {
        let mut child = self
            .git
            .command(&self.directory)
            .args(["fast-import", "--quiet", "--force", "--done"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("git has no standard streams"));
        };
        let mut importer = Importer(BufWriter::with_capacity(256 << 10, input));
        let written = write(&mut importer).and_then(|()| importer.finish());
        let mut answer = String::new();
        BufReader::new(output).read_to_string(&mut answer)?;
        let output = child.wait_with_output()?;
        match (output.status.success(), written) {
            (true, Ok(())) => Ok(answer.trim().to_owned()),
            // git's own words say more than the pipe that it closed.
            _ => Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            )),
        }
    }
}

/// The stream that `git fast-import` reads.
pub(crate) struct Importer(BufWriter<ChildStdin>);

impl Importer {
    pub(crate) fn change(&mut self, path: &[u8], change: &Change) -> io::Result<()> {
        match change {
            Change::Delete => self.remove(path),
            Change::Submodule(id) => self.put_known(path, 0o160_000, id),
            Change::Write(content, mode) => self.put(path, mode.bits(), content),
        }
    }

    pub(super) fn remove(&mut self, path: &[u8]) -> io::Result<()> {
        self.0.write_all(b"D ")?;
        self.0.write_all(&quoted(path))?;
        self.0.write_all(b"\n")
    }

    /// Puts what has an id already at a path.
    pub(super) fn put_known(&mut self, path: &[u8], mode: u32, id: &str) -> io::Result<()> {
        write!(self.0, "M {mode:06o} {id} ")?;
        self.0.write_all(&quoted(path))?;
        self.0.write_all(b"\n")
    }

    pub(super) fn put(&mut self, path: &[u8], mode: u32, content: &[u8]) -> io::Result<()> {
        write!(self.0, "M {mode:06o} inline ")?;
        self.0.write_all(&quoted(path))?;
        self.0.write_all(b"\n")?;
        self.data(content)
    }

    pub(super) fn commit(
        &mut self,
        branch: &str,
        commit: &NewCommit,
        parents: &[String],
    ) -> io::Result<()> {
        let when = format!("{} {}", commit.seconds, commit.zone);
        let (author, author_email) = &commit.author;
        let (committer, committer_email) = &commit.committer;
        if parents.is_empty() {
            writeln!(self.0, "reset {branch}")?;
        }
        writeln!(self.0, "commit {branch}\nmark :1")?;
        writeln!(self.0, "author {author} <{author_email}> {when}")?;
        writeln!(self.0, "committer {committer} <{committer_email}> {when}")?;
        self.data(&commit.message)?;
        for (index, parent) in parents.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            writeln!(self.0, "{word} {parent}")?;
        }
        Ok(())
    }

    fn data(&mut self, data: &[u8]) -> io::Result<()> {
        writeln!(self.0, "data {}", data.len())?;
        self.0.write_all(data)?;
        self.0.write_all(b"\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.write_all(b"\nget-mark :1\ndone\n")?;
        self.0.flush()
    }
}

/// A path in C's quotes, so that it may be any bytes.
fn quoted(path: &[u8]) -> Vec<u8> {
    let mut text = vec![b'"'];
    for byte in path {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', *byte]),
            0x20..=0x7e => text.push(*byte),
            byte => text.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    text.push(b'"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_byte_of_a_path_is_quoted() {
        assert_eq!(quoted(b"a\"b\n\xff"), br#""a\"b\012\377""#);
    }
}
