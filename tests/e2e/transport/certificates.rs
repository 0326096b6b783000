//! Certificates of servers that are not accepted: each has its own reason, and the report shows
//! which one it was.

use code_source::report::{RequestFailure, Stage};
use code_source_tests::{Signed, Site, TestAuthority, TlsServer, named};
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use time::{Duration, OffsetDateTime};

/// Where the servers are.
const HERE: [&str; 1] = ["127.0.0.1"];

/// What is said of a server that shows this certificate.
async fn failure(site: &Site, shown: &Signed) -> RequestFailure {
    let server = TlsServer::start(shown.server_config()).await;
    let failure = site.failure(site.connection(server.url())).await;
    assert_eq!(failure.stage, Stage::Tls, "{failure:?}");
    assert_eq!(server.heads().len(), 0);
    failure
}

/// A certificate that the library for making them refuses to make: `openssl x509 -req` makes it
/// with `-sha1`, and of version 1 where it is given no extensions.
fn fixture(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// Go on only if each of these certificates is refused for its reason.
async fn expect_reasons<const N: usize>(site: &Site, shown: [(Signed, &str); N]) {
    for (shown, reason) in shown {
        let failure = failure(site, &shown).await;
        assert_eq!(failure.reason, reason, "{failure:?}");
        assert!(failure.detail.contains("is not accepted: "), "{failure:?}");
        assert_eq!(failure.certificate.unwrap().fingerprint.len(), 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_certificate_says_has_to_fit() {
    let site = Site::new();
    let with = |change: fn(&mut CertificateParams)| site.authority.server_with(&HERE, change);
    let shown = [
        (with(|it| it.not_after = in_days(-1)), "certificate-expired"),
        (
            with(|it| it.not_before = in_days(1)),
            "certificate-not-yet-valid",
        ),
        (
            with(|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "certificate-is-authority",
        ),
        (
            with(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            "certificate-purpose",
        ),
        (
            with(|it| it.custom_extensions = vec![unknown_extension()]),
            "certificate-unknown-extension",
        ),
        (
            site.authority.server(&["git.acme.example"]),
            "certificate-wrong-name",
        ),
    ];
    expect_reasons(&site, shown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_a_certificate_has_to_be_known() {
    let site = Site::new();
    let other = |name| TestAuthority::new(name).server(&HERE);
    let authority = &site.authority;
    let own = || authority.server(&HERE);
    let mut broken = own().certificate.to_vec();
    *broken.last_mut().unwrap() ^= 1;
    let shown = [
        (Signed::by_itself(&HERE), "certificate-self-signed"),
        (other("Another authority"), "certificate-unknown-issuer"),
        // One of the same name with another key.
        (other("A test's authority"), "certificate-unknown-issuer"),
        (own().showing(broken.into()), "certificate-bad-signature"),
        // The certificate is good, and the server does not hold its key.
        (
            own().showing(own().certificate),
            "certificate-bad-signature",
        ),
    ];
    expect_reasons(&site, shown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_has_to_be_one_of_today() {
    let site = Site::new();
    let own = || site.authority.server(&HERE);
    let old = fixture(include_str!("certificates/old-version.pem"));
    let shown = [
        (
            own().showing(vec![0x30, 3, 1, 2, 3].into()),
            "certificate-bad-encoding",
        ),
        (own().showing(old), "certificate-old-version"),
    ];
    expect_reasons(&site, shown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_no_longer_accepted_is_told_from_an_unknown_authority() {
    let site = Site::new();
    site.file("ca.pem", include_str!("certificates/authority.pem"));
    let shown = site
        .authority
        .server(&HERE)
        .showing(fixture(include_str!("certificates/weak-signature.pem")));
    let failure = failure(&site, &shown).await;
    assert_eq!(failure.reason, "certificate-weak-signature");
    let certificate = failure.certificate.unwrap();
    assert_eq!(certificate.issuer, "CN=An authority of old");
    assert_eq!(certificate.names, ["127.0.0.1", "localhost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_shows_the_certificate_that_was_refused() {
    let site = Site::new();
    let names = ["git.acme.example", "*.acme.example", "10.1.2.3", "fd00::7"];
    let shown = site.authority.server_with(&names, |it| {
        it.not_before = OffsetDateTime::from_unix_timestamp(1_767_225_600).unwrap();
        it.not_after = OffsetDateTime::from_unix_timestamp(4_102_444_800).unwrap();
    });
    let failure = failure(&site, &shown).await;
    assert!(
        failure
            .detail
            .ends_with("it is for `git.acme.example`, `*.acme.example`, `10.1.2.3`, `fd00::7`, not for `127.0.0.1`"),
        "{failure:?}"
    );
    let certificate = failure.certificate.unwrap();
    assert_eq!(certificate.subject, "CN=A server");
    assert_eq!(certificate.issuer, "CN=A test's authority");
    assert_eq!(certificate.names, names);
    assert_eq!(
        certificate.not_before.as_deref(),
        Some("2026-01-01T00:00:00Z")
    );
    assert_eq!(
        certificate.not_after.as_deref(),
        Some("2100-01-01T00:00:00Z")
    );
    assert_eq!(certificate.fingerprint, sha256(&shown.certificate));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_trusted_by_a_line_of_configuration_says_which() {
    let site = Site::new();
    let by_other = TestAuthority::new("Another authority").server(&HERE);
    for shown in [Signed::by_itself(&HERE), by_other] {
        let failure = failure(&site, &shown).await;
        assert!(failure.remedy.unwrap().starts_with("ca-file = "));
    }
    let over = site.authority.server_with(&HERE, |it| {
        it.not_after = in_days(-1);
    });
    let failure = failure(&site, &over).await;
    assert_eq!(failure.remedy, None);
    // A wrong clock is as common a cause as an old certificate.
    assert!(failure.detail.contains(", and it is 2"), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_says_no_more_of_itself_than_a_report_can_hold() {
    let site = Site::new();
    let names: Vec<_> = (0..200)
        .map(|number| format!("n{number}.acme.example"))
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let shown = site.authority.server_with(&names, |it| {
        *it = named(&"long ".repeat(100), &names);
    });
    let failure = failure(&site, &shown).await;
    assert!(failure.detail.len() < 500, "{failure:?}");
    let certificate = failure.certificate.unwrap();
    assert_eq!(certificate.names.len(), 32);
    assert_eq!(certificate.subject.len(), 256);
}

fn in_days(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(days)
}

fn unknown_extension() -> CustomExtension {
    let null = vec![5, 0];
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], null);
    extension.set_criticality(true);
    extension
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
