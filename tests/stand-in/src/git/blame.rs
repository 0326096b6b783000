//! Who last changed each line; apart, because git's answer is a format of its own.

use std::{io, ops::RangeInclusive};

use super::{Commit, Repository};

/// Lines that one commit changed last, one after the other.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct BlameGroup {
    pub(crate) commit: String,
    pub(crate) lines: Vec<Vec<u8>>,
}

impl Repository {
    /// Blames the lines of a file, counted from 1; those beyond its end are left out.
    pub(crate) fn blame(
        &self,
        commit: &Commit,
        path: &[u8],
        lines: Option<RangeInclusive<u64>>,
    ) -> io::Result<Vec<BlameGroup>> {
        use std::os::unix::ffi::OsStrExt as _;
        let mut command = self.git.command(&self.directory);
        command.args(["blame", "--porcelain"]);
        if let Some(lines) = lines {
            command.arg(format!("-L{},{}", lines.start(), lines.end()));
        }
        command
            .arg(&commit.id)
            .arg("--")
            .arg(std::ffi::OsStr::from_bytes(path));
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.success() {
            true => Ok(parse(&output.stdout)),
            // A range that begins beyond the end is no failure.
            false if said.contains("has only") => Ok(Vec::new()),
            false => Err(io::Error::other(said.trim().to_owned())),
        }
    }
}

/// Reads `git blame --porcelain`: a head of several lines, and then the line itself after a tab.
fn parse(output: &[u8]) -> Vec<BlameGroup> {
    let mut groups: Vec<BlameGroup> = Vec::new();
    let mut commit = String::new();
    let mut in_head = false;
    for line in output.split(|byte| *byte == b'\n') {
        match (line.strip_prefix(b"\t"), in_head) {
            (Some(content), _) => {
                in_head = false;
                match groups.last_mut() {
                    Some(last) if last.commit == commit => last.lines.push(content.to_vec()),
                    _ => groups.push(BlameGroup {
                        commit: commit.clone(),
                        lines: vec![content.to_vec()],
                    }),
                }
            }
            (None, true) => {}
            (None, false) => {
                let head = String::from_utf8_lossy(line);
                commit = head.split(' ').next().unwrap_or_default().to_owned();
                in_head = true;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_commit_are_one_group_until_another_comes_between() {
        let output = b"aa 1 1 1\nauthor A\nfilename x\n\tone\nbb 2 2 1\nauthor B\n\ttwo\n\
                       aa 3 3 2\n\tthree\naa 4 4\n\tfour\n";
        let groups = parse(output);
        let shown: Vec<(&str, usize)> = groups
            .iter()
            .map(|group| (group.commit.as_str(), group.lines.len()))
            .collect();
        assert_eq!(shown, [("aa", 1), ("bb", 1), ("aa", 2)]);
    }
}
