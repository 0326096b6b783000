//! Spans of time and sizes as people write them: apart because they are text with a unit, so
//! that nobody has to know which unit a bare number would have.

use std::str::FromStr;
use std::time::Duration;

/// A span such as `500ms`, `30s`, `5m` or `2h`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span(pub(super) Duration);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "not a span of time such as `500ms`, `30s`, `5m` or `2h`";
        let (number, unit) = split(text).ok_or(EXPECTED)?;
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(EXPECTED),
        };
        let total = number
            .checked_mul(milliseconds)
            .ok_or("longer than can be counted")?;
        if total == 0 {
            return Err("a limit of no time at all would stop everything");
        }
        Ok(Self(Duration::from_millis(total)))
    }
}

/// A size such as `512B`, `64KiB`, `64MiB` or `16GiB`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Size(pub(super) u64);

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "not a size such as `512B`, `64KiB`, `64MiB` or `16GiB`";
        let (number, unit) = split(text).ok_or(EXPECTED)?;
        let bytes = match unit {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(EXPECTED),
        };
        match number.checked_mul(bytes) {
            Some(0) => Err("a limit of no size at all would stop everything"),
            Some(size) => Ok(Self(size)),
            None => Err("larger than can be counted"),
        }
    }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_have_a_unit() {
        assert_eq!("500ms".parse(), Ok(Span(Duration::from_millis(500))));
        assert_eq!("2h".parse(), Ok(Span(Duration::from_secs(7200))));
        assert_eq!("64MiB".parse(), Ok(Size(64 << 20)));
        assert_eq!("16 GiB".parse(), Ok(Size(16 << 30)));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5s",
            "30 seconds",
            "0s",
            "99999999999999999h",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
        for text in [
            "",
            "64",
            "MiB",
            "64MB",
            "64mib",
            "0B",
            "99999999999999999GiB",
        ] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
