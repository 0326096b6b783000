//! Redirects: a ticket is for exactly what the forge said, at a listed origin, once.
#![no_main]

use std::time::Duration;

use code_source_egress::{Origin, RequestHead, Tickets};
use code_source_fuzz::{call, get};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|location: &str| {
    let listed = Origin::parse("https", "objects.example:9000").expect("an origin");
    let mut tickets = Tickets::new(vec![listed.clone()]);
    let call = call();
    let permit = call.decide(&get()).expect("the request is allowed");
    tickets.issue(Duration::ZERO, &permit, 302, location);
    let Ok(uri) = location.parse::<http::Uri>() else {
        return;
    };
    let head = RequestHead {
        method: "GET",
        scheme: uri.scheme_str().unwrap_or_default(),
        authority: uri.authority().map_or("", http::uri::Authority::as_str),
        path: uri.path(),
        query: uri.query(),
    };
    if let Some(Ok(ticket)) = tickets.redeem(Duration::from_secs(1), &head) {
        assert_eq!(ticket.origin, listed);
        assert!(location.starts_with("https://") || location[..8].eq_ignore_ascii_case("https://"));
        assert!(!head.authority.contains('@'));
        let again = tickets.redeem(Duration::from_secs(2), &head);
        assert!(matches!(again, Some(Err(_))), "a ticket counts once");
    }
});
