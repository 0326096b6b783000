//! JSON of `doctor`: apart from what people see, which is made of it.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::exit;
use crate::cli::exit::Exit;
use crate::cli::remedy;
use crate::doctor::{Diagnosis, Fact, Located, Problem, Station};

/// A diagnosis in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Shape {
    /// `healthy`, `degraded`, `broken` or `unknown`.
    pub(super) status: &'static str,
    /// The exit status.
    pub(super) exit_status: u8,
    /// Whether somebody ended it before its end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) interrupted: bool,
    /// Every station, in order.
    pub(super) stations: Vec<StationShape>,
    /// What they come to.
    pub(super) verdict: VerdictShape,
}

/// A station in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct StationShape {
    /// Its name.
    pub(super) name: &'static str,
    /// How it ended.
    pub(super) state: &'static str,
    /// How long it took.
    pub(super) milliseconds: f64,
    /// What was seen, in order: a text each, or a list of them.
    #[serde(serialize_with = "in_order")]
    pub(super) facts: Vec<(&'static str, Value)>,
    /// What is wrong.
    pub(super) problems: Vec<ProblemShape>,
}

/// A problem in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ProblemShape {
    /// Where it was found, in a verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) station: Option<&'static str>,
    /// Its stable name.
    pub(super) code: String,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: String,
    /// Who can.
    pub(super) remedied_by: &'static str,
}

/// A verdict in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct VerdictShape {
    /// What everything else follows from.
    pub(super) cause: Option<ProblemShape>,
    /// The stations that could not be looked at: because of it, where it is a failure.
    pub(super) not_reached: Vec<&'static str>,
    /// The other problems.
    pub(super) also: Vec<ProblemShape>,
}

impl Shape {
    /// `before` is the status of a failure before the examination.
    pub(super) fn new(diagnosis: &Diagnosis, before: Exit) -> Self {
        let verdict = diagnosis.verdict();
        let exit = match verdict.status {
            crate::doctor::Status::Broken => verdict
                .cause
                .map_or(Exit::FINDINGS, |cause| exit::of(&cause, before)),
            _ => Exit::OK,
        };
        let not_reached = verdict.not_reached.iter().map(|name| name.label());
        Self {
            status: verdict.status.label(),
            exit_status: exit.number,
            interrupted: diagnosis.is_interrupted,
            stations: diagnosis.stations.iter().map(StationShape::from).collect(),
            verdict: VerdictShape {
                cause: verdict.cause.as_ref().map(ProblemShape::located),
                not_reached: not_reached.collect(),
                also: verdict.also.iter().map(ProblemShape::located).collect(),
            },
        }
    }

    /// Somebody ended it, which is what its exit status says.
    pub(super) fn end_with(&mut self, exit: Exit) {
        self.exit_status = exit.number;
    }

    /// Change every text that is not a word of ours; those of facts come with their key.
    pub(super) fn change(&mut self, change: &mut dyn FnMut(Option<&str>, &mut String)) {
        for station in &mut self.stations {
            for (key, value) in &mut station.facts {
                match value {
                    Value::String(text) => change(Some(key), text),
                    Value::Array(texts) => {
                        for text in texts {
                            if let Value::String(text) = text {
                                change(Some(key), text);
                            }
                        }
                    }
                    _ => {}
                }
            }
            for problem in &mut station.problems {
                problem.change(change);
            }
        }
        let VerdictShape { cause, also, .. } = &mut self.verdict;
        for problem in cause.iter_mut().chain(also) {
            problem.change(change);
        }
    }

    /// Leave out a fact.
    pub(super) fn leave_out(&mut self, key: &str) {
        for station in &mut self.stations {
            station.facts.retain(|(known, _)| *known != key);
        }
    }

    /// Its exit status.
    pub(super) fn exit(&self) -> Exit {
        Exit::of_number(self.exit_status)
    }
}

impl From<&Station> for StationShape {
    fn from(station: &Station) -> Self {
        let milliseconds = station.duration.as_secs_f64() * 1e3;
        Self {
            name: station.name.label(),
            state: station.state.label(),
            milliseconds: (milliseconds * 10.0).round() / 10.0,
            facts: station.facts.iter().map(fact).collect(),
            problems: station.problems.iter().map(ProblemShape::from).collect(),
        }
    }
}

/// An object whose keys stand in the order in which they were seen.
fn in_order<S: Serializer>(facts: &[(&'static str, Value)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(facts.iter().map(|(key, value)| (key, value)))
}

fn fact((key, fact): &(&'static str, Fact)) -> (&'static str, Value) {
    let value = match fact {
        Fact::Text(text) => text.clone().into(),
        Fact::List(texts) => texts.clone().into(),
    };
    (key, value)
}

impl ProblemShape {
    fn change(&mut self, change: &mut dyn FnMut(Option<&str>, &mut String)) {
        change(None, &mut self.message);
        change(None, &mut self.hint);
    }

    fn located(located: &Located<'_>) -> Self {
        Self {
            station: Some(located.station.label()),
            ..Self::from(located.problem)
        }
    }
}

impl From<&Problem> for ProblemShape {
    fn from(problem: &Problem) -> Self {
        Self {
            station: None,
            code: problem.code.clone(),
            message: problem.message.clone(),
            hint: hint(problem),
            remedied_by: problem.remedied_by.label(),
        }
    }
}

/// What to do, and then the line of configuration that does it, with the option beside it as for every
/// other failure.
fn hint(problem: &Problem) -> String {
    match &problem.setting {
        Some(setting) => format!("{}: {}", problem.hint, remedy::with_option(setting)),
        None => problem.hint.clone(),
    }
}
