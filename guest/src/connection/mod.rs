//! Whether the forge can be worked with: `connection.check`, and what it finds.

mod check;
mod finding;

pub(crate) use check::check;
