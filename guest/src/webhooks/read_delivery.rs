//! `webhooks.read-delivery`; apart as every function of the contract is.

use super::event;
use crate::{
    bindings::webhooks::{Delivery, Header},
    error::Failure,
};

/// Read a delivery that the host has checked.
pub(crate) fn read_delivery(headers: &[Header], body: &[u8]) -> Result<Delivery, Failure> {
    if body.len() > LARGEST_BODY {
        return Err(Failure::invalid("body: it has more than 26,214,400 bytes"));
    }
    let event = event::read(body, value(headers, "x-gitlab-event"))?;
    let id = IDS.iter().find_map(|name| value(headers, name));
    Ok(Delivery {
        id: id.filter(|id| is_id(id)).map(str::to_owned),
        event,
    })
}

/// The first field of that name, which is in lower case, where it is text and not empty.
fn value<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let field = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))?;
    let text = std::str::from_utf8(&field.value).ok()?.trim();
    (!text.is_empty()).then_some(text)
}

fn is_id(id: &str) -> bool {
    id.len() <= LONGEST_ID && !id.contains(char::is_control)
}

/// What stays the same over attempts, best first: 19.0 brought the first name, 17.4 the second. Before
/// there is none. The event's own identity would not do: deliveries that one event leads to share it,
/// and a delivery that somebody sends again gets another. Nor would an object's name: the same commit
/// is pushed to many branches.
const IDS: [&str; 2] = ["webhook-id", "idempotency-key"];

const LARGEST_BODY: usize = 26_214_400;
const LONGEST_ID: usize = 256;
