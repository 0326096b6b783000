//! The server's side of `git push`; apart, because the wishes in it must be judged before git may
//! carry them out.

use std::{
    io::{self, Seek as _, Write as _},
    process::Stdio,
};

use super::Repository;

/// Where a reference is to move: zeros stand for nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wish {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) reference: String,
}

/// What a client asks for before its objects follow.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) list: Vec<Wish>,
    /// Whether it understands messages beside the report.
    sideband: bool,
}

impl Wishes {
    /// Reads the lines up to the first flush; what is no wish is skipped.
    pub(crate) fn parse(mut body: &[u8]) -> Self {
        let mut wishes = Self::default();
        while let Some((line, rest)) = next_line(body) {
            body = rest;
            let mut parts = line.splitn(2, |byte| *byte == 0);
            let wish = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
            let capabilities = String::from_utf8_lossy(parts.next().unwrap_or_default());
            wishes.sideband |= capabilities.split(' ').any(|word| word == "side-band-64k");
            let mut words = wish.trim_end().splitn(3, ' ');
            if let (Some(before), Some(after), Some(reference)) =
                (words.next(), words.next(), words.next())
            {
                wishes.list.push(Wish {
                    before: before.to_owned(),
                    after: after.to_owned(),
                    reference: reference.to_owned(),
                });
            }
        }
        wishes
    }

    /// The report to a client none of whose wishes is granted, as git writes it where a hook
    /// declines.
    pub(crate) fn declined(&self, message: &str) -> Vec<u8> {
        let mut report = line(b"unpack ok\n");
        for wish in &self.list {
            let text = format!("ng {} pre-receive hook declined\n", wish.reference);
            report.extend(line(text.as_bytes()));
        }
        report.extend(b"0000");
        if !self.sideband {
            return report;
        }
        let mut answer = line(&[b"\x02", message.as_bytes(), b"\n"].concat());
        for piece in report.chunks(60_000) {
            answer.extend(line(&[b"\x01", piece].concat()));
        }
        answer.extend(b"0000");
        answer
    }
}

impl Repository {
    /// What a client learns before it pushes.
    pub(crate) fn advertise_receive(&self) -> io::Result<Vec<u8>> {
        let mut command = self.git.command(&self.directory);
        command
            .args(["receive-pack", "--stateless-rpc", "--advertise-refs"])
            .arg(&self.directory);
        let output = command.stdin(Stdio::null()).output()?;
        let mut answer = line(b"# service=git-receive-pack\n");
        answer.extend(b"0000");
        answer.extend(output.stdout);
        Ok(answer)
    }

    /// Lets git carry out a push and returns its report.
    pub(crate) fn receive(&self, body: &[u8]) -> io::Result<Vec<u8>> {
        // A file has no other end that could wait for us while we wait for it.
        let mut input = tempfile::tempfile()?;
        input.write_all(body)?;
        input.rewind()?;
        let mut command = self.git.command(&self.directory);
        command
            .args(["receive-pack", "--stateless-rpc"])
            .arg(&self.directory);
        Ok(command.stdin(input).output()?.stdout)
    }
}

/// A packet with its length before it.
fn line(content: &[u8]) -> Vec<u8> {
    let mut packet = format!("{:04x}", content.len() + 4).into_bytes();
    packet.extend_from_slice(content);
    packet
}

/// The next packet and what follows it; `None` at a flush or where it makes no sense.
fn next_line(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = std::str::from_utf8(body.get(..4)?).ok()?;
    let length = usize::from_str_radix(head, 16).ok()?;
    let content = body.get(4..length)?;
    Some((content, &body[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_end_where_the_objects_begin() {
        let mut body = line(b"1 2 refs/heads/a\0report-status side-band-64k agent=git/2");
        body.extend(line(b"0 3 refs/tags/b"));
        body.extend(b"0000PACK");
        let wishes = Wishes::parse(&body);
        let names: Vec<_> = wishes
            .list
            .iter()
            .map(|wish| wish.reference.as_str())
            .collect();
        assert_eq!(names, ["refs/heads/a", "refs/tags/b"]);
        assert!(wishes.sideband);
        assert!(Wishes::parse(b"0000").list.is_empty());
        assert!(Wishes::parse(b"zzzz").list.is_empty());
    }
}
