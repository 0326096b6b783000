//! `pull-requests.edit-comment`; apart as every function of the contract is.

use serde_json::json;

use super::{
    argument,
    edit_pull_request::is_same_text,
    marker::{mark, unmark},
    place::{Doing, Place},
};
use crate::{
    bindings::types::{Outcome, RepositoryId, Subject},
    call::{Call, Written},
    endpoint::Target,
    error::Failure,
    model::Note,
    transport::{Request, Transport},
    writing,
};

/// Change the text of a comment.
pub(crate) async fn edit_comment<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    id: &str,
    body: &str,
) -> Result<Outcome, Failure> {
    let place = Place::new(repository, number)?;
    argument::comment_id(id)?;
    argument::comment(body)?;
    let note = match read(call, &place, id).await {
        Ok(note) => note,
        Err(failure) => return Err(place.explain_part(call, Doing::Reading, failure).await),
    };
    let wanted = mark(body, unmark(&note.body).1);
    argument::sent_comment(&wanted)?;
    if is_same_text(&wanted, &note.body) {
        return Ok(Outcome::Already);
    }
    let request = Request::put(target(&place, id), &json!({ "body": wanted }));
    let purpose = place.purpose("changing a comment on", Subject::Comment);
    let failure = match call.write(&request, &purpose).await {
        Ok(Written::Done(_)) => return Ok(Outcome::Applied),
        Ok(Written::Unsettled(failure)) => failure,
        Err(failure) => return Err(place.explain_part(call, Doing::Writing, failure).await),
    };
    let look = async || {
        let note = read(call, &place, id).await?;
        Ok(is_same_text(&wanted, &note.body).then_some(Outcome::Applied))
    };
    writing::settle(call, failure, look).await
}

async fn read<T: Transport>(call: &Call<T>, place: &Place, id: &str) -> Result<Note, Failure> {
    let request = Request::json(target(place, id));
    let purpose = place.purpose("reading a comment on", Subject::Comment);
    let (_, note) = call.json(&request, &purpose).await?;
    Ok(note)
}

fn target(place: &Place, id: &str) -> Target {
    place.target("/notes").segment(id)
}
