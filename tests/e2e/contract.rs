//! The contract's files themselves.

use std::collections::BTreeSet;
use std::path::Path;

use code_source::egress::functions;
use sha2::{Digest as _, Sha256};
use wit_parser::{Docs, Resolve, TypeDefKind};

#[test]
fn every_item_of_the_contract_is_documented() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).expect("the contract parses");
    let mut bare = Vec::new();
    let mut look = |name: String, docs: &Docs| {
        if docs
            .contents
            .as_deref()
            .is_none_or(|text| text.trim().is_empty())
        {
            bare.push(name);
        }
    };
    let package = &resolve.packages[package];
    look("the package".to_owned(), &package.docs);
    for (name, world) in &package.worlds {
        look(name.clone(), &resolve.worlds[*world].docs);
    }
    for (interface_name, interface) in &package.interfaces {
        let interface = &resolve.interfaces[*interface];
        look(interface_name.clone(), &interface.docs);
        for (name, function) in &interface.functions {
            look(format!("{interface_name}.{name}"), &function.docs);
        }
        for (name, id) in &interface.types {
            let definition = &resolve.types[*id];
            // What `use` brings in is documented where it comes from.
            if matches!(definition.kind, TypeDefKind::Type(wit_parser::Type::Id(_))) {
                continue;
            }
            let name = format!("{interface_name}.{name}");
            look(name.clone(), &definition.docs);
            for (part, docs) in parts(&definition.kind) {
                look(format!("{name}.{part}"), docs);
            }
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

fn parts(kind: &TypeDefKind) -> Vec<(&str, &Docs)> {
    match kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|one| (one.name.as_str(), &one.docs))
            .collect(),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .map(|one| (one.name.as_str(), &one.docs))
            .collect(),
        TypeDefKind::Enum(list) => list
            .cases
            .iter()
            .map(|one| (one.name.as_str(), &one.docs))
            .collect(),
        TypeDefKind::Flags(flags) => flags
            .flags
            .iter()
            .map(|one| (one.name.as_str(), &one.docs))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_host_says_of_every_function_of_the_contract_what_it_may_use() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).expect("the contract parses");
    let mut offered = BTreeSet::new();
    for (name, interface) in &resolve.packages[package].interfaces {
        // The one that a plugin calls, and does not offer.
        if name == "settings" {
            continue;
        }
        let functions = resolve.interfaces[*interface].functions.keys();
        offered.extend(functions.map(|function| format!("{name}.{function}")));
    }
    let known: BTreeSet<_> = functions().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(known, offered);
}

/// An interface that was released is frozen, as `host/docs/compatibility.md` promises. Before the
/// first release the digest is renewed with each change of the contract; after it, a change belongs
/// into a new interface or a new version of the package, which has a digest of its own.
#[test]
fn the_contract_is_the_one_that_was_agreed_on() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let files = std::fs::read_dir(wit).expect("the contract's folder");
    let mut files: Vec<_> = files.map(|file| file.expect("an entry").path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    let mut hash = Sha256::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a text file");
        // What is said about it may always be said better.
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with("//")) {
            hash.update(line);
            hash.update("\n");
        }
    }
    let digest: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(digest, AGREED, "see the comment above this test");
}

/// SHA-256 of the contract's lines, without its comments.
const AGREED: &str = "c8afc9cac4a908d516a0cb88af30a409dc4bf762f74fc80bc86e9b22541a6841";

#[test]
fn the_contract_names_no_forge() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    for file in std::fs::read_dir(wit).expect("the contract's folder") {
        let path = file.expect("an entry").path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).expect("a text file");
            assert!(
                !text.to_lowercase().contains("gitlab"),
                "{}",
                path.display()
            );
        }
    }
}
