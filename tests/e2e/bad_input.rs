//! What callers and forges may say that cannot be right: an error of the contract each time, never
//! a trap, and no request for what is malformed.

mod arguments;
mod cursors;
mod json;
mod kind;
mod samples;
