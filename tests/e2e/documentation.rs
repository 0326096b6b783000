//! What the documents say, held against what is so.

use std::collections::BTreeSet;
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
        "host/src/content.rs",
        "host/src/delivery/mod.rs",
        "host/src/delivery/refusal.rs",
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

/// The names of all tests in a folder of sources, below `prefix`, with the paths of their modules.
fn tests_in(folder: &Path, prefix: &str, all: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = match &*stem {
            "lib" | "main" | "mod" => prefix.to_owned(),
            name => format!("{prefix}{name}::"),
        };
        if path.is_dir() {
            tests_in(&path, &module, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            all.extend(test_names(&text).map(|name| format!("{module}{name}")));
        }
    }
}

/// The names of the tests in a source, with the module's that they stand in within it.
fn test_names(text: &str) -> impl Iterator<Item = String> {
    let within = text.find("\nmod tests {").unwrap_or(text.len());
    let tests = text.match_indices("#[test]\n");
    let tests = tests.chain(text.match_indices("#[tokio::test"));
    tests.filter_map(move |(at, _)| {
        let (_, rest) = text[at..].split_once("fn ")?;
        let name = rest.split('(').next()?;
        let module = if at > within { "tests::" } else { "" };
        Some(format!("{module}{name}"))
    })
}

#[test]
fn the_page_about_attacks_names_every_test_of_them_and_no_other() {
    let page = read("host/egress/ATTACKS.md");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = BTreeSet::new();
    tests_in(&root.join("tests/e2e"), "", &mut all);
    tests_in(&root.join("host/src"), "code_source::", &mut all);
    tests_in(
        &root.join("host/egress/src"),
        "code_source_egress::",
        &mut all,
    );
    let quoted = page.split('`').skip(1).step_by(2);
    let named: BTreeSet<_> = quoted.filter(|text| text.contains("::")).collect();
    let unknown: Vec<_> = named.iter().filter(|name| !all.contains(**name)).collect();
    assert_eq!(unknown, Vec::<&&str>::new(), "named and not there");
    let attacks = all.iter().filter(|name| name.starts_with("attacks::"));
    let missing: Vec<_> = attacks.filter(|name| !named.contains(&***name)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "there and not named");
}

#[test]
fn the_page_about_failures_has_tests_for_each_and_names_every_test_of_them() {
    let page = read("tests/FAILURES.md");
    let mut all = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e");
    tests_in(&folder, "", &mut all);
    // The first two lines of the table are its head.
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut named = BTreeSet::new();
    for (row, number) in rows.clone().zip(1..) {
        assert!(row.starts_with(&format!("| {number} |")), "{row}");
        let (_, tests) = row.rsplit_once(" | ").unwrap();
        let tests = tests.split('`').skip(1).step_by(2);
        named.extend(tests.clone());
        let unknown: Vec<_> = tests.filter(|name| !all.contains(*name)).collect();
        assert_eq!(unknown, Vec::<&str>::new(), "named and not there: {row}");
        assert!(row.contains("::"), "{row}");
    }
    assert_eq!(rows.count(), 50);
    let own = all.iter().filter(|name| name.starts_with("forty::"));
    let missing: Vec<_> = own.filter(|name| !named.contains(&***name)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "there and not named");
}

/// The modules that a suite consists of.
fn modules(file: &str) -> BTreeSet<String> {
    let text = read(file);
    let names = text.lines().filter_map(|line| line.strip_prefix("mod "));
    names
        .map(|name| name.trim_end_matches(';').to_owned())
        .collect()
}

/// The sources of a module and of all below it.
fn sources(module: &Path) -> String {
    let mut text = std::fs::read_to_string(module.with_extension("rs")).unwrap_or_default();
    for entry in std::fs::read_dir(module).into_iter().flatten() {
        text += &sources(&entry.unwrap().path().with_extension(""));
    }
    text
}

#[test]
fn everything_that_meets_the_stand_in_is_in_both_suites() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e");
    let meets = |module: &String| {
        let text = sources(&folder.join(module));
        ["Rig::", "Shop::", "Stock::"]
            .iter()
            .any(|way| text.contains(way))
    };
    let oldest = modules("tests/e2e/main.rs");
    // This file has the words in it that it looks for.
    let once = BTreeSet::from(["documentation".to_owned()]);
    let expected: BTreeSet<_> = oldest
        .difference(&once)
        .filter(|module| meets(module))
        .cloned()
        .collect();
    assert_eq!(modules("tests/e2e/newest.rs"), expected);
}
