//! From GitLab's diff of a file to a change; apart because an empty diff means five things.

use crate::{
    bindings::git::{ChangeKind, EntryKind, FileChange, Patch},
    model::{Diff, kind_of_mode},
};

/// Make a change of what GitLab says of one file.
pub(crate) fn from_diff(diff: Diff, with_patches: bool) -> FileChange {
    let patch = patch(&diff);
    let kind = kind(&diff, &patch);
    let old_kind = kind_at(&diff.a_mode, &diff.b_mode);
    let new_kind = kind_at(&diff.b_mode, &diff.a_mode);
    FileChange {
        kind,
        old_path: diff.old_path,
        new_path: diff.new_path,
        old_kind,
        new_kind,
        patch: match with_patches {
            true => patch,
            false => Patch::NotRequested,
        },
    }
}

fn kind(diff: &Diff, patch: &Patch) -> ChangeKind {
    let has_other_mode = diff.a_mode != diff.b_mode;
    let is_empty = matches!(patch, Patch::Text(text) if text.is_empty());
    match diff {
        Diff { new_file: true, .. } => ChangeKind::Added,
        Diff {
            deleted_file: true, ..
        } => ChangeKind::Deleted,
        Diff {
            renamed_file: true, ..
        } => ChangeKind::Renamed,
        _ if has_other_mode && is_empty => ChangeKind::KindChanged,
        _ => ChangeKind::Modified,
    }
}

/// What stands there on one side; where nothing does, that of the other.
fn kind_at(mode: &str, otherwise: &str) -> EntryKind {
    match mode.trim_start_matches('0') {
        "" => kind_of_mode(otherwise),
        _ => kind_of_mode(mode),
    }
}

fn patch(diff: &Diff) -> Patch {
    if diff.too_large == Some(true) {
        return Patch::Omitted("the diff is too large for GitLab".to_owned());
    }
    let hunks = hunks(&diff.diff);
    if !hunks.is_empty() {
        return Patch::Text(hunks.to_owned());
    }
    if is_binary(&diff.diff) {
        return Patch::Binary;
    }
    if diff.collapsed == Some(true) {
        return Patch::Omitted("the comparison as a whole is too large for GitLab".to_owned());
    }
    match may_be_empty(diff) {
        true => Patch::Text(String::new()),
        false => Patch::Omitted("GitLab sent no diff, as it does over its limits".to_owned()),
    }
}

/// Whether no line need have changed although the file did.
///
/// From 18.4 on GitLab marks what it left out. Before, a diff that is empty was left out, except
/// where a rename or a mode explains it; an empty file that is new or gone cannot be told from one
/// that is too large, and is reported as left out, which is safe.
fn may_be_empty(diff: &Diff) -> bool {
    let is_marked = diff.collapsed.is_some() || diff.too_large.is_some();
    let has_two_sides = !diff.new_file && !diff.deleted_file;
    is_marked || diff.renamed_file || (has_two_sides && diff.a_mode != diff.b_mode)
}

/// Without the file header, which some versions send.
fn hunks(diff: &str) -> &str {
    if diff.starts_with("@@") {
        return diff;
    }
    diff.find("\n@@")
        .map_or("", |position| &diff[position + 1..])
}

fn is_binary(diff: &str) -> bool {
    diff.lines()
        .any(|line| line.starts_with("Binary files ") && line.ends_with(" differ"))
        || diff.starts_with("GIT binary patch")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(fields: &str) -> FileChange {
        let json = format!(
            r#"{{"old_path":"o","new_path":"n","a_mode":"100644","b_mode":"100644","diff":""{fields}}}"#
        );
        // A later key replaces an earlier one, as in a `Value`.
        let value: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
        from_diff(serde_json::from_value(value).expect("is one"), true)
    }

    #[test]
    fn hunks_come_without_the_file_header() {
        for diff in [
            "@@ -1 +1 @@\\n-a\\n+b\\n",
            "--- a/o\\n+++ b/n\\n@@ -1 +1 @@\\n-a\\n+b\\n",
        ] {
            let change = change(&format!(r#","diff":"{diff}""#));
            assert!(matches!(change.patch, Patch::Text(text) if text == "@@ -1 +1 @@\n-a\n+b\n"));
            assert!(matches!(change.kind, ChangeKind::Modified));
        }
    }

    #[test]
    fn what_was_left_out_is_never_empty() {
        for fields in [
            "",
            r#","too_large":true"#,
            r#","collapsed":true"#,
            r#","new_file":true"#,
        ] {
            assert!(
                matches!(change(fields).patch, Patch::Omitted(_)),
                "{fields}"
            );
        }
        let renamed = change(r#","renamed_file":true,"too_large":true,"collapsed":false"#);
        assert!(matches!(renamed.patch, Patch::Omitted(_)));
    }

    #[test]
    fn a_rename_and_a_mode_explain_an_empty_diff() {
        let renamed = change(r#","renamed_file":true"#);
        assert!(matches!(renamed.kind, ChangeKind::Renamed));
        assert!(matches!(renamed.patch, Patch::Text(text) if text.is_empty()));
        let executable = change(r#","b_mode":"100755""#);
        assert!(matches!(executable.kind, ChangeKind::KindChanged));
        assert!(matches!(executable.new_kind, EntryKind::Executable));
        assert!(matches!(executable.patch, Patch::Text(text) if text.is_empty()));
    }

    #[test]
    fn a_new_empty_file_is_empty_where_gitlab_marks_what_it_leaves_out() {
        let added = change(r#","new_file":true,"a_mode":"0","collapsed":false,"too_large":false"#);
        assert!(matches!(added.kind, ChangeKind::Added));
        assert!(matches!(added.old_kind, EntryKind::File));
        assert!(matches!(added.patch, Patch::Text(text) if text.is_empty()));
    }

    #[test]
    fn a_binary_file_has_no_diff_of_lines() {
        let change = change(r#","diff":"Binary files a/o and b/n differ\n""#);
        assert!(matches!(change.patch, Patch::Binary));
    }

    #[test]
    fn a_deleted_file_keeps_the_kind_that_it_had() {
        let change =
            change(r#","deleted_file":true,"a_mode":"120000","b_mode":"0","diff":"@@ -1 +0,0 @@""#);
        assert!(matches!(change.kind, ChangeKind::Deleted));
        assert!(matches!(
            (change.old_kind, change.new_kind),
            (EntryKind::Symlink, EntryKind::Symlink)
        ));
    }
}
