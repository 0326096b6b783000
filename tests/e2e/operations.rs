//! Every operation of the contract, to be run by name; apart from the tests because several of
//! them hold all operations against the same claim.

mod arranged;
mod reading;
mod writing;

use std::sync::atomic::AtomicU64;

use code_source::contract::repositories::Filter;
use code_source::contract::types::Error;
use code_source::egress::Access;
use code_source::{
    Connection, Content, ContentError, Failure, FileContent, Outcome, Report, Secret, Source,
    TokenSource,
};
use code_source_stand_in::{Builder, Project};
use code_source_tests::{Rig, WireServer, bytes, connected};
use sha2::{Digest as _, Sha256};

pub(crate) use self::reading::READS;
pub(crate) use self::writing::{Prepared, WRITES};

/// The function that asks nothing of the forge, and therefore is none of those above.
pub(crate) const WITHOUT_REQUEST: &str = "webhooks.read-delivery";

/// Every operation that asks something of the forge.
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    READS.into_iter().chain(WRITES)
}

/// A forge with a repository that has a bit of everything, and a place for its webhooks.
pub(crate) struct Stock {
    pub(crate) rig: Rig,
    pub(crate) project: Project,
    pub(crate) source: Source,
    pub(crate) id: String,
    pub(crate) base: String,
    pub(crate) tip: String,
    pub(crate) blob: String,
    /// The number of a pull request with a comment.
    pub(crate) number: u64,
    /// That comment, and its thread.
    pub(crate) comment: (String, String),
    /// The identity of a webhook.
    pub(crate) hook: String,
    pub(crate) receiver: WireServer,
    /// How often an operation was prepared.
    count: AtomicU64,
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
    /// With the host not believing which repository the plugin speaks of.
    Disbelieved,
}

impl Stock {
    /// One forge with one repository.
    pub(crate) async fn new(builder: Builder) -> Self {
        let rig = Rig::with(builder).await;
        let project = rig.forge.project("web/shop").description("Sells things");
        Self::filled(rig, project).await
    }

    /// The same in a repository that names its objects by SHA-256.
    pub(crate) async fn sha256(builder: Builder) -> Self {
        let rig = Rig::with(builder).await;
        let project = rig.forge.project("web/shop").sha256();
        Self::filled(rig, project).await
    }

    /// What an operator would configure who allows everything, with another token.
    pub(crate) fn connection(&self, token: &str) -> Connection {
        connection(&self.rig, &self.project, token, &self.receiver)
    }

    /// Run an operation, on `source` instead of the shop's own where it is another account's. One
    /// that writes is given something of its own to write to.
    pub(crate) async fn run(&self, source: &Source, operation: &str) -> (Ended, Report) {
        if READS.contains(&operation) {
            return self.read(source, operation).await;
        }
        let prepared = self.prepare(operation);
        self.write(source, operation, &prepared).await
    }

    /// Run an operation where nothing goes wrong: there is something that it changes.
    pub(crate) async fn undisturbed(&self, operation: &str) -> (Ended, Report) {
        if READS.contains(&operation) {
            return self.read(&self.source, operation).await;
        }
        let prepared = self.prepare_all(operation).await;
        self.write(&self.source, operation, &prepared).await
    }
}

fn connection(rig: &Rig, project: &Project, token: &str, receiver: &WireServer) -> Connection {
    let secret = |text: &str| TokenSource::Value(Secret::new(text));
    // An operator lists every address; no test writes to more.
    let places = 0..400;
    rig.connection_with(token)
        .repositories([connected(project)])
        .access(Access::ALL)
        .webhook_urls(places.map(|number| format!("{}/run-{number}", receiver.url())))
        .secret("webhook", secret("a-shared-secret-of-all-operations"))
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

pub(crate) fn shown<T: std::fmt::Debug>(outcome: Outcome<T>) -> (Ended, Report) {
    let ended = match outcome.answer {
        Ok(answer) => Ended::Right(format!("{answer:#?}")),
        Err(failure) => refused(failure, &outcome.report),
    };
    (ended, outcome.report)
}

pub(crate) async fn file(outcome: Outcome<FileContent>) -> (Ended, Report) {
    let (answer, report) = (outcome.answer, outcome.report);
    match answer {
        Ok(found) => (
            drained(format!("{:#?}", found.info), found.body).await,
            report,
        ),
        Err(failure) => (refused(failure, &report), report),
    }
}

pub(crate) async fn content(outcome: Outcome<Content>) -> (Ended, Report) {
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

/// Only the contract's own errors are expected here, and the host's doubts: a trap or another error of
/// the host fails the test.
fn refused(failure: Failure, report: &Report) -> Ended {
    match failure {
        Failure::Answer(error) => Ended::Refused(error),
        Failure::Host(code_source::Error::Identity(_)) => Ended::Disbelieved,
        other => panic!("{other:?}\n{report:#?}"),
    }
}
