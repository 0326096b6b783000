//! GitLab's reasons not to make a commit; apart because it says them all with 400, in words.

use super::branch;
use crate::{
    bindings::{
        changes::CommitRequest,
        types::{Conflict, Denial, ErrorCode, Subject},
    },
    call::Call,
    endpoint::Project,
    error::Failure,
    transport::Transport,
    writing,
};

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Something is where a file is to be made.
    PathTaken,
    /// A file is not there.
    NoFile,
    /// A file changed.
    FileChanged,
    /// The branch is not there.
    NoBranch,
    /// The branch that is to be new is there.
    BranchTaken,
    /// The start is not there.
    NoStart,
    /// The branch moved while GitLab wrote.
    Moved,
    /// It is too much at once.
    TooLarge,
    /// Anything else.
    Other,
}

/// Understand a refusal.
pub(super) fn reason(failure: &Failure) -> Reason {
    if failure.status() == Some(413) {
        return Reason::TooLarge;
    }
    let words = writing::words(failure);
    let found = WORDS.iter().find(|(part, _)| words.contains(part));
    found.map_or(Reason::Other, |(_, reason)| *reason)
}

impl Reason {
    /// Whether the very commit that is wanted may stand in the way.
    pub(super) fn may_be_repetition(self) -> bool {
        matches!(
            self,
            Self::PathTaken | Self::NoFile | Self::FileChanged | Self::BranchTaken | Self::Moved
        )
    }
}

/// A request that was refused.
#[derive(Debug)]
pub(super) struct Refusal<'a, T> {
    pub(super) call: &'a Call<T>,
    pub(super) project: &'a Project,
    pub(super) request: &'a CommitRequest,
    /// Where the branch was, or the start.
    pub(super) base: Option<&'a str>,
    /// The size of what was sent.
    pub(super) sent: usize,
}

impl<T: Transport> Refusal<'_, T> {
    /// Put it into the contract's terms.
    pub(super) async fn explain(&self, failure: Failure) -> Failure {
        let code = match reason(&failure) {
            Reason::PathTaken => ErrorCode::Conflict(Conflict::AlreadyExists),
            Reason::NoFile => ErrorCode::NotFound(Subject::Path),
            Reason::FileChanged => {
                let words = writing::words(&failure);
                match changed_path(words, self.request) {
                    Some(path) => ErrorCode::Conflict(Conflict::FileChanged(path)),
                    None => {
                        let otherwise = Conflict::Other(words.to_owned());
                        return self.moved(failure, otherwise).await;
                    }
                }
            }
            Reason::NoBranch => ErrorCode::NotFound(Subject::Reference),
            Reason::NoStart => ErrorCode::NotFound(Subject::Commit),
            Reason::Moved => return self.moved(failure, Conflict::Locked).await,
            Reason::BranchTaken => {
                let otherwise = Conflict::Other(writing::words(&failure).to_owned());
                return self.moved(failure, otherwise).await;
            }
            // GitLab, or what is in front of it, does not say how much it takes: less than this.
            Reason::TooLarge => ErrorCode::TooLarge(self.sent as u64),
            Reason::Other => {
                let failure = branch::named(in_kind(failure), Subject::Repository);
                let (call, project) = (self.call, self.project);
                return writing::explain_refusal(call, project, "Developer", failure).await;
            }
        };
        failure.with_code(code)
    }

    /// A refusal that a branch explains which moved meanwhile, or came to be; `otherwise` is said of
    /// one that is where it was. The refusal is certain, and where the branch is only a help.
    async fn moved(&self, failure: Failure, otherwise: Conflict) -> Failure {
        let found = branch::find(self.call, self.project, &self.request.branch).await;
        let conflict = match found {
            Ok(Some(_)) if self.request.start.is_some() => Conflict::AlreadyExists,
            Ok(Some(found)) if self.base != Some(found.commit.as_str()) => {
                Conflict::HeadMoved(found.commit)
            }
            _ => otherwise,
        };
        failure.with_code(ErrorCode::Conflict(conflict))
    }
}

/// GitLab says with 400 too that the account may not push.
fn in_kind(failure: Failure) -> Failure {
    let words = writing::words(&failure);
    match words.contains("ot allowed to push") {
        true => {
            let denial = Denial::Other(words.to_owned());
            failure.with_code(ErrorCode::Forbidden(denial))
        }
        false => failure,
    }
}

/// The path that GitLab names behind its words, or the only one that it can mean.
fn changed_path(words: &str, request: &CommitRequest) -> Option<String> {
    let mut sources = request.actions.iter().filter_map(super::files::source);
    let named = words.split_once(": ").map(|(_, path)| path);
    if let Some(named) = named.filter(|named| sources.clone().any(|path| path == *named)) {
        return Some(named.to_owned());
    }
    let only = sources.next()?;
    sources.next().is_none().then(|| only.to_owned())
}

/// What GitLab says, in parts that stayed the same over its versions.
const WORDS: &[(&str, Reason)] = &[
    ("A branch called", Reason::BranchTaken),
    ("Branch already exists", Reason::BranchTaken),
    ("with this name already exists", Reason::PathTaken),
    ("with this name doesn't exist", Reason::NoFile),
    ("changed since you started editing", Reason::FileChanged),
    ("when you are on a branch", Reason::NoBranch),
    ("start_sha", Reason::NoStart),
    ("Please refresh and try again", Reason::Moved),
    ("ould not update", Reason::Moved),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::changes::{ChangedFile, FileAction, NewFile};

    #[test]
    fn reasons_are_told_by_gitlabs_words() {
        let of = |words: &str| {
            let code = ErrorCode::Rejected(words.to_owned());
            reason(&Failure::new(
                code,
                "creating the commit: GitLab answered 400",
            ))
        };
        for (words, reason) in [
            ("A file with this name already exists", Reason::PathTaken),
            (
                "A directory with this name already exists",
                Reason::PathTaken,
            ),
            ("A file with this name doesn't exist", Reason::NoFile),
            (
                "You are attempting to update a file that has changed since you started editing it.",
                Reason::FileChanged,
            ),
            (
                "You can only create or edit files when you are on a branch",
                Reason::NoBranch,
            ),
            (
                "A branch called 'x' already exists. Switch to that branch in order to make changes",
                Reason::BranchTaken,
            ),
            ("Cannot find start_sha 'aa'", Reason::NoStart),
            (
                "Could not update refs/heads/x. Please refresh and try again.",
                Reason::Moved,
            ),
            ("pre-receive hook declined", Reason::Other),
            ("", Reason::Other),
        ] {
            assert_eq!(of(words), reason, "{words}");
        }
    }

    #[test]
    fn a_changed_file_is_named_where_it_can_be_told() {
        let update = |path: &str| {
            FileAction::Update(ChangedFile {
                path: path.to_owned(),
                bytes: Vec::new(),
                expected_blob: None,
            })
        };
        let create = FileAction::Create(NewFile {
            path: "new".to_owned(),
            bytes: Vec::new(),
            executable: false,
        });
        let of = |words: &str, actions| {
            let request = CommitRequest {
                branch: "main".to_owned(),
                start: None,
                expected_head: None,
                message: "m".to_owned(),
                author: None,
                actions,
            };
            changed_path(words, &request)
        };
        let words = "The file has changed since you started editing it: b: c";
        let both = || vec![update("a"), update("b: c")];
        assert_eq!(of(words, both()).as_deref(), Some("b: c"));
        assert_eq!(of("It has changed", both()), None);
        assert_eq!(
            of("It has changed", vec![update("a"), create]).as_deref(),
            Some("a")
        );
    }
}
