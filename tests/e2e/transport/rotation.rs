//! Files that are exchanged while a connection is open: what was made with the old ones is not
//! used again, and files that cannot be used change nothing.

use code_source::TokenSource;
use code_source_tests::{
    Conduct, Site, TestAuthority, TestProxy, TlsServer, ask, failed_request, status,
};
use rustls::DEFAULT_VERSIONS;

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanged_client_certificate_is_shown_and_the_old_one_is_not() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    let (old, new) = (clients.client("old"), clients.client("new"));
    let server = site.authority.server(&["127.0.0.1"]);
    let config = server.server_config_with(DEFAULT_VERSIONS, Some((&clients, true)));
    // It keeps its connections and its sessions: neither may carry the old certificate on.
    let server = TlsServer::start(config).await;
    let connection = site
        .connection(server.url())
        .client_identity(site.identity(&old));
    let source = site.open(connection);
    for _ in 0..2 {
        assert_eq!(status(ask(&source).await), Some(200));
    }
    site.identity(&new);
    for _ in 0..2 {
        assert_eq!(status(ask(&source).await), Some(200));
    }
    let shown = server.handshakes();
    let last = shown.last().unwrap();
    assert_eq!(last.client.as_deref(), Some(&*new.certificate));
    assert!(!last.is_resumed);
    assert_eq!(server.heads().len(), 4);
    assert_eq!(shown[0].client.as_deref(), Some(&*old.certificate));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_that_cannot_be_used_leaves_the_old_one() {
    let (site, clients) = (Site::new(), TestAuthority::new("Clients"));
    let (old, new) = (clients.client("old"), clients.client("new"));
    let server = site.authority.server(&["127.0.0.1"]);
    let config = server.server_config_with(DEFAULT_VERSIONS, Some((&clients, true)));
    let server = TlsServer::start_closing(config).await;
    let connection = site
        .connection(server.url())
        .client_identity(site.identity(&old));
    let source = site.open(connection);
    // The certificate is exchanged before its key: for a moment the two do not fit.
    site.file("client.pem", &new.certificate_pem);
    assert_eq!(status(ask(&source).await), Some(200));
    site.file("client.key", &new.key_pem);
    assert_eq!(status(ask(&source).await), Some(200));
    let shown = server.handshakes();
    let shown: Vec<_> = shown.iter().map(|one| one.client.as_deref()).collect();
    assert_eq!(shown, [Some(&*old.certificate), Some(&*new.certificate)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanged_authority_is_trusted_and_the_old_one_is_not() {
    let site = Site::new();
    let next = TestAuthority::new("The next authority");
    let config = |authority: &TestAuthority| authority.server(&["127.0.0.1"]).server_config();
    let server = TlsServer::start(config(&site.authority)).await;
    let source = site.open(site.connection(server.url()));
    assert_eq!(status(ask(&source).await), Some(200));
    site.file("ca.pem", &next.pem());
    // Neither the connection that is open nor its session outlives the trust.
    let failure = failed_request(&ask(&source).await);
    assert_eq!(failure.reason, "certificate-unknown-issuer");
    site.file("ca.pem", "nonsense");
    let failure = failed_request(&ask(&source).await);
    assert_eq!(failure.reason, "certificate-unknown-issuer");
    site.file("ca.pem", &site.authority.pem());
    assert_eq!(status(ask(&source).await), Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanged_credentials_are_shown_to_the_proxy() {
    let site = Site::new();
    let config = site.authority.server(&["127.0.0.1"]).server_config();
    let forge = TlsServer::start_closing(config).await;
    let proxy = TestProxy::start(Conduct::Lead(forge.address())).await;
    let file = site.secret_file("proxy", "buildbot:the-first-password");
    let connection = site
        .connection(forge.url())
        .proxy(code_source::Proxy::new(proxy.url()).credentials(TokenSource::File(file)));
    let source = site.open(connection);
    assert_eq!(status(ask(&source).await), Some(200));
    site.secret_file("proxy", "buildbot:the-second-password");
    assert_eq!(status(ask(&source).await), Some(200));
    let heads = proxy.heads();
    // As `printf %s user:password | base64` writes them.
    assert!(heads[0].contains("Basic YnVpbGRib3Q6dGhlLWZpcnN0LXBhc3N3b3Jk\r\n"));
    assert!(heads[1].contains("Basic YnVpbGRib3Q6dGhlLXNlY29uZC1wYXNzd29yZA==\r\n"));
}
