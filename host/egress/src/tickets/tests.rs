//! Tests of where answers may lead.

use std::sync::LazyLock;

use proptest::{prelude::*, sample};

use super::*;
use crate::{Call, Operator, RepositoryArgument, acme};

const OBJECT: &str = "https://objects.example/bucket/a%2Fb?X-Amz-Signature=abc&part=1";
const OTHER: &str = "https://objects.example/bucket/c";

static CALL: LazyLock<Call> = LazyLock::new(|| {
    let policy = acme::policy_of(Operator {
        redirect_origins: origins(),
        ..acme::operator(&["read"])
    });
    let named = Some(RepositoryArgument::Id("42"));
    policy.call("git.read-file", named).unwrap()
});

fn origins() -> Vec<Origin> {
    let origins = ["objects.example", "cache.example:8443"];
    let origins = origins.map(|authority| Origin::parse("https", authority));
    origins.into_iter().map(Result::unwrap).collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn asked<'a>(method: &'a str, url: &'a str) -> RequestHead<'a> {
    crate::url::split(method, url).unwrap()
}

/// Tickets of a call one of whose requests was answered with this at the tenth second.
fn answered(path: &str, status: u16, location: &str) -> Tickets {
    let path = format!("/acme/api/v9/things/42{path}");
    let request = RequestHead {
        method: "GET",
        scheme: "https",
        authority: "forge.example",
        path: &path,
        query: None,
    };
    let permit = CALL.decide(&request).unwrap();
    let mut tickets = Tickets::new(origins());
    tickets.issue(seconds(10), &permit, status, location);
    tickets
}

fn led(location: &str) -> Tickets {
    answered("/files/a", 302, location)
}

#[track_caller]
fn assert_denied(redeemed: Option<Result<Ticket, Denial>>, reason: Reason) -> Denial {
    let denial = redeemed.unwrap().unwrap_err();
    assert_eq!((denial.layer(), denial.reason()), (Layer::Redirect, reason));
    denial
}

#[test]
fn an_answer_may_lead_to_a_listed_origin_once() {
    for status in REDIRECTS {
        let mut tickets = answered("/files/a", status, OBJECT);
        let ticket = tickets.redeem(seconds(11), &asked("GET", OBJECT));
        let ticket = ticket.unwrap().unwrap();
        assert_eq!(ticket.origin.to_string(), "https://objects.example");
        assert_eq!(ticket.template, "/things/{thing}/files/{path}");
        assert_eq!(ticket.repository.as_deref(), Some("42"));
        assert_eq!(ticket.answer, Answer::Content);
        let again = tickets.redeem(seconds(11), &asked("GET", OBJECT));
        assert_denied(again, Reason::TicketUsed);
    }
}

#[test]
fn a_second_answer_gives_a_second_ticket() {
    let mut tickets = led(OBJECT);
    let request = asked("GET", "https://forge.example/acme/api/v9/things/42/files/a");
    let permit = CALL.decide(&request).unwrap();
    tickets.issue(seconds(20), &permit, 302, OBJECT);
    for _ in 0..2 {
        let redeemed = tickets.redeem(seconds(21), &asked("GET", OBJECT));
        assert!(redeemed.unwrap().is_ok());
    }
    assert_denied(
        tickets.redeem(seconds(21), &asked("GET", OBJECT)),
        Reason::TicketUsed,
    );
}

#[test]
fn a_ticket_is_for_exactly_the_url_that_was_seen() {
    for url in [
        "https://objects.example/bucket/a%2Fb",
        "https://objects.example/bucket/a%2Fb?X-Amz-Signature=abc",
        "https://objects.example/bucket/a%2Fb?X-Amz-Signature=abc&part=2",
        "https://objects.example/bucket/a/b?X-Amz-Signature=abc&part=1",
        "https://objects.example/bucket/a%2fb?X-Amz-Signature=abc&part=1",
        "https://objects.example:8443/bucket/a%2Fb?X-Amz-Signature=abc&part=1",
        "https://cache.example:8443/bucket/a%2Fb?X-Amz-Signature=abc&part=1",
        "http://objects.example/bucket/a%2Fb?X-Amz-Signature=abc&part=1",
        "https://u@objects.example/bucket/a%2Fb?X-Amz-Signature=abc&part=1",
    ] {
        let redeemed = led(OBJECT).redeem(seconds(11), &asked("GET", url));
        assert_eq!(redeemed, None, "{url}");
    }
    for url in [
        "https://OBJECTS.example:443/bucket/a%2Fb?X-Amz-Signature=abc&part=1",
        "HTTPS://objects.example/bucket/a%2Fb?X-Amz-Signature=abc&part=1",
    ] {
        let redeemed = led(OBJECT).redeem(seconds(11), &asked("GET", url));
        assert!(redeemed.unwrap().is_ok(), "{url}");
    }
    let of_another_call = Tickets::new(origins()).redeem(seconds(0), &asked("GET", OBJECT));
    assert_eq!(of_another_call, None);
}

#[test]
fn a_fragment_is_no_part_of_what_was_seen_and_no_path_is_the_root() {
    let mut tickets = led("https://objects.example?x=1#part");
    let redeemed = tickets.redeem(seconds(11), &asked("GET", "https://objects.example/?x=1"));
    assert!(redeemed.unwrap().is_ok());
}

#[test]
fn a_ticket_lasts_sixty_seconds() {
    let redeemed = led(OBJECT).redeem(seconds(70), &asked("GET", OBJECT));
    assert!(redeemed.unwrap().is_ok());
    let late = seconds(70) + Duration::from_nanos(1);
    let redeemed = led(OBJECT).redeem(late, &asked("GET", OBJECT));
    assert_denied(redeemed, Reason::TicketExpired);
}

#[test]
fn a_ticket_is_for_a_get_and_another_method_does_not_spend_it() {
    for method in ["HEAD", "POST", "DELETE", "get", "CONNECT"] {
        let mut tickets = led(OBJECT);
        let redeemed = tickets.redeem(seconds(11), &asked(method, OBJECT));
        assert_denied(redeemed, Reason::TicketMethod);
        let redeemed = tickets.redeem(seconds(11), &asked("GET", OBJECT));
        assert!(redeemed.unwrap().is_ok());
    }
}

#[test]
fn an_answer_of_another_rule_leads_nowhere() {
    let mut tickets = answered("", 302, OBJECT);
    let redeemed = tickets.redeem(seconds(11), &asked("GET", OBJECT));
    assert_denied(redeemed, Reason::RedirectNotAllowed);
}

#[test]
fn an_origin_that_is_not_listed_is_refused_with_the_line_that_lists_it() {
    for url in [
        "https://other.example/a?token=abc",
        "https://objects.example:444/a?token=abc",
        "https://sub.objects.example/a?token=abc",
        "https://169.254.169.254/a?token=abc",
    ] {
        let redeemed = led(url).redeem(seconds(11), &asked("GET", url));
        let denial = assert_denied(redeemed, Reason::RedirectOriginNotListed);
        assert!(!denial.detail().contains("abc"), "{denial}");
        let table: toml::Table = toml::from_str(denial.remedy().unwrap()).unwrap();
        let listed = table["redirect-origins"].as_array().unwrap();
        assert_eq!(listed.len(), 3);
        assert!(url.starts_with(listed[2].as_str().unwrap()), "{denial:?}");
    }
}

#[test]
fn plain_http_is_refused_wherever_it_leads() {
    for url in ["http://objects.example/a", "http://forge.example/acme/x"] {
        let redeemed = led(url).redeem(seconds(11), &asked("GET", url));
        assert_denied(redeemed, Reason::RedirectPlainHttp);
    }
}

#[test]
fn a_url_with_two_meanings_is_refused() {
    for url in [
        "https://u:p@objects.example/a",
        "https://objects.example@other.example/a",
        "https://objects.example:/a",
        "https://127.1/a",
        "https://objects%2Eexample/a",
        "ftp://objects.example/a",
        "https://objects.example/a b",
        "https://objects.example/a\\b",
        "https://objects.example/é",
        "https://objects.example/a?b=\"c\"",
        "https://objects.example/a\tb",
        "https:///a",
    ] {
        let redeemed = led(url).redeem(seconds(11), &asked("GET", url));
        assert_denied(redeemed, Reason::RedirectMalformed);
    }
    let long = format!("https://objects.example/{}", "a".repeat(9000));
    let redeemed = led(&long).redeem(seconds(11), &asked("GET", &long));
    assert_denied(redeemed, Reason::RedirectMalformed);
}

#[test]
fn what_leads_nowhere_else_is_no_ticket() {
    for (status, location) in [
        (302, "https://forge.example/acme/api/v9/things/43"),
        (302, "https://FORGE.example:443/acme"),
        (302, "/acme/api/v9/things/43"),
        (302, "//objects.example/a"),
        (302, "?page=2"),
        (302, "../x://y"),
        (302, ""),
        (200, OBJECT),
        (201, OBJECT),
        (304, OBJECT),
        (404, OBJECT),
    ] {
        let tickets = answered("/files/a", status, location);
        assert!(tickets.seen.is_empty(), "{status} {location}");
    }
}

#[test]
fn what_is_kept_of_answers_is_bounded_and_the_newest_stays() {
    let request = asked("GET", "https://forge.example/acme/api/v9/things/42/files/a");
    let permit = CALL.decide(&request).unwrap();
    let mut tickets = led(OBJECT);
    for index in 0..1000 {
        tickets.issue(seconds(10), &permit, 302, &format!("{OTHER}{index}"));
    }
    assert_eq!(tickets.seen.len(), MAX_SEEN);
    assert_eq!(tickets.redeem(seconds(11), &asked("GET", OBJECT)), None);
    let newest = format!("{OTHER}999");
    assert!(
        tickets
            .redeem(seconds(11), &asked("GET", &newest))
            .unwrap()
            .is_ok()
    );
}

#[test]
fn what_was_seen_is_not_printed() {
    let text = format!("{:?}", led(OBJECT));
    assert!(
        !text.contains("abc") && text.contains("objects.example"),
        "{text}"
    );
}

/// Locations that are good, nearly good, and anything.
fn location() -> impl Strategy<Value = String> {
    let scheme = sample::select(vec!["https://", "HTTPS://", "http://", "https:", "//", ""]);
    let authority = sample::select(vec![
        "objects.example",
        "OBJECTS.example:443",
        "objects.example:8443",
        "cache.example:8443",
        "forge.example",
        "u:p@objects.example",
        "objects.example@other.example",
        "objects.example\\.other.example",
        "objects.example.other.example",
        "127.1",
        "",
    ]);
    let rest = "(/|[a-c?#&=%@:\\\\ ]|%2F|\\.\\.|é){0,6}";
    prop_oneof![
        4 => (scheme, authority, rest).prop_map(|(scheme, authority, rest)| {
            format!("{scheme}{authority}/{rest}")
        }),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_ticket_leads_to_a_listed_origin_and_to_what_was_seen(
        seen in location(),
        url in location(),
        method in "GET|POST|HEAD",
        age in 0..120_u64,
    ) {
        let mut tickets = led(&seen);
        for url in [&url, &seen] {
            let Some(request) = crate::url::split(&method, url) else {
                continue;
            };
            if let Some(Ok(ticket)) = tickets.redeem(seconds(10 + age), &request) {
                prop_assert!(origins().contains(&ticket.origin));
                let asked = Origin::parse(request.scheme, request.authority);
                prop_assert_eq!(asked.unwrap(), ticket.origin);
                let noted = crate::url::split("GET", &seen).unwrap();
                prop_assert_eq!((request.path, request.query), (noted.path, noted.query));
                prop_assert_eq!(&method, "GET");
                prop_assert!(age <= 60);
            }
        }
    }
}
