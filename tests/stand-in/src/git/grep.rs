//! Looking for text; apart, because git's answer comes in pieces of several lines.

use std::io;

use super::Repository;

/// Lines around a place where the text was found.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Snippet {
    pub(crate) path: Vec<u8>,
    /// The number of its first line.
    pub(crate) start: u64,
    pub(crate) data: Vec<u8>,
}

impl Repository {
    /// Finds a text, in any case, in all files of a commit that are not binary.
    pub(crate) fn grep(&self, commit: &str, text: &str) -> io::Result<Vec<Snippet>> {
        let arguments = [
            "grep",
            "--ignore-case",
            "--fixed-strings",
            "-I",
            "--line-number",
            "--null",
            "--before-context=2",
            "--after-context=2",
            "-e",
            text,
            commit,
        ];
        let output = self.git.output(&self.directory, arguments)?;
        match output.status.code() {
            Some(0) => Ok(parse(&output.stdout, commit)),
            Some(1) => Ok(Vec::new()),
            _ => Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            )),
        }
    }

    /// The files at or below a path, by name.
    pub(crate) fn files_below(&self, commit: &str, path: &str) -> io::Result<Vec<Vec<u8>>> {
        let arguments = [
            "ls-tree",
            "--full-tree",
            "--name-only",
            "-r",
            "-z",
            commit,
            "--",
            path,
        ];
        let output = self.git.run(&self.directory, arguments)?;
        Ok(output
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(<[u8]>::to_vec)
            .collect())
    }
}

/// Takes git's answer apart: each line carries the commit and its path, its number and itself, and
/// a line of two dashes stands between pieces.
fn parse(output: &[u8], commit: &str) -> Vec<Snippet> {
    let prefix = format!("{commit}:");
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut continues = false;
    for line in output.split_inclusive(|byte| *byte == b'\n') {
        let mut fields = line.splitn(3, |byte| *byte == 0);
        let (Some(path), Some(number), Some(text)) = (fields.next(), fields.next(), fields.next())
        else {
            continues = false;
            continue;
        };
        match snippets.last_mut().filter(|_| continues) {
            Some(snippet) => snippet.data.extend_from_slice(text),
            None => snippets.push(Snippet {
                path: path
                    .strip_prefix(prefix.as_bytes())
                    .unwrap_or(path)
                    .to_vec(),
                start: String::from_utf8_lossy(number).parse().unwrap_or(1),
                data: text.to_vec(),
            }),
        }
        continues = true;
    }
    snippets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_within_a_file_do_not_end_a_snippet() {
        let output = b"c:d/y\x001\0foo\nc:d/y\x002\0--\n--\nc:x\x008\0g\n";
        let snippets = parse(output, "c");
        assert_eq!(snippets.len(), 2);
        assert_eq!(snippets[0].data, b"foo\n--\n");
        assert_eq!(
            (snippets[1].path.as_slice(), snippets[1].start),
            (b"x".as_slice(), 8)
        );
    }
}
