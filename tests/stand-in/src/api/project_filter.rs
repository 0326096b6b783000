//! Which projects a list holds and in which order; apart, because the parameters are many.

use std::{cmp::Ordering, sync::Arc};

use super::Call;
use crate::{
    error::Refusal,
    query::Query,
    state::{AccessLevel, NamespaceKind, ProjectRecord, Viewer, World, parse_time},
};

/// Where projects are listed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Everywhere,
    Group {
        id: u64,
        subgroups: bool,
    },
    /// In the namespace of this user.
    User(u64),
}

pub(crate) struct Filter {
    place: Place,
    archived: Option<bool>,
    visibility: Option<String>,
    search: Vec<String>,
    search_namespaces: bool,
    owned: bool,
    membership: bool,
    starred: bool,
    minimum: u64,
    id_after: Option<u64>,
    id_before: Option<u64>,
    active_after: Option<i64>,
    active_before: Option<i64>,
    topics: Vec<String>,
    /// Whether what is marked for deletion is left out.
    lasting: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OrderBy {
    /// Also the order of creation.
    Id,
    LastActivity,
    Name,
    Path,
    Stars,
}

pub(crate) struct Order {
    pub(crate) by: OrderBy,
    pub(crate) descending: bool,
    /// Whether the parameter said `id`, which keyset paging insists on.
    pub(crate) by_id: bool,
}

/// Which part of what matches is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) skip: u64,
    pub(crate) take: u64,
    /// Whether the rest is to be counted, which takes looking at all of it.
    pub(crate) counted: bool,
}

/// What was selected.
pub(crate) struct Selection {
    pub(crate) projects: Vec<Arc<ProjectRecord>>,
    /// How many match in all, where they were counted.
    pub(crate) total: u64,
}

impl Window {
    fn cut<'a>(self, mut matching: impl Iterator<Item = &'a Arc<ProjectRecord>>) -> Selection {
        let mut total = 0;
        let mut projects = Vec::new();
        while self.counted || (projects.len() as u64) < self.take {
            let Some(project) = matching.next() else {
                break;
            };
            if total >= self.skip && (projects.len() as u64) < self.take {
                projects.push(project.clone());
            }
            total += 1;
        }
        Selection { projects, total }
    }
}

impl Filter {
    pub(crate) fn parse(call: &Call<'_>, place: Place) -> Result<Self, Refusal> {
        let query = &call.query;
        let search = query.text("search").unwrap_or_default().to_lowercase();
        Ok(Self {
            place,
            archived: query.flag("archived")?,
            visibility: query.one_of("visibility", &["private", "internal", "public"])?,
            search: search.split_whitespace().map(str::to_owned).collect(),
            search_namespaces: query.is_set("search_namespaces")?,
            owned: query.is_set("owned")?,
            membership: query.is_set("membership")?,
            starred: query.is_set("starred")?,
            minimum: query
                .one_of(
                    "min_access_level",
                    &["5", "10", "15", "20", "25", "30", "40", "50"],
                )?
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            id_after: query.number("id_after")?,
            id_before: query.number("id_before")?,
            active_after: moment(query, "last_activity_after")?
                .max(moment(query, "updated_after")?),
            active_before: earlier(
                moment(query, "last_activity_before")?,
                moment(query, "updated_before")?,
            ),
            topics: query
                .text("topic")
                .map(|text| text.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            lasting: call.features.pending_deletion_unlisted,
        })
    }

    /// The projects that match, in this order, less the first `skip` and at most `take` of them;
    /// and how many match in all, where `counted`.
    pub(crate) fn select(
        &self,
        world: &World,
        viewer: Viewer,
        order: &Order,
        window: Window,
    ) -> Selection {
        let after = self.id_after.unwrap_or(0);
        let before = self.id_before.unwrap_or(u64::MAX);
        let start = world
            .projects
            .partition_point(|project| project.id <= after);
        let end = world
            .projects
            .partition_point(|project| project.id < before);
        let range = world.projects.get(start..end).unwrap_or_default();
        let matching = range
            .iter()
            .filter(|project| self.matches(world, viewer, project));
        match (order.by, order.descending) {
            (OrderBy::Id, false) => window.cut(matching),
            (OrderBy::Id, true) => window.cut(matching.rev()),
            _ => {
                let mut sorted: Vec<_> = matching.collect();
                sorted.sort_by(|left, right| order.compare(left, right));
                window.cut(sorted.into_iter())
            }
        }
    }

    fn matches(&self, world: &World, viewer: Viewer, project: &ProjectRecord) -> bool {
        self.is_in_place(world, project)
            && !(self.lasting && project.pending_deletion.is_some())
            && self
                .archived
                .is_none_or(|wanted| wanted == project.archived)
            && self
                .visibility
                .as_deref()
                .is_none_or(|wanted| wanted == project.visibility.name())
            && self
                .active_after
                .is_none_or(|from| project.last_activity_at > from)
            && self
                .active_before
                .is_none_or(|to| project.last_activity_at < to)
            && self
                .topics
                .iter()
                .all(|topic| project.topics.contains(topic))
            && (!self.starred
                || viewer
                    .user
                    .is_some_and(|user| project.starred_by.contains(&user)))
            && self.matches_search(project)
            && self.matches_membership(world, viewer, project)
            && viewer.can_see(world, project)
    }

    fn is_in_place(&self, world: &World, project: &ProjectRecord) -> bool {
        match self.place {
            Place::Everywhere => true,
            Place::Group {
                id,
                subgroups: true,
            } => world.is_within(project.namespace, id),
            Place::Group { id, .. } => project.namespace == id,
            Place::User(user) => world
                .namespace(project.namespace)
                .is_some_and(|namespace| namespace.kind == NamespaceKind::User(user)),
        }
    }

    /// Every word must occur; one of less than three characters must be all there is.
    fn matches_search(&self, project: &ProjectRecord) -> bool {
        if self.search.is_empty() {
            return true;
        }
        let mut texts = vec![project.path.to_lowercase(), project.name.to_lowercase()];
        texts.extend(project.description.iter().map(|text| text.to_lowercase()));
        if self.search_namespaces {
            texts.push(project.full_path.to_lowercase());
        }
        self.search.iter().all(|word| match word.chars().count() {
            0..3 => texts.iter().any(|text| text == word),
            _ => texts.iter().any(|text| text.contains(word.as_str())),
        })
    }

    fn matches_membership(&self, world: &World, viewer: Viewer, project: &ProjectRecord) -> bool {
        if !self.membership && !self.owned && self.minimum == 0 {
            return true;
        }
        let level = viewer.access(world, project).level();
        level.is_some_and(|level| {
            level as u64 >= self.minimum && (!self.owned || level == AccessLevel::Owner)
        })
    }
}

impl Order {
    pub(crate) fn parse(query: &Query) -> Result<Self, Refusal> {
        let by = query.one_of("order_by", ORDERS)?;
        let by = by.as_deref().unwrap_or("created_at");
        let descending = query.one_of("sort", &["asc", "desc"])?.as_deref() != Some("asc");
        let by_id = by == "id";
        let by = match by {
            "last_activity_at" | "updated_at" => OrderBy::LastActivity,
            "name" => OrderBy::Name,
            "path" => OrderBy::Path,
            "star_count" => OrderBy::Stars,
            _ => OrderBy::Id,
        };
        Ok(Self {
            by,
            descending,
            by_id,
        })
    }

    fn compare(&self, left: &ProjectRecord, right: &ProjectRecord) -> Ordering {
        let ordering = match self.by {
            OrderBy::Id => Ordering::Equal,
            OrderBy::LastActivity => left.last_activity_at.cmp(&right.last_activity_at),
            OrderBy::Name => left.name.to_lowercase().cmp(&right.name.to_lowercase()),
            OrderBy::Path => left.path.cmp(&right.path),
            OrderBy::Stars => left.starred_by.len().cmp(&right.starred_by.len()),
        };
        let ordering = ordering.then(left.id.cmp(&right.id));
        match self.descending {
            true => ordering.reverse(),
            false => ordering,
        }
    }
}

fn moment(query: &Query, name: &str) -> Result<Option<i64>, Refusal> {
    query
        .text(name)
        .map(|text| {
            parse_time(&text).ok_or_else(|| Refusal::parameter(&format!("{name} is invalid")))
        })
        .transpose()
}

fn earlier(left: Option<i64>, right: Option<i64>) -> Option<i64> {
    left.into_iter().chain(right).min()
}

const ORDERS: &[&str] = &[
    "id",
    "name",
    "path",
    "created_at",
    "updated_at",
    "last_activity_at",
    "similarity",
    "star_count",
    "storage_size",
    "repository_size",
    "wiki_size",
    "packages_size",
];
