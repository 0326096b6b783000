//! Failures that clients of GitLab were shipped with, as far as no other test is about them.
//! `tests/FAILURES.md` tells for each of them which tests hold it.

mod commits;
mod copies;
mod deliveries;
mod files;
mod lists;
mod merging;
mod moved;
mod names;
mod origins;
mod pages;
mod waiting;
