//! Answers one by one; apart because they are more than the rules.

use super::*;
use crate::report::{Stage, State, Timings};

fn request(status: Option<u16>, reason: Option<&'static str>) -> Request {
    let failed = |reason| State::Failed(RequestFailure::new(Stage::Exchange, reason, ""));
    Request {
        id: String::new(),
        method: "GET".to_owned(),
        origin: String::new(),
        template: "/version".to_owned(),
        state: reason.map_or(State::Complete, failed),
        address: None,
        via_proxy: false,
        status,
        bytes: 0,
        masked: 0,
        timings: Timings::default(),
        clock: None,
    }
}

fn cause(code: ErrorCode, status: Option<u16>, requests: Vec<Request>) -> String {
    let error = types::Error {
        code,
        message: String::new(),
        hint: None,
        status,
        request_id: None,
        retry_after: None,
        remedied_by: None,
    };
    let report = Report {
        requests,
        ..Report::default()
    };
    located(Failure::Answer(error), &report).1.code
}

#[test]
fn a_failure_that_was_overcome_is_not_the_cause() {
    let lost = || request(None, Some("connection-lost"));
    let limited = || request(Some(429), None);
    let tried_again = || vec![lost(), limited()];
    assert_eq!(
        cause(ErrorCode::RateLimited, Some(429), tried_again()),
        "rate-limited"
    );
    assert_eq!(
        cause(ErrorCode::Unavailable, None, tried_again()),
        "unavailable"
    );
    let twice = vec![lost(), lost()];
    assert_eq!(
        cause(ErrorCode::Unavailable, None, twice),
        "connection-lost"
    );
}

#[test]
fn a_hint_of_nobodys_names_the_party_that_can_do_something() {
    let problem = |code, remedied_by| {
        let error = types::Error {
            code,
            message: String::new(),
            hint: None,
            status: None,
            request_id: None,
            retry_after: None,
            remedied_by,
        };
        of_answer(error).1
    };
    let senseless = problem(ErrorCode::Malformed(String::new()), None);
    assert_eq!(senseless.remedied_by, Party::NetworkAdministrator);
    assert!(!senseless.hint.contains("administrator"), "{senseless:?}");
    let proxy = Some(types::Party::NetworkAdministrator);
    let down = problem(ErrorCode::Unavailable, proxy);
    assert!(!down.hint.contains("administrator"), "{down:?}");
    let down = problem(ErrorCode::Unavailable, None);
    assert_eq!(down.hint, "ask the forge's administrator");
}

#[test]
fn an_answer_that_broke_off_is_what_the_host_saw() {
    let stalled = vec![request(Some(200), Some("stalled"))];
    assert_eq!(cause(ErrorCode::Timeout, Some(200), stalled), "stalled");
    let elsewhere = vec![
        request(Some(502), None),
        request(None, Some("connection-lost")),
    ];
    assert_eq!(
        cause(ErrorCode::Unavailable, Some(502), elsewhere),
        "unavailable"
    );
}
