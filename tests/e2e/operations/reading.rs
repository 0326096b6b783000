//! The operations that read.

use code_source::contract::git::{
    ArchiveFormat, ByteRange, CompareMode, LineRange, PathResult, RefKind, Revision,
};
use code_source::contract::pull_requests;
use code_source::contract::repositories::RepositoryRef;
use code_source::{Outcome, Report, Source};
use code_source_tests::first_page;

use super::{Ended, Stock, content, everything, file, shown};

/// Every function of the contract that reads, as its manifest names it.
pub(crate) const READS: [&str; 27] = [
    "connection.check",
    "repositories.list-repositories",
    "repositories.read-repository",
    "repositories.explain-absence",
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
    "git.read-files",
    "git.diff-file",
    "git.blame",
    "search.search-code",
    "pull-requests.list-pull-requests",
    "pull-requests.read-pull-request",
    "pull-requests.list-changes",
    "pull-requests.list-comments",
    "statuses.list-statuses",
    "webhooks.list-webhooks",
    "webhooks.read-webhook",
];

impl Stock {
    /// Run an operation that reads.
    pub(super) async fn read(&self, source: &Source, operation: &str) -> (Ended, Report) {
        if !operation.starts_with("git.") {
            return self.read_around(source, operation).await;
        }
        let (id, page) = (self.id.as_str(), first_page());
        let main = Revision::DefaultBranch;
        match operation {
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
            "git.read-files" => {
                let paths = ["README.md", "src/001", "src"].map(String::from);
                several(source.read_files(id, &self.tip, &paths, 1_000, true).await)
            }
            "git.diff-file" => {
                let (old, new) = (Some("README.md"), Some("README.md"));
                shown(source.diff_file(id, &self.base, &self.tip, old, new).await)
            }
            "git.blame" => shown(source.blame(id, &self.tip, "README.md", None).await),
            other => panic!("no operation is called `{other}`"),
        }
    }

    /// Run one that reads something else than what git holds.
    async fn read_around(&self, source: &Source, operation: &str) -> (Ended, Report) {
        let (id, page, number) = (self.id.as_str(), first_page(), self.number);
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
            "repositories.explain-absence" => {
                let named = RepositoryRef::Id(id.to_owned());
                shown(source.explain_absence(&named, &everything()).await)
            }
            "search.search-code" => {
                let at = Revision::DefaultBranch;
                shown(source.search_code(id, "Store", &at, &page).await)
            }
            "pull-requests.list-pull-requests" => {
                let filter = pull_requests::Filter {
                    state: None,
                    source_branch: None,
                    target_branch: None,
                    author: None,
                    updated_after: None,
                };
                shown(source.list_pull_requests(id, &filter, &page).await)
            }
            "pull-requests.read-pull-request" => shown(source.read_pull_request(id, number).await),
            "pull-requests.list-changes" => shown(source.list_changes(id, number, &page).await),
            "pull-requests.list-comments" => shown(source.list_comments(id, number, &page).await),
            "statuses.list-statuses" => shown(source.list_statuses(id, &self.tip, &page).await),
            "webhooks.list-webhooks" => shown(source.list_webhooks(id, &page).await),
            "webhooks.read-webhook" => shown(source.read_webhook(id, &self.hook).await),
            other => panic!("no operation is called `{other}`"),
        }
    }
}

/// The answer about several paths, unless one of them failed.
fn several(outcome: Outcome<Vec<PathResult>>) -> (Ended, Report) {
    let files = outcome.answer.as_ref().into_iter().flatten();
    let mut failed = files.filter_map(|file| file.outcome.as_ref().err());
    match failed.next().cloned() {
        Some(error) => (Ended::Refused(error), outcome.report),
        None => shown(outcome),
    }
}
