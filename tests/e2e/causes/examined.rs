//! What `doctor` says, held against what it has to say: apart from the causes, because it is the same
//! for all of them.

use code_source_tests::Printed;
use serde_json::Value;

use super::cause::{Cause, Expected, Why};
use super::scene::Scene;

/// Produce a cause, have it examined for people and for programs, and tell what is wrong with the
/// verdict.
pub(super) async fn complaints(cause: &Cause) -> Vec<String> {
    let scene = (cause.produce)().await;
    let bundle = scene.bundle().display().to_string();
    let for_people = [&["doctor"], scene.arguments()].concat();
    let for_programs = [&for_people[..], &["--json", "-v", "--bundle", &bundle]].concat();
    let (people, programs) = tokio::join!(run(&scene, &for_people), run(&scene, &for_programs));
    let mut complaints = Complaints {
        cause: cause.name,
        all: Vec::new(),
    };
    hold_people(&people, &cause.expected, &mut complaints);
    let json: Value = serde_json::from_slice(&programs.stdout).unwrap_or_default();
    hold_programs(&json, &cause.expected, &mut complaints);
    complaints.equal(
        "exit status of JSON",
        &programs.status,
        &cause.expected.status,
    );
    if let Some(why) = &cause.expected.why {
        let for_people = ["why", why.repository];
        let for_programs = ["why", why.repository, "--json"];
        let (people, programs) = tokio::join!(run(&scene, &for_people), run(&scene, &for_programs));
        hold_why(&people, &programs, why, &mut complaints);
    }
    let report = std::fs::read(scene.bundle()).unwrap_or_default();
    complaints.is("a report is written", !report.is_empty(), &programs.stderr);
    for printed in [
        &people.stdout[..],
        people.stderr.as_bytes(),
        &programs.stdout,
        programs.stderr.as_bytes(),
        &report,
    ] {
        let found = scene.found(printed);
        complaints.is("no secret is printed", found.is_empty(), &found.join(", "));
    }
    complaints.all
}

async fn run(scene: &Scene, arguments: &[&str]) -> Printed {
    let mut command = scene.runner().command(arguments);
    let running = tokio::task::spawn_blocking(move || command.output());
    let output = running.await.expect("the command is waited for");
    Printed::from(output.expect("the command starts"))
}

/// What is said to people.
fn hold_people(printed: &Printed, expected: &Expected, complaints: &mut Complaints) {
    let text = printed.text();
    let (_, verdict) = text.split_once("\n\n").unwrap_or_default();
    let mut lines = verdict.lines();
    let mut line = |label| {
        let line = lines.next().unwrap_or_default();
        line.strip_prefix(label).unwrap_or_default()
    };
    let first = line("cause: ");
    complaints.is(
        &format!("the first line is `cause: {}`", expected.says),
        fits(first, expected.says),
        first,
    );
    let hint = line("hint: ");
    complaints.is(
        &format!("the hint says `{}`", expected.hint),
        !hint.is_empty() && hint.contains(expected.hint),
        hint,
    );
    complaints.equal("who", &line("who: "), &expected.who.words());
    complaints.equal("exit status", &printed.status, &expected.status);
}

/// What is said to programs.
fn hold_programs(json: &Value, expected: &Expected, complaints: &mut Complaints) {
    let verdict = &json["verdict"];
    let cause = &verdict["cause"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    complaints.equal("code", &&*text(&cause["code"]), &expected.code);
    complaints.equal("station", &&*text(&cause["station"]), &expected.station);
    let who = text(&cause["remedied-by"]);
    complaints.equal("remedied-by", &&*who, &expected.who.label());
    complaints.is(
        "the two hints are one",
        text(&cause["hint"]).contains(expected.hint),
        &text(&cause["hint"]),
    );
    complaints.is(
        "the two messages are one",
        fits(&text(&cause["message"]), expected.says),
        &text(&cause["message"]),
    );
    complaints.equal("exit-status", &json["exit-status"], &expected.status.into());
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let not_reached: Vec<_> = list(&verdict["not-reached"]).iter().map(text).collect();
    complaints.equal(
        "not-reached",
        &&*not_reached.join(" "),
        &expected.not_reached,
    );
    let also = list(&verdict["also"]);
    let also: Vec<_> = also.iter().map(|one| text(&one["code"])).collect();
    complaints.equal(
        "also",
        &also,
        &expected.also.iter().map(ToString::to_string).collect(),
    );
}

/// What is said of a repository that is not listed.
fn hold_why(people: &Printed, programs: &Printed, why: &Why, complaints: &mut Complaints) {
    let text = people.text();
    let first = text.lines().next().unwrap_or_default();
    complaints.is(
        &format!("the first line of `why` is `{}`", why.says),
        fits(first, why.says),
        &format!("{first}{}", people.stderr),
    );
    let json: Value = serde_json::from_slice(&programs.stdout).unwrap_or_default();
    complaints.equal("`listed`", &json["listed"], &why.listed.into());
    let code = json["reasons"][0]["code"].as_str().unwrap_or_default();
    complaints.equal("code of `why`", &code, &why.code);
    let status = if why.listed { 0 } else { 6 };
    for printed in [people, programs] {
        complaints.equal("exit status of `why`", &printed.status, &status);
    }
}

/// Whether a text is the pattern, in which `…` stands for anything.
fn fits(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut is_open = false;
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
        is_open = part.is_empty();
    }
    is_open || rest.is_empty()
}

/// What is wrong with what was said of a cause.
struct Complaints {
    cause: &'static str,
    all: Vec<String>,
}

impl Complaints {
    fn is(&mut self, claim: &str, is_so: bool, said: &str) {
        if !is_so {
            let complaint = format!("{}: not so: {claim}; but: `{said}`", self.cause);
            self.all.push(complaint);
        }
    }

    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, said: &T, expected: &T) {
        if said != expected {
            let complaint = format!("{}: {what} is {said:?} and not {expected:?}", self.cause);
            self.all.push(complaint);
        }
    }
}

#[test]
fn a_pattern_leaves_out_only_what_its_gaps_stand_for() {
    assert!(fits("no port 443 there", "no port … there"));
    assert!(fits("no port 443 there", "no port …"));
    assert!(fits("no port", "no port"));
    for pattern in ["port …", "no port … ther", "no port", "no port … here", ""] {
        assert!(!fits("no port 443 there", pattern), "{pattern}");
    }
}
