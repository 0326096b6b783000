//! The plugin that does what a test tells it: apart from the real one, which behaves.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use code_source::contract::changes::CommitRequest;
use code_source::contract::git::Revision;
use code_source::contract::pull_requests::Proposal;
use code_source::egress::{Access, Manifest};
use code_source::{Engine, Error, FileContent, Outcome, Plugin, Source};
use code_source_test_plugins::{Answer, Handing, Instruction, Request};

use crate::rig::{engine, expect};

/// The plugin, compiled once for all tests of a process.
pub fn hostile() -> &'static Plugin {
    static PLUGIN: LazyLock<Plugin> =
        LazyLock::new(|| hostile_in(engine()).expect("the test plugin loads"));
    &PLUGIN
}

/// The plugin in another engine.
///
/// # Errors
///
/// As [`Plugin::from_bytes`].
pub fn hostile_in(engine: &Engine) -> Result<Plugin, Error> {
    Plugin::from_bytes(engine, hostile_component(), None)
}

/// The plugin with another manifest.
///
/// # Errors
///
/// As [`Plugin::from_bytes`].
pub fn hostile_with(manifest: &[u8]) -> Result<Plugin, Error> {
    Plugin::from_bytes(
        engine(),
        &with_manifest(hostile_component(), manifest),
        None,
    )
}

/// The component's bytes.
pub fn hostile_component() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| build("code-source-test-plugins"));
    &BYTES
}

/// The bytes of the component that the page about other forges walks through.
pub fn minimal_component() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| build("code-source-minimal-plugin"));
    &BYTES
}

/// A component with another manifest than its own: the first one counts, so it is put in front.
pub fn with_manifest(component: &[u8], manifest: &[u8]) -> Vec<u8> {
    let name = Manifest::SECTION.as_bytes();
    let body = [&leb128(name.len())[..], name, manifest].concat();
    let (preamble, rest) = component.split_at(8);
    [preamble, &[0], &leb128(body.len()), &body, rest].concat()
}

/// Let the plugin carry out an instruction: in `git.link`, or in a function that writes, if what the
/// instruction asks for needs more than reading.
pub async fn tell(source: &Source, instruction: Instruction) -> Outcome<String> {
    let repository = &source.repositories()[0].id;
    let text = instruction.to_string();
    match instruction.requests().into_iter().find_map(access) {
        Some(Access::Commits) => {
            let outcome = source.create_commit(repository, &commit(text)).await;
            outcome.map(|made| made.commit.message)
        }
        Some(Access::PullRequests) => {
            let outcome = source.open_pull_request(repository, &proposal(text)).await;
            outcome.map(|made| made.pull_request.title)
        }
        Some(_) => {
            let outcome = source.read_webhook(repository, &text).await;
            outcome.map(|webhook| webhook.id)
        }
        None => source.link(repository, "", &text, None).await,
    }
}

/// What a request that is as it should be needs besides reading.
fn access(request: &Request) -> Option<Access> {
    let path = request.path_with_query.split('?').next()?;
    let writes = request.method != "GET";
    match path {
        path if path.contains("/hooks") => Some(Access::Webhooks),
        path if writes && path.ends_with("/repository/commits") => Some(Access::Commits),
        path if writes && path.ends_with("/merge_requests") => Some(Access::PullRequests),
        _ => None,
    }
}

fn commit(message: String) -> CommitRequest {
    CommitRequest {
        branch: "main".to_owned(),
        start: None,
        expected_head: None,
        message,
        author: None,
        actions: Vec::new(),
    }
}

fn proposal(title: String) -> Proposal {
    Proposal {
        source_branch: "topic".to_owned(),
        target_branch: "main".to_owned(),
        title,
        body: String::new(),
        draft: false,
        labels: Vec::new(),
        remove_source_branch: false,
    }
}

/// Let the plugin return a stream in `git.read-file`.
pub async fn hand_on(source: &Source, handing: Handing) -> Outcome<FileContent> {
    let repository = &source.repositories()[0].id;
    let path = Instruction::HandOn(handing).to_string();
    source
        .read_file(repository, &Revision::DefaultBranch, &path, None, false)
        .await
}

/// What the plugin got for its requests.
///
/// # Panics
///
/// If the call has no answer.
#[track_caller]
pub fn told(outcome: Outcome<String>) -> Vec<Answer> {
    serde_json::from_str(&expect(outcome)).expect("the plugin answers with JSON")
}

/// Builds a component, in a folder of its own: the outer cargo holds the lock of its own.
fn build(package: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = root.join("target/test-plugins");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--locked",
            "--release",
            "--lib",
            "--package",
            package,
        ])
        .args(["--target", TARGET])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(&root);
    // What the user's own flags ask for is meant for the tests, not for what they load.
    for inherited in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTFLAGS",
    ] {
        command.env_remove(inherited);
    }
    let output = command.output().expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = target
        .join(TARGET)
        .join("release")
        .join(package.replace('-', "_"))
        .with_extension("wasm");
    std::fs::read(file).expect("cargo has built the component")
}

/// A length as WebAssembly writes it.
fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        // Seven bits always fit into a byte.
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

const TARGET: &str = "wasm32-wasip2";
