//! The page of causes: made of the very table that the tests go through, so that it cannot claim what
//! no test has seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use code_source_tests::hold_generated;

use super::cause::Cause;

const FILE: &str = "tests/CAUSES.md";

/// The page as it should be.
fn page() -> String {
    let mut by_trouble = BTreeMap::<_, Vec<&Cause>>::new();
    for cause in super::all() {
        by_trouble.entry(cause.trouble).or_default().push(cause);
    }
    let count: usize = by_trouble.values().map(Vec::len).sum();
    let mut page = format!(
        "# Causes\n\n\
         What people report of a connection is one of four troubles. Each of the {count} causes below is \
         produced by a test, and `code-source doctor` has to name it in the first line of its verdict, by \
         its code in JSON, with what to do and who can; the stations of a request's way that it could not \
         look at are held exactly as well. `…` stands for what is different each time. Written by a test \
         from its own table; the test says how to renew it.\n"
    );
    for (trouble, causes) in by_trouble {
        let _ = writeln!(page, "\n## {}\n", trouble.title());
        page.push_str("| Cause | The first line | Code, at | Who can mend it | Produced by |\n");
        page.push_str("| --- | --- | --- | --- | --- |\n");
        for cause in causes {
            let expected = &cause.expected;
            let _ = writeln!(
                page,
                "| {} | {} | `{}`, `{}` | {} | {} |",
                cause.name,
                cell(expected.says),
                expected.code,
                expected.station,
                expected.who.words(),
                cell(cause.produced_by)
            );
        }
    }
    page
}

/// A text that does not end a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_page_of_causes_is_the_table_of_the_tests() {
    hold_generated(FILE, &page(), "page_of_causes");
}

#[test]
fn every_cause_is_named_once_and_there_are_many() {
    let mut names: Vec<_> = super::all().map(|cause| cause.name).collect();
    assert!(names.len() >= 60, "{}", names.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), super::all().count());
}
