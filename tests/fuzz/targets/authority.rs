//! Scheme and authority: what is accepted has one form, and every other parser reads it alike.
#![no_main]

use code_source_egress::{Host, Origin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some((scheme, authority)) = text.split_once("://") else {
        return;
    };
    let Ok(origin) = Origin::parse(scheme, authority) else {
        return;
    };
    let canonical = origin.authority();
    assert_eq!(Origin::parse(origin.scheme().as_str(), canonical), Ok(origin.clone()));
    assert!(canonical.is_ascii() && !canonical.contains(['@', '%', '/', '\\', ' ', '?', '#']));
    assert_eq!(canonical, canonical.to_ascii_lowercase());
    // The client dials what this parser says.
    let uri: http::Uri = origin.to_string().parse().expect("an origin is a URI");
    assert_eq!(uri.authority().map(http::uri::Authority::as_str), Some(canonical));
    assert_eq!(uri.port_u16().unwrap_or(origin.scheme().default_port()), origin.port());
    let host = uri.host().expect("an origin has a host");
    match origin.host() {
        Host::Name(name) => assert_eq!(host, &**name),
        Host::Address(address) => {
            let literal = host.trim_start_matches('[').trim_end_matches(']');
            assert_eq!(literal.parse(), Ok(*address));
        }
    }
});
