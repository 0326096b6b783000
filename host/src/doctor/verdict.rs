//! What all the stations come to: one cause first, then what follows from it, then the rest. Apart
//! from the stations, because each of those knows nothing of the others.

use super::problem::{Gravity, Problem};
use super::station::{State, Station, StationName};

/// What an examination found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Every station, in order.
    pub stations: Vec<Station>,
    /// The texts in it that are somebody's names, for whoever sends it to somebody else.
    pub names: Vec<Name>,
    /// Whether somebody ended it before its end.
    pub is_interrupted: bool,
}

/// How it stands with a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// Everything works; there may be advice.
    Healthy,
    /// It works, and there is something to know.
    Degraded,
    /// It does not work.
    Broken,
    /// Somebody ended the examination before anything was found that does not work.
    Unknown,
}

impl Status {
    /// Stable name, in kebab case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
        }
    }
}

/// What the stations come to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict<'a> {
    /// How it stands.
    pub status: Status,
    /// What everything else follows from: the first problem of the first station that failed; of
    /// the first that warned, where none failed. What is true of most accounts comes last.
    pub cause: Option<Located<'a>>,
    /// The stations that could not be looked at: because of it, where it is a failure.
    pub not_reached: Vec<StationName>,
    /// The other problems, the gravest first, and advice.
    pub also: Vec<Located<'a>>,
}

/// A problem, and where it was found.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Located<'a> {
    /// Where.
    pub station: StationName,
    /// What.
    pub problem: &'a Problem,
}

/// A text that is somebody's name.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Name {
    /// What kind of name, such as `host`.
    pub kind: &'static str,
    /// The name.
    pub text: String,
}

impl Diagnosis {
    /// The diagnosis of a connection that could not even be examined: its configuration failed.
    #[must_use]
    pub fn unexamined(problem: Problem) -> Self {
        let mut stations: Vec<_> = StationName::ALL.map(Station::not_reached).into();
        stations[0].state = State::Failed;
        stations[0].problems.push(problem);
        Self {
            stations,
            ..Self::default()
        }
    }

    /// What is known of a connection whose examination somebody ended: these stations, and nothing
    /// of the others.
    #[must_use]
    pub fn interrupted(mut stations: Vec<Station>) -> Self {
        for name in StationName::ALL {
            if stations.iter().all(|station| station.name != name) {
                stations.push(Station::not_reached(name));
            }
        }
        Self {
            stations,
            is_interrupted: true,
            ..Self::default()
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict<'_> {
        let stations = self.stations.iter();
        let mut all: Vec<Located<'_>> = stations.flat_map(located).collect();
        // Of problems that are equally grave, the one that was met first stays first.
        all.sort_by_key(|one| (one.problem.gravity, is_common(one.problem)));
        let mut found: Vec<Located<'_>> = Vec::new();
        for one in all {
            if !found.iter().any(|known| tells(known.problem, one.problem)) {
                found.push(one);
            }
        }
        let gravest = found.first().map(|one| one.problem.gravity);
        let status = match gravest {
            Some(Gravity::Failure) => Status::Broken,
            _ if self.is_interrupted => Status::Unknown,
            Some(Gravity::Warning) => Status::Degraded,
            Some(Gravity::Advice) | None => Status::Healthy,
        };
        let mut found = found.into_iter();
        let cause = match gravest {
            Some(Gravity::Failure | Gravity::Warning) => found.next(),
            Some(Gravity::Advice) | None => None,
        };
        let unreached = |station: &&Station| station.state == State::NotReached;
        let not_reached = self.stations.iter().filter(unreached);
        Verdict {
            status,
            cause,
            not_reached: not_reached.map(|station| station.name).collect(),
            also: found.collect(),
        }
    }
}

fn located(station: &Station) -> impl Iterator<Item = Located<'_>> {
    let problems = station.problems.iter();
    problems.map(|problem| Located {
        station: station.name,
        problem,
    })
}

/// Whether one problem tells another: the same thing, perhaps with what it led to before it.
fn tells(known: &Problem, other: &Problem) -> bool {
    known.code == other.code && known.message.ends_with(&other.message)
}

/// Whether it is so with most connections, and explains nothing that something else explains.
fn is_common(problem: &Problem) -> bool {
    problem.code == "not-an-administrator"
}

#[cfg(test)]
mod tests {
    use super::super::problem::Party;
    use super::super::station::Visit;
    use super::*;

    fn station(name: StationName, problems: Vec<Problem>) -> Station {
        let mut visit = Visit::begin(name);
        for problem in problems {
            visit.problem(problem);
        }
        visit.end()
    }

    fn problem(code: &str) -> Problem {
        Problem::new(code, format!("{code} happened"), "mend it", Party::User)
    }

    fn diagnosis(stations: Vec<Station>) -> Diagnosis {
        Diagnosis {
            stations,
            ..Diagnosis::default()
        }
    }

    #[test]
    fn the_first_failure_is_the_cause_however_early_a_warning_is() {
        let diagnosis = diagnosis(vec![
            station(StationName::Configuration, vec![problem("a").advice()]),
            station(
                StationName::Tcp,
                vec![problem("b").warning(), problem("c"), problem("c")],
            ),
            Station::not_reached(StationName::Tls),
            station(StationName::Clock, vec![problem("d")]),
        ]);
        let verdict = diagnosis.verdict();
        assert_eq!(verdict.status, Status::Broken);
        let cause = verdict.cause.unwrap();
        assert_eq!(
            (cause.station, &*cause.problem.code),
            (StationName::Tcp, "c")
        );
        assert_eq!(verdict.not_reached, [StationName::Tls]);
        let also: Vec<_> = verdict.also.iter().map(|one| &*one.problem.code).collect();
        assert_eq!(also, ["d", "b", "a"]);
    }

    #[test]
    fn what_works_is_healthy_or_at_worst_degraded() {
        let sound = diagnosis(vec![station(StationName::Dns, vec![])]);
        assert_eq!(sound.verdict().status, Status::Healthy);
        assert!(sound.verdict().cause.is_none());
        let warned = diagnosis(vec![
            station(StationName::Dns, vec![problem("a").advice()]),
            station(StationName::Tls, vec![problem("b").warning()]),
        ]);
        assert_eq!(warned.verdict().status, Status::Degraded);
        assert_eq!(warned.verdict().cause.unwrap().problem.code, "b");
    }

    #[test]
    fn advice_leaves_a_connection_healthy_and_is_told_beside_that() {
        let advised = diagnosis(vec![station(
            StationName::TokenSource,
            vec![problem("a").advice()],
        )]);
        let verdict = advised.verdict();
        assert_eq!(verdict.status, Status::Healthy);
        assert!(verdict.cause.is_none());
        assert_eq!(verdict.also[0].problem.code, "a");
    }

    #[test]
    fn what_is_so_with_most_accounts_is_told_after_what_is_not() {
        let common = problem("not-an-administrator").warning();
        let special = problem("access-too-low").warning();
        let diagnosis = diagnosis(vec![
            station(StationName::Account, vec![common]),
            station(StationName::Repositories, vec![special]),
        ]);
        let verdict = diagnosis.verdict();
        assert_eq!(verdict.cause.unwrap().problem.code, "access-too-low");
        assert_eq!(verdict.also[0].problem.code, "not-an-administrator");
    }

    #[test]
    fn a_warning_that_a_failure_repeats_is_told_once() {
        let (warning, mut failure) = (problem("a").warning(), problem("a"));
        failure.message = format!("`web/shop` cannot be seen: {}", warning.message);
        let diagnosis = diagnosis(vec![
            station(StationName::Token, vec![warning]),
            station(StationName::Repositories, vec![failure]),
        ]);
        let verdict = diagnosis.verdict();
        assert_eq!(verdict.cause.unwrap().station, StationName::Repositories);
        assert_eq!(verdict.also.len(), 0);
    }

    #[test]
    fn what_was_ended_before_anything_was_found_is_not_healthy() {
        let diagnosis = Diagnosis::interrupted(vec![station(StationName::Configuration, vec![])]);
        let verdict = diagnosis.verdict();
        assert_eq!(verdict.status, Status::Unknown);
        assert_eq!(verdict.not_reached, StationName::ALL[1..]);
    }
}
