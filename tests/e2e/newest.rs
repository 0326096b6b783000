//! The end-to-end tests that meet a forge, once more: `main.rs` plays the oldest version that is
//! supported, at the root of its server, and this one the newest, below a path and with links that
//! lead elsewhere. Apart from it as a target of its own, whose name is what decides.

// Operations, one file each, named as the operation: what it answers, and what it fails with.
mod add_comment;
mod blame;
mod check;
mod compare;
mod create_branch;
mod create_commit;
mod create_tag;
mod delete_branch;
mod diff_file;
mod edit_pull_request;
mod explain_absence;
mod link;
mod list_changes;
mod list_commits;
mod list_pull_requests;
mod list_refs;
mod list_repositories;
mod list_tree;
mod merge_pull_request;
mod open_pull_request;
mod read_archive;
mod read_blob;
mod read_commit;
mod read_file;
mod read_files;
mod read_repository;
mod resolve;
mod search_code;
mod set_status;
mod stat_file;
mod webhooks;

// All operations at once: with bad input, faults, refusals, waiting, and on many versions.
mod bad_input;
mod faults;
mod forty;
mod operations;
mod refusals;
mod retries;
mod versions;

// What is built on the operations: a tree kept up to date, and the command.
mod doctor;
mod runner;
mod sync;
mod terminal;

// What keeps people from being connected, in each of its causes.
mod causes;

// The component's manifest against what it really asks for.
mod manifest;

// A plugin that is hostile, and everything that it may try.
mod attacks;

// What can go wrong around a call: opening, limits, the network, the record.
mod audit;
mod ceiling;
mod content;
mod limits;
mod opening;
mod sandbox;
mod secrecy;
mod telemetry;
mod transport;
