//! What checks say of a commit; one file a function of the contract, and what several of them need.

mod checks;
mod list_statuses;
mod set_status;

pub(crate) use self::{list_statuses::list_statuses, set_status::set_status};
