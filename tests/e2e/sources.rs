//! What the host's sources may name: there is one way out, and no forge has a place in them.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source below `folder` that is not a test, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_test = name == "tests" || name.ends_with("_tests");
            if is_test {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The lines of code in which one of these words stands.
fn naming(found: &[(PathBuf, String)], words: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, text) in found {
        for (number, line) in text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if !is_comment && words.iter().any(|word| line.contains(word)) {
                lines.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    lines
}

/// What opens a connection, looks up a name, or starts a program that could.
const WAYS_OUT: &[&str] = &[
    "tokio::net",
    "TcpStream",
    "TcpSocket",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixDatagram",
    "lookup_host",
    "ToSocketAddrs",
    "rustix::net",
    "libc::",
    "socket2",
    "hyper::client",
    "hyper_util::client",
    "HttpConnector",
    "TlsConnector",
    "tokio_rustls",
    "rustls::ClientConnection",
    "reqwest",
    "ureq",
    "Command::new",
    "default_send_request",
];

/// What a provider's profile and its component may say, and nothing else.
const FORGE: &str = "gitlab";

#[test]
fn only_the_transport_names_a_socket_or_an_http_client() {
    let mut found = sources("host/src");
    found.extend(sources("host/egress/src"));
    let is_transport = |(path, _): &(PathBuf, String)| path.iter().any(|part| part == "transport");
    let (inside, mut outside): (Vec<_>, Vec<_>) = found.into_iter().partition(is_transport);
    // A person's editor is the one program that is started: by the command, and by no embedder.
    let editor = outside.extract_if(.., |(path, _)| path.ends_with("cli/editor.rs"));
    let editor: Vec<_> = editor.collect();
    let started = naming(&editor, WAYS_OUT);
    assert!(!started.is_empty() && started.iter().all(|line| line.contains("Command::new")));
    assert_eq!(naming(&outside, WAYS_OUT), Vec::<String>::new());
    // The words are the right ones, or nothing would be found where the sockets are.
    for word in [
        "TcpStream",
        "hyper_util::client",
        "lookup_host",
        "tokio_rustls",
    ] {
        assert!(!naming(&inside, &[word]).is_empty(), "{word}");
    }
}

#[test]
fn the_policy_has_no_clock_no_runtime_and_no_files() {
    let impure = [
        "std::time::Instant",
        "SystemTime",
        "tokio",
        "std::fs",
        "std::env",
        "std::thread",
        "std::process",
        "wasmtime",
        "rustls",
    ];
    assert_eq!(
        naming(&sources("host/egress/src"), &impure),
        Vec::<String>::new()
    );
}

#[test]
fn the_host_names_no_forge() {
    for folder in ["host/src", "host/egress/src"] {
        let named: Vec<_> = sources(folder)
            .into_iter()
            .filter(|(_, text)| text.to_ascii_lowercase().contains(FORGE))
            .map(|(path, _)| path)
            .collect();
        assert_eq!(named, Vec::<PathBuf>::new());
    }
}
