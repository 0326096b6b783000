//! Repositories that options name: apart from choosing them on a terminal, because here everything
//! is said at once, and is right or wrong.

use std::str::FromStr;

use code_source_egress::{BaseUrl, RepositoryArgument as Named};

use super::draft::Draft;
use crate::cli::failure::CommandError;
use crate::cli::repository::{RepositoryArgument, connect_to};
use crate::cli::session::Session;
use crate::cli::usage::UsageError;
use crate::config::file::ConfigurationFile;
use crate::config::{ConnectionEntry, RepositoryEntry, RepositoryType};
use crate::contract::git::Revision;
use crate::contract::repositories::RepositoryRef;

/// `PATH[,type=TYPE][,branch=BRANCH][,id=ID]`.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    name: String,
    kind: Option<RepositoryType>,
    branch: Option<String>,
    id: Option<String>,
}

impl FromStr for Wish {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default().trim_matches('/');
        if name.is_empty() {
            return Err(
                "the repository's path comes first, such as `web/shop,type=monorepo`".into(),
            );
        }
        let mut wish = Self {
            name: name.to_owned(),
            kind: None,
            branch: None,
            id: None,
        };
        for part in parts {
            match part.split_once('=') {
                Some(("type", kind)) => wish.kind = Some(parse_kind(kind)?),
                Some(("branch", branch)) if !branch.is_empty() => {
                    wish.branch = Some(branch.to_owned());
                }
                Some(("id", id)) if !id.is_empty() => {
                    Named::Id(id).check().map_err(|error| error.to_string())?;
                    wish.id = Some(id.to_owned());
                }
                // A branch may have a comma in its name.
                _ => match &mut wish.branch {
                    Some(branch) => branch.push_str(&format!(",{part}")),
                    None => {
                        return Err(format!(
                            "`{part}` is none of `type=…`, `branch=…` and `id=…`"
                        ));
                    }
                },
            }
        }
        Ok(wish)
    }
}

fn parse_kind(text: &str) -> Result<RepositoryType, String> {
    let all = KINDS.into_iter();
    let found = all.map(|(kind, _)| kind).find(|kind| kind.as_str() == text);
    found.ok_or_else(|| format!("`{text}` is none of `frontend`, `backend` and `monorepo`"))
}

/// Whether so many of such kinds go together, before anything is asked.
pub(super) fn check_wishes(wishes: &[Wish]) -> Result<(), CommandError> {
    let is_alone = |wish: &Wish| wish.kind == Some(RepositoryType::Monorepo);
    let problem = match wishes {
        [first, second] if first.name == second.name => "the same repository was named twice",
        [_, _] if wishes.iter().any(is_alone) => "a monorepo stands alone",
        [_, _, _, ..] => "a connection has two repositories at most",
        _ => return Ok(()),
    };
    Err(UsageError::RepositoriesTogether {
        problem: problem.to_owned(),
    }
    .into())
}

/// What the wishes lead to, without asking; `None` where nothing is wished for.
pub(super) fn believed(
    wishes: &[Wish],
    draft: &Draft,
    file: &ConfigurationFile,
) -> Result<Option<Vec<RepositoryEntry>>, CommandError> {
    let present = draft.present(file);
    if !wishes.is_empty() {
        let url = draft.url.as_deref().or(present.map(ConnectionEntry::url));
        let base = url.and_then(|url| BaseUrl::parse(url).ok());
        let base = base.map_or_else(String::new, |base| base.to_string());
        return taken(wishes, &base).map(Some);
    }
    if draft.moves(file) && present.is_some_and(|entry| !entry.repositories().is_empty()) {
        return Err(UsageError::RepositoriesElsewhere.into());
    }
    Ok(None)
}

fn taken(wishes: &[Wish], base_url: &str) -> Result<Vec<RepositoryEntry>, CommandError> {
    let entries = wishes
        .iter()
        .map(|wish| match (wish.named(base_url)?, &wish.id) {
            (RepositoryRef::Path(path), Some(id)) => Ok(wish.entry(id.clone(), path)),
            (RepositoryRef::Path(path), None) => {
                Err(UsageError::RepositoryUnchecked { path }.into())
            }
            (RepositoryRef::Id(id), _) => Err(UsageError::RepositoryWithoutPath { id }.into()),
        });
    entries.collect()
}

/// What the wishes lead to on the forge.
pub(super) async fn found(
    session: &Session,
    wishes: &[Wish],
) -> Result<Vec<RepositoryEntry>, CommandError> {
    let mut entries: Vec<RepositoryEntry> = Vec::new();
    for wish in wishes {
        let named = wish.named(&session.source.base_url())?;
        let id = wish.id.clone().map(RepositoryRef::Id);
        let found = connect_to(session, id.as_ref().unwrap_or(&named)).await?;
        let is_it = match &named {
            RepositoryRef::Path(path) => path.to_lowercase() == found.path.to_lowercase(),
            RepositoryRef::Id(id) => *id == found.id,
        };
        // What has moved is asked for by the path that it had.
        if id.is_some() && !is_it {
            return Err(UsageError::RepositoryIsAnother {
                id: found.id,
                named: wish.name.clone(),
                found: found.path,
            }
            .into());
        }
        if let Some(branch) = &wish.branch {
            let at = Revision::Branch(branch.clone());
            let outcome = found.source.resolve(&found.id, &at).await;
            let tried = format!("find the branch `{branch}` of `{}`", found.path);
            session.notes.answer(tried, outcome)?;
        }
        if entries.iter().any(|entry| entry.id == found.id) {
            return Err(UsageError::RepositoryTwice { path: found.path }.into());
        }
        if found.is_empty {
            session.notes.note(&format!(
                "`{}` has no commit yet: there is nothing to read until something is pushed to it",
                found.path
            ));
        }
        entries.push(wish.entry(found.id, found.path));
    }
    Ok(entries)
}

/// What is connected stays so; where the address changes, the forge is asked which repositories
/// those paths are there. `None` where nothing changes.
pub(super) async fn kept(
    session: &Session,
    draft: &Draft,
    file: &ConfigurationFile,
) -> Result<Option<Vec<RepositoryEntry>>, CommandError> {
    let present = draft.present(file).map(ConnectionEntry::repositories);
    let wishes: Vec<Wish> = present.into_iter().flatten().map(Wish::of).collect();
    if wishes.is_empty() || !draft.moves(file) {
        return Ok(None);
    }
    found(session, &wishes).await.map(Some)
}

impl Wish {
    pub(super) fn of(entry: &RepositoryEntry) -> Self {
        Self {
            name: entry.path.clone(),
            kind: entry.r#type,
            branch: entry.branch.clone(),
            id: None,
        }
    }

    /// What its first part names, on the forge at `base_url`.
    fn named(&self, base_url: &str) -> Result<RepositoryRef, CommandError> {
        let Ok(argument) = self.name.parse::<RepositoryArgument>();
        argument.reference(base_url)
    }

    fn entry(&self, id: String, path: String) -> RepositoryEntry {
        RepositoryEntry {
            id,
            path,
            branch: self.branch.clone(),
            r#type: self.kind,
        }
    }
}

/// The kinds, and what each of them means.
pub(super) const KINDS: [(RepositoryType, &str); 3] = [
    (RepositoryType::Frontend, "what people see"),
    (RepositoryType::Backend, "what runs on a server"),
    (RepositoryType::Monorepo, "both; it stands alone"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(texts: &[&str]) -> Vec<Wish> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_wish_says_the_path_first_and_the_rest_in_any_order() {
        let wish: Wish = "/web/shop,branch=feature/x,type=backend".parse().unwrap();
        assert_eq!(wish.name, "web/shop");
        assert_eq!(wish.branch.as_deref(), Some("feature/x"));
        assert_eq!(wish.kind, Some(RepositoryType::Backend));
        let wish: Wish = "a/b,branch=x,y,,type=backend".parse().unwrap();
        assert_eq!(wish.branch.as_deref(), Some("x,y,"));
        assert_eq!(wish.kind, Some(RepositoryType::Backend));
        for bad in [
            "",
            ",type=backend",
            "a/b,type=middle",
            "a/b,branch=",
            "a/b,main",
            "a/b,main,branch=x",
            "a/b,id=\u{e9}/..",
        ] {
            assert!(bad.parse::<Wish>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_monorepo_stands_alone_and_two_are_the_most() {
        assert!(check_wishes(&wishes(&["a/b,type=monorepo"])).is_ok());
        assert!(check_wishes(&wishes(&["a/b,type=frontend", "a/c"])).is_ok());
        for bad in [
            &["a/b", "a/c,type=monorepo"][..],
            &["a/b", "a/c", "a/d"],
            &["a/b", "/a/b/"],
        ] {
            assert!(check_wishes(&wishes(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_written_without_a_check_is_a_path_and_a_number() {
        let base = "https://git.acme.example";
        for named in ["a/b", "a/b.git", "https://git.acme.example/a/b"] {
            let wishes = wishes(&[&format!("{named},id=7")]);
            let taken = taken(&wishes, base).unwrap();
            assert_eq!((&*taken[0].id, &*taken[0].path), ("7", "a/b"), "{named}");
        }
        for bad in ["a/b", "7,id=7", "https://elsewhere.example/a/b,id=7"] {
            assert!(taken(&wishes(&[bad]), base).is_err(), "{bad}");
        }
    }
}
