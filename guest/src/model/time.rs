//! Times as GitLab and HTTP write them; apart because there are three forms.

use time::{
    Date, OffsetDateTime, UtcDateTime,
    format_description::well_known::{Rfc2822, Rfc3339},
    macros::format_description,
};

/// `2015-03-03T18:37:05.387Z`, or with an offset.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    Some(OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp())
}

/// The same in milliseconds, which is how exactly GitLab tells it.
pub(crate) fn in_milliseconds(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Milliseconds as GitLab reads them in a query.
pub(crate) fn timestamp_text(milliseconds: i64) -> Option<String> {
    let nanoseconds = i128::from(milliseconds) * 1_000_000;
    let at = UtcDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
    at.format(&Rfc3339).ok()
}

/// `2027-01-31`, the beginning of that day in UTC.
pub(crate) fn date(text: &str) -> Option<i64> {
    let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(UtcDateTime::new(date, time::Time::MIDNIGHT).unix_timestamp())
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(text: &str) -> Option<i64> {
    Some(OffsetDateTime::parse(text, &Rfc2822).ok()?.unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_forms_are_read() {
        assert_eq!(timestamp("2015-03-03T18:37:05.387Z"), Some(1_425_407_825));
        assert_eq!(timestamp("2012-06-28T03:44:20-07:00"), Some(1_340_880_260));
        assert_eq!(date("2027-01-31"), Some(1_801_353_600));
        assert_eq!(
            http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
    }

    #[test]
    fn milliseconds_are_written_as_they_were_read() {
        let at = in_milliseconds("2015-03-03T18:37:05.387Z").expect("is one");
        assert_eq!(at, 1_425_407_825_387);
        let text = timestamp_text(at).expect("it can be written");
        assert_eq!(text, "2015-03-03T18:37:05.387Z");
        assert_eq!(timestamp_text(i64::MAX), None);
    }

    #[test]
    fn what_is_not_a_time_is_none() {
        for text in ["", "soon", "2015-13-03T18:37:05Z", "12"] {
            assert_eq!(
                (timestamp(text), date(text), http_date(text)),
                (None, None, None)
            );
        }
    }
}
