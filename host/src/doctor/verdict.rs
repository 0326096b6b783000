//! What all the stations come to: one cause first, then what follows from it, then the rest. Apart
//! from the stations, because each of those knows nothing of the others.

use super::problem::{Gravity, Problem};
use super::station::{State, Station, StationName};

/// What an examination found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Every station, in order; those that were left, where somebody ended it.
    pub stations: Vec<Station>,
    /// The texts in it that are somebody's names, for whoever sends it to somebody else.
    pub names: Vec<Name>,
}

/// How it stands with a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// Everything works.
    Healthy,
    /// It works, and there is something to know.
    Degraded,
    /// It does not work.
    Broken,
}

impl Status {
    /// Stable name, in kebab case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
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
    /// the first that warned, where none failed.
    pub cause: Option<Located<'a>>,
    /// The stations that could not be looked at because of it.
    pub not_reached: Vec<StationName>,
    /// The other problems, the gravest first.
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
            names: Vec::new(),
        }
    }

    /// What is known of a connection whose examination somebody ended: these stations.
    #[must_use]
    pub fn interrupted(stations: Vec<Station>) -> Self {
        Self {
            stations,
            names: Vec::new(),
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict<'_> {
        let mut found: Vec<Located<'_>> = Vec::new();
        for station in &self.stations {
            for problem in &station.problems {
                let is_known = found.iter().any(|one| {
                    one.problem.code == problem.code && one.problem.message == problem.message
                });
                if !is_known {
                    let station = station.name;
                    found.push(Located { station, problem });
                }
            }
        }
        // Of problems that are equally grave, the one that was met first stays first.
        found.sort_by_key(|one| one.problem.gravity);
        let mut found = found.into_iter();
        let cause = found.next();
        let unreached = |station: &&Station| station.state == State::NotReached;
        let not_reached = self.stations.iter().filter(unreached);
        Verdict {
            status: match cause.map(|one| one.problem.gravity) {
                None => Status::Healthy,
                Some(Gravity::Failure) => Status::Broken,
                Some(Gravity::Warning | Gravity::Advice) => Status::Degraded,
            },
            cause,
            not_reached: not_reached.map(|station| station.name).collect(),
            also: found.collect(),
        }
    }
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
            names: Vec::new(),
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
}
