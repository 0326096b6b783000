//! The station of the repositories that are connected: apart because each is looked at by itself,
//! and the forge is asked why one cannot be seen.

use code_source_egress::ConnectedRepository;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::absent;
use super::answer::station;
use super::forge::note;
use super::observer::Way;
use super::problem::{Cause, Gravity, Party, Problem};
use super::station::{Station, StationName};
use crate::contract::git::Revision;
use crate::contract::repositories::{Access, Repository, RepositoryRef, State, Visibility};
use crate::contract::types::{Denial, ErrorCode, Finding, Subject};
use crate::outcome::{Failure, Outcome};
use crate::report::Report;
use crate::shell::quoted;
use crate::source::Source;

/// A repository that is expected to be there. Made of one that is connected it has no branch: a
/// connection knows none.
#[derive(Clone, Debug)]
pub struct ExpectedRepository {
    /// How it is named. An identity is exact.
    pub reference: RepositoryRef,
    /// The path that it had when it was connected.
    pub path: Option<String>,
    /// The branch that is read; its default branch if left out.
    pub branch: Option<String>,
}

impl From<&ConnectedRepository> for ExpectedRepository {
    fn from(connected: &ConnectedRepository) -> Self {
        Self {
            reference: RepositoryRef::Id(connected.id.clone()),
            path: Some(connected.path.clone()),
            branch: None,
        }
    }
}

/// Look at every repository that is expected.
pub(super) async fn visit(
    source: &Source,
    expected: &[ExpectedRepository],
    is_administrator: Option<bool>,
    findings: &[Finding],
    way: &mut Way<'_>,
) {
    let is_told = findings
        .iter()
        .any(|one| station(one.about) == StationName::Repositories);
    if expected.is_empty() && !is_told {
        way.end(Station::skipped(StationName::Repositories));
        return;
    }
    let mut visit = way.begin(StationName::Repositories);
    let looked_at = stream::iter(expected)
        .map(|one| look_at(source, one, is_administrator))
        .buffered(AT_ONCE);
    let all: Vec<Found> = looked_at.collect().await;
    let branches = expected.iter().filter_map(|one| one.branch.as_ref());
    // Others are called everywhere like that.
    for branch in branches.filter(|one| !matches!(&***one, "main" | "master")) {
        way.name("branch", branch.clone());
    }
    for found in &all {
        for path in &found.names {
            way.name("repository", path.clone());
        }
    }
    visit.facts(
        "repositories",
        all.iter().map(|one| one.line.clone()).collect(),
    );
    let notes = all.iter().flat_map(|one| one.notes.clone());
    visit.facts("found-out", notes.collect());
    for found in all {
        for problem in found.problems {
            visit.problem(problem);
        }
    }
    note(&mut visit, StationName::Repositories, findings);
    way.end(visit.end());
}

/// What was found about one repository.
pub(super) struct Found {
    line: String,
    /// What else was found out about it.
    pub(super) notes: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

async fn look_at(
    source: &Source,
    expected: &ExpectedRepository,
    is_administrator: Option<bool>,
) -> Found {
    let mut found = Found {
        line: String::new(),
        notes: Vec::new(),
        names: expected.path.iter().cloned().collect(),
        problems: Vec::new(),
    };
    let name = name(expected);
    found.names.push(name.clone());
    let (connected, repository) = match see(source, expected).await {
        Ok(seen) => seen,
        Err((failure, report)) => {
            found.line = format!("{name}: cannot be seen");
            absent::explain(source, expected, failure, &report, &mut found).await;
            return found;
        }
    };
    found.names.push(repository.path.clone());
    found.line = in_a_line(&repository);
    found.problems.extend(of_path(expected, &repository));
    found.problems.extend(of_state(&repository));
    let access = of_access(&repository, is_administrator);
    let is_too_low = access
        .as_ref()
        .is_some_and(|one| one.gravity == Gravity::Failure);
    found.problems.extend(access);
    match branch(&connected, expected, &repository).await {
        Ok(line) => found.line = format!("{}, {line}", found.line),
        // The same thing in other words.
        Err(problem) if is_too_low && problem.code == CODE_REFUSED => (),
        Err(problem) => found.problems.push(problem),
    }
    found
}

/// The repository, connected; by its identity where it has moved.
async fn see(
    source: &Source,
    expected: &ExpectedRepository,
) -> Result<(Source, Repository), (Failure, Report)> {
    let Outcome { answer, report } = source.connect_repository(&expected.reference).await;
    match answer {
        Ok(seen) => Ok(seen),
        Err(failure) => match moved_to(&failure) {
            Some(id) => {
                let Outcome { answer, report } =
                    source.connect_repository(&RepositoryRef::Id(id)).await;
                answer.map_err(|failure| (failure, report))
            }
            None => Err((failure, report)),
        },
    }
}

fn moved_to(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Answer(error) => match &error.code {
            ErrorCode::Moved(id) => Some(id.clone()),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn of_failure(failure: Failure, report: &Report) -> Problem {
    super::answer::located(failure, report).1
}

fn of_path(expected: &ExpectedRepository, repository: &Repository) -> Option<Problem> {
    let before = match (&expected.path, &expected.reference) {
        (Some(path), _) | (None, RepositoryRef::Path(path)) => path,
        (None, RepositoryRef::Id(_)) => return None,
    };
    // Forges know no case in paths.
    (before.to_lowercase() != repository.path.to_lowercase()).then(|| {
        Problem::new(
            "repository-moved",
            format!("`{before}` has moved to `{}`", repository.path),
            format!(
                "it is the same repository, `{}`: write its new path into the connection",
                repository.id
            ),
            Party::User,
        )
        .warning()
    })
}

fn of_state(repository: &Repository) -> Option<Problem> {
    let path = &repository.path;
    let (code, message, hint) = match &repository.state {
        State::Active | State::Other(_) => return None,
        State::Archived => (
            "repository-archived",
            format!("`{path}` is archived: it can be read, and is left out of lists"),
            "if it is still worked on, its owner can bring it back out of the archive",
        ),
        State::PendingDeletion => (
            "repository-pending-deletion",
            format!("`{path}` is about to be deleted"),
            "its owner, or an administrator, can restore it until then",
        ),
    };
    Some(Problem::new(code, message, hint, Party::ForgeAdministrator).warning())
}

/// An administrator may do everything everywhere, whatever the membership says.
fn of_access(repository: &Repository, is_administrator: Option<bool>) -> Option<Problem> {
    if is_administrator == Some(true) {
        return None;
    }
    let word = match repository.access.as_ref()? {
        Access::None => "no member",
        Access::Guest => "Guest",
        Access::Reporter => "Reporter",
        Access::Developer => "Developer",
        Access::Maintainer | Access::Owner | Access::Other(_) => return None,
    };
    let problem = Problem::new(
        "access-too-low",
        format!(
            "the account is {word} in `{}`, and products list from Maintainer on",
            repository.path
        ),
        "give the account at least the role Maintainer in the group, or use the token of an administrator",
        Party::ForgeAdministrator,
    );
    // What is not private is read by everybody, whatever the role.
    let is_private = matches!(repository.visibility, Visibility::Private);
    Some(match repository.access {
        Some(Access::Guest) if is_private => problem,
        _ => problem.warning(),
    })
}

/// The commit that the branch leads to, in a word or two.
async fn branch(
    source: &Source,
    expected: &ExpectedRepository,
    repository: &Repository,
) -> Result<String, Problem> {
    let path = &repository.path;
    if repository.empty {
        return Err(empty(path));
    }
    let branch = expected
        .branch
        .as_ref()
        .or(repository.default_branch.as_ref());
    let revision = match branch {
        Some(branch) => Revision::Branch(branch.clone()),
        None => Revision::DefaultBranch,
    };
    let word = branch.map_or("the default branch", String::as_str);
    let outcome = source.resolve(&repository.id, &revision).await;
    match outcome.answer {
        Ok(commit) => {
            let short = commit.get(..SHORT).unwrap_or(&commit);
            Ok(format!("branch {word} at {short}"))
        }
        Err(Failure::Answer(error)) => Err(match error.code {
            ErrorCode::NotFound(Subject::Reference) => {
                missing(word, path).caused_by(Cause::Answer(error))
            }
            ErrorCode::EmptyRepository => empty(path).caused_by(Cause::Answer(error)),
            ErrorCode::Forbidden(Denial::Role(_)) => refused(path).caused_by(Cause::Answer(error)),
            _ => of_failure(Failure::Answer(error), &outcome.report),
        }),
        Err(failure) => Err(of_failure(failure, &outcome.report)),
    }
}

/// It is shown, and nobody is refused it for being nobody: its code is not for this account.
fn refused(path: &str) -> Problem {
    Problem::new(
        CODE_REFUSED,
        format!("the forge shows `{path}`, and refuses to let its code be read"),
        "its owner can give the account a higher role there, or turn the repository's code on where it is turned off",
        Party::ForgeAdministrator,
    )
}

fn missing(branch: &str, path: &str) -> Problem {
    Problem::new(
        "branch-missing",
        format!("there is no branch `{branch}` in `{path}`"),
        format!(
            "name another one; `code-source branches {}` lists them",
            quoted(path)
        ),
        Party::User,
    )
}

fn empty(path: &str) -> Problem {
    Problem::new(
        "repository-empty",
        format!("`{path}` has no commit yet: there is nothing to read"),
        "push something to it first",
        Party::User,
    )
}

fn in_a_line(repository: &Repository) -> String {
    let access = match &repository.access {
        None => String::new(),
        Some(access) => format!(", {}", access_word(access)),
    };
    format!("{} ({}){access}", repository.path, repository.id)
}

fn access_word(access: &Access) -> &str {
    match access {
        Access::None => "no member",
        Access::Guest => "guest",
        Access::Reporter => "reporter",
        Access::Developer => "developer",
        Access::Maintainer => "maintainer",
        Access::Owner => "owner",
        Access::Other(word) => word,
    }
}

pub(super) fn name(expected: &ExpectedRepository) -> String {
    match (&expected.path, &expected.reference) {
        (Some(path), _) => path.clone(),
        (None, RepositoryRef::Id(text) | RepositoryRef::Path(text)) => text.clone(),
    }
}

const AT_ONCE: usize = 8;

const CODE_REFUSED: &str = "code-refused";

/// As much of a commit's name as people read.
const SHORT: usize = 10;
