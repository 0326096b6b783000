//! What the documents say, held against what is so.

use std::path::Path;

/// A file of the repository.
fn read(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(file)).unwrap()
}

/// The texts that a function `label` answers, and those that a field `reason` is given.
fn labels(file: &str) -> Vec<String> {
    let text = read(file);
    let marks = ["=> \"", "reason: \""];
    let quoted = |line: &str| {
        let mark = marks.iter().find(|mark| line.contains(**mark))?;
        let (_, rest) = line.split_once(mark)?;
        Some(rest.split('"').next()?.to_owned())
    };
    text.lines().filter_map(quoted).collect()
}

#[test]
fn every_reason_is_in_the_page_about_the_audit() {
    let page = read("host/AUDIT.md");
    let mut all = Vec::new();
    for file in [
        "host/egress/src/denial.rs",
        "host/src/transport/kind.rs",
        "host/src/answer/mod.rs",
        "host/src/answer/bounds.rs",
        "host/src/content.rs",
    ] {
        let found = labels(file);
        assert!(!found.is_empty(), "{file}");
        all.extend(found);
    }
    let missing: Vec<_> = all
        .iter()
        .filter(|label| !page.contains(&format!("`{label}`")))
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
}
