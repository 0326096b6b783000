//! `git.compare`; apart because GitLab answers all at once, and in part where it is overwhelmed.

use serde::{Deserialize, Serialize};

use super::{argument, compare_change, missing, revision};
use crate::{
    bindings::{
        git::{CompareMode, Comparison, FileChange},
        types::{ErrorCode, ObjectId, PageRequest, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose},
    model::{self, Commit},
    page::{self, Fingerprint},
    transport::{Request, Transport},
};

/// What `git.compare` was called with.
#[derive(Debug)]
pub(crate) struct Comparing<'a> {
    pub(crate) repository: &'a RepositoryId,
    pub(crate) base: &'a ObjectId,
    pub(crate) head: &'a ObjectId,
    pub(crate) mode: CompareMode,
    pub(crate) with_patches: bool,
    pub(crate) page: &'a PageRequest,
}

/// Tell how two commits differ.
pub(crate) async fn compare<T: Transport>(
    call: &Call<T>,
    comparing: Comparing<'_>,
) -> Result<Comparison, Failure> {
    let project = Project::new(comparing.repository)?;
    argument::object_id("base", comparing.base)?;
    argument::object_id("head", comparing.head)?;
    let limit = page::limit(comparing.page)?;
    let list = comparing.fingerprint(call.base_url());
    let behind: Option<Behind> = page::resume(comparing.page, &list)?;
    let asked = match comparing.mode {
        CompareMode::Exact => comparing
            .exact(call, &project)
            .await
            .map(|answer| (answer, None)),
        CompareMode::SinceMergeBase => comparing.since_merge_base(call, &project).await,
    };
    let (answer, merge_base) = match asked {
        Ok(asked) => asked,
        Err(failure) => return Err(comparing.explain(call, &project, failure).await),
    };
    let from = merge_base.as_ref().unwrap_or(comparing.base);
    let complete = is_complete(&answer, from == comparing.head);
    let (changes, next) = cut(answer, behind, limit, comparing.with_patches);
    Ok(Comparison {
        base: comparing.base.clone(),
        head: comparing.head.clone(),
        merge_base,
        changes,
        complete,
        end: page::end(next.as_ref(), &list),
    })
}

impl Comparing<'_> {
    async fn exact<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
    ) -> Result<model::Comparison, Failure> {
        self.ask(call, project, "true").await
    }

    /// The two questions do not depend on each other. Commits without a common ancestor differ in
    /// all of their trees.
    async fn since_merge_base<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
    ) -> Result<(model::Comparison, Option<ObjectId>), Failure> {
        let ancestor = self.merge_base(call, project);
        let answer = self.ask(call, project, "false");
        let (ancestor, answer) = call.both(ancestor, answer).await;
        match ancestor? {
            Some(ancestor) => Ok((answer?, Some(ancestor))),
            None => Ok((self.exact(call, project).await?, None)),
        }
    }

    async fn ask<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
        straight: &str,
    ) -> Result<model::Comparison, Failure> {
        let target = Target::repository(project, "/repository/compare")
            .query("from", self.base)
            .query("to", self.head)
            .query("straight", straight)
            .query("unidiff", "true");
        let purpose = self.purpose(project);
        let (_, answer) = call.json(&Request::json(target), &purpose).await?;
        Ok(answer)
    }

    async fn merge_base<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
    ) -> Result<Option<ObjectId>, Failure> {
        let target = Target::repository(project, "/repository/merge_base")
            .query("refs%5B%5D", self.base)
            .query("refs%5B%5D", self.head);
        let purpose = self.purpose(project);
        let answer = call.json::<Commit>(&Request::json(target), &purpose).await;
        match answer {
            Ok((_, commit)) => Ok(Some(commit.id)),
            Err(failure) if failure.message().contains("404 Merge Base") => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// GitLab does not say which of the two it does not know: 404 in a comparison, and 400 where a
    /// common ancestor is asked for.
    async fn explain<T: Transport>(
        &self,
        call: &Call<T>,
        project: &Project,
        failure: Failure,
    ) -> Failure {
        let is_ambiguous = match failure.code() {
            ErrorCode::NotFound(Subject::Repository) => false,
            code => matches!(code, ErrorCode::NotFound(_) | ErrorCode::Rejected(_)),
        };
        if !is_ambiguous {
            return failure;
        }
        if let Err(nearer) = revision::commit(call, project, self.head).await {
            return missing::explain(call, project, nearer).await;
        }
        match revision::commit(call, project, self.base).await {
            Ok(_) => failure,
            Err(nearer) if nearer.is_not_found() => {
                let code = ErrorCode::BaseMissing(self.base.clone());
                nearer.with_code(code).with_hint(
                    "history was rewritten, or the commit was never pushed: compare the trees",
                )
            }
            Err(nearer) => nearer,
        }
    }

    fn purpose(&self, project: &Project) -> Purpose {
        let (base, head) = (self.base, self.head);
        let action = format!(
            "comparing {base} with {head} in repository {}",
            project.id()
        );
        Purpose::new(action, Subject::Commit)
    }

    fn fingerprint(&self, base_url: &str) -> Fingerprint {
        Fingerprint::new("git.compare", base_url)
            .with(self.repository)
            .with(self.base)
            .with(self.head)
            .with(match self.mode {
                CompareMode::Exact => "exact",
                CompareMode::SinceMergeBase => "since-merge-base",
            })
            .with(if self.with_patches {
                "patches"
            } else {
                "paths"
            })
    }
}

/// The last change of a page: its new path, its old path, and whether it stands there at the head.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Behind(String, String, bool);

impl Behind {
    fn of(diff: &model::Diff) -> Self {
        Self(
            diff.new_path.clone(),
            diff.old_path.clone(),
            !diff.deleted_file,
        )
    }
}

/// Whether all files that differ are named. GitLab says so when its time is over; that it reached a
/// limit on files shows only in their number, which an administrator can set up to 3,000. That it
/// could not make the difference may not show at all: then it names no file, as it does of two
/// commits that have one tree.
fn is_complete(answer: &model::Comparison, is_same_commit: bool) -> bool {
    let is_cut = answer.compare_timeout || answer.overflow;
    let is_doubtful = answer.diffs.is_empty() && !is_same_commit;
    !is_cut && !is_doubtful && !FILE_LIMITS.contains(&answer.diffs.len())
}

/// Sort by path and take what follows `behind`.
fn cut(
    answer: model::Comparison,
    behind: Option<Behind>,
    limit: usize,
    with_patches: bool,
) -> (Vec<FileChange>, Option<Behind>) {
    let mut diffs = answer.diffs;
    diffs.sort_by_cached_key(Behind::of);
    if let Some(behind) = behind {
        diffs.retain(|diff| Behind::of(diff) > behind);
    }
    let is_cut = diffs.len() > limit;
    diffs.truncate(limit);
    let next = diffs.last().map(Behind::of).filter(|_| is_cut);
    let changes = diffs
        .into_iter()
        .map(|diff| compare_change::from_diff(diff, with_patches))
        .collect();
    (changes, next)
}

const FILE_LIMITS: &[usize] = &[1_000, 2_000, 3_000];

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(paths: &[&str]) -> model::Comparison {
        let diffs: Vec<_> = paths
            .iter()
            .map(|path| format!(r#"{{"old_path":"{path}","new_path":"{path}","diff":"@@"}}"#))
            .collect();
        let json = format!(r#"{{"diffs":[{}]}}"#, diffs.join(","));
        serde_json::from_str(&json).expect("is one")
    }

    #[test]
    fn pages_together_name_every_file_once_and_in_order() {
        let paths = ["c", "a/b", "a", "b", "z", "y"];
        for limit in 1..=7 {
            let mut seen = Vec::new();
            let mut behind = None;
            loop {
                let (changes, next) = cut(answer(&paths), behind, limit, true);
                seen.extend(changes.into_iter().map(|change| change.new_path));
                match next {
                    Some(next) => behind = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, ["a", "a/b", "b", "c", "y", "z"], "{limit}");
        }
    }

    #[test]
    fn only_a_commit_and_itself_are_known_to_differ_in_nothing() {
        assert!(is_complete(&answer(&[]), true));
        assert!(!is_complete(&answer(&[]), false));
    }

    #[test]
    fn a_comparison_that_was_cut_short_is_not_complete() {
        let is_complete = |answer: &model::Comparison| is_complete(answer, false);
        assert!(is_complete(&answer(&["a"])));
        let timed_out = model::Comparison {
            compare_timeout: true,
            ..answer(&["a"])
        };
        assert!(!is_complete(&timed_out));
        let names: Vec<_> = (0..1_000).map(|n| n.to_string()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(!is_complete(&answer(&names)));
        assert!(is_complete(&answer(&names[1..])));
    }
}
