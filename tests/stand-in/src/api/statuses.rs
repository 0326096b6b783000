//! What pipelines outside say of commits; apart, because a status is neither part of the commit nor
//! of the repository.

use std::collections::HashMap;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, parameters::Parameters, people::person};
use crate::{
    error::Refusal,
    git::{Commit, RefKind, Repository},
    page::{Length, Paging},
    reply::Reply,
    state::{AccessLevel, CommitStatus, World, format_time},
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let commit = repository
        .commit(&call.capture_text("sha"))?
        .ok_or_else(|| Refusal::not_found("Commit"))?;
    let paging = Paging::parse(&call.query)?;
    let all = call.query.is_set("all")?;
    let (reference, name) = (call.query.text("ref"), call.query.text("name"));
    let pipeline = call.query.number("pipeline_id")?;
    let wanted = |status: &&CommitStatus| {
        status.project == project.id
            && status.sha == commit.id
            && reference
                .as_ref()
                .is_none_or(|text| *text == status.reference)
            && name.as_ref().is_none_or(|text| *text == status.name)
            && pipeline.is_none_or(|number| number == status.pipeline)
    };
    let answers: Vec<Value> = call.shared.read(|world| {
        let found: Vec<_> = world.statuses.iter().filter(wanted).collect();
        let shown = match all {
            true => found,
            false => newest(&found),
        };
        let present = |status: &&CommitStatus| status_json(call, world, status);
        shown.iter().map(present).collect()
    });
    let total = answers.len() as u64;
    let page: Vec<&Value> = answers
        .iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .collect();
    let reply = Reply::json(StatusCode::OK, &page);
    Ok(paging.describe(call, reply, Length::Known(total)))
}

pub(crate) fn create(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let project = call.writable_project(AccessLevel::Developer)?;
    let parameters = call.parameters()?;
    let report = Report::parse(call, &parameters)?;
    let commit = repository
        .commit(&call.capture_text("sha"))?
        .ok_or_else(|| Refusal::not_found("Commit"))?;
    let reference = match parameters.string("ref")?.filter(|text| !text.is_empty()) {
        Some(reference) => reference,
        None => reference_of(call, project.id, &repository, &commit)?,
    };
    let author = call.user()?;
    let result = call.shared.write(|world| {
        let pipeline = pipeline(world, project.id, &commit.id, &reference);
        if report.pipeline.is_some_and(|wanted| wanted != pipeline) {
            return Err(Refusal::not_found("Pipeline for pipeline_id, sha and ref"));
        }
        let moment = world.moment();
        let is_same = |status: &&CommitStatus| {
            let is_its = status.pipeline == pipeline && status.author == author;
            is_its && status.name == report.name && status.goes_on()
        };
        let mut status = match world.statuses.iter().rev().find(is_same) {
            Some(status) => status.clone(),
            None => CommitStatus {
                id: world.statuses.len() as u64 + 1,
                project: project.id,
                sha: commit.id.clone(),
                reference: reference.clone(),
                name: report.name.clone(),
                state: "created",
                target_url: None,
                description: None,
                coverage: None,
                pipeline,
                author,
                created_at: moment,
                started_at: None,
                finished_at: None,
            },
        };
        status
            .move_to(&report.state, moment)
            .map_err(|text| Refusal::message(StatusCode::BAD_REQUEST, &text))?;
        report.describe(&mut status);
        let answer = status_json(call, world, &status);
        match world
            .statuses
            .iter_mut()
            .find(|other| other.id == status.id)
        {
            Some(slot) => *slot = status,
            None => world.statuses.push(status),
        }
        Ok(answer)
    });
    Ok(Reply::json(StatusCode::CREATED, &result?))
}

/// What a client says of a commit.
struct Report {
    state: String,
    name: String,
    target_url: Option<String>,
    description: Option<String>,
    coverage: Option<f64>,
    pipeline: Option<u64>,
}

impl Report {
    fn parse(call: &Call<'_>, parameters: &Parameters) -> Result<Self, Refusal> {
        parameters.required(["state"])?;
        let states: &[&str] = match call.at_least(17, 9) {
            true => &[
                "pending", "running", "success", "failed", "canceled", "skipped",
            ],
            false => &["pending", "running", "success", "failed", "canceled"],
        };
        let coverage = parameters.string("coverage")?;
        let coverage = coverage
            .map(|text| text.parse())
            .transpose()
            .map_err(|_| Refusal::parameter("coverage is invalid"))?;
        let name = match parameters.string("name")? {
            None => parameters.string("context")?,
            name => name,
        };
        let report = Self {
            state: parameters.one_of("state", states)?.unwrap_or_default(),
            name: name.unwrap_or_else(|| "default".to_owned()),
            target_url: parameters.string("target_url")?,
            description: parameters.string("description")?,
            coverage,
            pipeline: match parameters.integer("pipeline_id")? {
                None => None,
                Some(number) => u64::try_from(number).ok(),
            },
        };
        report.check()?;
        Ok(report)
    }

    fn check(&self) -> Result<(), Refusal> {
        let texts = [
            ("name", Some(&self.name)),
            ("target_url", self.target_url.as_ref()),
            ("description", self.description.as_ref()),
        ];
        for (name, text) in texts {
            if text.is_some_and(|text| text.chars().count() > 255) {
                let complaint = "is too long (maximum is 255 characters)";
                return Err(invalid(name, complaint));
            }
        }
        let is_web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        match self.target_url.as_ref().is_none_or(is_web) {
            true => Ok(()),
            false => Err(invalid(
                "target_url",
                "is blocked: Only allowed schemes are http, https",
            )),
        }
    }

    fn describe(&self, status: &mut CommitStatus) {
        if self.target_url.is_some() {
            status.target_url.clone_from(&self.target_url);
        }
        if self.description.is_some() {
            status.description.clone_from(&self.description);
        }
        status.coverage = self.coverage.or(status.coverage);
    }
}

fn invalid(field: &str, complaint: &str) -> Refusal {
    let body = json!({"message": {field: [complaint]}});
    Reply::json(StatusCode::BAD_REQUEST, &body).into()
}

/// Of each name and reference the newest, in the order of their making.
fn newest<'a>(found: &[&'a CommitStatus]) -> Vec<&'a CommitStatus> {
    let mut last = HashMap::new();
    for status in found {
        last.insert((&status.name, &status.reference), status.id);
    }
    let is_last =
        |status: &&&CommitStatus| last.get(&(&status.name, &status.reference)) == Some(&status.id);
    found.iter().filter(is_last).copied().collect()
}

/// Where the newest pipeline of the commit ran, or else the first branch that the commit is on.
fn reference_of(
    call: &Call<'_>,
    project: u64,
    repository: &Repository,
    commit: &Commit,
) -> Result<String, Refusal> {
    let known = call.shared.read(|world| {
        let is_its = |key: &&(u64, String, String)| key.0 == project && key.1 == commit.id;
        let pipeline = world.pipelines.iter().rev().find(is_its);
        pipeline.map(|(_, _, reference)| reference.clone())
    });
    if let Some(reference) = known {
        return Ok(reference);
    }
    for reference in repository.references(RefKind::Branch)? {
        if let Some(tip) = &reference.commit
            && repository.is_ancestor(&commit.id, tip)?
        {
            return Ok(reference.name);
        }
    }
    Err(Refusal::not_found("References for commit"))
}

/// Statuses of one commit on one branch belong to one pipeline.
fn pipeline(world: &mut World, project: u64, sha: &str, reference: &str) -> u64 {
    let key = (project, sha.to_owned(), reference.to_owned());
    let known = world.pipelines.iter().position(|other| *other == key);
    let index = known.unwrap_or_else(|| {
        world.pipelines.push(key);
        world.pipelines.len() - 1
    });
    index as u64 + 1
}

fn status_json(call: &Call<'_>, world: &World, status: &CommitStatus) -> Value {
    let time = |moment: Option<i64>| moment.map(|seconds| format_time(seconds, 0));
    json!({
        "id": status.id,
        "sha": status.sha,
        "ref": status.reference,
        "status": status.state,
        "name": status.name,
        "target_url": status.target_url,
        "description": status.description,
        "created_at": format_time(status.created_at, 0),
        "started_at": time(status.started_at),
        "finished_at": time(status.finished_at),
        "allow_failure": false,
        "coverage": status.coverage,
        "pipeline_id": status.pipeline,
        "author": person(call.shared, world, status.author),
    })
}
