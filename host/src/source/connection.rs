//! The contract's `connection`, called.

use super::Source;
use crate::contract::connection::Report;
use crate::outcome::Outcome;

impl Source {
    /// Find out whether the forge can be worked with.
    pub async fn check(&self) -> Outcome<Report> {
        let (running, returned) = call!(self, "connection.check", None, connection.call_check());
        running.end(returned).outcome
    }
}
