//! What answers where GitLab's API should; apart because it is told by marks that others leave.

use super::{answer::Verdict, quote};
use crate::{
    bindings::types::{ErrorCode, Stranger},
    transport::Head,
};

/// Whether a page for people is a web firewall's, although its status alone would be believed.
pub(super) fn is_web_firewall(head: &Head, body: &[u8]) -> bool {
    head.media_type() == "text/html" && is_firewall(head, &text(body))
}

/// Something that is not GitLab's API answered.
pub(super) fn verdict(head: &Head, body: &[u8]) -> Verdict {
    if (300..400).contains(&head.status) {
        return redirected(head.field("location").unwrap_or_default());
    }
    let text = text(body);
    let stranger = match head.media_type() == "text/html" {
        true if is_firewall(head, &text) => Stranger::WebFirewall,
        true if is_sign_in(&text) => Stranger::SignInPage,
        _ => Stranger::Other(quote(&head.media_type())),
    };
    let hint = hint(&stranger);
    Verdict::hint(ErrorCode::NotTheApi(stranger), hint)
}

/// GitLab asks for a credential in JSON. What asks for one in another way stands before it, and has
/// not looked at the token.
pub(super) fn challenge(head: &Head) -> Option<Verdict> {
    let scheme = head.field("www-authenticate")?.split(' ').next()?;
    let is_gitlabs = head.media_type().ends_with("json");
    (!is_gitlabs).then(|| {
        Verdict::hint(
            ErrorCode::NotTheApi(Stranger::SignInPage),
            format!(
                "what stands before GitLab wants a sign-in of its own (`{}`): whoever runs that has to \
                 let requests for `/api/` through without it",
                quote(scheme)
            ),
        )
    })
}

fn redirected(location: &str) -> Verdict {
    let place = location.split(['?', '#']).next().unwrap_or_default();
    let place = quote(place);
    if place.is_empty() {
        let hint = "check the address of the connection: what answers there leads nowhere";
        return Verdict::hint(ErrorCode::NotTheApi(Stranger::Redirect(place)), hint);
    }
    match is_for_signing_in(&place) {
        true => Verdict::hint(
            ErrorCode::NotTheApi(Stranger::SignInPage),
            format!(
                "people are sent to `{place}` to sign in: whoever runs that has to let requests for \
                 `/api/` through without it"
            ),
        ),
        false => {
            let hint = match address(&place) {
                Some(address) => format!(
                    "check the address of the connection: it redirects to `{place}`, and if GitLab is there, \
                     its address is `{address}`"
                ),
                None => format!("check the address of the connection: it redirects to `{place}`"),
            };
            Verdict::hint(ErrorCode::NotTheApi(Stranger::Redirect(place)), hint)
        }
    }
}

/// The address of a connection whose API is there.
fn address(place: &str) -> Option<&str> {
    // Behind a proxy GitLab often takes itself for one that is spoken to without TLS.
    let (address, _) = place.split_once("/api/v4/")?;
    address.starts_with("https://").then_some(address)
}

/// Whether a path leads to where people sign in. One of the API's own is the API at another address,
/// whatever else is in it, and names of hosts say nothing.
fn is_for_signing_in(place: &str) -> bool {
    let lower = place.to_ascii_lowercase();
    let rest = lower.split_once("//").map_or(&*lower, |(_, rest)| rest);
    let path = match lower.starts_with('/') && !lower.starts_with("//") {
        true => &*lower,
        false => rest.find('/').map_or("", |at| &rest[at..]),
    };
    // `login.aspx` is `login`.
    let segments = path
        .split('/')
        .map(|one| one.split('.').next().unwrap_or_default());
    let path = format!("{}/", segments.collect::<Vec<_>>().join("/"));
    !path.contains("/api/v4/") && SIGN_IN_PLACES.iter().any(|mark| path.contains(mark))
}

fn hint(stranger: &Stranger) -> &'static str {
    match stranger {
        Stranger::SignInPage => {
            "check the address of the connection; if it is right, whoever runs the sign-in page has to \
             let requests for `/api/` through without it"
        }
        Stranger::WebFirewall => {
            "whoever runs the web firewall has to let this machine's requests for `/api/` through"
        }
        Stranger::Redirect(_) | Stranger::Other(_) => {
            "check the address of the connection: what answers there is not GitLab's API, perhaps a \
             proxy"
        }
    }
}

/// Header fields of a content network stand on every page that passes through it, so that they mean
/// something only where the page is a refusal.
fn is_firewall(head: &Head, text: &str) -> bool {
    let has = |name: &str| head.field(name).is_some();
    if head.field("cf-mitigated").is_some() || FIREWALL_PAGES.iter().any(|mark| text.contains(mark))
    {
        return true;
    }
    let server = head
        .field("server")
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(head.status, 403 | 406 | 429)
        && (FIREWALL_FIELDS.iter().any(|name| has(name))
            || FIREWALL_SERVERS.iter().any(|name| server.contains(name))
            || text.contains("access denied"))
}

fn is_sign_in(text: &str) -> bool {
    SIGN_IN_PAGES.iter().any(|mark| text.contains(mark))
}

/// The page's beginning in lower case.
fn text(body: &[u8]) -> String {
    let beginning = &body[..body.len().min(LONGEST_PAGE)];
    String::from_utf8_lossy(beginning).to_lowercase()
}

const SIGN_IN_PLACES: &[&str] = &[
    "/users/auth/",
    "/adfs/",
    "/authorize/",
    "/cdn-cgi/access/",
    "/login/",
    "/oauth2/",
    "/openid-connect/",
    "/saml/",
    "/saml2/",
    "/sign_in/",
    "/signin/",
    "/sso/",
];

const SIGN_IN_PAGES: &[&str] = &[
    "type=\"password\"",
    "type='password'",
    "name=\"samlrequest\"",
    "users/sign_in",
    "<title>sign in",
    "<title>log in",
    "<title>login",
];

const FIREWALL_FIELDS: &[&str] = &[
    "cf-ray",
    "x-amzn-waf-action",
    "x-iinfo",
    "x-sucuri-block",
    "x-sucuri-id",
];

const FIREWALL_SERVERS: &[&str] = &["akamaighost", "cloudflare", "imperva", "sucuri"];

const FIREWALL_PAGES: &[&str] = &[
    "<title>attention required!",
    "<title>just a moment",
    "<title>request rejected",
    "checking your browser",
    "incapsula incident id",
    "mod_security",
    "modsecurity",
    "the requested url was rejected",
    "web application firewall",
];

/// What tells a page is at its beginning, and in time.
const LONGEST_PAGE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(status: u16, fields: &[(&str, &str)], body: &str) -> Stranger {
        let head = Head::of(status, fields);
        match verdict(&head, body.as_bytes()).code {
            ErrorCode::NotTheApi(stranger) => stranger,
            other => panic!("{other:?}"),
        }
    }

    const PAGE: (&str, &str) = ("content-type", "text/html; charset=utf-8");

    #[test]
    fn a_page_with_a_password_field_is_for_signing_in() {
        let found = stranger(200, &[PAGE], r#"<form><input type="password"></form>"#);
        assert!(matches!(found, Stranger::SignInPage));
    }

    #[test]
    fn a_redirect_to_where_people_sign_in_is_that_and_any_other_is_a_redirect() {
        for place in [
            "https://h/gitlab/users/sign_in",
            "https://login.example/adfs/ls/?SAMLRequest=secret",
            "https://team.cloudflareaccess.com/cdn-cgi/access/login/h?kid=secret",
            "/Login.aspx",
            "https://id.example/realms/web/protocol/openid-connect/auth",
        ] {
            let found = stranger(302, &[("location", place)], "");
            assert!(matches!(found, Stranger::SignInPage), "{place}: {found:?}");
        }
        for place in [
            "https://h/sso-team/api/v4/version",
            "https://h/sso/api/v4/version",
            "https://sso-git.acme.example/login-page",
            "//login.example/",
            "https://login.example",
        ] {
            let found = stranger(301, &[("location", place)], "");
            assert!(matches!(found, Stranger::Redirect(_)), "{place}: {found:?}");
        }
        let found = stranger(
            301,
            &[("location", "https://other.example/git?a=secret#b")],
            "",
        );
        assert!(
            matches!(&found, Stranger::Redirect(place) if place == "https://other.example/git"),
            "{found:?}"
        );
    }

    #[test]
    fn a_redirect_to_an_api_tells_the_address_that_a_connection_to_it_has() {
        for (place, told) in [
            (
                "https://git.example/api/v4/version",
                "its address is `https://git.example`",
            ),
            (
                "http://h/api/v4/user",
                "redirects to `http://h/api/v4/user`",
            ),
            (
                "https://h/gitlab/api/v4/user",
                "its address is `https://h/gitlab`",
            ),
            ("/gitlab/api/v4/user", "redirects to `/gitlab/api/v4/user`"),
            ("https://h/", "redirects to `https://h/`"),
        ] {
            let hint = verdict(&Head::of(301, &[("location", place)]), b"").hint;
            assert!(
                hint.as_ref().is_some_and(|hint| hint.contains(told)),
                "{place}: {hint:?}"
            );
        }
    }

    #[test]
    fn a_web_firewall_is_known_by_its_marks_where_it_refuses() {
        for (status, field, body) in [
            (403, ("server", "cloudflare"), ""),
            (403, ("cf-ray", "8a"), ""),
            (406, ("x-sucuri-id", "15"), ""),
            (429, ("x-iinfo", "1-2"), ""),
            (403, ("server", "nginx"), "<h1>Access Denied</h1>"),
            (200, ("server", "BigIP"), "<title>Request Rejected</title>"),
            (503, ("server", "x"), "Checking your browser"),
        ] {
            let found = stranger(status, &[PAGE, field], body);
            assert!(
                matches!(found, Stranger::WebFirewall),
                "{field:?} {found:?}"
            );
        }
        let found = stranger(200, &[PAGE, ("cf-ray", "8a")], "<title>Sign in</title>");
        assert!(matches!(found, Stranger::SignInPage), "{found:?}");
    }

    #[test]
    fn anything_else_is_told_by_its_media_type() {
        let found = stranger(403, &[PAGE, ("server", "nginx")], "<h1>403</h1>");
        assert!(matches!(found, Stranger::Other(kind) if kind == "text/html"));
    }
}
