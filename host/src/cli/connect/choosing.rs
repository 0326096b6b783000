//! Choosing repositories, what they hold, and their branches: apart from the rest of the
//! conversation, because there may be thousands of each.

use std::time::Instant;

use code_source_egress::ConnectedRepository;

use super::conversation::Conversation;
use super::repositories::KINDS;
use crate::cli::failure::CommandError;
use crate::cli::prompt::{Line, List, Row, thousands};
use crate::cli::session::Session;
use crate::cli::words;
use crate::config::{RepositoryEntry, RepositoryType};
use crate::contract::git::{RefKind, Reference};
use crate::contract::repositories::{Access, Filter, Repository};
use crate::contract::types::{PageEnd, PageRequest};
use crate::outcome::Outcome;

/// As much of a list as people can be expected to look through.
struct Loaded<T> {
    items: Vec<T>,
    is_whole: bool,
}

impl Conversation<'_> {
    /// One repository or two.
    pub(super) async fn choose(
        &mut self,
        session: &Session,
    ) -> Result<Vec<RepositoryEntry>, CommandError> {
        let mut loaded = self.repositories(session, None).await?;
        if loaded.items.is_empty() {
            self.prompter
                .say("The token's account sees no repository: none is connected for now.\n");
            return Ok(Vec::new());
        }
        let first = self.repository(session, "Repository", &loaded).await?;
        let first = self.entry(session, first, &KINDS).await?;
        let is_alone = first.r#type == Some(RepositoryType::Monorepo);
        loaded.items.retain(|repository| repository.id != first.id);
        let mut entries = vec![first];
        if !is_alone
            && !loaded.items.is_empty()
            && self.prompter.agrees("Connect a second one?").await?
        {
            let second = self
                .repository(session, "Second repository", &loaded)
                .await?;
            if entries[0].id == second.id {
                self.prompter.say("That is the first one.\n");
            } else {
                entries.push(self.entry(session, second, &KINDS[..2]).await?);
            }
        }
        Ok(entries)
    }

    async fn repositories(
        &mut self,
        session: &Session,
        search: Option<&str>,
    ) -> Result<Loaded<Repository>, CommandError> {
        let filter = Filter {
            search: search.map(str::to_owned),
            owner: None,
            minimum_access: None,
            member_only: false,
            include_archived: false,
        };
        let fetch = async |request: PageRequest| {
            let outcome = session.source.list_repositories(&filter, &request).await;
            let (answer, report) = (outcome.answer, outcome.report);
            let answer = answer.map(|page| (page.items, page.end));
            Outcome { answer, report }
        };
        self.load("repositories", fetch).await
    }

    async fn branches(
        &mut self,
        session: &Session,
        repository: &Repository,
        search: Option<&str>,
    ) -> Result<Loaded<Reference>, CommandError> {
        let known = ConnectedRepository {
            id: repository.id.clone(),
            path: repository.path.clone(),
        };
        let source =
            session
                .source
                .with_repository(known)
                .map_err(|source| CommandError::Open {
                    tried: format!("connect the repository `{}`", repository.path),
                    source,
                    at: None,
                })?;
        let fetch = async |request: PageRequest| {
            let kind = RefKind::Branch;
            let outcome = source
                .list_refs(&repository.id, kind, search, &request)
                .await;
            let (answer, report) = (outcome.answer, outcome.report);
            let answer = answer.map(|page| (page.items, page.end));
            Outcome { answer, report }
        };
        self.load("branches", fetch).await
    }

    /// Fetch a list, and show how far it is.
    async fn load<T>(
        &mut self,
        what: &str,
        mut fetch: impl AsyncFnMut(PageRequest) -> Outcome<(Vec<T>, PageEnd)>,
    ) -> Result<Loaded<T>, CommandError> {
        let begun = Instant::now();
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            self.prompter.status(&progress(what, items.len(), begun));
            let request = PageRequest {
                cursor: cursor.clone(),
                limit: Some(if items.is_empty() { FIRST_PAGE } else { PAGE }),
            };
            let outcome = fetch(request).await;
            self.prompter.say("");
            let (page, end) = self
                .context()
                .notes
                .answer(format!("list the {what}"), outcome)?;
            items.extend(page);
            match end {
                PageEnd::Complete => {
                    return Ok(Loaded {
                        items,
                        is_whole: true,
                    });
                }
                PageEnd::More(_) if items.len() > MOST => {
                    return Ok(Loaded {
                        items,
                        is_whole: false,
                    });
                }
                // The plugin is not trusted to come to an end.
                PageEnd::More(next) if cursor.as_ref() == Some(&next) => {
                    return Err(CommandError::Loop {
                        tried: format!("list the {what}"),
                    });
                }
                PageEnd::More(next) => cursor = Some(next),
            }
        }
    }

    /// A word to search the forge for.
    async fn word(&mut self, what: &str) -> Result<String, CommandError> {
        let most = thousands(MOST);
        self.prompter
            .say(&format!("There are more than {most} {what}.\n"));
        loop {
            let question = Line {
                title: "Search for (three letters or more)",
                default: None,
                is_hidden: false,
            };
            let word = self.prompter.line(question).await?;
            if word.trim().chars().count() >= SHORTEST_WORD {
                return Ok(word.trim().to_owned());
            }
        }
    }

    async fn repository(
        &mut self,
        session: &Session,
        title: &str,
        loaded: &Loaded<Repository>,
    ) -> Result<Repository, CommandError> {
        if loaded.is_whole {
            let rows: Vec<Row> = loaded.items.iter().map(repository_row).collect();
            let index = self.prompter.choose(List::new(title, &rows)).await?;
            return Ok(loaded.items[index].clone());
        }
        loop {
            let word = self.word("repositories").await?;
            let found = self.repositories(session, Some(&word)).await?;
            let mut rows: Vec<Row> = found.items.iter().map(repository_row).collect();
            rows.push(Row::new("(search for something else)", ""));
            let index = self.prompter.choose(List::new(title, &rows)).await?;
            if let Some(repository) = found.items.get(index) {
                return Ok(repository.clone());
            }
        }
    }

    async fn branch(
        &mut self,
        session: &Session,
        repository: &Repository,
    ) -> Result<Option<String>, CommandError> {
        if repository.empty {
            let path = crate::cli::escape::line(&repository.path);
            self.prompter
                .say(&format!("`{path}` has no commit yet, and so no branch.\n"));
            return Ok(None);
        }
        let mut word = None;
        loop {
            let mut found = self.branches(session, repository, word.as_deref()).await?;
            if !found.is_whole && word.is_none() {
                word = Some(self.word("branches").await?);
                continue;
            }
            found.items.sort_by_key(|branch| !branch.default);
            let mut rows: Vec<Row> = found.items.iter().map(branch_row).collect();
            if word.is_some() {
                rows.push(Row::new("(search for something else)", ""));
            }
            if rows.is_empty() {
                return Ok(None);
            }
            let index = self.prompter.choose(List::new("Branch", &rows)).await?;
            if let Some(branch) = found.items.get(index) {
                return Ok(Some(branch.name.clone()));
            }
            word = Some(self.word("branches").await?);
        }
    }

    async fn entry(
        &mut self,
        session: &Session,
        repository: Repository,
        kinds: &[(RepositoryType, &str)],
    ) -> Result<RepositoryEntry, CommandError> {
        let rows: Vec<Row> = kinds
            .iter()
            .map(|(kind, what)| Row::new(kind.as_str(), *what))
            .collect();
        let index = self
            .prompter
            .choose(List::new("What does it hold?", &rows))
            .await?;
        let branch = self.branch(session, &repository).await?;
        Ok(RepositoryEntry {
            id: repository.id,
            path: repository.path,
            branch,
            r#type: Some(kinds[index].0),
        })
    }
}

fn repository_row(repository: &Repository) -> Row {
    let branch = match &repository.default_branch {
        _ if repository.empty => "(empty)",
        Some(branch) => branch,
        None => "-",
    };
    // An administrator is often no member, and has access all the same.
    let access = repository
        .access
        .clone()
        .filter(|access| !matches!(access, Access::None));
    let note = match access.map(words::access) {
        Some(access) => format!("{branch}, {access}"),
        None => branch.to_owned(),
    };
    Row::new(&repository.path, note)
}

fn branch_row(branch: &Reference) -> Row {
    Row::new(&branch.name, if branch.default { "default" } else { "" })
}

fn progress(what: &str, count: usize, begun: Instant) -> String {
    let seconds = begun.elapsed().as_secs_f64();
    if count == 0 || seconds < f64::EPSILON {
        return format!("Loading {what} ...");
    }
    // A rate is for people, who do not need its last digit.
    let rate = std::time::Duration::from_secs(count as u64).as_secs_f64() / seconds;
    format!("Loading {what}: {} ({rate:.0}/s)", thousands(count))
}

/// The first rows are wanted soon, the others with few calls.
const FIRST_PAGE: u32 = 100;

const PAGE: u32 = 1_000;

/// Of more than these nobody finds one in a list.
const MOST: usize = 5_000;

/// Forges find nothing useful for less.
const SHORTEST_WORD: usize = 3;
