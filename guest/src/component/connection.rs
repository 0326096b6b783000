//! The export `connection`; apart as every interface is.

use super::{Component, run};
use crate::{
    bindings::{
        connection::{self, Report},
        types::Error,
    },
    connection::check,
};

impl connection::Guest for Component {
    fn check() -> Result<Report, Error> {
        run(async |call| check(call).await)
    }
}
