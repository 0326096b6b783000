//! `git.blame`; apart because GitLab answers lines that are not there in several ways.

use super::{
    argument,
    file::Located,
    revision,
    stat_file::{details, explain},
};
use crate::{
    bindings::{
        git::{BlameRange, LineRange},
        types::{ErrorCode, RepositoryId, Subject},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    model::BlamedLines,
    transport::{Request, Transport},
};

/// Tell which commit changed each line of a file last.
pub(crate) async fn blame<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    at: &str,
    path: &str,
    lines: Option<LineRange>,
) -> Result<Vec<BlameRange>, Failure> {
    let project = Project::new(repository)?;
    argument::object_id("at", at)?;
    argument::path(path)?;
    if lines.is_some_and(|lines| lines.first == 0 || lines.last < lines.first) {
        return Err(Failure::invalid(
            "lines: the first is 1, and the last does not stand before it",
        ));
    }
    let located = Located {
        project,
        pinned: revision::unknown(at),
        path: path.to_owned(),
    };
    let request = Request::json(located.blame_target(lines.map(|lines| (lines.first, lines.last))));
    let purpose = located.purpose();
    let answer = call
        .json::<Option<Vec<BlamedLines>>>(&request, &purpose)
        .await;
    let blamed = match answer {
        Ok((_, blamed)) => blamed.unwrap_or_default(),
        Err(failure) => match lines {
            Some(_) if may_be_behind_the_end(&failure) => Vec::new(),
            _ => return Err(explain(call, &located, failure).await),
        },
    };
    let ranges = ranges(blamed, lines, &purpose.action)?;
    match ranges.is_empty() {
        true => without_lines(call, &located, lines).await,
        false => Ok(ranges),
    }
}

/// How GitLab answers lines behind a file's end is written nowhere: it may refuse them, or find
/// nothing.
fn may_be_behind_the_end(failure: &Failure) -> bool {
    match failure.code() {
        ErrorCode::NotFound(subject) => !matches!(subject, Subject::Repository),
        _ => failure.status() == Some(400),
    }
}

/// Nothing was found: the file has no lines, or not these, or there is no such file.
async fn without_lines<T: Transport>(
    call: &Call<T>,
    located: &Located,
    lines: Option<LineRange>,
) -> Result<Vec<BlameRange>, Failure> {
    let file = details(call, located).await?;
    match lines {
        _ if file.size == 0 && lines.is_none_or(|lines| lines.first == 1) => Ok(Vec::new()),
        Some(_) if file.size == 0 => Err(no_such_lines()),
        Some(_) => Err(behind_the_end(call, located).await),
        None => Err(Failure::malformed(format!(
            "{}: a file with content has no lines",
            located.purpose().action
        ))),
    }
}

fn no_such_lines() -> Failure {
    Failure::invalid("lines: they begin behind the end of the file")
}

/// That it is the lines which are wrong is told only where the first line is answered.
async fn behind_the_end<T: Transport>(call: &Call<T>, located: &Located) -> Failure {
    let request = Request::json(located.blame_target(Some((1, 1))));
    let purpose = located.purpose();
    let first = call.json::<Option<Vec<BlamedLines>>>(&request, &purpose);
    match first.await {
        Ok((_, Some(blamed))) if blamed.iter().any(|part| !part.lines.is_empty()) => {
            no_such_lines()
        }
        Ok((head, _)) => {
            let place = format!("{}: a file with content has no lines", purpose.action);
            Failure::malformed(place).with_head(&head)
        }
        Err(failure) => explain(call, located, failure).await,
    }
}

/// Number the lines, and join neighbours of the same commit.
fn ranges(
    blamed: Vec<BlamedLines>,
    lines: Option<LineRange>,
    action: &str,
) -> Result<Vec<BlameRange>, Failure> {
    let mut ranges: Vec<BlameRange> = Vec::new();
    let mut first = lines.map_or(1, |lines| lines.first);
    let end = lines.map_or(u32::MAX, |lines| lines.last);
    for BlamedLines { commit, lines } in blamed {
        let Some(more) = u32::try_from(lines.len())
            .ok()
            .and_then(|n| n.checked_sub(1))
        else {
            continue;
        };
        let last = first.checked_add(more).filter(|last| *last <= end);
        let Some(last) = last else {
            let place = format!("{action}: there are more lines than were asked for");
            return Err(Failure::malformed(place));
        };
        if !argument::is_object_id(&commit.id) {
            return Err(Failure::malformed(format!("{action}: the commit's name")));
        }
        match ranges.last_mut() {
            Some(range) if range.commit == commit.id => range.lines.last = last,
            _ => {
                let commit = commit.into_commit();
                ranges.push(BlameRange {
                    lines: LineRange { first, last },
                    summary: commit.message.lines().next().unwrap_or_default().to_owned(),
                    author: commit.author,
                    commit: commit.id,
                });
            }
        }
        first = last.saturating_add(1);
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, lines: Option<(u32, u32)>) -> Option<Vec<(u32, u32, String)>> {
        let json = json
            .replace('A', &"a".repeat(40))
            .replace('B', &"b".repeat(40));
        let blamed = serde_json::from_str(&json).expect("it is JSON");
        let lines = lines.map(|(first, last)| LineRange { first, last });
        let ranges = ranges(blamed, lines, "reading").ok()?;
        let plain = ranges.into_iter();
        let plain = plain.map(|one| (one.lines.first, one.lines.last, one.summary));
        Some(plain.collect())
    }

    const BLAMED: &str = r#"[
        {"commit":{"id":"A","message":"one\n\nmore"},"lines":["x","y"]},
        {"commit":{"id":"A","message":"one"},"lines":["z"]},
        {"commit":{"id":"B","message":null},"lines":[]},
        {"commit":{"id":"B","message":null},"lines":[null]}]"#;

    #[test]
    fn neighbours_of_one_commit_are_one_range_without_a_gap() {
        let ranges = |from| {
            [
                (from, from + 2, "one".to_owned()),
                (from + 3, from + 3, String::new()),
            ]
        };
        assert_eq!(read(BLAMED, None), Some(ranges(1).to_vec()));
        assert_eq!(read(BLAMED, Some((7, 99))), Some(ranges(7).to_vec()));
        assert_eq!(read(BLAMED, Some((7, 10))), Some(ranges(7).to_vec()));
    }

    #[test]
    fn lines_that_nobody_asked_for_are_malformed() {
        assert_eq!(read(BLAMED, Some((7, 9))), None);
        assert_eq!(read(BLAMED, Some((u32::MAX, u32::MAX))), None);
    }

    #[test]
    fn a_commit_without_a_name_is_malformed() {
        assert_eq!(read(r#"[{"commit":{"id":"-"},"lines":[""]}]"#, None), None);
    }
}
