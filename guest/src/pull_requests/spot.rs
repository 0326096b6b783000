//! Where in a difference a comment is to stand; apart from writing it, because finding that out only
//! reads.

use serde_json::Value;

use super::{
    list_changes::read,
    place::{Doing, Place, explain},
    position::ChangedFile,
    ready::{self, Ready},
};
use crate::{
    bindings::{
        git::{LineRange, Patch},
        pull_requests::{Position, Side},
        types::{Conflict, ErrorCode, RepositoryId, Subject},
    },
    call::Call,
    error::{Failure, quote},
    git::{self, Diffing},
    model::Diff,
    page::{self, LARGEST_PAGE},
    transport::Transport,
};

/// GitLab's positions for a place, the nearest first, and the place in words.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) lines: Option<Value>,
    pub(super) file: Option<Value>,
    pub(super) name: String,
}

/// Refuse a place that cannot be one.
pub(super) fn check(at: &Position) -> Result<(), Failure> {
    git::argument::object_id("at.head", &at.head)?;
    git::argument::path(&at.path)?;
    match at.lines {
        Some(LineRange { first, last }) if first == 0 || first > last => Err(Failure::invalid(
            "at.lines: they begin at 1 or later and end where they begin or later",
        )),
        _ => Ok(()),
    }
}

/// Find a place in the difference of the pull request.
pub(super) async fn find<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    place: &Place,
    at: &Position,
) -> Result<Spot, Failure> {
    let ready = ready::wait(call, place).await?;
    check_head(place, at, &ready)?;
    let mut spot = Spot {
        lines: None,
        file: None,
        name: name(at),
    };
    let Some(diff) = changed_file(call, place, at).await? else {
        // Where GitLab does not list all files it takes no comment at this one either.
        return match ready.count {
            None => Ok(spot),
            Some(_) => Err(not_changed(place, at)),
        };
    };
    let (old_path, new_path) = (diff.old_path.clone(), diff.new_path.clone());
    let file = ChangedFile {
        refs: &ready.refs,
        old_path: &old_path,
        new_path: &new_path,
    };
    spot.file = Some(file.whole());
    if let Some(lines) = at.lines {
        let hunks = hunks(call, repository, &ready, diff).await?;
        spot.lines = hunks.and_then(|hunks| file.lines(&hunks, at.side, lines));
    }
    check_unmoved(call, place, &ready).await?;
    Ok(spot)
}

/// GitLab tells the difference of the newest commits, so that what was read is of these only if they
/// are the same now as before.
async fn check_unmoved<T: Transport>(
    call: &Call<T>,
    place: &Place,
    ready: &Ready,
) -> Result<(), Failure> {
    let now = match ready::look(call, place).await {
        Ok(Some(now)) if now.refs == ready.refs => return Ok(()),
        Ok(now) => now,
        Err(failure) => return Err(explain(call, &place.project, Doing::Reading, failure).await),
    };
    let action = place.purpose("commenting on", Subject::PullRequest).action;
    Err(match now {
        Some(now) => {
            let head = now.refs.head_sha;
            let message = format!("{action}: its difference changed, and its head is {head}");
            Failure::new(ErrorCode::Conflict(Conflict::HeadMoved(head)), message)
        }
        None => {
            let message = format!("{action}: GitLab is making its difference again");
            Failure::new(ErrorCode::NotReady, message).with_retry_after(Some(5_000))
        }
    })
}

fn check_head(place: &Place, at: &Position, ready: &Ready) -> Result<(), Failure> {
    let head = &ready.refs.head_sha;
    if at.head == *head {
        return Ok(());
    }
    let action = place.purpose("commenting on", Subject::PullRequest).action;
    let code = ErrorCode::Conflict(Conflict::HeadMoved(head.clone()));
    Err(Failure::new(code, format!("{action}: its head is {head}")))
}

fn not_changed(place: &Place, at: &Position) -> Failure {
    let action = place.purpose("commenting on", Subject::PullRequest).action;
    let path = quote(&at.path);
    let message = format!("{action}: it does not change `{path}` on that side");
    Failure::not_found(Subject::Path, message)
}

/// The file with that path on that side.
async fn changed_file<T: Transport>(
    call: &Call<T>,
    place: &Place,
    at: &Position,
) -> Result<Option<Diff>, Failure> {
    let limit = LARGEST_PAGE as usize;
    let mut position = page::Position::beginning(limit);
    loop {
        let (diffs, next) = read(call, place, position, limit).await?;
        let found = diffs.into_iter().find(|diff| match at.side {
            Side::Old => diff.old_path == at.path && !diff.new_file,
            Side::New => diff.new_path == at.path && !diff.deleted_file,
        });
        match (found, next) {
            (Some(found), _) => return Ok(Some(found)),
            (None, Some(next)) => position = next,
            (None, None) => return Ok(None),
        }
    }
}

/// The file's hunks, made here where GitLab left them out; `None` where there are none to be had,
/// and the comment then stands at the file.
async fn hunks<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    ready: &Ready,
    diff: Diff,
) -> Result<Option<String>, Failure> {
    let old_path = (!diff.new_file).then(|| diff.old_path.clone());
    let new_path = (!diff.deleted_file).then(|| diff.new_path.clone());
    match git::from_diff(diff, true).patch {
        Patch::Text(hunks) => Ok(Some(hunks)),
        Patch::Binary => Ok(None),
        Patch::Omitted(_) | Patch::NotRequested => {
            let diffing = Diffing {
                repository,
                base: &ready.refs.base_sha,
                head: &ready.refs.head_sha,
                old_path: old_path.as_deref(),
                new_path: new_path.as_deref(),
            };
            match git::diff_file(call, diffing).await {
                Ok(Patch::Text(hunks)) => Ok(Some(hunks)),
                Ok(_) => Ok(None),
                Err(failure) => match failure.code() {
                    ErrorCode::NotFound(_) | ErrorCode::TooLarge(_) => Ok(None),
                    _ => Err(failure),
                },
            }
        }
    }
}

/// The place for people, as Markdown.
pub(super) fn name(at: &Position) -> String {
    let path = quote(&at.path);
    // Code in Markdown is between more backticks than it holds.
    let runs = path.split(|character| character != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    let path = match fence.len() {
        1 => format!("`{path}`"),
        _ => format!("{fence} {path} {fence}"),
    };
    let side = match at.side {
        Side::Old => " before the change",
        Side::New => "",
    };
    match at.lines {
        None => format!("{path}:"),
        Some(LineRange { first, last }) if first == last => format!("{path}, line {first}{side}:"),
        Some(LineRange { first, last }) => format!("{path}, lines {first}–{last}{side}:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str, side: Side, lines: Option<(u32, u32)>) -> Position {
        Position {
            head: "a".repeat(40),
            path: path.to_owned(),
            side,
            lines: lines.map(|(first, last)| LineRange { first, last }),
        }
    }

    #[test]
    fn a_place_reads_as_people_write_it() {
        assert_eq!(
            name(&at("a/b.rs", Side::New, Some((3, 7)))),
            "`a/b.rs`, lines 3–7:"
        );
        assert_eq!(
            name(&at("a", Side::Old, Some((3, 3)))),
            "`a`, line 3 before the change:"
        );
        assert_eq!(name(&at("a``b", Side::New, None)), "``` a``b ```:");
        let hostile = name(&at("a\n/merge", Side::New, None));
        assert!(!hostile.contains('\n'), "{hostile}");
    }

    #[test]
    fn lines_begin_at_one_and_do_not_end_before_that() {
        for lines in [(0, 1), (2, 1), (0, 0)] {
            assert!(check(&at("a", Side::New, Some(lines))).is_err());
        }
        assert!(check(&at("a", Side::New, Some((1, 1)))).is_ok());
        assert!(check(&at("../a", Side::New, None)).is_err());
        let short = Position {
            head: "a".to_owned(),
            ..at("a", Side::New, None)
        };
        assert!(check(&short).is_err());
    }
}
