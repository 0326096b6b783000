//! Differences between two trees with the limits that GitLab's storage layer puts on them; apart,
//! because the limits are subtle: they collapse, prune or cut, each with other consequences.

use std::io;

use super::Repository;

/// A file's difference.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileDiff {
    pub(crate) old_path: Vec<u8>,
    pub(crate) new_path: Vec<u8>,
    pub(crate) old_mode: String,
    pub(crate) new_mode: String,
    pub(crate) is_new: bool,
    pub(crate) is_renamed: bool,
    pub(crate) is_deleted: bool,
    /// The hunks, or git's remark on binary files.
    pub(crate) patch: Vec<u8>,
    pub(crate) collapsed: bool,
    pub(crate) too_large: bool,
}

/// Where GitLab stops showing differences.
#[derive(Clone, Copy, Debug)]
pub struct DiffLimits {
    /// Files beyond this many are left out altogether.
    pub max_files: usize,
    /// Files after this many lines are left out altogether.
    pub max_lines: usize,
    /// Files after this many bytes of patches are left out altogether.
    pub max_bytes: usize,
    /// Patches of files beyond this many are emptied.
    pub safe_max_files: usize,
    /// Patches after this many lines are emptied.
    pub safe_max_lines: usize,
    /// Patches after this many bytes are emptied.
    pub safe_max_bytes: usize,
    /// A patch of at least this many bytes is emptied as too large.
    pub max_patch_bytes: usize,
    /// A patch of at least this many bytes is emptied as collapsed.
    pub safe_patch_bytes: usize,
}

impl DiffLimits {
    /// No limits.
    pub const NONE: Self = Self {
        max_files: usize::MAX,
        max_lines: usize::MAX,
        max_bytes: usize::MAX,
        safe_max_files: usize::MAX,
        safe_max_lines: usize::MAX,
        safe_max_bytes: usize::MAX,
        max_patch_bytes: usize::MAX,
        safe_patch_bytes: usize::MAX,
    };
}

impl Default for DiffLimits {
    /// The limits of an instance whose administrator changed nothing.
    fn default() -> Self {
        Self {
            max_files: 1000,
            max_lines: 50_000,
            max_bytes: 1000 * 5 * 1024,
            safe_max_files: 100,
            safe_max_lines: 5000,
            safe_max_bytes: 100 * 5 * 1024,
            max_patch_bytes: 200 * 1024,
            safe_patch_bytes: 20 * 1024,
        }
    }
}

/// Whether files were left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Overflow {
    No,
    Yes,
}

impl Repository {
    /// What turns the tree `from` into the tree `to`; either may be any tree-ish.
    pub(crate) fn diff(
        &self,
        from: &str,
        to: &str,
        limits: &DiffLimits,
    ) -> io::Result<(Vec<FileDiff>, Overflow)> {
        let common = ["diff-tree", "-r", "-M", "--full-index", "--no-color"];
        let tail = ["--end-of-options", from, to, "--"];
        let raw = common.iter().chain(&["--raw", "-z"]).chain(&tail);
        let raw = self.git.run(&self.directory, raw)?;
        let patch = common.iter().chain(&["-p", "-z"]).chain(&tail);
        let patch = self.git.run(&self.directory, patch)?;
        let patches = split_patches(&patch);
        let mut diffs = parse_raw(&raw);
        if diffs.len() != patches.len() {
            return Err(io::Error::other("git's two views of a diff disagree"));
        }
        for (diff, patch) in diffs.iter_mut().zip(patches) {
            diff.patch = hunks(patch).to_vec();
        }
        Ok(apply(limits, diffs))
    }

    /// Lines added and removed by a commit against its first parent.
    pub(crate) fn line_statistics(&self, commit: &str) -> io::Result<(u64, u64)> {
        let arguments = [
            "diff-tree",
            "--root",
            "-r",
            "-m",
            "--first-parent",
            "--numstat",
            commit,
        ];
        let output = self.git.run(&self.directory, arguments)?;
        let mut total = (0, 0);
        for line in String::from_utf8_lossy(&output).lines() {
            let mut fields = line.split('\t');
            let mut number = || fields.next().and_then(|text| text.parse::<u64>().ok());
            total.0 += number().unwrap_or(0);
            total.1 += number().unwrap_or(0);
        }
        Ok(total)
    }

    /// The tree that a repository with this object format has before its first commit.
    pub(crate) fn empty_tree(&self) -> io::Result<String> {
        let output = self
            .git
            .run(&self.directory, ["hash-object", "-t", "tree", "/dev/null"])?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }
}

fn parse_raw(raw: &[u8]) -> Vec<FileDiff> {
    let mut diffs = Vec::new();
    let mut fields = raw.split(|byte| *byte == 0);
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let head = String::from_utf8_lossy(head);
        let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, _, _, status] = words[..] else {
            break;
        };
        let old_path = fields.next().unwrap_or_default().to_vec();
        let is_renamed = status.starts_with(['R', 'C']);
        let new_path = match is_renamed {
            true => fields.next().unwrap_or_default().to_vec(),
            false => old_path.clone(),
        };
        let diff = FileDiff {
            old_path,
            new_path,
            old_mode: old_mode.to_owned(),
            new_mode: new_mode.to_owned(),
            is_new: status == "A",
            is_renamed,
            is_deleted: status == "D",
            ..FileDiff::default()
        };
        match status {
            // GitLab shows a file that became a link as one that went and one that came, and so
            // does git's patch.
            "T" => diffs.extend(type_change(diff)),
            _ => diffs.push(diff),
        }
    }
    diffs
}

fn type_change(diff: FileDiff) -> [FileDiff; 2] {
    let gone = FileDiff {
        new_mode: "000000".to_owned(),
        is_deleted: true,
        ..diff.clone()
    };
    let came = FileDiff {
        old_mode: "000000".to_owned(),
        is_new: true,
        ..diff
    };
    [gone, came]
}

/// Cuts at the lines that begin a file; no line of a hunk begins like that.
fn split_patches(text: &[u8]) -> Vec<&[u8]> {
    const MARK: &[u8] = b"diff --git ";
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(MARK) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &text[*start..end])
        .collect()
}

fn hunks(patch: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in patch.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"@@ ") || line.starts_with(b"Binary files ") {
            return &patch[at..];
        }
        at += line.len();
    }
    b""
}

fn apply(limits: &DiffLimits, diffs: Vec<FileDiff>) -> (Vec<FileDiff>, Overflow) {
    let mut shown = Vec::with_capacity(diffs.len());
    let (mut lines, mut bytes) = (0, 0);
    for mut diff in diffs {
        let unsafe_now = shown.len() >= limits.safe_max_files
            || lines > limits.safe_max_lines
            || bytes >= limits.safe_max_bytes;
        let size = diff.patch.len();
        let own_lines = diff.patch.iter().filter(|byte| **byte == b'\n').count();
        if size >= limits.max_patch_bytes {
            diff.too_large = true;
        } else if size > 0 && (unsafe_now || size >= limits.safe_patch_bytes) {
            diff.collapsed = true;
        }
        if diff.too_large || diff.collapsed {
            diff.patch.clear();
        } else {
            lines += own_lines;
            bytes += size;
        }
        if shown.len() >= limits.max_files || lines > limits.max_lines || bytes >= limits.max_bytes
        {
            return (shown, Overflow::Yes);
        }
        shown.push(diff);
    }
    (shown, Overflow::No)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diffs(sizes: &[usize]) -> Vec<FileDiff> {
        let patch = |size: &usize| FileDiff {
            patch: vec![b'x'; *size],
            ..FileDiff::default()
        };
        sizes.iter().map(patch).collect()
    }

    #[test]
    fn a_large_patch_is_emptied_and_the_next_is_not() {
        let (shown, overflow) = apply(&DiffLimits::default(), diffs(&[300 << 10, 5]));
        assert_eq!(overflow, Overflow::No);
        assert!(shown[0].too_large && shown[0].patch.is_empty());
        assert_eq!(shown[1].patch.len(), 5);
    }

    #[test]
    fn files_beyond_the_maximum_are_cut_and_said_to_be() {
        let (shown, overflow) = apply(&DiffLimits::default(), diffs(&[1; 1001]));
        assert_eq!((shown.len(), overflow), (1000, Overflow::Yes));
        assert!(!shown[99].collapsed && shown[100].collapsed);
    }

    #[test]
    fn a_hunk_may_quote_a_diff() {
        let text = b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+diff --git a/y b/y\n";
        assert_eq!(split_patches(text).len(), 1);
    }
}
