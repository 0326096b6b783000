//! `git.blame`.

use super::{
    forge::{Reply, Seen, id, run},
    mutate::{Spoilt, spoil},
};
use crate::{
    bindings::{
        git::{BlameRange, LineRange},
        types::{Error, ErrorCode, Subject},
    },
    git::blame,
    transport::{BreakageKind, Method, Request},
};

fn ask(
    lines: Option<(u32, u32)>,
    answer: impl Fn(&str, &Request) -> Reply,
) -> (Result<Vec<BlameRange>, Error>, Seen) {
    let lines = lines.map(|(first, last)| LineRange { first, last });
    run("git.blame", answer, async |call| {
        let ranges = blame(call, &"42".to_owned(), &id('a'), "src/a.rs", lines).await;
        ranges.map_err(|failure| failure.into_error())
    })
}

/// A forge with a file of that size, which blames so.
fn forge(size: usize, blamed: impl Fn() -> Reply) -> impl Fn(&str, &Request) -> Reply {
    move |line, request| match line {
        line if line.contains("/blame?") => blamed(),
        line if line.contains("/commits/") => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
        _ if request.method == Method::Head => Reply::content(200, "")
            .field("x-gitlab-size", size.to_string())
            .field("x-gitlab-blob-id", id('b')),
        line => panic!("{line}"),
    }
}

fn two_commits() -> Reply {
    let commit = |digit| {
        format!(
            r#"{{"id":"{}","message":"one\n\nmore","parent_ids":[],"author_name":"A",
            "author_email":"a@x","authored_date":"2015-03-03T18:37:05.000Z"}}"#,
            id(digit)
        )
    };
    Reply::json(format!(
        r#"[{{"commit":{},"lines":["x","y"]}},{{"commit":{},"lines":["z"]}}]"#,
        commit('c'),
        commit('d')
    ))
}

#[test]
fn every_line_has_its_commit_in_one_request() {
    let (ranges, seen) = ask(None, forge(6, two_commits));
    let ranges = ranges.expect("it is there");
    let plain: Vec<_> = ranges
        .iter()
        .map(|one| (one.lines.first, one.lines.last, one.commit.clone()))
        .collect();
    assert_eq!(plain, [(1, 2, id('c')), (3, 3, id('d'))]);
    let range = &ranges[0];
    assert_eq!((&*range.summary, &*range.author.name), ("one", "A"));
    assert_eq!(
        (&*range.author.email, range.author.at),
        ("a@x", 1_425_407_825)
    );
    let address = "GET /projects/42/repository/files/src%2Fa.rs/blame?ref=";
    assert_eq!(seen.requests, [format!("{address}{}", id('a'))]);
}

#[test]
fn lines_are_counted_from_the_first_that_was_asked_for() {
    let (ranges, seen) = ask(Some((5, 90)), forge(60, two_commits));
    let ranges = ranges.expect("it is there");
    assert_eq!((ranges[0].lines.first, ranges[1].lines.last), (5, 7));
    assert!(seen.requests[0].ends_with("&range%5Bstart%5D=5&range%5Bend%5D=90"));
}

#[test]
fn lines_behind_the_end_are_refused_however_gitlab_answers() {
    let replies: [fn() -> Reply; 4] = [
        || Reply::json("[]"),
        || Reply::json("null"),
        || Reply::status(400, r#"{"error":"range[start] is invalid"}"#),
        || Reply::missing("File"),
    ];
    for reply in replies {
        let one = || {
            Reply::json(format!(
                r#"[{{"commit":{{"id":"{}"}},"lines":["x"]}}]"#,
                id('c')
            ))
        };
        let answer = forge(60, reply);
        let (ranges, seen) = ask(Some((5, 6)), |line, request| {
            match line.ends_with("&range%5Bstart%5D=1&range%5Bend%5D=1") {
                true => one(),
                false => answer(line, request),
            }
        });
        let code = ranges.expect_err("they are not there").code;
        assert!(matches!(code, ErrorCode::InvalidArgument(why) if why.contains("behind")));
        let asked = seen.requests.iter().filter(|line| line.contains("/blame?"));
        assert_eq!(asked.count(), 2);
        let (ranges, _) = ask(Some((5, 6)), forge(60, reply));
        let code = ranges.expect_err("the first line is not there either").code;
        assert!(!matches!(code, ErrorCode::InvalidArgument(_)), "{code:?}");
    }
}

#[test]
fn a_file_without_lines_has_none() {
    for lines in [None, Some((1, 1))] {
        let (ranges, _) = ask(lines, forge(0, || Reply::json("[]")));
        assert!(ranges.expect("it is there").is_empty());
    }
    let (ranges, _) = ask(Some((2, 2)), forge(0, || Reply::json("[]")));
    assert!(ranges.is_err());
    let (ranges, _) = ask(None, forge(60, || Reply::json("[]")));
    let code = ranges.expect_err("it has content").code;
    assert!(matches!(code, ErrorCode::Malformed(_)));
}

#[test]
fn a_missing_path_is_told_from_a_missing_commit() {
    for lines in [None, Some((1, 2))] {
        let (ranges, _) = ask(lines, |line, _| match line.contains("/commits/") {
            true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
            false => Reply::missing("File"),
        });
        let code = ranges.expect_err("it is missing").code;
        assert!(matches!(code, ErrorCode::NotFound(Subject::Path)));
        let (ranges, _) = ask(lines, |line, _| match line {
            "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
            _ => Reply::missing("Commit"),
        });
        let code = ranges.expect_err("it is missing").code;
        assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
    }
}

#[test]
fn an_answer_that_is_too_large_is_told() {
    let large = || Reply::Broken(BreakageKind::TooLarge(Some(33_554_432)));
    let (ranges, _) = ask(None, forge(60, large));
    let code = ranges.expect_err("it is too large").code;
    assert!(matches!(code, ErrorCode::TooLarge(33_554_432)));
}

#[test]
fn an_answer_without_what_is_needed_is_malformed() {
    for body in [
        "{}",
        r#"[{"lines":["x"]}]"#,
        r#"[{"commit":null,"lines":["x"]}]"#,
        r#"[{"commit":{"id":null},"lines":["x"]}]"#,
        r#"[{"commit":{"id":"HEAD"},"lines":["x"]}]"#,
        r#"[{"commit":{"id":"A"},"lines":null}]"#,
        r#"[{"commit":{"id":"A"}}]"#,
    ] {
        let body = body.replace('A', &id('c'));
        let (ranges, _) = ask(None, forge(60, || Reply::json(body.clone())));
        let code = ranges.expect_err("it makes no sense").code;
        assert!(matches!(code, ErrorCode::Malformed(_)), "{body}");
    }
}

#[test]
fn lines_need_their_commit_and_its_name() {
    let one = r#"{"commit":{"id":"A","message":"one","author_name":"A","author_email":"a@x",
        "authored_date":"2015-03-03T18:37:05.000Z","parent_ids":[]},"lines":["x"]}"#;
    for (field, spoilt, json) in
        spoil(&one.replace("\"id\":\"A\"", &format!("\"id\":\"{}\"", id('c'))))
    {
        let (ranges, _) = ask(None, forge(1, || Reply::json(format!("[{json}]"))));
        let is_needed = matches!(&*field, "/commit" | "/commit/id" | "/lines");
        match ranges {
            Ok(ranges) => assert!(!is_needed && ranges[0].commit == id('c'), "{field} {json}"),
            Err(error) => {
                assert!(matches!(error.code, ErrorCode::Malformed(_)));
                assert!(is_needed || spoilt == Spoilt::OtherType, "{field} {json}");
            }
        }
    }
}

#[test]
fn lines_that_cannot_be_are_refused_before_anything_is_sent() {
    for lines in [(0, 1), (2, 1)] {
        let (ranges, seen) = ask(Some(lines), |line, _| panic!("{line}"));
        let code = ranges.expect_err("they cannot be").code;
        assert!(matches!(code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}
