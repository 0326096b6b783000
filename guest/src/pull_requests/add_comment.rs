//! `pull-requests.add-comment`; apart as every function of the contract is.

use serde_json::{Value, json};

use super::{
    argument, comments,
    edit_pull_request::is_same_text,
    marker::{mark, unmark},
    place::{Doing, LOOKING, Place, account, beginning},
    spot::{self, Spot},
};
use crate::{
    bindings::{
        pull_requests::{Comment, Commented, NewComment, Placement},
        types::{ErrorCode, Outcome, RepositoryId, Subject},
    },
    call::{self, Call},
    endpoint::Target,
    error::Failure,
    model::{Discussion, Note},
    transport::{Request, Transport},
};

/// Write a comment, once.
pub(crate) async fn add_comment<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    comment: &NewComment,
) -> Result<Commented, Failure> {
    let place = Place::new(repository, number)?;
    check(comment)?;
    let adding = Adding {
        place,
        comment,
        begun: call.wall_clock(),
    };
    if let Some(marker) = &comment.marker
        && let Some(found) = adding.marked(call, marker).await?
    {
        return Ok(found);
    }
    match (&comment.reply_to, &comment.at) {
        (Some(thread), _) => adding.reply(call, thread).await,
        (None, None) => adding.general(call, &comment.body).await,
        (None, Some(at)) => {
            let spot = spot::find(call, repository, &adding.place, at).await?;
            adding.at(call, spot).await
        }
    }
}

fn check(comment: &NewComment) -> Result<(), Failure> {
    argument::comment(&comment.body)?;
    if let Some(marker) = &comment.marker {
        argument::marker(marker)?;
    }
    let text = match &comment.at {
        Some(at) => named(&spot::name(at), &comment.body),
        None => comment.body.clone(),
    };
    argument::sent_comment(&mark(&text, comment.marker.as_deref()))?;
    match (&comment.reply_to, &comment.at) {
        (Some(_), Some(_)) => Err(Failure::invalid("at: a reply stands where its thread does")),
        (Some(thread), None) => argument::thread_id("reply-to", thread),
        (None, Some(at)) => spot::check(at),
        (None, None) => Ok(()),
    }
}

/// A text that begins with its place in words.
fn named(place: &str, text: &str) -> String {
    format!("{place}\n\n{text}")
}

/// One call of the function.
struct Adding<'a> {
    place: Place,
    comment: &'a NewComment,
    /// When it began, on the clock here.
    begun: i64,
}

impl Adding<'_> {
    /// Find the comment that an earlier call wrote.
    async fn marked<T: Transport>(
        &self,
        call: &Call<T>,
        marker: &str,
    ) -> Result<Option<Commented>, Failure> {
        let (username, _) = account(call).await?;
        let is_ours = |_: &Discussion, note: &Note| {
            note.is_by(&username) && unmark(&note.body).1 == Some(marker)
        };
        let Some((thread, note)) = comments::find(call, &self.place, is_ours).await? else {
            return Ok(None);
        };
        let is_reply = thread
            .notes
            .first()
            .is_some_and(|first| first.id != note.id);
        let comment = comments::told(&thread, note);
        let placement = match &comment.at {
            _ if is_reply => Placement::Thread,
            Some(at) if at.lines.is_some() => Placement::Lines,
            Some(_) => Placement::File,
            None => Placement::General,
        };
        Ok(Some(Commented {
            comment,
            placement,
            outcome: Outcome::Already,
        }))
    }

    async fn reply<T: Transport>(
        &self,
        call: &Call<T>,
        thread: &str,
    ) -> Result<Commented, Failure> {
        let target = self.place.target("/discussions").segment(thread);
        let target = target.literal("/notes");
        let body = self.marked_text(&self.comment.body);
        let sent = self.send(call, target, json!({ "body": body }), Placement::Thread);
        self.explained(call, Subject::Comment, sent.await).await
    }

    /// A comment that stands alone: a thread of its own would have to be resolved before merging, in
    /// repositories that ask for that.
    async fn general<T: Transport>(
        &self,
        call: &Call<T>,
        text: &str,
    ) -> Result<Commented, Failure> {
        let target = self.place.target("/notes");
        let body = self.marked_text(text);
        let sent = self.send(call, target, json!({ "body": body }), Placement::General);
        self.explained(call, Subject::PullRequest, sent.await).await
    }

    /// Try the lines, then the file, then the pull request as a whole. GitLab refuses a position with
    /// 400, and then has written nothing.
    async fn at<T: Transport>(&self, call: &Call<T>, spot: Spot) -> Result<Commented, Failure> {
        let named = named(&spot.name, &self.comment.body);
        let has_lines = self
            .comment
            .at
            .as_ref()
            .is_some_and(|at| at.lines.is_some());
        for (placement, position) in [(Placement::Lines, spot.lines), (Placement::File, spot.file)]
        {
            let Some(position) = position else {
                continue;
            };
            let text = match placement {
                Placement::File if has_lines => &named,
                _ => &self.comment.body,
            };
            let body = json!({ "body": self.marked_text(text), "position": position });
            let target = self.place.target("/discussions");
            match self.send(call, target, body, placement).await {
                Err(failure) if matches!(failure.code(), ErrorCode::Rejected(_)) => {}
                sent => return self.explained(call, Subject::PullRequest, sent).await,
            }
        }
        self.general(call, &named).await
    }

    async fn explained<T: Transport>(
        &self,
        call: &Call<T>,
        missing: Subject,
        sent: Result<Commented, Failure>,
    ) -> Result<Commented, Failure> {
        match sent {
            Err(failure) if failure.is_not_found() => {
                let repository = matches!(failure.code(), ErrorCode::NotFound(Subject::Repository));
                let failure = match repository {
                    true => failure,
                    false => failure.with_code(ErrorCode::NotFound(missing)),
                };
                Err(self.place.explain_part(call, Doing::Writing, failure).await)
            }
            Err(failure) => Err(self.place.explain_part(call, Doing::Writing, failure).await),
            sent => sent,
        }
    }

    async fn send<T: Transport>(
        &self,
        call: &Call<T>,
        target: Target,
        body: Value,
        placement: Placement,
    ) -> Result<Commented, Failure> {
        let request = Request::post(target, &body);
        let purpose = self.place.purpose("commenting on", Subject::PullRequest);
        let comment = match call.write(&request, &purpose).await? {
            call::Written::Done(done) => match self.told(call, &done).await {
                Some(comment) => comment,
                None => {
                    let lost = Failure::malformed("the comment that was written");
                    self.settle(call, &body, lost.with_head(&done.head)).await?
                }
            },
            call::Written::Unsettled(failure) => self.settle(call, &body, failure).await?,
        };
        Ok(Commented {
            comment,
            placement,
            outcome: Outcome::Applied,
        })
    }

    /// What GitLab told of the comment, where it makes sense: the comment, or a thread of it alone.
    async fn told<T: Transport>(&self, call: &Call<T>, done: &call::Done) -> Option<Comment> {
        if let Some(thread) = done.json::<Discussion>() {
            let note = thread.notes.first()?.clone();
            return Some(comments::told(&thread, note));
        }
        Some(self.with_thread(call, done.json()?).await)
    }

    /// GitLab does not tell the thread of a comment that it was sent: a reply's is known, another is
    /// looked for. That it cannot be found takes nothing back: the comment is there.
    async fn with_thread<T: Transport>(&self, call: &Call<T>, note: Note) -> Comment {
        if self.comment.reply_to.is_none() {
            let is_it = |_: &Discussion, other: &Note| other.id == note.id;
            if let Ok(Some((thread, note))) = comments::find(call, &self.place, is_it).await {
                return comments::told(&thread, note);
            }
        }
        let (split, resolved) = (comments::split(&note), note.resolved());
        note.into_comment(self.comment.reply_to.clone(), resolved, split)
    }

    /// Find out whether the comment was written, whose answer did not come.
    async fn settle<T: Transport>(
        &self,
        call: &Call<T>,
        body: &Value,
        failure: Failure,
    ) -> Result<Comment, Failure> {
        let text = body["body"].as_str().unwrap_or_default();
        let look = async || {
            let (username, head) = account(call).await?;
            let since = beginning(&head, self.begun, call.wall_clock());
            let is_it = |thread: &Discussion, note: &Note| {
                note.is_by(&username)
                    && note.created_at >= since
                    && is_same_text(text, &note.body)
                    && self.is_there(thread, note, body.get("position"))
            };
            comments::find(call, &self.place, is_it).await
        };
        match call.wait_for(LOOKING, look).await {
            Ok(Some((thread, note))) => Ok(comments::told(&thread, note)),
            _ => {
                let failure = failure.into_unknown_outcome();
                Err(match self.comment.marker {
                    Some(_) => failure,
                    None => failure.not_to_be_repeated(),
                })
            }
        }
    }

    /// Whether a comment stands where this one was sent: in the thread that it answers, or first in
    /// one of its own. The same text in another place is another comment.
    fn is_there(&self, thread: &Discussion, note: &Note, position: Option<&Value>) -> bool {
        let is_first = thread
            .notes
            .first()
            .is_some_and(|first| first.id == note.id);
        match &self.comment.reply_to {
            Some(answered) => thread.id == *answered && !is_first,
            None => is_first && note.stands_at(position),
        }
    }

    fn marked_text(&self, text: &str) -> String {
        mark(text, self.comment.marker.as_deref())
    }
}
