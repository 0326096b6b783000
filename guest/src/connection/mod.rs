//! Whether the forge can be worked with: `connection.check`, and what it finds.

mod asked;
mod check;
mod finding;
mod slashes;
mod standing;
mod strangers;

pub(crate) use self::{
    check::check,
    finding::{credential, decoded_slashes, unsatisfied_admin_mode},
    standing::{AdminMode, Standing},
    strangers::not_here,
};
