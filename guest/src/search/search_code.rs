//! `search.search-code`; apart as every function of the contract is.

use serde::{Deserialize, Serialize};

use crate::{
    bindings::{
        git::Revision,
        search::{Hit, HitsPage},
        types::{ErrorCode, ObjectId, PageRequest, RepositoryId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    git::{argument, missing, revision},
    model,
    page::{self, Fingerprint, Position, Sequence},
    transport::Transport,
};

/// Search the code of a repository.
pub(crate) async fn search_code<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    query: &str,
    at: &Revision,
    request: &PageRequest,
) -> Result<HitsPage, Failure> {
    let project = Project::new(repository)?;
    check(query)?;
    let limit = page::limit(request)?;
    let (kind, name) = revision::describe(at);
    let list = Fingerprint::new("search.search-code", call.base_url())
        .with(repository)
        .with(query)
        .with(kind)
        .with(name);
    let (pinned, position) = match page::resume(request, &list)? {
        Some(Resumed { commit, position }) => {
            argument::object_id("page.cursor", &commit)?;
            (revision::known(commit), position)
        }
        None => {
            let pinned = revision::pin(call, &project, at).await?;
            (pinned, Position::beginning(limit))
        }
    };
    let purpose = Purpose::new(
        format!("searching the code of repository {}", project.id()),
        Subject::Commit,
    );
    let sequence = Sequence {
        target: target(&project, &pinned.commit, query),
        purpose: &purpose,
    };
    let (hits, next) = match sequence.read::<T, model::Hit>(call, position, limit).await {
        Ok(read) => read,
        Err(failure) => {
            let failure = in_words(failure);
            let subject = Subject::Commit;
            return Err(missing::explain_at(call, &project, &pinned, subject, failure).await);
        }
    };
    // In a commit that GitLab does not know it may find nothing, and not say why.
    if hits.is_empty() && !pinned.is_known {
        let found = revision::commit(call, &project, &pinned.commit).await;
        if let Err(failure) = found {
            return Err(missing::explain(call, &project, failure).await);
        }
    }
    let commit = pinned.commit;
    let next = next.map(|position| Resumed {
        commit: commit.clone(),
        position,
    });
    let items = hits.into_iter().map(|hit| into_hit(hit, &purpose));
    Ok(HitsPage {
        items: items.collect::<Result<_, _>>()?,
        end: page::end(next.as_ref(), &list),
        commit,
    })
}

/// A place in the list, and the commit that it is of.
#[derive(Debug, Deserialize, Serialize)]
struct Resumed {
    #[serde(rename = "c")]
    commit: ObjectId,
    #[serde(rename = "p")]
    position: Position,
}

fn check(query: &str) -> Result<(), Failure> {
    if query.trim().is_empty() {
        return Err(Failure::invalid("query: it is empty"));
    }
    if query.chars().count() > LONGEST_QUERY {
        return Err(Failure::invalid(
            "query: it is longer than 1,000 characters",
        ));
    }
    match query.chars().any(|c| c.is_control() && c != '\t') {
        true => Err(Failure::invalid("query: it contains a control character")),
        false => Ok(()),
    }
}

/// A commit's name is never that of the default branch, and everything but that branch is searched
/// with git, which every edition can do; an index of the instance's knows the default branch alone.
/// From 18.0 on the kind of search can be asked for as well, which older versions pass over.
fn target(project: &Project, commit: &str, query: &str) -> Target {
    Target::repository(project, "/search")
        .query("scope", "blobs")
        .query("search_type", "basic")
        .query("ref", commit)
        .query("search", query)
}

/// GitLab refuses with the same status what it cannot do and what it does not understand; its words
/// for the first differ between versions and editions.
fn in_words(failure: Failure) -> Failure {
    let ErrorCode::Rejected(said) = failure.code() else {
        return failure;
    };
    let lower = said.to_lowercase();
    let is_refused = [
        "scope",
        "search_type",
        "elasticsearch",
        "advanced search",
        "zoekt",
    ];
    let code = match is_refused.iter().any(|word| lower.contains(word)) {
        true => ErrorCode::Unsupported("code search within one repository".to_owned()),
        false => ErrorCode::InvalidArgument(format!("query: {}", quote(said))),
    };
    failure.with_code(code)
}

fn into_hit(hit: model::Hit, purpose: &Purpose) -> Result<Hit, Failure> {
    let (first_line, text) = (hit.first_line, hit.data.clone());
    let path = hit.into_path();
    if path.is_empty() || first_line == 0 {
        let place = format!("{}: the place of what was found", purpose.action);
        return Err(Failure::malformed(place));
    }
    Ok(Hit {
        path,
        first_line,
        text,
    })
}

const LONGEST_QUERY: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_text_on_one_line() {
        for good in ["a", "filename:*.rs ä", "a\tb", &"ä".repeat(1_000)] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a\nb", "a\rb", "a\0b", &"ä".repeat(1_001)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
