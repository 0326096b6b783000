//! Every operation of the contract, to be run by name; apart from the tests because several of
//! them hold all operations against the same claim.

use code_source::contract::git::{
    ArchiveFormat, ByteRange, CompareMode, LineRange, RefKind, Revision,
};
use code_source::contract::repositories::{Filter, RepositoryRef};
use code_source::contract::types::Error;
use code_source::{Content, ContentError, Failure, FileContent, Outcome, Report, Source};
use code_source_stand_in::{Builder, Change, Feature, Project, noise};
use code_source_tests::{Rig, bytes, first_page, git};
use sha2::{Digest as _, Sha256};

/// Every function of the contract, as its manifest names it.
pub(crate) const OPERATIONS: [&str; 15] = [
    "connection.check",
    "repositories.list-repositories",
    "repositories.read-repository",
    "git.resolve",
    "git.list-refs",
    "git.list-commits",
    "git.read-commit",
    "git.list-tree",
    "git.stat-file",
    "git.read-file",
    "git.read-blob",
    "git.read-archive",
    "git.compare",
    "git.link",
    "git.read-file with a range",
];

/// A forge with a repository that has a bit of everything.
pub(crate) struct Stock {
    pub(crate) rig: Rig,
    pub(crate) project: Project,
    pub(crate) source: Source,
    pub(crate) id: String,
    pub(crate) base: String,
    pub(crate) tip: String,
    pub(crate) blob: String,
}

/// How an operation ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// With this answer; content is shown by its hash.
    Right(String),
    /// With an error of the contract.
    Refused(Error),
    /// In the middle of its content.
    Broken(ContentError),
}

impl Stock {
    /// One forge with one repository.
    pub(crate) async fn new(builder: Builder) -> Self {
        let rig = Rig::with(builder).await;
        let project = rig.forge.project("web/shop").description("Sells things");
        Self::filled(rig, project)
    }

    /// The same in a repository that names its objects by SHA-256.
    pub(crate) async fn sha256(builder: Builder) -> Self {
        let rig = Rig::with(builder).await;
        let project = rig.forge.project("web/shop").sha256();
        Self::filled(rig, project)
    }

    fn filled(rig: Rig, project: Project) -> Self {
        rig.forge.feature(Feature::Ranges);
        let mut files = vec![
            ("README.md".to_owned(), Change::file("# Shop\n")),
            ("noise".to_owned(), Change::file(noise(1, 100_000))),
            ("bin/run".to_owned(), Change::executable("#!/bin/sh\n")),
        ];
        files.extend((0..220).map(|number| (format!("src/{number:03}"), Change::file("x\n"))));
        let base = project.commit("main", "Begin", &files);
        project.commit(
            "main",
            "Change",
            &[("README.md", Change::file("# Store\n"))],
        );
        let tip = project.commit(
            "main",
            "Move",
            &[
                ("bin/run", Change::Delete),
                ("run", Change::executable("#!/bin/sh\n")),
            ],
        );
        project.branch("side", &base);
        project.tag("v1.0", &base, Some("Notes"));
        let blob = git(&project, &["rev-parse", "main:noise"]);
        let (source, id) = (rig.source_of(&project), project.id().to_string());
        Self {
            rig,
            project,
            source,
            id,
            base,
            tip,
            blob,
        }
    }

    /// Run an operation, on `source` instead of the shop's own where it is another account's.
    pub(crate) async fn run(&self, source: &Source, operation: &str) -> (Ended, Report) {
        let (id, page) = (self.id.as_str(), first_page());
        let main = Revision::DefaultBranch;
        match operation {
            "connection.check" => shown(source.check().await),
            "repositories.list-repositories" => {
                shown(source.list_repositories(&everything(), &page).await)
            }
            "repositories.read-repository" => shown(
                source
                    .read_repository(&RepositoryRef::Id(id.to_owned()))
                    .await,
            ),
            "git.resolve" => shown(source.resolve(id, &main).await),
            "git.list-refs" => shown(source.list_refs(id, RefKind::Branch, None, &page).await),
            "git.list-commits" => shown(source.list_commits(id, &main, None, &page).await),
            "git.read-commit" => shown(source.read_commit(id, &self.tip).await),
            "git.list-tree" => shown(source.list_tree(id, &main, "", true, &page).await),
            "git.stat-file" => shown(source.stat_file(id, &main, "README.md").await),
            "git.read-file" => file(source.read_file(id, &main, "noise", None, false).await).await,
            "git.read-file with a range" => {
                let range = Some(ByteRange {
                    first: 10,
                    last: Some(50_000),
                });
                file(source.read_file(id, &main, "noise", range, false).await).await
            }
            "git.read-blob" => content(source.read_blob(id, &self.blob).await).await,
            "git.read-archive" => {
                content(
                    source
                        .read_archive(id, &self.tip, Some("src"), ArchiveFormat::Tar)
                        .await,
                )
                .await
            }
            "git.compare" => {
                let mode = CompareMode::SinceMergeBase;
                shown(
                    source
                        .compare(id, &self.base, &self.tip, mode, true, &page)
                        .await,
                )
            }
            "git.link" => {
                let lines = Some(LineRange { first: 1, last: 2 });
                shown(source.link(id, &self.tip, "README.md", lines).await)
            }
            other => panic!("no operation is called `{other}`"),
        }
    }
}

/// A filter that leaves nothing out.
pub(crate) fn everything() -> Filter {
    Filter {
        search: None,
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: true,
    }
}

fn shown<T: std::fmt::Debug>(outcome: Outcome<T>) -> (Ended, Report) {
    let ended = match outcome.answer {
        Ok(answer) => Ended::Right(format!("{answer:#?}")),
        Err(failure) => refused(failure, &outcome.report),
    };
    (ended, outcome.report)
}

async fn file(outcome: Outcome<FileContent>) -> (Ended, Report) {
    let (answer, report) = (outcome.answer, outcome.report);
    match answer {
        Ok(found) => (
            drained(format!("{:#?}", found.info), found.body).await,
            report,
        ),
        Err(failure) => (refused(failure, &report), report),
    }
}

async fn content(outcome: Outcome<Content>) -> (Ended, Report) {
    let (answer, report) = (outcome.answer, outcome.report);
    match answer {
        Ok(found) => (drained(String::new(), found).await, report),
        Err(failure) => (refused(failure, &report), report),
    }
}

async fn drained(details: String, content: Content) -> Ended {
    match bytes(content).await {
        Ok(all) => Ended::Right(format!(
            "{details} {} {:?}",
            all.len(),
            Sha256::digest(&all)
        )),
        Err(error) => Ended::Broken(error),
    }
}

/// Only the contract's own errors are expected here: a trap or an error of the host fails the test.
fn refused(failure: Failure, report: &Report) -> Ended {
    match failure {
        Failure::Answer(error) => Ended::Refused(error),
        other => panic!("{other:?}\n{report:#?}"),
    }
}
