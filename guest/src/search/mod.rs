//! Finding code; one file a function of the contract, and what several of them need.

mod search_code;

pub(crate) use self::search_code::search_code;
