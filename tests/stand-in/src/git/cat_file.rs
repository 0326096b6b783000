//! A long-lived `git cat-file --batch-command`; apart, because its protocol is a matter of its own.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub(crate) struct CatFile {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What git says of an object without its content.
pub(crate) struct Header {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) size: u64,
}

impl CatFile {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command
            .args(["cat-file", "--batch-command"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("git has no standard streams"));
        };
        let output = BufReader::with_capacity(64 << 10, output);
        Ok(Self {
            child,
            input,
            output,
        })
    }

    pub(crate) fn header(&mut self, name: &str) -> io::Result<Option<Header>> {
        match self.ask("info", name)? {
            true => self.read_header(),
            false => Ok(None),
        }
    }

    pub(crate) fn contents(&mut self, name: &str) -> io::Result<Option<(Header, Vec<u8>)>> {
        if !self.ask("contents", name)? {
            return Ok(None);
        }
        let Some(header) = self.read_header()? else {
            return Ok(None);
        };
        let mut data = Vec::new();
        let wanted = header.size + 1;
        Read::by_ref(&mut self.output)
            .take(wanted)
            .read_to_end(&mut data)?;
        if data.len() as u64 != wanted || data.pop() != Some(b'\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some((header, data)))
    }

    /// Sends a command, except for a name that would be two of them.
    fn ask(&mut self, command: &str, name: &str) -> io::Result<bool> {
        if name.is_empty() || name.contains(['\n', '\0']) {
            return Ok(false);
        }
        self.input
            .write_all(format!("{command} {name}\n").as_bytes())?;
        self.input.flush()?;
        Ok(true)
    }

    fn read_header(&mut self) -> io::Result<Option<Header>> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut words = line.trim_end().rsplitn(3, ' ');
        let (size, kind, id) = (words.next(), words.next(), words.next());
        // Everything else is the name followed by `missing` or `ambiguous`.
        Ok(match (size.and_then(|size| size.parse().ok()), kind, id) {
            (Some(size), Some(kind), Some(id)) => Some(Header {
                id: id.to_owned(),
                kind: kind.to_owned(),
                size,
            }),
            _ => None,
        })
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // It ends by itself too, once its input closes; waiting keeps it from lingering as a zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
