//! The command `code-source`, run as a person or a script runs it, against a stand-in forge.

mod approve;
mod changes;
mod configuration;
mod content;
mod errors;
mod files;
mod interrupted;
mod json;
mod kubernetes;
mod lists;
mod looks;
mod policy;
mod pull_requests;
mod screen;
mod setup;
mod statuses;
mod sync;
mod text;
mod webhooks;
mod why;

use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When, noise};
use code_source_tests::{Rig, Runner};

/// A forge with a project that has something of everything, and the command that reaches it.
pub(crate) struct Desk {
    pub(crate) rig: Rig,
    pub(crate) project: Project,
    pub(crate) runner: Runner,
    /// The commit before the newest one on `main`; the tag `v1` and the branch `next` are at it.
    pub(crate) first: String,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::of(Rig::new().await)
    }

    pub(crate) fn of(rig: Rig) -> Self {
        let project = rig.forge.project("web/shop");
        let pointer = project.lfs_object(noise(7, 100_000));
        let changes = [
            ("README.md", Change::file("# Shop\n")),
            ("src/main.rs", Change::file("fn main() {}\n")),
            ("bin/run", Change::executable("#!/bin/sh\n")),
            ("latest", Change::symlink("src/main.rs")),
            ("media/photo.png", Change::file(pointer)),
            ("bytes", Change::file(noise(1, 300_000))),
        ];
        let first = project.commit("main", "Begin\n\nWith a shop.", &changes);
        project.branch("next", &first);
        project.tag("v1", &first, Some("The first"));
        let changed = [("src/main.rs", Change::file("fn main() {\n    shop();\n}\n"))];
        project.commit("main", "Sell", &changed);
        let runner = rig.runner();
        Self {
            rig,
            project,
            runner,
            first,
        }
    }

    pub(crate) fn tip(&self) -> String {
        self.project.tip("main")
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.rig.folder().join(name).display().to_string()
    }

    pub(crate) fn disturb(&self, part: &str, what: Effect) {
        self.rig.forge.fault(Fault {
            on: Matcher::target(part),
            when: When::Always,
            what,
        });
    }

    /// What the command prints in text, when it succeeds.
    #[track_caller]
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        self.runner.run(arguments).success().text()
    }

    /// What it prints in JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments = [arguments, &["--json"]].concat();
        self.runner.run(&arguments).success().json()
    }
}
