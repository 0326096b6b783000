//! Which repositories there are; one file a function of the contract, and what listing needs.

mod explain_absence;
mod filter;
mod list_owned;
mod list_repositories;
mod read_repository;
mod windows;

pub(crate) use self::{
    explain_absence::explain_absence, list_repositories::list_repositories,
    read_repository::read_repository,
};
