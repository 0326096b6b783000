//! A forge, a token for it, and connections to it.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use code_source::contract::types::PageRequest;
use code_source::egress::Access;
use code_source::{Connection, Engine, Failure, Outcome, Plugin, Secret, Source, TokenSource};
use code_source_stand_in::{Builder, StandIn};

use crate::audit::AuditLines;
use crate::declared::Declared;
use crate::played::played;
use crate::runner::Runner;
use crate::shop::connected;
use crate::token_search::TokenSearch;

/// A forge with everything that a test needs to reach it.
///
/// When it is dropped it holds the whole test against what must always be true: every request
/// that arrived is declared by the component, and no token was in anything that the plugin was
/// handed, in the audit, or in what the runner printed.
pub struct Rig {
    /// The forge.
    pub forge: StandIn,
    /// A token of an administrator, with the scope `api`.
    pub token: String,
    /// The audit of all the connections that the rig made.
    pub audit: Arc<AuditLines>,
    folder: tempfile::TempDir,
}

impl Rig {
    /// A forge as the running suite plays it.
    pub async fn new() -> Self {
        Self::with(played()).await
    }

    /// A forge made as `builder` says.
    pub async fn with(builder: Builder) -> Self {
        let forge = builder.start().await.expect("the stand-in starts");
        let token = forge.admin_token();
        SEARCH.watch(&token);
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("token"), &token).expect("the token's file");
        std::fs::write(folder.path().join("ca.pem"), forge.ca_pem()).expect("the CA's file");
        Self {
            forge,
            token,
            audit: Arc::default(),
            folder,
        }
    }

    /// What leads to a path of the forge's API, as it stands in a request.
    pub fn api(&self, path: &str) -> String {
        let url = self.forge.url();
        let prefix = url.splitn(4, '/').nth(3);
        let prefix = prefix.map_or_else(String::new, |prefix| format!("/{prefix}"));
        format!("{prefix}/api/v4{path}")
    }

    /// A folder of the test's own.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Look for this token too, and leave it in a file of the test's own.
    pub fn token_file(&self, name: &str, token: &str) -> PathBuf {
        SEARCH.watch(token);
        let file = self.folder.path().join(name);
        std::fs::write(&file, token).expect("the token's file");
        file
    }

    /// What an operator would configure for this forge.
    pub fn connection(&self) -> Connection {
        self.connection_with(&self.token)
    }

    /// The same with another token.
    pub fn connection_with(&self, token: &str) -> Connection {
        SEARCH.watch(token);
        Connection::new(
            "test",
            self.forge.url(),
            TokenSource::Value(Secret::new(token)),
        )
        .ca_file(self.folder.path().join("ca.pem"))
        .private_addresses([
            "127.0.0.0/8".parse().expect("a range"),
            "::1/128".parse().expect("a range"),
        ])
        .audit(Arc::clone(&self.audit) as Arc<_>)
    }

    /// An open connection with no repository connected.
    pub fn source(&self) -> Source {
        Source::open(plugin(), self.connection()).expect("the connection opens")
    }

    /// An open connection to one repository, connected without a request.
    pub fn source_of(&self, project: &code_source_stand_in::Project) -> Source {
        let connected = code_source::egress::ConnectedRepository {
            id: project.id().to_string(),
            path: project.path(),
        };
        Source::open(plugin(), self.connection().repositories([connected]))
            .expect("the connection opens")
    }

    /// An open connection to one repository, connected without a request, that may also write.
    pub fn writer_of(&self, project: &code_source_stand_in::Project) -> Source {
        let connection = self.connection().repositories([connected(project)]);
        Source::open(plugin(), connection.access(Access::ALL)).expect("the connection opens")
    }

    /// The runner, with the options that lead it to this forge.
    pub fn runner(&self) -> Runner {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        self.runner_with([
            format!("--url={}", self.forge.url()),
            format!("--token-file={}", path("token")),
            format!("--ca-file={}", path("ca.pem")),
            "--private-address=127.0.0.0/8".to_owned(),
        ])
    }

    /// The runner with these options alone, beside those that let it start fast.
    pub fn runner_with(&self, options: impl IntoIterator<Item = String>) -> Runner {
        Runner::quick(options)
    }

    /// How many requests arrived so far whose path and query contain this.
    pub fn asked(&self, part: &str) -> usize {
        self.forge
            .requests()
            .iter()
            .filter(|request| request.target().contains(part))
            .count()
    }

    /// Look for tokens in `bytes` too.
    pub fn search(&self, place: &str, bytes: &[u8]) {
        SEARCH.search(place, bytes);
    }

    fn undeclared(&self) -> Vec<String> {
        let declared = Declared::of(plugin());
        let requests = self.forge.requests();
        let undeclared = requests.iter().filter_map(|request| {
            // What git itself asks for, in a test that clones, is not the component's.
            let (_, path) = request.path.split_once("/api/v4")?;
            let line = format!("{} {path}", request.method);
            declared
                .find(request.method.as_str(), path)
                .is_none()
                .then_some(line)
        });
        undeclared.collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        SEARCH.search("the audit", self.audit.text().as_bytes());
        assert_eq!(SEARCH.found(), Vec::<String>::new());
        assert_eq!(
            self.undeclared(),
            Vec::<String>::new(),
            "requests that the manifest does not declare"
        );
    }
}

/// The embedded component, compiled once for all tests of a process.
pub fn plugin() -> &'static Plugin {
    static PLUGIN: LazyLock<Plugin> =
        LazyLock::new(|| Plugin::embedded(engine()).expect("the embedded plugin"));
    &PLUGIN
}

/// The engine of all tests of a process; it shows the search all that plugins are handed.
pub fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        // Whether anybody listens to a span is asked once for all threads: without a listener from the
        // beginning, tests that listen for a while would miss what others were first to reach.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        let builder = Engine::builder().inspector(Arc::clone(&*SEARCH) as Arc<_>);
        builder
            .cache_directory(Some(cache()))
            .build()
            .expect("the engine")
    });
    &ENGINE
}

/// The bytes of the embedded component, as the build script made them.
pub fn component() -> &'static [u8] {
    Plugin::embedded_bytes().expect("the embedded plugin")
}

/// The answer of a call that is expected to have one.
///
/// # Panics
///
/// If it has none, with the failure and what the host saw.
#[track_caller]
pub fn expect<T>(outcome: Outcome<T>) -> T {
    search_report(&outcome);
    match outcome.answer {
        Ok(answer) => answer,
        Err(Failure::Answer(error)) => panic!("{error:?}\n{:#?}", outcome.report),
        Err(failure) => panic!("{failure}: {failure:?}\n{:#?}", outcome.report),
    }
}

/// Look for tokens in what an outcome tells beside its answer, and in its failure.
pub(crate) fn search_report<T>(outcome: &Outcome<T>) {
    let report = format!("{:?}", outcome.report);
    SEARCH.search("a report", report.as_bytes());
    if let Err(failure) = &outcome.answer {
        let text = format!("{failure} {failure:?}");
        SEARCH.search("a failure", text.as_bytes());
    }
}

/// The first page of a list, of as many items as a page can have.
pub fn first_page() -> PageRequest {
    PageRequest {
        cursor: None,
        limit: Some(1_000),
    }
}

pub(crate) fn cache() -> PathBuf {
    // One for each user of the machine: the host refuses one that somebody else could write.
    let user = rustix::process::geteuid().as_raw();
    let folder = std::env::temp_dir().join(format!("code-source-tests-{user}"));
    folder.join("compiled")
}

pub(crate) static SEARCH: LazyLock<Arc<TokenSearch>> = LazyLock::new(Arc::default);
