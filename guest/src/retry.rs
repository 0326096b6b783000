//! Whether and when to ask again; apart because waiting wrongly is what overloads a forge.

use crate::{
    model::http_date,
    transport::{Breakage, BreakageKind, Head},
};

/// Whether the same read may succeed in a moment.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Whether the forge, or a proxy in front of it, may have run out of time for one request.
pub(crate) fn is_overwhelmed(status: u16) -> bool {
    matches!(status, 500 | 502 | 504)
}

/// How often a request may be sent in all, with that status as the latest answer. What can be asked
/// for in parts is not repeated as a whole for long: some GitLab lists time out at 100 items and
/// work at 50. A limit that does not say when it ends is one of so many requests a minute, and is
/// waited for that long.
pub(crate) fn tries(status: Option<u16>, is_divisible: bool) -> u32 {
    match status {
        Some(status) if is_divisible && is_overwhelmed(status) => 2,
        Some(429) => 8,
        _ => 5,
    }
}

/// Whether the same read may succeed over another connection.
pub(crate) fn is_passing_breakage(breakage: &Breakage) -> bool {
    matches!(breakage.kind, BreakageKind::Cut | BreakageKind::Interrupted)
}

/// Milliseconds that the forge asked to wait, where it did.
///
/// `Retry-After` has two forms. The limits of single endpoints come without it in old versions, and
/// the general one tells the end of its period as well.
pub(crate) fn asked(head: &Head, now: i64) -> Option<u64> {
    let now = head.field("date").and_then(http_date).unwrap_or(now);
    let seconds = match head.field("retry-after") {
        Some(value) => match value.parse::<u64>() {
            Ok(seconds) => seconds,
            Err(_) => until(http_date(value)?, now),
        },
        None if head.status == 429 => until(head.field("ratelimit-reset")?.parse().ok()?, now),
        None => return None,
    };
    Some(seconds.saturating_mul(1_000))
}

fn until(then: i64, now: i64) -> u64 {
    u64::try_from(then.saturating_sub(now)).unwrap_or(0)
}

/// Milliseconds to wait where nobody asked: twice as long each time, and never the same for two
/// callers. `sent` counts the requests sent so far, and `random` is anything.
pub(crate) fn backoff(status: Option<u16>, sent: u32, random: u64) -> u64 {
    let first = match status {
        Some(429) => 1_000,
        _ => 200,
    };
    let longest = first << sent.saturating_sub(1).min(6);
    longest / 2 + random % (longest / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let wait = |fields: &[(&str, &str)]| asked(&Head::of(429, fields), 784_111_770);
        assert_eq!(wait(&[("retry-after", "3")]), Some(3_000));
        assert_eq!(
            wait(&[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")]),
            Some(7_000)
        );
        assert_eq!(
            wait(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]),
            Some(0)
        );
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_date_is_held_against_the_forges_own_clock() {
        let fields = [
            ("date", "Sun, 06 Nov 1994 08:49:30 GMT"),
            ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ];
        assert_eq!(asked(&Head::of(503, &fields), 0), Some(7_000));
    }

    #[test]
    fn the_end_of_the_period_counts_only_for_a_rate_limit() {
        let fields = [("ratelimit-reset", "1060")];
        assert_eq!(asked(&Head::of(429, &fields), 1_000), Some(60_000));
        assert_eq!(asked(&Head::of(503, &fields), 1_000), None);
    }

    #[test]
    fn waiting_grows_and_stays_within_bounds() {
        for sent in 1..=5 {
            let longest = 200 << (sent - 1);
            for random in [0, 1, 77, u64::MAX] {
                let wait = backoff(Some(502), sent, random);
                assert!((longest / 2..=longest).contains(&wait), "{sent} {wait}");
            }
        }
        assert!(backoff(Some(429), 1, 0) >= 500);
    }

    #[test]
    fn only_what_overwhelms_the_forge_is_asked_for_in_parts_soon() {
        assert_eq!(tries(Some(504), true), 2);
        assert_eq!(tries(Some(504), false), 5);
        assert_eq!(tries(Some(429), true), 8);
        assert_eq!(tries(None, true), 5);
    }

    #[test]
    fn an_absurd_wait_does_not_overflow() {
        let fields = [("retry-after", "18446744073709551615")];
        assert_eq!(asked(&Head::of(429, &fields), 0), Some(u64::MAX));
    }
}
