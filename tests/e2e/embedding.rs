//! Embedding the library as a loader does, and the demo as a newcomer runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use code_source_tests::component;

fn cargo(path: &std::ffi::OsStr) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env("PATH", path);
    command
}

fn success(output: Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A search path on which `rustup` exists, fails, and leaves a trace.
fn path_with_a_broken_rustup(folder: &Path) -> std::ffi::OsString {
    use std::os::unix::fs::PermissionsExt as _;
    let script = folder.join("rustup");
    std::fs::write(
        &script,
        format!("#!/bin/sh\ntouch {}/asked\nexit 1\n", folder.display()),
    )
    .unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut paths = vec![folder.to_owned()];
    paths.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    std::env::join_paths(paths).unwrap()
}

#[test]
fn a_loader_builds_without_the_runner_and_without_touching_the_toolchain() {
    let folder = tempfile::tempdir().unwrap();
    let path = path_with_a_broken_rustup(folder.path());
    let build = [
        "build",
        "--locked",
        "--package",
        "code-source-embedder",
        "--message-format=json",
    ];
    // Were a plugin to be built in, this file would be asked for.
    let built = success(
        cargo(&path)
            .args(build)
            .env("CODE_SOURCE_PLUGIN", "/nowhere.wasm")
            .output()
            .unwrap(),
    );
    assert!(
        !folder.path().join("asked").exists(),
        "the build asked rustup for something"
    );
    let executable = built
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "code-source-embedder")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .unwrap();
    let plugin = folder.path().join("plugin.wasm");
    std::fs::write(&plugin, component()).unwrap();
    let printed = Command::new(executable)
        .arg(&plugin)
        .arg("https://127.0.0.1:1")
        .output()
        .unwrap();
    assert!(success(printed).starts_with("https://127.0.0.1:1 reached"));
}

#[test]
fn the_library_alone_needs_no_crate_of_a_command_line() {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tree = [
        "tree",
        "--locked",
        "--offline",
        "--package",
        "code-source-embedder",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    let tree = success(cargo(&path).args(tree).output().unwrap());
    for name in ["clap", "indicatif", "tracing-subscriber", "anstream"] {
        assert!(
            !tree
                .lines()
                .any(|line| line.starts_with(&format!("{name} v"))),
            "{name}"
        );
    }
}

#[test]
fn the_demo_ends_well_and_prints_no_token() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo")).output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
    assert!(text.contains("steps went as expected"), "{text}");
    assert!(!text.contains("glpat-"), "{text}");
}
