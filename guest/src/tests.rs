//! Whole functions against a forge in memory; apart because they cross every other module.

mod calls;
mod check;
mod compare;
mod files;
mod forge;
mod lists;
mod refs;
mod repositories;
mod revisions;
mod trees;
