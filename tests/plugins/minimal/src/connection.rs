//! The contract's `connection`: whether a shelf answers at all.

use crate::Component;
use crate::bindings::connection::{Guest, Report};
use crate::bindings::types::{Error, Subject};
use crate::http;
use crate::shelf::Version;

impl Guest for Component {
    fn check() -> Result<Report, Error> {
        let missing = Subject::Other("the forge's version".to_owned());
        let found: Version = http::json("/version", missing)?;
        Ok(Report {
            product: "Shelf".to_owned(),
            version: Some(found.version),
            edition: None,
            // A shelf does not tell whom a token stands for.
            account: None,
            token: None,
            rate_limit: None,
            findings: Vec::new(),
        })
    }
}
