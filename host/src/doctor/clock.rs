//! The last station: what time it is at the forge and here. Apart because a wrong clock breaks
//! certificates and tokens, and none of them says so.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

use super::certificates::rfc3339;
use super::observer::Way;
use super::problem::{Party, Problem};
use super::station::{Station, StationName};
use crate::report::ClockReading;

/// Hold the clocks against each other, where an answer told the time; `is_answered` says whether
/// there was one.
pub(super) fn visit(readings: &[ClockReading], is_answered: bool, way: &mut Way<'_>) {
    let sharpest = readings.iter().min_by_key(|reading| reading.tolerance);
    let Some(reading) = sharpest else {
        // A forge that answered everything else tells no time.
        way.end(match is_answered {
            true => Station::skipped(StationName::Clock),
            false => Station::not_reached(StationName::Clock),
        });
        return;
    };
    let mut visit = way.begin(StationName::Clock);
    visit.fact("forge", shown(reading.forge));
    visit.fact("here", shown(reading.here));
    let (difference, is_ahead) = difference(reading);
    let seconds = difference.as_secs();
    visit.fact("difference", format!("{seconds} s"));
    if difference > NOTICEABLE {
        visit.problem(problem(seconds, is_ahead, difference > HARMFUL));
    }
    way.end(visit.end());
}

/// How far they are apart for certain, and whether the forge's is ahead.
fn difference(reading: &ClockReading) -> (Duration, bool) {
    let (apart, is_ahead) = match reading.forge.duration_since(reading.here) {
        Ok(ahead) => (ahead, true),
        Err(behind) => (behind.duration(), false),
    };
    (apart.saturating_sub(reading.tolerance), is_ahead)
}

fn problem(seconds: u64, is_ahead: bool, is_harmful: bool) -> Problem {
    let direction = match is_ahead {
        true => "behind",
        false => "ahead of",
    };
    let consequence = match is_harmful {
        true => {
            ": certificates and tokens may be taken for expired, or for not yet valid, and deliveries of webhooks are refused"
        }
        false => "",
    };
    Problem::new(
        "clock-skew",
        format!("the clock of this machine is {seconds} s {direction} the forge's{consequence}"),
        "set the clock of the one that is wrong; machines that ask a time server (NTP) agree",
        Party::User,
    )
    .warning()
}

fn shown(time: SystemTime) -> String {
    rfc3339(OffsetDateTime::from(time))
}

const NOTICEABLE: Duration = Duration::from_secs(30);

const HARMFUL: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_round_trip_explains_is_no_difference() {
        let here = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let tolerance = Duration::from_secs(3);
        let at = |forge| {
            difference(&ClockReading {
                forge: SystemTime::UNIX_EPOCH + Duration::from_secs(forge),
                here,
                tolerance,
            })
        };
        assert_eq!(at(1_002).0, Duration::ZERO);
        assert_eq!(at(1_103), (Duration::from_secs(100), true));
        assert_eq!(at(897), (Duration::from_secs(100), false));
    }
}
