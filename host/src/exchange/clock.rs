//! The time of an answer by the forge's clock and by ours: apart because a wrong clock breaks what
//! has nothing to do with it, such as certificates.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::report::ClockReading;

/// What the head of an answer says of the time, if anything, when it has just come.
pub(super) fn read(headers: &HeaderMap, round_trip: Duration) -> Option<ClockReading> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let time = PrimitiveDateTime::parse(text, IMF_FIXDATE).ok()?;
    let half = round_trip / 2;
    Some(ClockReading {
        forge: time.assume_utc().into(),
        here: SystemTime::now().checked_sub(half)?,
        tolerance: half + SECOND,
    })
}

/// The one form that servers may write, by RFC 9110, section 5.6.7.
const IMF_FIXDATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// A time in whole seconds may be this old.
const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_that_servers_may_write_is_a_time() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::DATE, text.parse().unwrap());
            read(&headers, Duration::from_secs(2))
        };
        let reading = read("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let since = reading.forge.duration_since(SystemTime::UNIX_EPOCH);
        assert_eq!(since.unwrap().as_secs(), 784_111_777);
        assert_eq!(reading.tolerance, Duration::from_secs(2));
        for other in [
            "Sun, 06 Nov 1994 08:49:37 CET",
            "784111777",
            "now",
            "Sun, 99 Nov 1994 08:49:37 GMT",
        ] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
