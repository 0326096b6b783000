//! A call's way to what GitLab keeps in an object store; apart because it is the one place that an
//! answer may lead to.

use super::{Call, check_content};
use crate::{
    bindings::types::ErrorCode,
    error::{Failure, Purpose},
    retry,
    transport::{Answer, Head, Request, Transport},
};

impl<T: Transport> Call<T> {
    /// Send a request whose answer may lead to an object store, and hand on the body of the file
    /// that stands there, unread.
    pub(crate) async fn open_stored(
        &self,
        request: &Request,
        purpose: &Purpose,
    ) -> Result<Answer<T::Body>, Failure> {
        let request = Request {
            may_lead_elsewhere: true,
            ..request.clone()
        };
        let mut sent = 1;
        loop {
            let answer = self.open_counted(&request, purpose, &mut 1).await?;
            let Some(url) = place(&answer.head, &self.base_url) else {
                check_content(&answer.head, purpose)?;
                return Ok(answer);
            };
            let there = Request::elsewhere(url);
            // The store says of its files what whoever wrote them said, a page for people included.
            let failure = match self.open_counted(&there, purpose, &mut 1).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => in_words(failure, purpose),
            };
            if is_final(&failure) {
                return Err(failure);
            }
            let wait = retry::backoff(failure.status(), sent, self.transport.random());
            self.pause(wait, &request, sent, failure).await?;
            sent += 1;
        }
    }

    /// Read such a file, of at most `limit` bytes.
    pub(crate) async fn stored_bytes(
        &self,
        request: &Request,
        purpose: &Purpose,
        limit: impl Fn(&Head) -> Result<usize, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        let mut sent = 1;
        loop {
            let answer = self.open_stored(request, purpose).await?;
            let limit = limit(&answer.head)?;
            match self.collect(answer.body, limit).await {
                Ok(body) => return Ok(body),
                Err(breakage) => {
                    let failure = Failure::from_breakage(purpose, &breakage);
                    self.pause_after_breakage(&breakage, request, sent, failure)
                        .await?;
                    sent += 1;
                }
            }
        }
    }
}

/// Where an answer leads, if that is neither the forge itself, as a sign-in page is, nor a
/// repository under its new name. Whether it is asked there is for the host to decide.
pub(super) fn place<'a>(head: &'a Head, base_url: &str) -> Option<&'a str> {
    if !matches!(head.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let url = head.field("location")?;
    let is_own = origin(url)?.eq_ignore_ascii_case(origin(base_url)?);
    (!is_own && !url.contains("/api/v4/")).then_some(url)
}

/// Scheme and authority of a URL.
fn origin(url: &str) -> Option<&str> {
    let scheme = url
        .find("://")
        .filter(|end| matches!(&url[..*end], "http" | "https"))?;
    let begin = scheme + "://".len();
    let length = url[begin..]
        .find(['/', '?', '#'])
        .unwrap_or(url.len() - begin);
    Some(&url[..begin + length])
}

/// The store is not GitLab: what it refuses has nothing to do with the account's rights.
fn in_words(failure: Failure, purpose: &Purpose) -> Failure {
    match (failure.code(), failure.status()) {
        (ErrorCode::Denied, _) => Failure::unsupported(
            "files that GitLab serves itself, not its object store",
            format!("{}: GitLab leads to another host for it", purpose.action),
        )
        .with_hint("allow that host for this connection, or switch on proxied downloads in GitLab"),
        (_, Some(status)) if !retry::is_passing(status) => {
            let what = format!("the object store that GitLab led to answered {status}");
            let code = ErrorCode::Other(what.clone());
            Failure::new(code, format!("{}: {what}", purpose.action))
        }
        _ => failure,
    }
}

/// Whether asking again would change nothing.
fn is_final(failure: &Failure) -> bool {
    !matches!(
        failure.code(),
        ErrorCode::RateLimited
            | ErrorCode::Unavailable
            | ErrorCode::Unreachable
            | ErrorCode::Malformed(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(status: u16, location: &str) -> bool {
        let head = Head::of(status, &[("Location", location)]);
        place(&head, "https://forge.example/gitlab").is_some()
    }

    #[test]
    fn only_an_address_of_another_host_is_elsewhere() {
        assert!(leads(302, "https://bucket.example/x?signature=y"));
        assert!(leads(307, "https://forge.example:9000/x"));
        for location in [
            "https://forge.example/users/sign_in",
            "https://FORGE.example/users/sign_in",
            "https://forge.example",
            "/users/sign_in",
            "//bucket.example/x",
            "ftp://bucket.example/x",
            "http://other.example/api/v4/projects/42",
            "",
        ] {
            assert!(!leads(302, location), "{location}");
        }
        assert!(!leads(200, "https://bucket.example/x"));
        assert!(!leads(304, "https://bucket.example/x"));
    }
}
