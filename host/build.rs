//! Collects the providers' profiles and, for the feature `embedded-plugin`, builds the component.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let out = PathBuf::from(variable("OUT_DIR"));
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=build.rs");
    list_profiles(&root.join("providers"), &out);
    if env::var_os("CARGO_FEATURE_EMBEDDED_PLUGIN").is_some() {
        let plugin = out.join("plugin.wasm");
        println!("cargo::rerun-if-env-changed=CODE_SOURCE_PLUGIN");
        match env::var_os("CODE_SOURCE_PLUGIN") {
            Some(ready) => {
                println!("cargo::rerun-if-changed={}", Path::new(&ready).display());
                copy(Path::new(&ready), &plugin);
            }
            None => copy(&build_plugin(&root, &out), &plugin),
        }
    }
}

/// One line for each file in `providers/`, so that no source has to name a forge.
fn list_profiles(folder: &Path, out: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let mut list = String::from("const PROFILES: &[&str] = &[\n");
    for file in files {
        // Writing to a string cannot fail.
        let _ = writeln!(list, "    include_str!({:?}),", file.display().to_string());
    }
    list.push_str("];\n");
    write(&out.join("profiles.rs"), &list);
}

/// The outer cargo holds the lock of its own target folder, so the component gets one of its own.
fn build_plugin(root: &Path, out: &Path) -> PathBuf {
    let guest = root.join("../guest");
    for part in [
        "../guest/src",
        "../guest/Cargo.toml",
        "../wit",
        "../Cargo.lock",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(part).display());
    }
    assert!(
        guest.join("Cargo.toml").exists(),
        "the feature `embedded-plugin` needs the component's sources beside this crate, or a ready \
         component in the environment variable CODE_SOURCE_PLUGIN"
    );
    add_target();
    // target/<profile>/build/<package>/out
    let target = out.ancestors().nth(4).unwrap_or(out).join("plugin");
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .args([
            "build",
            "--package",
            PACKAGE,
            "--lib",
            "--profile",
            "plugin",
            "--target",
            TARGET,
        ])
        .arg("--manifest-path")
        .arg(guest.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    // What clippy, rustdoc and the user's own flags ask for is meant for the host.
    for inherited in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTFLAGS",
    ] {
        cargo.env_remove(inherited);
    }
    run(&mut cargo, "build the component");
    target
        .join(TARGET)
        .join("plugin")
        .join(PACKAGE.replace('-', "_"))
        .with_extension("wasm")
}

/// Machines that forbid rustup to install by itself still let it be asked.
fn add_target() {
    let mut rustc = Command::new(variable("RUSTC"));
    let installed = rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .is_some_and(|folder| Path::new(folder.trim()).is_dir());
    if !installed {
        println!("cargo::warning=adding the target {TARGET} with rustup");
        run(
            Command::new("rustup").args(["target", "add", TARGET]),
            "add the target",
        );
    }
}

fn run(command: &mut Command, what: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot {what}: {command:?}: {error}"));
    assert!(
        output.status.success(),
        "cannot {what}: {command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|error| {
        panic!(
            "cannot copy {} to {}: {error}",
            from.display(),
            to.display()
        )
    });
}

fn write(path: &Path, text: &str) {
    fs::write(path, text)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| panic!("cargo sets {name}: {error}"))
}

const PACKAGE: &str = "code-source-gitlab";
const TARGET: &str = "wasm32-wasip2";
