//! Where in a difference a note stands; apart, because GitLab says only that there is no such line
//! when anything at all is wrong.

use serde_json::{Value, json};

use super::{Loaded, lines::Lines, notes::refused_note};
use crate::{
    api::parameters::{Parameters, missing},
    error::Refusal,
    git::{DiffLimits, FileDiff},
    state::Anchor,
};

/// The place that a position describes, if there is such a place.
pub(super) fn anchor(loaded: &Loaded, sent: &Parameters) -> Result<Anchor, Refusal> {
    let text = |name: &str| -> Result<String, Refusal> {
        sent.string(name)?
            .ok_or_else(|| missing(&format!("position[{name}]")))
    };
    let (base, start, head) = (text("base_sha")?, text("start_sha")?, text("head_sha")?);
    let kind = text("position_type")?;
    if !["text", "image", "file"].contains(&kind.as_str()) {
        let text = "position[position_type] does not have a valid value";
        return Err(Refusal::parameter(text));
    }
    let is_known = loaded
        .record
        .versions
        .iter()
        .any(|version| version.base == base && version.start == start && version.head == head);
    if !is_known {
        return Err(no_such_line());
    }
    let (diffs, _) = loaded.repository.diff(&base, &head, &DiffLimits::NONE)?;
    let wanted = (sent.string("old_path")?, sent.string("new_path")?);
    let diff = diffs
        .iter()
        .find(|diff| is_meant(diff, &wanted))
        .ok_or_else(no_such_line)?;
    let (old, new) = (line(sent, "old_line")?, line(sent, "new_line")?);
    let mut position = json!({
        "base_sha": base,
        "start_sha": start,
        "head_sha": head,
        "old_path": String::from_utf8_lossy(&diff.old_path),
        "new_path": String::from_utf8_lossy(&diff.new_path),
        "position_type": kind,
        "old_line": old,
        "new_line": new,
        "line_range": null,
    });
    if kind != "text" {
        return Ok(Anchor {
            position,
            line_code: None,
        });
    }
    let path = String::from_utf8_lossy(&diff.new_path).into_owned();
    let lines = Lines::of(diff, old_length(loaded, diff, &base)?);
    let line_code = lines.code(&path, old, new).ok_or_else(no_such_line)?;
    if let Some(range) = sent.nested("line_range")? {
        position["line_range"] = json!({
            "start": end_of_range(&range, "start", &lines, &path)?,
            "end": end_of_range(&range, "end", &lines, &path)?,
        });
    }
    Ok(Anchor {
        position,
        line_code: Some(line_code),
    })
}

/// Whether a file is the one that the two paths name. A renamed one is found by both only.
fn is_meant(diff: &FileDiff, (old, new): &(Option<String>, Option<String>)) -> bool {
    let same = |wanted: &Option<String>, path: &[u8]| match wanted {
        Some(wanted) => wanted.as_bytes() == path,
        None => !diff.is_renamed,
    };
    let named = old.is_some() || new.is_some();
    named && same(old, &diff.old_path) && same(new, &diff.new_path)
}

fn line(sent: &Parameters, name: &str) -> Result<Option<u64>, Refusal> {
    let number = sent.integer(name)?;
    number
        .map(|number| u64::try_from(number).map_err(|_| no_such_line()))
        .transpose()
}

/// One end of a range of lines, completed with the numbers that its line code tells.
fn end_of_range(
    range: &Parameters,
    name: &str,
    lines: &Lines,
    path: &str,
) -> Result<Value, Refusal> {
    let full = |part: &str| format!("position[line_range][{name}]{part}");
    let end = range.nested(name)?.ok_or_else(|| missing(&full("")))?;
    let code = end
        .string("line_code")?
        .ok_or_else(|| missing(&full("[line_code]")))?;
    let kind = end.one_of("type", &["new", "old", "expanded"])?;
    let mut numbers = code
        .rsplit('_')
        .take(2)
        .filter_map(|part| part.parse::<u64>().ok());
    let (new, old) = (numbers.next(), numbers.next());
    // The code alone does not tell an added line from the unchanged one that it pushed down.
    let candidates = [(None, new), (old, None), (old, new)];
    let (old, new) = candidates
        .into_iter()
        .filter(|(old, new)| match kind.as_deref() {
            Some("new") => old.is_none(),
            Some("old") => new.is_none(),
            _ => true,
        })
        .find(|(old, new)| lines.code(path, *old, *new).as_ref() == Some(&code))
        .ok_or_else(no_such_line)?;
    Ok(json!({
        "line_code": code,
        "type": kind,
        "old_line": old,
        "new_line": new,
    }))
}

fn old_length(loaded: &Loaded, diff: &FileDiff, base: &str) -> Result<u64, Refusal> {
    if diff.is_new {
        return Ok(0);
    }
    let repository = &loaded.repository;
    let Some(commit) = repository.commit(base)? else {
        return Ok(0);
    };
    let Some(entry) = repository.entry(&commit, &diff.old_path)? else {
        return Ok(0);
    };
    let content = repository.blob(&entry.id)?;
    let ends = content.iter().filter(|byte| **byte == b'\n').count() as u64;
    let rest = content.last().is_some_and(|byte| *byte != b'\n');
    Ok(ends + u64::from(rest))
}

fn no_such_line() -> Refusal {
    refused_note(r#"{:line_code=>["can't be blank", "must be a valid line code"]}"#)
}
