//! Basic search in a project's code, which every edition has; apart, because it has a language of
//! its own for filters.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, parameters::missing};
use crate::{
    error::Refusal,
    git::Repository,
    page::{Length, Paging},
    record::lock,
    reply::Reply,
};

/// Search in one project.
pub(crate) fn in_project(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    let text = wanted(call, PROJECT_SCOPES)?;
    check_rate(call)?;
    if call.features.search_unavailable {
        return Err(unsupported(call));
    }
    let paging = Paging::parse(&call.query)?;
    let reference = match call.query.text("ref") {
        Some(reference) => reference,
        None => repository.head()?,
    };
    let search = Search::parse(&text);
    let found = match repository.commit(&reference)? {
        Some(commit) if !search.text.is_empty() => find(&repository, &commit.id, &search)?,
        _ => Vec::new(),
    };
    let page: Vec<Value> = found
        .iter()
        .skip(paging.offset() as usize)
        .take(paging.per_page as usize)
        .map(|found| {
            let path = String::from_utf8_lossy(&found.path);
            json!({
                "basename": without_extension(&path),
                "data": String::from_utf8_lossy(&found.data),
                "path": path,
                "filename": path,
                "id": found.id,
                "ref": reference,
                "startline": found.start,
                "project_id": project.id,
            })
        })
        .collect();
    let reply = Reply::json(StatusCode::OK, &page);
    Ok(paging.describe(call, reply, Length::Known(found.len() as u64)))
}

/// Search in a group or everywhere, where code is found by another engine that is not there.
pub(crate) fn elsewhere(call: &Call<'_>) -> Answer {
    call.user()?;
    let enterprise = call.shared.version.is_enterprise();
    let scopes = match enterprise {
        true => PROJECT_SCOPES,
        false => &["projects", "issues", "merge_requests", "milestones"],
    };
    wanted(call, scopes)?;
    Err(unsupported(call))
}

/// The text to look for, once it is certain that it is code that is wanted.
fn wanted(call: &Call<'_>, scopes: &[&str]) -> Result<String, Refusal> {
    let names = ["search", "scope"];
    let is_absent = |name: &&str| call.query.bytes(name).is_none();
    let absent: Vec<&str> = names.into_iter().filter(is_absent).collect();
    if !absent.is_empty() {
        return Err(missing(&absent.join(" is missing, ")));
    }
    match call.query.one_of("scope", scopes)?.as_deref() {
        Some("blobs") => Ok(call.query.text("search").unwrap_or_default()),
        None => Err(Refusal::parameter("scope does not have a valid value")),
        // There are no issues, milestones and so on here to be found.
        Some(_) => Err(Refusal::UnknownRoute),
    }
}

fn check_rate(call: &Call<'_>) -> Result<(), Refusal> {
    let Some(limit) = call.features.searches_per_minute else {
        return Ok(());
    };
    let name = format!("search {:?}", call.viewer.user);
    let minute = Duration::from_secs(60);
    match lock(&call.shared.counters).count(name, minute).0 <= limit {
        true => Ok(()),
        false => Err(Refusal::application_limit("endpoint")),
    }
}

/// GitLab's advice to buy another engine. That its form changed is certain, but not when.
fn unsupported(call: &Call<'_>) -> Refusal {
    let text = match call.at_least(17, 0) {
        true => "Scope supported only with advanced search or exact code search",
        false => "Scope supported only with advanced search",
    };
    let body = match call.at_least(18, 6) {
        true => json!({ "message": text }),
        false => json!({"message": {"error": text}}),
    };
    Reply::json(StatusCode::BAD_REQUEST, &body).into()
}

/// Something to be shown.
struct Found {
    path: Vec<u8>,
    id: Option<String>,
    start: u64,
    data: Vec<u8>,
}

/// Files by name first, then by content, as GitLab lists them.
fn find(repository: &Repository, commit: &str, search: &Search) -> Result<Vec<Found>, Refusal> {
    let mut found = Vec::new();
    let path = search.text.trim_start_matches('/');
    if !path.is_empty() {
        for path in repository.files_below(commit, path)? {
            let name = format!("{commit}:{}", String::from_utf8_lossy(&path));
            let Some((header, mut data)) = repository.contents(&name)? else {
                continue;
            };
            data.truncate(SHOWN_OF_A_FILE);
            found.push(Found {
                path,
                id: Some(header.id),
                start: 1,
                data,
            });
        }
    }
    for snippet in repository.grep(commit, &search.text)? {
        found.push(Found {
            path: snippet.path,
            id: None,
            start: snippet.start,
            data: snippet.data,
        });
    }
    found.retain(|found| search.accepts(&String::from_utf8_lossy(&found.path)));
    Ok(found)
}

/// What people typed: text, and filters among it.
#[derive(Debug, Default)]
struct Search {
    text: String,
    filters: Vec<Filter>,
}

#[derive(Debug)]
struct Filter {
    /// In small letters.
    pattern: String,
    /// Whether the path must end there.
    at_end: bool,
    excludes: bool,
}

impl Search {
    fn parse(text: &str) -> Self {
        let mut search = Self::default();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let (excludes, term) = match word.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, word),
            };
            let (pattern, at_end) = match term.split_once(':') {
                Some(("filename", value)) => (value.to_lowercase(), true),
                Some(("path", value)) => (value.to_lowercase(), false),
                Some(("extension", value)) => (format!(".{}", value.to_lowercase()), true),
                _ => {
                    words.push(word);
                    continue;
                }
            };
            search.filters.push(Filter {
                pattern,
                at_end,
                excludes,
            });
        }
        search.text = match search.filters.is_empty() {
            true => text.trim().to_owned(),
            false => words.join(" "),
        };
        search
    }

    fn accepts(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        self.filters
            .iter()
            .all(|filter| matches(&path, &filter.pattern, filter.at_end) != filter.excludes)
    }
}

/// Whether a pattern with `*` occurs in a text, perhaps only at its end.
fn matches(text: &str, pattern: &str, at_end: bool) -> bool {
    let (before, last) = match pattern.rsplit_once('*') {
        Some((before, last)) => (Some(before), last),
        None => (None, pattern),
    };
    let mut rest = text;
    for piece in before.into_iter().flat_map(|before| before.split('*')) {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    match at_end {
        true => rest.ends_with(last),
        false => rest.contains(last),
    }
}

fn without_extension(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('.') {
        Some(dot) if dot > 0 => &path[..name + dot],
        _ => path,
    }
}

const PROJECT_SCOPES: &[&str] = &[
    "blobs",
    "commits",
    "issues",
    "merge_requests",
    "milestones",
    "notes",
    "users",
    "wiki_blobs",
];

/// Of a file that was found by its name only the beginning is shown.
const SHOWN_OF_A_FILE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_out_of_the_text() {
        let search = Search::parse("fn main filename:*.rs -path:tests");
        assert_eq!(search.text, "fn main");
        assert!(search.accepts("src/Main.RS"));
        assert!(!search.accepts("src/main.rs.bak"));
        assert!(!search.accepts("tests/main.rs"));
        assert!(!Search::parse("a extension:rs").accepts("a/rs"));
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("src/a/b.rs", "src*b", false));
        assert!(!matches("src/a/b.rs", "b*src", false));
        assert!(matches("ab", "a*b", true));
        assert!(!matches("a", "a*a", true));
    }

    #[test]
    fn a_dot_at_the_beginning_is_no_extension() {
        assert_eq!(without_extension("a.b/.env"), "a.b/.env");
        assert_eq!(without_extension("a.b/c.tar.gz"), "a.b/c.tar");
    }
}
