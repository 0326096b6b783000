//! Choosing repositories, what they hold, and their branches: apart from the rest of the
//! conversation, because there may be thousands of each.

use std::time::Instant;

use code_source_egress::ConnectedRepository;

use super::conversation::Conversation;
use super::repositories::{self, KINDS};
use crate::cli::failure::CommandError;
use crate::cli::listing::Way;
use crate::cli::prompt::{Line, List, Row, Shown};
use crate::cli::session::Session;
use crate::cli::words;
use crate::cli::words::thousands;
use crate::config::{RepositoryEntry, RepositoryType};
use crate::contract::git::{RefKind, Reference};
use crate::contract::repositories::{Access, Filter, Repository, State};
use crate::contract::types::{PageEnd, PageRequest};
use crate::outcome::Outcome;

/// As much of a list as people can be expected to look through.
struct Loaded<T> {
    items: Vec<T>,
    is_whole: bool,
}

impl Conversation<'_> {
    /// One repository or two, where it is not to stay as it is.
    pub(super) async fn choose_or_keep(
        &mut self,
        session: &Session,
    ) -> Result<Option<Vec<RepositoryEntry>>, CommandError> {
        let entry = self.draft.present(self.file());
        let present = entry.map_or_else(Vec::new, |entry| entry.repositories().to_vec());
        if !present.is_empty() {
            let paths: Vec<&str> = present.iter().map(|one| one.path.as_str()).collect();
            let rows = [
                Row::new(format!("Keep {}", paths.join(", ")), ""),
                Row::new("Choose others", ""),
                Row::new("Connect none", "for now"),
            ];
            let question = List::new("Repositories", &rows);
            match self.prompter.choose(question).await? {
                0 => return repositories::kept(session, &self.draft, self.file()).await,
                1 => {}
                _ => return Ok(Some(Vec::new())),
            }
        }
        let loaded = self.repositories(session, None).await?;
        if loaded.items.is_empty() {
            let rest = match present.is_empty() {
                true => "none is connected for now",
                false => "what is connected stays",
            };
            self.prompter.say(&format!(
                "The token's account sees no repository: {rest}. `--repository PATH` names one.\n"
            ));
            return repositories::kept(session, &self.draft, self.file()).await;
        }
        self.choose(session, loaded).await.map(Some)
    }

    async fn choose(
        &mut self,
        session: &Session,
        mut loaded: Loaded<Repository>,
    ) -> Result<Vec<RepositoryEntry>, CommandError> {
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
            include_archived: true,
        };
        let fetch = async |request: PageRequest| {
            let outcome = session.source.list_repositories(&filter, &request).await;
            let (answer, report) = (outcome.answer, outcome.report);
            let answer = answer.map(|page| (page.items, page.end));
            Outcome { answer, report }
        };
        let mut loaded = self.load("repositories", fetch).await?;
        // They are seldom meant.
        loaded
            .items
            .sort_by_key(|repository| !matches!(repository.state, State::Active));
        Ok(loaded)
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
        let mut way = Way::from(None);
        loop {
            self.prompter.status(&progress(what, items.len(), begun));
            let request = PageRequest {
                cursor: way.cursor(),
                limit: Some(if items.is_empty() { FIRST_PAGE } else { PAGE }),
            };
            let outcome = fetch(request).await;
            self.prompter.say("");
            let (page, end) = self
                .context()
                .notes
                .answer(format!("list the {what}"), outcome)?;
            let count = page.len();
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
                PageEnd::More(next) if !way.goes_on(&next, count) => {
                    return Err(CommandError::Loop {
                        tried: format!("list the {what}"),
                    });
                }
                PageEnd::More(_) => {}
            }
        }
    }

    /// A word to search the forge for, where the one before found too many as well.
    async fn word(&mut self, what: &str, before: Option<&str>) -> Result<String, CommandError> {
        let most = thousands(MOST as u64);
        let found = match before {
            None => format!("There are more than {most} {what}.\n"),
            Some(word) => format!(
                "More than {most} {what} are found by `{}`: a longer word finds fewer.\n",
                crate::cli::escape::line(word)
            ),
        };
        self.prompter.say(&found);
        loop {
            let question = Line {
                title: "Search for (three letters or more)",
                default: None,
                shown: Shown::Always,
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
        let mut before: Option<String> = None;
        loop {
            let word = self.word("repositories", before.as_deref()).await?;
            let found = self.repositories(session, Some(&word)).await?;
            before = (!found.is_whole).then_some(word);
            if before.is_some() {
                continue;
            }
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
            if !found.is_whole {
                word = Some(self.word("branches", word.as_deref()).await?);
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
            word = Some(self.word("branches", None).await?);
        }
    }

    async fn entry(
        &mut self,
        session: &Session,
        repository: Repository,
        kinds: &[(RepositoryType, &str)],
    ) -> Result<RepositoryEntry, CommandError> {
        let kind = self.kind("What does it hold?", kinds).await?;
        let branch = self.branch(session, &repository).await?;
        Ok(RepositoryEntry {
            id: repository.id,
            path: repository.path,
            branch,
            r#type: Some(kind),
        })
    }

    /// What those repositories hold of which that was not said.
    pub(super) async fn kinds(
        &mut self,
        entries: &mut [RepositoryEntry],
    ) -> Result<(), CommandError> {
        let kinds = if entries.len() > 1 {
            &KINDS[..2]
        } else {
            &KINDS
        };
        for entry in entries.iter_mut().filter(|entry| entry.r#type.is_none()) {
            let title = format!("What does {} hold?", entry.path);
            entry.r#type = Some(self.kind(&title, kinds).await?);
        }
        Ok(())
    }

    async fn kind(
        &mut self,
        title: &str,
        kinds: &[(RepositoryType, &str)],
    ) -> Result<RepositoryType, CommandError> {
        let rows: Vec<Row> = kinds
            .iter()
            .map(|(kind, what)| Row::new(kind.as_str(), *what))
            .collect();
        let index = self.prompter.choose(List::new(title, &rows)).await?;
        Ok(kinds[index].0)
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
    let state = Some(repository.state.clone()).filter(|state| !matches!(state, State::Active));
    let mut note = branch.to_owned();
    for word in [state.map(words::state), access.map(words::access)]
        .into_iter()
        .flatten()
    {
        note.push_str(&format!(", {word}"));
    }
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
    format!("Loading {what}: {} ({rate:.0}/s)", thousands(count as u64))
}

/// The first rows are wanted soon, the others with few calls.
const FIRST_PAGE: u32 = 100;

const PAGE: u32 = 1_000;

/// Of more than these nobody finds one in a list.
const MOST: usize = 5_000;

/// Forges find nothing useful for less.
const SHORTEST_WORD: usize = 3;
