//! A forge with a project that the hostile plugin is connected to: what tests of the sandbox and
//! of the gate begin with.

use code_source::egress::ConnectedRepository;
use code_source::{Connection, Limits, Source};
use code_source_stand_in::{Change, Effect, Fault, FaultHandle, Matcher, Project, When};
use code_source_test_plugins::{Instruction, Request};

use crate::rig::Rig;
use crate::test_plugin::{hostile, tell, told};

/// A forge with one project, which has one file.
pub struct Shop {
    /// The forge.
    pub rig: Rig,
    /// The project `web/shop`.
    pub project: Project,
    /// The bytes of `file.bin` on `main`: more than is read at once.
    pub file: Vec<u8>,
}

impl Shop {
    /// Set it up.
    pub async fn open() -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        let file = code_source_stand_in::noise(7, 300_000);
        project.commit("main", "Begin", &[("file.bin", Change::file(file.clone()))]);
        Self { rig, project, file }
    }

    /// What leads to a path of the project in the forge's API.
    pub fn api(&self, rest: &str) -> String {
        self.rig
            .api(&format!("/projects/{}{rest}", self.project.id()))
    }

    /// The path and query of the file.
    pub fn target(&self) -> String {
        self.api("/repository/files/file.bin/raw?ref=main")
    }

    /// A request that the plugin may make in `git.link`, and that is answered with JSON.
    pub fn tree(&self) -> Request {
        Request::get(self.api("/repository/tree"))
    }

    /// A source with the hostile plugin.
    pub fn source(&self) -> Source {
        self.source_within(|_| ())
    }

    /// The same with other limits.
    pub fn source_within(&self, change: impl FnOnce(&mut Limits)) -> Source {
        let connection = self
            .rig
            .connection()
            .repositories([connected(&self.project)]);
        open(connection, change)
    }

    /// Let this happen with every request.
    pub fn always(&self, what: Effect) -> FaultHandle {
        self.rig.forge.fault(Fault {
            on: Matcher::all(),
            when: When::Always,
            what,
        })
    }

    /// Go on only if the source can be used as ever.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub async fn works(&self, source: &Source) {
        let answers = told(tell(source, Instruction::send(self.tree())).await);
        assert_eq!(answers[0].status(), Some(200));
    }
}

/// The hostile plugin on a connection with other limits.
///
/// # Panics
///
/// If the connection does not open.
pub fn open(connection: Connection, change: impl FnOnce(&mut Limits)) -> Source {
    let mut limits = Limits::default();
    change(&mut limits);
    Source::open(hostile(), connection.limits(limits)).expect("the connection opens")
}

/// A project as it stands in a connection.
pub fn connected(project: &Project) -> ConnectedRepository {
    ConnectedRepository {
        id: project.id().to_string(),
        path: project.path(),
    }
}
