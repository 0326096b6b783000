//! Who and what the forge knows; apart, because handlers only read it and tests only write it.

mod access;
mod clock;
mod group;
mod namespace;
mod project;
mod token;
mod user;
mod world;

pub use access::{AccessLevel, Visibility};
pub use group::Group;
pub use project::{Project, ProjectSpec, RepositoryAccess};
pub use token::TokenSpec;
pub use user::{AccountState, User};

pub(crate) use access::{Access, Viewer};
pub(crate) use clock::{EPOCH, format_date, format_time, parse_time};
pub(crate) use namespace::{Namespace, NamespaceKind};
pub(crate) use project::{LazyRepository, ProjectRecord};
pub(crate) use token::TokenRecord;
pub(crate) use user::UserRecord;
pub(crate) use world::World;
