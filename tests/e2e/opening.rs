//! Opening a connection: what is refused before anything is sent.

use code_source::{Connection, Error, Secret, Source, TokenSource};
use code_source_tests::{Rig, played, plugin};

fn open(url: &str) -> Result<Source, Error> {
    let token = TokenSource::Value(Secret::new("a-token-of-some-length"));
    Source::open(plugin(), Connection::new("test", url, token))
}

#[test]
fn a_bare_host_a_port_and_a_sub_path_are_addresses() {
    for (text, base) in [
        ("git.acme.example", "https://git.acme.example"),
        ("git.acme.example:8443", "https://git.acme.example:8443"),
        (
            "https://Git.Acme.Example./gitlab/",
            "https://git.acme.example/gitlab",
        ),
        ("https://git.acme.example:443", "https://git.acme.example"),
    ] {
        assert_eq!(open(text).unwrap().base_url(), base, "{text}");
    }
}

#[test]
fn the_public_service_is_refused_with_its_reason() {
    for url in [
        "gitlab.com",
        "https://GitLab.com/",
        "https://www.gitlab.com.",
    ] {
        let error = open(url).unwrap_err();
        assert!(
            matches!(error, Error::RefusedHost { .. }),
            "{url}: {error:?}"
        );
        assert!(error.to_string().contains("not supported"), "{error}");
    }
}

#[test]
fn user_info_in_the_address_is_refused_without_being_repeated() {
    let error = open("https://oauth2:glpat-secret-in-url@git.acme.example").unwrap_err();
    assert!(matches!(error, Error::Url(_)), "{error:?}");
    let chain = format!(
        "{error} {error:?} {:?}",
        std::error::Error::source(&error).map(ToString::to_string)
    );
    assert!(!chain.contains("glpat-secret-in-url"), "{chain}");
}

#[test]
fn plain_http_is_refused_where_nobody_asked_for_it() {
    let error = open("http://git.acme.example").unwrap_err();
    assert!(matches!(error, Error::PlainHttp { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("allow-plain-http"));
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_works_at_a_loopback_address_that_is_allowed() {
    let rig = Rig::with(played().plain_http()).await;
    let source = Source::open(plugin(), rig.connection().allow_plain_http(true)).unwrap();
    code_source_tests::expect(source.check().await);
}

#[test]
fn odd_forms_of_an_address_are_refused() {
    for url in [
        "https://0x7f.1",
        "https://2130706433",
        "https://127.1",
        "ftp://git.acme.example",
        "https://a b",
        "",
    ] {
        assert!(matches!(open(url), Err(Error::Url(_))), "{url}");
    }
}

#[test]
fn a_token_that_cannot_be_read_is_named_by_its_place() {
    let open = |token| {
        Source::open(plugin(), Connection::new("test", "git.acme.example", token)).unwrap_err()
    };
    let error = open(TokenSource::File("/nowhere/token".into()));
    assert!(error.to_string().contains("/nowhere/token"), "{error}");
    let error = open(TokenSource::Environment("NO_SUCH_VARIABLE_HERE".into()));
    assert!(
        error.to_string().contains("NO_SUCH_VARIABLE_HERE"),
        "{error}"
    );
}

#[test]
fn a_file_without_certificates_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "not a certificate").unwrap();
    let token = TokenSource::Value(Secret::new("a-token-of-some-length"));
    let connection = Connection::new("test", "git.acme.example", token).ca_file(file.path());
    let error = Source::open(plugin(), connection).unwrap_err();
    assert!(matches!(error, Error::Certificates { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_not_connected_is_refused_before_anything_is_sent() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let revision = code_source::contract::git::Revision::DefaultBranch;
    let outcome = rig
        .source()
        .resolve(&project.id().to_string(), &revision)
        .await;
    let failure = outcome.answer.unwrap_err();
    assert!(
        matches!(failure, code_source::Failure::Host(Error::Refused(_))),
        "{failure:?}"
    );
    assert_eq!(rig.forge.requests().len(), 0);
}
