//! Where GitLab says that a list goes on; apart because it says so in two ways, and may lie.
//!
//! Of a link only the query is used. Its scheme and host are those of GitLab's own `external_url`,
//! which need not be where the request went, and following them would send it to a stranger.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::{endpoint::Target, error::Failure, transport::Head};

/// The part of a list that comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Following {
    /// The page of that number, the first being 1.
    #[serde(rename = "p")]
    Page(u32),
    /// What `page_token` leads to.
    #[serde(rename = "t")]
    Token(String),
    /// What is behind that id.
    #[serde(rename = "i")]
    Id(u64),
    /// What `cursor` leads to.
    #[serde(rename = "c")]
    Cursor(String),
}

/// Read where a list goes on; `None` only if GitLab says nothing of a next page. Whether the page
/// was full does not matter, and neither do totals.
pub(crate) fn following(head: &Head) -> Result<Option<Following>, Failure> {
    if let Some(query) = next_query(head)? {
        return parse(&query).map(Some).ok_or_else(|| {
            Failure::malformed("the link to the next page does not say where").with_head(head)
        });
    }
    match head.field("x-next-page") {
        None | Some("") => Ok(None),
        Some(page) => match page.parse() {
            Ok(page) => Ok(Some(Following::Page(page))),
            Err(_) => Err(Failure::malformed("the number of the next page").with_head(head)),
        },
    }
}

/// Append to a list's address which page of it is wanted, and how large.
pub(super) fn page_of(target: Target, following: Option<&Following>, per_page: u32) -> Target {
    let target = target.number("per_page", u64::from(per_page));
    match following {
        None => target,
        Some(Following::Page(page)) => target.number("page", u64::from(*page)),
        Some(Following::Token(token)) => target.query("page_token", token),
        Some(Following::Id(id)) => target.number("id_after", *id),
        Some(Following::Cursor(cursor)) => target.query("cursor", cursor),
    }
}

fn parse(query: &str) -> Option<Following> {
    let mut page = None;
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "page_token" => return Some(Following::Token(value.into_owned())),
            "cursor" => return Some(Following::Cursor(value.into_owned())),
            "id_after" => return Some(Following::Id(value.parse().ok()?)),
            "page" => page = value.parse().ok(),
            _ => {}
        }
    }
    page.map(Following::Page)
}

/// The query of the link with `rel="next"`, from all fields `link`.
fn next_query(head: &Head) -> Result<Option<String>, Failure> {
    let fields = head
        .fields
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case("link"));
    for (_, value) in fields {
        let Ok(value) = std::str::from_utf8(value) else {
            return Err(Failure::malformed("the links to other pages").with_head(head));
        };
        if let Some(address) = next_address(value) {
            let query = address.split_once('?').map_or("", |(_, query)| query);
            let end = query.find('#').unwrap_or(query.len());
            return Ok(Some(query[..end].to_owned()));
        }
    }
    Ok(None)
}

/// RFC 8288: addresses in angle brackets, each with parameters, separated by commas, which may stand
/// in an address too.
fn next_address(value: &str) -> Option<&str> {
    let mut rest = value;
    while let Some((_, from_address)) = rest.split_once('<') {
        let (address, after) = from_address.split_once('>')?;
        let parameters = &after[..after.find('<').unwrap_or(after.len())];
        if parameters.split([';', ',']).any(is_next) {
            return Some(address);
        }
        rest = after;
    }
    None
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    name.trim().eq_ignore_ascii_case("rel")
        && value
            .trim()
            .trim_matches('"')
            .split_ascii_whitespace()
            .any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Result<Option<Following>, Failure> {
        following(&Head::of(200, fields))
    }

    fn link(value: &str) -> Option<Following> {
        read(&[("Link", value)]).expect("it is well-formed")
    }

    #[test]
    fn the_next_link_is_found_among_others() {
        let value = r#"<https://h/a?page=1&per_page=100>; rel="first", <https://h/a?per_page=100&page=3>; rel="next", <https://h/a?page=9>; rel="last""#;
        assert_eq!(link(value), Some(Following::Page(3)));
    }

    #[test]
    fn the_host_of_a_link_does_not_matter() {
        let value = r#"<http://evil.example/x,y?id_after=42&private_token=x>; rel=next"#;
        assert_eq!(link(value), Some(Following::Id(42)));
    }

    #[test]
    fn tokens_are_decoded_once() {
        let value = r#"<https://h/a?page_token=a%2Bb+c%253D>; rel="next""#;
        assert_eq!(link(value), Some(Following::Token("a+b c%3D".to_owned())));
    }

    #[test]
    fn a_token_goes_before_a_page_number() {
        let value = r#"<https://h/a?page=1&page_token=x>; rel="next""#;
        assert_eq!(link(value), Some(Following::Token("x".to_owned())));
    }

    #[test]
    fn a_list_ends_only_where_nothing_follows() {
        assert_eq!(read(&[]).expect("is fine"), None);
        assert_eq!(read(&[("x-next-page", "")]).expect("is fine"), None);
        assert_eq!(link(r#"<https://h/a?page=1>; rel="prev""#), None);
        assert_eq!(
            read(&[("X-Next-Page", "2"), ("X-Total", "0")]).expect("is fine"),
            Some(Following::Page(2))
        );
    }

    #[test]
    fn a_next_page_that_says_nothing_is_malformed() {
        assert!(read(&[("link", r#"<https://h/a>; rel="next""#)]).is_err());
        assert!(read(&[("link", r#"<https://h/a?id_after=x>; rel="next""#)]).is_err());
        assert!(read(&[("x-next-page", "soon")]).is_err());
    }
}
