//! Claims about the stand-in, made through real TLS by a client that knows nothing of it. A new
//! claim goes where its route is served: a file here for each file of `src/api`.

mod archive;
mod authentication;
mod client;
mod clone;
mod commits;
mod compare;
mod faults;
mod files;
mod harness;
mod instance;
mod moved;
mod projects;
mod references;
mod throttle;
mod tree;
