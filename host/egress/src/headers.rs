//! Which headers a plugin may send.
//!
//! It is apart because the list is the host's own and no profile can widen it: a header is where
//! another account, another method or a plugin's own credential would stand.

/// Checks the headers of a request; `has_body` tells whether its rule has a body.
pub(crate) fn check<'h>(
    has_body: bool,
    headers: impl Iterator<Item = (&'h str, &'h [u8])>,
) -> Result<(), HeaderError> {
    let mut seen = [false; ALLOWED.len()];
    let mut json = false;
    for (name, value) in headers {
        let index = ALLOWED
            .iter()
            .position(|allowed| name.eq_ignore_ascii_case(allowed));
        let index =
            index.ok_or_else(|| HeaderError::Name(name.chars().take(MAX_QUOTED).collect()))?;
        let name = ALLOWED[index];
        if std::mem::replace(&mut seen[index], true) {
            return Err(HeaderError::Repeated(name));
        }
        if !is_value(name, value, has_body) {
            return Err(HeaderError::Value(name));
        }
        json |= name == "content-type";
    }
    if has_body && !json {
        return Err(HeaderError::ContentType);
    }
    Ok(())
}

/// Why the headers are refused.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("a request with a body needs `content-type: application/json`")]
    ContentType,
    #[error("the header {0:?} is not among those that a plugin may send")]
    Name(String),
    #[error("the header `{0}` stands there twice")]
    Repeated(&'static str),
    #[error("the header `{0}` has a value that is not allowed here")]
    Value(&'static str),
}

fn is_value(name: &str, value: &[u8], has_body: bool) -> bool {
    let visible = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
    if value.len() > MAX_VALUE || !value.iter().all(visible) {
        return false;
    }
    match name {
        "content-length" => !value.is_empty() && value.iter().all(u8::is_ascii_digit),
        "content-type" => !has_body || is_json(value),
        "range" => is_single_range(value),
        _ => true,
    }
}

fn is_json(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let (kind, rest) = value.split_at(value.len().min(JSON.len()));
    let rest = rest.trim_ascii_start();
    let parameter = rest.strip_prefix(b";").map(<[u8]>::trim_ascii);
    kind.eq_ignore_ascii_case(JSON.as_bytes())
        && (rest.is_empty()
            || parameter.is_some_and(|one| one.eq_ignore_ascii_case(b"charset=utf-8")))
}

/// Several ranges would be answered in a form that no plugin asks for.
fn is_single_range(value: &[u8]) -> bool {
    let Some(range) = value.strip_prefix(b"bytes=") else {
        return false;
    };
    let Some(dash) = range.iter().position(|byte| *byte == b'-') else {
        return false;
    };
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    range.len() > 1 && digits(&range[..dash]) && digits(&range[dash + 1..])
}

const ALLOWED: [&str; 6] = [
    "accept",
    "content-length",
    "content-type",
    "if-none-match",
    "range",
    "user-agent",
];
const JSON: &str = "application/json";
/// Names come from the plugin, and are quoted to people.
const MAX_QUOTED: usize = 64;
const MAX_VALUE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(has_body: bool, headers: &[(&str, &str)]) -> Result<(), HeaderError> {
        super::check(
            has_body,
            headers
                .iter()
                .map(|(name, value)| (*name, value.as_bytes())),
        )
    }

    #[test]
    fn what_a_client_needs_passes() {
        let headers = [
            ("Accept", "application/json"),
            ("user-agent", "plugin/1.0"),
            ("if-none-match", "\"abc\""),
            ("range", "bytes=0-99"),
        ];
        assert_eq!(check(false, &headers), Ok(()));
        assert_eq!(check(false, &[("range", "bytes=5-")]), Ok(()));
        for kind in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=utf-8",
        ] {
            assert_eq!(
                check(true, &[("content-type", kind), ("content-length", "2")]),
                Ok(()),
                "{kind}"
            );
        }
    }

    #[test]
    fn headers_that_change_who_asks_or_what_are_refused() {
        for name in [
            "authorization",
            "private-token",
            "PRIVATE-TOKEN",
            "job-token",
            "cookie",
            "sudo",
            "x-http-method-override",
            "host",
            "forwarded",
            "x-forwarded-for",
            "referer",
            "transfer-encoding",
            "connection",
            "upgrade",
            "te",
            "expect",
            "accept-encoding",
            "proxy-authorization",
            "accept ",
            "",
        ] {
            assert_eq!(
                check(false, &[(name, "x")]),
                Err(HeaderError::Name(name.into())),
                "{name}"
            );
        }
    }

    #[test]
    fn values_that_smuggle_are_refused() {
        for (name, value) in [
            ("accept", "a\r\nsudo: root"),
            ("accept", "a\0"),
            ("accept", "\u{e9}"),
            ("content-length", ""),
            ("content-length", "+1"),
            ("content-length", "1, 1"),
            ("range", "bytes=0-1,5-6"),
            ("range", "lines=0-1"),
            ("range", "bytes=-"),
            ("range", "bytes=0"),
        ] {
            assert!(
                matches!(check(false, &[(name, value)]), Err(HeaderError::Value(_))),
                "{value:?}"
            );
        }
        assert_eq!(check(false, &[("accept", &"x".repeat(MAX_VALUE))]), Ok(()));
        let long = "x".repeat(MAX_VALUE + 1);
        assert_eq!(
            check(false, &[("accept", &long)]),
            Err(HeaderError::Value("accept"))
        );
        let twice = [("content-length", "1"), ("Content-Length", "1")];
        assert_eq!(
            check(false, &twice),
            Err(HeaderError::Repeated("content-length"))
        );
    }

    #[test]
    fn a_body_is_json_and_says_so() {
        assert_eq!(check(true, &[]), Err(HeaderError::ContentType));
        for kind in [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/json",
            "application/json5",
            "application/json; charset=utf-16",
            "application/json, text/plain",
            "",
        ] {
            assert_eq!(
                check(true, &[("content-type", kind)]),
                Err(HeaderError::Value("content-type")),
                "{kind}"
            );
        }
    }
}
