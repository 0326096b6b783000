//! Tests of what a pattern means, by its text and by property.

use proptest::{collection, prelude::*, sample};

use super::*;
use crate::rule::{self, Access, Answer, Rule};

fn pattern(text: &str) -> EndpointPattern {
    text.parse().unwrap()
}

#[test]
fn a_pattern_reads_as_it_is_written() {
    for text in [
        "GET /version",
        "* /a/{b}/*",
        "DELETE /a/**",
        "* /**",
        "HEAD /a/b.tar.gz",
    ] {
        assert_eq!(pattern(text).to_string(), text);
    }
}

#[test]
fn patterns_that_mean_something_else_than_they_say_are_refused() {
    use PatternError::*;
    for (text, error) in [
        ("", Form),
        ("GET", Form),
        ("/a", Form),
        ("GET a", Form),
        ("GET  /a", Form),
        ("get /a", Method),
        ("** /a", Method),
        ("GET,POST /a", Method),
        ("TRACE /a", Method),
        ("GET /a/**/b", Wildcard),
        ("GET /a**", Wildcard),
        ("GET /a/b*", Wildcard),
        ("GET /a/***", Wildcard),
        ("GET /{a*}", Wildcard),
        ("GET /", Segment),
        ("GET /a/", Segment),
        ("GET /a//b", Segment),
        ("GET /a//**", Segment),
        ("GET /a/..", Segment),
        ("GET /a/{}", Segment),
        ("GET /a/{B}", Segment),
        ("GET /a/{b}.json", Segment),
        ("GET /a%2Fb", Segment),
        ("GET /a?b=c", Segment),
        ("GET /a b", Segment),
    ] {
        assert_eq!(text.parse::<EndpointPattern>(), Err(error), "{text}");
    }
}

#[test]
fn a_pattern_covers_whole_endpoints_and_never_a_part_of_one() {
    for (text, endpoint, covers) in [
        ("GET /a/{b}/c", "GET /a/{b}/c", true),
        ("GET /a/{other}/c", "GET /a/{b}/c", true),
        ("GET /a/*/c", "GET /a/{b}/c", true),
        ("GET /a/*/c", "GET /a/b/c", true),
        ("* /a/b", "POST /a/b", true),
        ("GET /a/**", "GET /a/{b}/c", true),
        ("* /**", "DELETE /a", true),
        ("GET /a/42/c", "GET /a/{b}/c", false),
        ("GET /a/{b}", "GET /a/b", false),
        ("GET /a/**", "GET /a", false),
        ("GET /a", "GET /a/b", false),
        ("GET /a/b", "GET /a", false),
        ("GET /a/*", "GET /a/b/c", false),
        ("GET /a", "HEAD /a", false),
        ("GET /A", "GET /a", false),
    ] {
        let endpoint: Endpoint = endpoint.parse().unwrap();
        assert_eq!(
            pattern(text).covers(&endpoint),
            covers,
            "{text}, {endpoint}"
        );
    }
}

fn rule(endpoint: &Endpoint) -> Rule {
    Rule {
        parts: endpoint.segments().map(rule::Part::new).collect(),
        endpoint: endpoint.clone(),
        access: Access::Read,
        answer: Answer::Json,
        query: crate::query::QueryKeys::default(),
        body: None,
        may_redirect: false,
        is_identity: false,
    }
}

/// Segments of a pattern, of a template, and of a path that the template matches.
fn segments() -> impl Strategy<Value = Vec<(&'static str, bool, &'static str)>> {
    let pattern = sample::select(vec!["a", "b", "{x}", "*"]);
    let segment = (pattern, any::<bool>(), sample::select(vec!["a", "b", "c"]));
    collection::vec(segment, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_request_of_a_covered_endpoint_is_one_that_the_pattern_means(
        method in r"GET|POST|\*",
        segments in segments(),
        open in any::<bool>(),
        rest in 0..3_usize,
    ) {
        let (mut pattern, mut template, mut path) = (format!("{method} "), "GET ".to_owned(), String::new());
        for (index, (part, is_placeholder, value)) in segments.iter().enumerate() {
            let name = "x".repeat(index + 1);
            let written = if *is_placeholder { format!("{{{name}}}") } else { (*value).to_owned() };
            pattern += &format!("/{part}");
            template += &format!("/{written}");
            path += &format!("/{value}");
        }
        pattern += if open { "/**" } else { "" };
        template += &"/rest".repeat(rest);
        path += &"/rest".repeat(rest);
        let pattern: EndpointPattern = pattern.parse().unwrap();
        let endpoint: Endpoint = template.parse().unwrap();
        prop_assert!(rule(&endpoint).matches(&path));
        if pattern.covers(&endpoint) {
            prop_assert!(pattern.matches(endpoint.method(), &path), "{} {}", pattern, endpoint);
        }
    }

    #[test]
    fn whatever_a_pattern_of_literals_and_wildcards_means_it_covers(
        pattern in r"(GET|HEAD|POST|\*) (/([ab]|\*)){1,3}(/\*\*)?",
        method in "GET|HEAD|POST",
        path in "(/[ab]){1,4}",
    ) {
        let pattern: EndpointPattern = pattern.parse().unwrap();
        let endpoint: Endpoint = format!("{method} {path}").parse().unwrap();
        prop_assert_eq!(pattern.covers(&endpoint), pattern.matches(endpoint.method(), &path));
    }
}
