//! The ways in which the answer to a write gets lost; apart because each function that writes meets
//! all of them.

use super::forge::Reply;
use crate::transport::BreakageKind;

/// What comes instead of GitLab's word, with a name for it.
pub(super) type Loss = (&'static str, fn() -> Reply);

/// What may come, whether GitLab did what was asked or not.
pub(super) const LOSSES: [Loss; 7] = [
    ("502", || Reply::status(502, "{}")),
    ("500", || {
        Reply::status(500, r#"{"message":"500 Internal Server Error"}"#)
    }),
    ("a storage that ran out of time", || {
        Reply::status(
            400,
            r#"{"message":"Failed to write it: 4:Deadline Exceeded"}"#,
        )
    }),
    ("silence", || Reply::Silence),
    ("a broken connection", || {
        Reply::Broken(BreakageKind::Interrupted)
    }),
    ("an unknown breakage", || Reply::Broken(BreakageKind::Other)),
    ("a page for people", || {
        Reply::content(200, "<html>").field("content-type", "text/html")
    }),
];

/// How many of the requests begin like that.
pub(super) fn count(requests: &[String], beginning: &str) -> usize {
    let begins = |line: &&String| line.starts_with(beginning);
    requests.iter().filter(begins).count()
}
