//! How much `git.read-files` reads, and for how long.

use super::{
    forge::{Reply, id},
    many_files::{MEBIBYTE, ask, error, first, forge, tree},
    stored::pointer,
};
use crate::bindings::{
    git::{Found, Storage},
    types::ErrorCode,
};

#[test]
fn a_file_over_the_limit_is_not_read() {
    let tree = tree(&[("a", "100644", &[7; 11]), ("b", "100644", &[7; 10])]);
    let answer = |line: &str| match line.contains("/files/a/") {
        true => Reply::Answer {
            status: 200,
            fields: vec![
                ("x-gitlab-size".to_owned(), "11".to_owned()),
                ("x-gitlab-blob-id".to_owned(), id('b')),
            ],
            // Reading it would be noticed: it is not as long as it says.
            body: vec![7; 2],
        },
        false => forge(&tree)(line),
    };
    let (results, seen) = ask(&["a", "b"], 10, false, answer);
    let results = results.expect("the commit is there");
    assert!(matches!(&results[1].outcome, Ok(Found::File(file)) if file.bytes.len() == 10));
    assert!(matches!(error(results), ErrorCode::TooLarge(10)));
    assert_eq!(
        seen.requests
            .iter()
            .filter(|line| line.contains("/files/a/"))
            .count(),
        1
    );
}

#[test]
fn what_would_be_too_much_together_is_left_out_in_the_order_of_paths() {
    let large = vec![7; MEBIBYTE];
    let names: Vec<String> = (0..17).map(|number| format!("{number:02}")).collect();
    let answer = |line: &str| {
        let content = match line.contains("/files/small/") {
            true => vec![7; 5],
            false => large.clone(),
        };
        let size = content.len().to_string();
        Reply::content(200, content)
            .field("x-gitlab-size", size)
            .field("x-gitlab-blob-id", id('b'))
    };
    let mut paths: Vec<&str> = names.iter().map(String::as_str).collect();
    paths.insert(0, "small");
    let (results, _) = ask(&paths, MEBIBYTE as u64, false, answer);
    let refused: Vec<_> = results
        .expect("the commit is there")
        .into_iter()
        .enumerate()
        .filter(|(_, result)| match &result.outcome {
            Err(error) => matches!(error.code, ErrorCode::TooLarge(16_777_216)),
            // Five bytes that nothing ends on a line may be a link; nobody asks for the tree here.
            Ok(_) => false,
        })
        .map(|(index, _)| index)
        .collect();
    assert_eq!(refused, [16, 17]);
}

#[test]
fn arguments_that_cannot_be_right_send_nothing() {
    let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let asks: [(&[&str], u64); 7] = [
        (&[], 1),
        (&many, 1),
        (&["a", "b", "a"], 1),
        (&["a"], 1_048_577),
        (&[""], 1),
        (&["a/../b"], 1),
        (&["/a"], 1),
    ];
    for (paths, each) in asks {
        let (results, seen) = ask(paths, each, false, |_| Reply::missing("File"));
        let code = results.expect_err("it cannot be right").code;
        assert!(matches!(code, ErrorCode::InvalidArgument(_)), "{paths:?}");
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn a_pointer_is_told_and_the_stored_file_is_read_where_it_is_wanted() {
    let pointer = pointer();
    let tree = tree(&[("a", "100644", &pointer)]);
    let answer = |line: &str| match line.contains("lfs=true") {
        true => Reply::content(302, "").field("location", "https://bucket.example/x"),
        false if line.contains("bucket.example") => Reply::content(200, vec![7; 9_000]),
        false => forge(&tree)(line),
    };
    let found = |resolve_lfs, each| {
        let (results, _) = ask(&["a"], each, resolve_lfs, answer);
        first(results.expect("the commit is there"))
    };
    for (resolve_lfs, length) in [(false, pointer.len()), (true, 9_000)] {
        let Ok(Found::File(file)) = found(resolve_lfs, 10_000) else {
            panic!("it is a file");
        };
        assert!(matches!(&file.info.storage, Storage::Lfs(pointer) if pointer.size == 9_000));
        assert_eq!(
            (file.bytes.len(), file.info.size),
            (length, pointer.len() as u64)
        );
    }
    let code = found(true, 8_999)
        .expect_err("the stored file is larger")
        .code;
    assert!(matches!(code, ErrorCode::TooLarge(8_999)));
    let code = found(false, 100).expect_err("the pointer is larger").code;
    assert!(matches!(code, ErrorCode::TooLarge(100)));
}

#[test]
fn paths_for_which_no_time_is_left_are_told_so() {
    let paths: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (results, seen) = ask(&paths, 10, false, |_| Reply::Silence);
    let results = results.expect("each path has its answer");
    assert_eq!(results.len(), 20);
    for result in results {
        let code = result.outcome.expect_err("there was no time").code;
        assert!(matches!(code, ErrorCode::Timeout));
    }
    assert!(seen.requests.len() <= 4);
}
