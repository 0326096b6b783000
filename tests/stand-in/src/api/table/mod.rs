//! The list of all that the stand-in plays; apart from the machinery, and a file for each area, so
//! that it may be read like a table of contents.

mod hooks;
mod merge_requests;
mod reading;
mod writing;

use super::route::Route;

/// Every route, in the order in which they are tried.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    [
        reading::ROUTES,
        writing::ROUTES,
        merge_requests::ROUTES,
        hooks::ROUTES,
    ]
    .into_iter()
    .flatten()
}
