//! A stand-in for a self-managed GitLab: its REST API, version 4, over real git repositories.
//!
//! It answers with GitLab's statuses, headers and bodies, in the versions that differ, over HTTPS
//! with an authority of its own, on a port of the loopback interface. It plays what reads code:
//! accounts, tokens, projects, references, commits, trees, files, blame, search, archives,
//! comparisons, and cloning over HTTP; what changes it: commits, branches, tags, statuses of
//! commits, and pushing over HTTP; and what people and machines say of changes: merge requests,
//! discussions, and webhooks, which are delivered for real. It has no pages for people, no
//! pipelines, no database, and keeps nothing when it ends.
//!
//! ```
//! use code_source_stand_in::{Change, StandIn};
//!
//! # async fn example() -> Result<(), code_source_stand_in::StartError> {
//! let forge = StandIn::builder().version("17.7.0").start().await?;
//! let project = forge.project("web/shop");
//! project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
//! println!("{} with {}", forge.url(), forge.admin_token());
//! # Ok(())
//! # }
//! ```
//!
//! A request that it does not know fails the test: dropping the [`StandIn`] panics then, unless
//! [`StandIn::allow_unexpected`] was called.
//!
//! # Layout
//!
//! - [`StandIn`] and its builder: what a test holds. `content`, `collaboration`: filling it.
//! - `server`, `authority`: connections and certificates.
//! - `api`: the routes, a file for each group of them; `page`, `error`, `query`, `reply`: what
//!   they have in common.
//! - `state`: users, tokens, groups, projects, merge requests, webhooks. `feature`: settings of
//!   the instance.
//! - `git`: repositories, through the `git` command.
//! - `event`: what a change tells others. `delivery`: telling webhooks of it.
//! - `fault`, `distort`, `odd`: what goes wrong on demand. `record`: what was asked.

mod api;
mod authority;
mod builder;
mod collaboration;
mod content;
mod delivery;
mod distort;
mod error;
mod event;
mod fault;
mod feature;
mod git;
mod odd;
mod page;
mod query;
mod record;
mod reply;
mod server;
mod shared;
mod stand_in;
mod state;
mod version;

pub use authority::Certificate;
pub use builder::{Builder, StartError};
pub use collaboration::{Deliveries, Delivery, Hook};
pub use content::noise;
pub use fault::{Effect, Fault, FaultHandle, LinkLie, Matcher, RetryAfter, When};
pub use feature::Feature;
pub use git::{Change, DiffLimits, Mode, NewCommit, git_program};
pub use record::Request;
pub use stand_in::StandIn;
pub use state::{
    AccessLevel, AccountState, Group, Project, ProjectSpec, RepositoryAccess, TokenSpec, User,
    Visibility,
};
pub use version::{InvalidVersion, Version};
