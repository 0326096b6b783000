//! Errors about the command line, the configuration, files and directories of this machine: apart
//! because nothing has left it.

use std::io;

use super::{Example, examples};
use crate::cli::approval::{NotApproved, difference};
use crate::cli::failure::CommandError;
use crate::cli::interrupt::{Left, Signal};
use crate::config::file::ChangeError;
use crate::config::{Configuration, ConfigurationError};
use crate::content::ContentError;
use crate::report::{Request, State, Timings};
use crate::sync::SyncError;

pub(super) fn all() -> Vec<Example> {
    let mut all = local();
    all.extend(configurations());
    all.extend(changes());
    all.extend(syncs());
    all.extend(contents());
    all
}

fn local() -> Vec<Example> {
    let named = |name: &str, error| (name.to_owned(), error);
    let ended = |signal| CommandError::Ended {
        signal,
        left: Left::NOTHING,
    };
    examples! { CommandError:
        CommandError::Call { .. } | CommandError::Configuration(_) | CommandError::Content { .. }
        | CommandError::Open { .. } | CommandError::Sync { .. } | CommandError::Unwritten(_) | CommandError::Usage(_)
        // These are never shown: the command has said it itself.
        | CommandError::Diagnosed(_) | CommandError::Findings | CommandError::Refusal
        | CommandError::Changed { .. } => [named("changed", CommandError::Changed { path: "config.toml".into() })],
        CommandError::Ended { .. } => [
            named("ended: interrupted", ended(Signal::Interrupt)),
            named("ended: terminated", ended(Signal::Terminate)),
        ],
        CommandError::File { .. } => [
            file("read", "why.md", io::ErrorKind::NotFound),
            file("create a file beside", "/shop.tar.gz", io::ErrorKind::PermissionDenied),
            file("write", "shop.tar.gz", io::ErrorKind::StorageFull),
            file("replace", "shop.tar.gz", io::ErrorKind::IsADirectory),
        ],
        CommandError::Declined { .. } => [named("declined", CommandError::Declined { left: "nothing was written".into() })],
        CommandError::Interrupted { .. } => [named("interrupted", CommandError::Interrupted { left: "nothing was changed".into() })],
        CommandError::LookUp { .. } => [named("look-up", CommandError::LookUp { name: "git.acme.example".into(), source: io::Error::other("no such name") })],
        CommandError::Loop { .. } => [named("loop", CommandError::Loop { tried: "list the branches of `web/shop`".into() })],
        CommandError::Output(_) => [named("output", CommandError::Output(io::ErrorKind::StorageFull.into()))],
        CommandError::NoAddress { .. } => [
            named("no address: private", CommandError::NoAddress { name: "git.acme.example".into(), found: vec![([10, 20, 0, 7].into(), "private")], remedy: Some("private-addresses = [\"10.20.0.7/32\"]".into()) }),
            named("no address: never", CommandError::NoAddress { name: "git.acme.example".into(), found: vec![([169, 254, 169, 254].into(), "metadata")], remedy: None }),
        ],
        CommandError::NotApproved(_) => [named("not approved", not_approved())],
        CommandError::Record { .. } => [named("record", CommandError::Record { path: "config.toml.approved/acme.json".into() })],
        CommandError::Runtime(_) => [named("runtime", CommandError::Runtime(io::ErrorKind::WouldBlock.into()))],
        CommandError::Unapproved { .. } => [named("unapproved", CommandError::Unapproved { connection: "acme".into() })],
    }
}

fn file(action: &'static str, path: &str, kind: io::ErrorKind) -> Example {
    let error = CommandError::File {
        action,
        path: path.into(),
        source: kind.into(),
    };
    (format!("file: {action}: {kind}"), error)
}

fn changes() -> Vec<Example> {
    let file = || "config.toml".into();
    let malformed = Configuration::parse("[connections.acme\n", "config.toml".as_ref());
    let all = examples! { ChangeError:
        ChangeError::Busy(_) => [ChangeError::Busy(file())],
        ChangeError::Changed(_) => [ChangeError::Changed(file())],
        ChangeError::Left { .. } => [ChangeError::Left { changed: file(), path: "config.toml.tokens/acme".into(), source: io::ErrorKind::PermissionDenied.into() }],
        ChangeError::Malformed(_) => [ChangeError::Malformed(malformed.expect_err("no bracket"))],
        ChangeError::Unwritable { .. } => [ChangeError::Unwritable { action: "create a file beside", path: file(), source: io::ErrorKind::PermissionDenied.into() }],
    };
    let named = |error| ("unwritten".to_owned(), CommandError::Unwritten(error));
    all.into_iter().map(named).collect()
}

fn not_approved() -> CommandError {
    let manifest = r#"{"name":"forge","version":"2.0.0","provider":"acme","contract":"x:y@0.1.0",
        "operations":{"git.link":[{"endpoint":"GET /user","why":"to name who asks"}]}}"#;
    let new = code_source_egress::Manifest::parse(manifest.as_bytes()).expect("a manifest");
    CommandError::NotApproved(Box::new(NotApproved {
        connection: "acme".into(),
        path: "forge.wasm".into(),
        found: "11".repeat(32),
        pinned: Some("22".repeat(32)),
        difference: difference(None, &new),
    }))
}

fn configurations() -> Vec<Example> {
    let parse = |text: &str| Configuration::parse(text, "config.toml".as_ref());
    let mistake = |text: &str| parse(text).and_then(|file| file.connection("acme").map(drop));
    let unreadable = |kind: io::ErrorKind| ConfigurationError::Unreadable {
        file: "config.toml".into(),
        source: kind.into(),
    };
    let all = examples! { ConfigurationError:
        ConfigurationError::Malformed { .. } => [
            mistake("[connections.acme]\nurl = \"https://git.acme.example\"\n").expect_err("no token"),
            mistake("[connections.acme]\nurl = \"https://git.acme.example\"\ntoken = \"secret\"\n").expect_err("a token"),
            mistake("[connections.acme\n").expect_err("no bracket"),
        ],
        ConfigurationError::NoSuchConnection { .. } => [
            mistake("").expect_err("nothing"),
            mistake("[connections.other]\nurl = \"a.example\"\ntoken = { env = \"T\" }\n").expect_err("another"),
        ],
        ConfigurationError::Unreadable { .. } => [
            unreadable(io::ErrorKind::NotFound),
            unreadable(io::ErrorKind::PermissionDenied),
            ConfigurationError::Unreadable {
                file: "config.toml".into(),
                source: io::Error::new(io::ErrorKind::InvalidData, "stream did not contain valid UTF-8"),
            },
        ],
    };
    let named = |error| {
        (
            "configuration".to_owned(),
            CommandError::Configuration(error),
        )
    };
    all.into_iter().map(named).collect()
}

fn syncs() -> Vec<Example> {
    let path = |text: &str| {
        let limits = crate::sync::SyncOptions::default().limits;
        crate::sync::TreePath::new(text.as_bytes(), &limits).expect("a path")
    };
    let io = |kind: io::ErrorKind| SyncError::Io {
        action: "create",
        path: "shop/src".into(),
        source: kind.into(),
    };
    let all = examples! { SyncError:
        SyncError::Call { .. }
        | SyncError::Collision { .. } => [SyncError::Collision { path: path("README"), other: "readme".into() }],
        SyncError::Content { .. } => [SyncError::Content { what: "`src/main.rs`".into(), source: ContentError::new("cut", "the answer was cut", 512) }],
        SyncError::Foreign { .. } => [SyncError::Foreign { place: "shop".into(), problem: "it holds files that no sync has put there".into() }],
        SyncError::Inconsistent { .. } => [SyncError::Inconsistent { problem: "the tree has a file that the archive has not".into() }],
        SyncError::Io { .. } => [
            io(io::ErrorKind::PermissionDenied),
            io(io::ErrorKind::StorageFull),
            io(io::ErrorKind::ResourceBusy),
            io(io::ErrorKind::InvalidFilename),
        ],
        SyncError::Limit { .. } => [SyncError::Limit { what: "entries", limit: 1_000_000 }],
        SyncError::Locked { .. } => [SyncError::Locked { place: "shop".into() }],
        SyncError::Sink(_) => [SyncError::Sink("it is closed".into())],
        SyncError::Unreadable(_) => [SyncError::Unreadable(io::Error::other("invalid gzip header"))],
        SyncError::Unsafe { .. } => [SyncError::Unsafe { path: "../evil".into(), problem: "it leads outside" }],
    };
    let named = |source: SyncError| {
        let name = if matches!(source, SyncError::Sink(_)) {
            "sync: sink"
        } else {
            "sync"
        };
        let tried = "sync `web/shop` into `shop`".into();
        (name.to_owned(), CommandError::Sync { tried, source })
    };
    all.into_iter().map(named).collect()
}

fn contents() -> Vec<Example> {
    let reasons = [
        (
            "contains-credential",
            "it holds the connection's credential",
        ),
        ("cut", "the answer was cut"),
        ("encoding-broken", "its compression is broken"),
        ("hash-differs", "its SHA-256 is 11, and 22 was promised"),
        ("size-differs", "300000 bytes were promised"),
        ("stalled", "no byte came for 30 s"),
        ("too-long", "it is longer than 17179869184 bytes"),
        ("too-slow", "the content took longer than allowed"),
    ];
    let example = |(reason, detail)| {
        let request = Request {
            id: "1.1".into(),
            method: "GET".into(),
            origin: "https://git.acme.example".into(),
            template: "/projects/{project}/repository/files/{path}/raw".into(),
            state: State::Complete,
            address: None,
            via_proxy: false,
            status: Some(200),
            bytes: 512,
            masked: 0,
            clock: None,
            timings: Timings::default(),
        };
        let error = CommandError::Content {
            tried: "read `bytes` of `web/shop`".into(),
            source: ContentError::new(reason, detail, 512),
            request: Box::new(request),
        };
        (format!("content: {reason}"), error)
    };
    reasons.into_iter().map(example).collect()
}
