//! Lists of merge requests and their filters; apart, because a filter that is ignored shows only in
//! what others see.

use std::cmp::Ordering;

use http::StatusCode;

use super::{Loaded, follow, json};
use crate::{
    api::{Answer, Call},
    error::Refusal,
    page::{Length, Paging},
    query::Query,
    reply::Reply,
    state::{MergeRequestRecord, parse_time},
};

pub(crate) fn list(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let paging = Paging::parse(&call.query)?;
    let query = &call.query;
    let view = query.one_of("view", &["simple"])?;
    query.one_of("scope", &["created_by_me", "assigned_to_me", "all"])?;
    let order = query.one_of("order_by", ORDERS)?;
    let ascending = query.one_of("sort", &["asc", "desc"])?.as_deref() == Some("asc");
    let filter = Filter::parse(call)?;
    let mut found: Vec<MergeRequestRecord> = call.shared.read(|world| {
        let records = world.merge_requests.of_project(project.id);
        let wanted = records.filter(|record| filter.takes(record));
        wanted.cloned().collect()
    });
    found.sort_by(|left, right| {
        let ordering = compare(order.as_deref(), left, right).then(left.id.cmp(&right.id));
        if ascending {
            ordering
        } else {
            ordering.reverse()
        }
    });
    let total = found.len() as u64;
    let page = found
        .into_iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize);
    let mut answers = Vec::new();
    for record in page {
        if view.is_some() {
            answers.push(json::simple(call, &project, &record));
            continue;
        }
        let current = follow(call.shared, &project, &repository, record.iid, None)?;
        let loaded = Loaded {
            project: project.clone(),
            repository: repository.clone(),
            record: current.unwrap_or(record),
        };
        answers.push(json::listed(call, &loaded)?);
    }
    let reply = Reply::json(StatusCode::OK, &answers);
    Ok(paging.describe(call, reply, Length::Known(total)))
}

const ORDERS: &[&str] = &[
    "created_at",
    "label_priority",
    "merged_at",
    "milestone_due",
    "popularity",
    "priority",
    "title",
    "updated_at",
];

fn compare(order: Option<&str>, left: &MergeRequestRecord, right: &MergeRequestRecord) -> Ordering {
    match order {
        Some("updated_at") => left.updated_at.cmp(&right.updated_at),
        Some("title") => left.title.cmp(&right.title),
        Some("merged_at") => {
            let moment = |record: &MergeRequestRecord| record.merged.map(|deed| deed.at);
            moment(left).cmp(&moment(right))
        }
        _ => left.created_at.cmp(&right.created_at),
    }
}

/// What is wanted of a list.
struct Filter {
    /// `None` for any.
    state: Option<String>,
    source_branch: Option<String>,
    target_branch: Option<String>,
    numbers: Vec<String>,
    author: Option<u64>,
    /// No account has this name, so that nothing is found.
    nobody: bool,
    mine: Option<(u64, bool)>,
    labels: Vec<String>,
    draft: Option<bool>,
    search: Option<String>,
    search_in: String,
    times: [(Option<i64>, Option<i64>); 2],
}

impl Filter {
    fn parse(call: &Call<'_>) -> Result<Self, Refusal> {
        let query = &call.query;
        let state = query.one_of("state", &["opened", "closed", "locked", "merged", "all"])?;
        let author_name = query.text("author_username");
        let named = author_name.as_deref().map(|name| {
            call.shared
                .read(|world| world.user_named(name).map(|user| user.id))
        });
        let mine = match query.text("scope").as_deref() {
            Some("created_by_me") => Some((call.user()?, true)),
            Some("assigned_to_me") => Some((call.user()?, false)),
            _ => None,
        };
        let draft = match query.one_of("wip", &["yes", "no"])?.as_deref() {
            Some(text) => Some(text == "yes"),
            None => query.flag("draft")?,
        };
        Ok(Self {
            state: state.filter(|state| state != "all"),
            source_branch: query.text("source_branch"),
            target_branch: query.text("target_branch"),
            numbers: list_of(query, "iids"),
            author: named.flatten().or(query.number("author_id")?),
            nobody: named == Some(None),
            mine,
            labels: list_of(query, "labels"),
            draft,
            search: query.text("search").map(|text| text.to_lowercase()),
            search_in: query.text("in").unwrap_or("title,description".to_owned()),
            times: [range(query, "created")?, range(query, "updated")?],
        })
    }

    fn takes(&self, record: &MergeRequestRecord) -> bool {
        let same = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        let within = |(after, before): (Option<i64>, Option<i64>), moment: i64| {
            after.is_none_or(|after| moment >= after)
                && before.is_none_or(|before| moment <= before)
        };
        let mine = self.mine.is_none_or(|(user, wrote)| match wrote {
            true => record.author == user,
            false => record.assignees.contains(&user),
        });
        same(&self.state, record.state.name())
            && same(&self.source_branch, &record.source_branch)
            && same(&self.target_branch, &record.target_branch)
            && (self.numbers.is_empty() || self.numbers.contains(&record.iid.to_string()))
            && !self.nobody
            && self.author.is_none_or(|author| author == record.author)
            && mine
            && self.has_labels(record)
            && self.draft.is_none_or(|draft| draft == record.is_draft())
            && self.is_searched(record)
            && within(self.times[0], record.created_at)
            && within(self.times[1], record.updated_at)
    }

    fn has_labels(&self, record: &MergeRequestRecord) -> bool {
        match self.labels.first().map(String::as_str) {
            Some("None") => record.labels.is_empty(),
            Some("Any") => !record.labels.is_empty(),
            _ => self
                .labels
                .iter()
                .all(|label| record.labels.contains(label)),
        }
    }

    fn is_searched(&self, record: &MergeRequestRecord) -> bool {
        let Some(search) = &self.search else {
            return true;
        };
        let title = record.title.to_lowercase();
        let description = record.description.as_deref().unwrap_or_default();
        self.search_in.split(',').any(|place| match place {
            "title" => title.contains(search),
            "description" => description.to_lowercase().contains(search),
            _ => false,
        })
    }
}

/// A list as `name[]=a&name[]=b` or as `name=a,b`.
fn list_of(query: &Query, name: &str) -> Vec<String> {
    let mut values = query.all(&format!("{name}[]"));
    if let Some(text) = query.text(name) {
        values.extend(text.split(',').map(|part| part.trim().to_owned()));
    }
    values.retain(|value| !value.is_empty());
    values
}

fn range(query: &Query, what: &str) -> Result<(Option<i64>, Option<i64>), Refusal> {
    let moment = |name: String| {
        let text = query.text(&name);
        let parsed = text.map(|text| {
            parse_time(&text).ok_or_else(|| Refusal::parameter(&format!("{name} is invalid")))
        });
        parsed.transpose()
    };
    let (after, before) = (format!("{what}_after"), format!("{what}_before"));
    Ok((moment(after)?, moment(before)?))
}
