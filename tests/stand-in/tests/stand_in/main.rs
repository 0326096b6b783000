//! Claims about the stand-in, made through real TLS by a client that knows nothing of it. A new
//! claim goes where its route is served: a file here for each file of `src/api`.

mod archive;
mod authentication;
mod blame;
mod client;
mod clone;
mod commit_create;
mod commits;
mod compare;
mod deliveries;
mod discussions;
mod faults;
mod faults_of_writes;
mod file_writes;
mod files;
mod harness;
mod hooks;
mod instance;
mod merge_requests;
mod merging;
mod moved;
mod projects;
mod push;
mod receiver;
mod reference_writes;
mod references;
mod search;
mod statuses;
mod throttle;
mod tree;
