//! Times of the stand-in; apart, because they are counted instead of read, so that the same test
//! makes the same commits twice.

use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// 2026-01-01T00:00:00Z.
pub(crate) const EPOCH: i64 = 1_767_225_600;

/// GitLab's form: milliseconds, and the zone as an offset or `Z`.
pub(crate) fn format_time(seconds: i64, offset_minutes: i32) -> String {
    let (time, offset) = shifted(seconds, offset_minutes);
    let zone = match offset {
        0 => "Z".to_owned(),
        minutes => format_zone(minutes),
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000{zone}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
    )
}

pub(crate) fn format_date(date: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

/// Seconds since the epoch of a date or a time in ISO 8601.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let complete = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => text.replace(' ', "+"),
    };
    OffsetDateTime::parse(&complete, &Rfc3339)
        .ok()
        .map(OffsetDateTime::unix_timestamp)
}

/// The moment on a clock in that zone. What no clock shows, which history may well contain, is
/// shown as the epoch.
fn shifted(seconds: i64, offset_minutes: i32) -> (OffsetDateTime, i32) {
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    match UtcOffset::from_whole_seconds(offset_minutes * 60) {
        Ok(offset) => (time.to_offset(offset), offset_minutes),
        Err(_) => (time, 0),
    }
}

fn format_zone(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_zone_and_milliseconds() {
        assert_eq!(format_time(EPOCH, 0), "2026-01-01T00:00:00.000Z");
        assert_eq!(format_time(EPOCH, -330), "2025-12-31T18:30:00.000-05:30");
    }

    #[test]
    fn a_date_is_a_time_at_midnight() {
        assert_eq!(parse_time("2026-01-01"), Some(EPOCH));
        assert_eq!(parse_time("2026-01-01T01:00:00+01:00"), Some(EPOCH));
        assert_eq!(parse_time("yesterday"), None);
    }
}
