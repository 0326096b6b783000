//! A certificate authority, a folder, and connections to servers of any make: what tests of the
//! transport begin with, as those of a well-made forge begin with a [`Rig`](crate::Rig).

use std::path::PathBuf;
use std::sync::Arc;

use code_source::egress::ConnectedRepository;
use code_source::report::RequestFailure;
use code_source::{ClientIdentity, Connection, Outcome, Secret, Source, TokenSource};
use code_source_test_plugins::{Instruction, Request};

use crate::audit::AuditLines;
use crate::outcome::failed_request;
use crate::rig::SEARCH;
use crate::test_authority::{Signed, TestAuthority};
use crate::test_plugin::{hostile, tell, told};

/// What leads to servers of a test's own. When it is dropped, no secret may have been found.
pub struct Site {
    /// The authority that its connections trust.
    pub authority: TestAuthority,
    /// The audit of all its connections.
    pub audit: Arc<AuditLines>,
    folder: tempfile::TempDir,
}

impl Site {
    /// Set it up.
    pub fn new() -> Self {
        let site = Self {
            authority: TestAuthority::new("A test's authority"),
            audit: Arc::default(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        site.file("ca.pem", &site.authority.pem());
        site
    }

    /// What an operator would configure for the server at `url`, with a repository whose id is 1.
    pub fn connection(&self, url: impl Into<String>) -> Connection {
        let token = "a-token-for-odd-servers";
        SEARCH.watch(token);
        Connection::new("odd", url, TokenSource::Value(Secret::new(token)))
            .ca_file(self.path("ca.pem"))
            .private_addresses(["127.0.0.0/8", "::1/128"].map(|range| range.parse().unwrap()))
            .repositories([ConnectedRepository {
                id: "1".into(),
                path: "web/shop".into(),
            }])
            .audit(Arc::clone(&self.audit) as Arc<_>)
    }

    /// A file of the test's own.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        // As secrets are exchanged: at once, and never half.
        let next = self.path(&format!("{name}.next"));
        std::fs::write(&next, text).expect("a file");
        std::fs::rename(&next, &path).expect("a file");
        path
    }

    /// A file whose content may be seen nowhere, nor what it is in the form that proxies take.
    pub fn secret_file(&self, name: &str, text: &str) -> PathBuf {
        SEARCH.watch(text);
        self.file(name, text)
    }

    /// The files of a client's certificate; the same ones each time.
    pub fn identity(&self, signed: &Signed) -> ClientIdentity {
        ClientIdentity {
            certificate: self.file("client.pem", &signed.certificate_pem),
            key: self.file("client.key", &signed.key_pem),
        }
    }

    /// Open a connection with a plugin that asks once and does not try again.
    pub fn open(&self, connection: Connection) -> Source {
        Source::open(hostile(), connection).expect("the connection opens")
    }

    /// Why the first request of a connection fails.
    pub async fn failure(&self, connection: Connection) -> RequestFailure {
        failed_request(&ask(&self.open(connection)).await)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            SEARCH.search("the audit", self.audit.text().as_bytes());
            assert_eq!(SEARCH.found(), Vec::<String>::new());
        }
    }
}

/// Send one request.
pub async fn ask(source: &Source) -> Outcome<String> {
    let request = Request::get("/api/v4/projects/1/repository/tree");
    tell(source, Instruction::send(request)).await
}

/// The status of the answer to the one request of a call.
#[track_caller]
pub fn status(outcome: Outcome<String>) -> Option<u16> {
    told(outcome)[0].status()
}
