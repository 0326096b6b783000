//! Certificates that are not accepted, and what they ask of whom.

use code_source_tests::{Signed, TestAuthority, TlsServer, WireRequest, WireServer};
use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use time::{Duration, OffsetDateTime};

use super::cause::{BEHIND_CONFIGURATION, BEHIND_TLS, Cause, Expected, Trouble, Who};
use super::scene::Scene;
use super::strangers::small_forge;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "an authority that nobody was told of",
        trouble: Trouble::Tls,
        produced_by: "a certificate of an organisation's own authority, and no `ca-file`",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let scene = showing(&authority.server(HERE), &authority).await;
                scene.without("ca-file")
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was signed by an authority that is not trusted, `CN=The authority of Acme`",
            code: "certificate-unknown-issuer",
            hint: "ca-file = \"/path/to/the-authority.pem\" in the configuration, or `--ca-file FILE`",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "the authority of somebody else in `ca-file`",
        trouble: Trouble::Tls,
        produced_by: "a `ca-file` with another authority than the one that signed the certificate",
        produce: || {
            Box::pin(async {
                let other = TestAuthority::new("Another authority");
                showing(&authority().server(HERE), &other).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was signed by an authority that is not trusted, `CN=The authority of Acme`",
            code: "certificate-unknown-issuer",
            hint: "the `ca-file` holds `CN=Another authority`, and not that one",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "the certificate between is missing",
        trouble: Trouble::Tls,
        produced_by: "a certificate of an intermediate authority, which the server does not send",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let between = authority.intermediate("The second authority of Acme");
                showing(&between.server(HERE), &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was signed by an authority that is not trusted, `CN=The second authority of Acme`",
            code: "certificate-unknown-issuer",
            hint: "the server does not send the certificates between the two",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "signed by nobody but itself",
        trouble: Trouble::Tls,
        produced_by: "a self-signed certificate",
        produce: || Box::pin(async { showing(&Signed::by_itself(HERE), &authority()).await }),
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was signed by nobody but itself",
            code: "certificate-self-signed",
            hint: "ca-file = ",
            who: Who::User,
            ..REFUSED
        },
    },
    Cause {
        name: "expired",
        trouble: Trouble::Tls,
        produced_by: "a certificate that was valid until yesterday",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let shown = authority.server_with(HERE, |it| it.not_after = in_days(-1));
                showing(&shown, &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was valid until …, and it is … here",
            code: "certificate-expired",
            hint: "the server needs a new certificate; if the date here is wrong, set the clock",
            ..REFUSED
        },
    },
    Cause {
        name: "not yet valid",
        trouble: Trouble::Tls,
        produced_by: "a certificate that is valid from tomorrow on",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let shown = authority.server_with(HERE, |it| it.not_before = in_days(1));
                showing(&shown, &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it is valid from … on, and it is … here",
            code: "certificate-not-yet-valid",
            hint: "set the clock of this machine",
            ..REFUSED
        },
    },
    Cause {
        name: "for another name",
        trouble: Trouble::Tls,
        produced_by: "a certificate for `git.acme.example`, shown at an address",
        produce: || {
            Box::pin(async {
                let authority = authority();
                showing(&authority.server(&["git.acme.example"]), &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it is for `git.acme.example`, not for `127.0.0.1`",
            code: "certificate-wrong-name",
            hint: "use one of the names of the certificate",
            ..REFUSED
        },
    },
    Cause {
        name: "for no name at all",
        trouble: Trouble::Tls,
        produced_by: "a certificate without alternative names, as old recipes make it",
        produce: || {
            Box::pin(async {
                let authority = authority();
                showing(&authority.server(&[]), &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it is not for `127.0.0.1`, nor for any other name",
            code: "certificate-wrong-name",
            hint: "that holds its name as an alternative one (`subjectAltName`)",
            ..REFUSED
        },
    },
    Cause {
        name: "an authority's own certificate",
        trouble: Trouble::Tls,
        produced_by: "a server that shows a certificate which may sign others",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                let shown = authority.server_with(HERE, |it| it.is_ca = is_ca);
                showing(&shown, &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it is an authority's own, which signs those of servers and is none itself",
            code: "certificate-is-authority",
            hint: "the server needs another certificate",
            ..REFUSED
        },
    },
    Cause {
        name: "made for clients",
        trouble: Trouble::Tls,
        produced_by: "a certificate whose purpose is to show who a client is",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let purposes = vec![ExtendedKeyUsagePurpose::ClientAuth];
                let shown = authority.server_with(HERE, |it| it.extended_key_usages = purposes);
                showing(&shown, &authority).await
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was not made for servers",
            code: "certificate-purpose",
            hint: "the server needs another certificate",
            ..REFUSED
        },
    },
    Cause {
        name: "signed with SHA-1",
        trouble: Trouble::Tls,
        produced_by: "a certificate whose signature is no longer accepted",
        produce: || {
            Box::pin(async {
                let pem = include_bytes!("../transport/certificates/weak-signature.pem");
                let weak = CertificateDer::from_pem_slice(pem).expect("a certificate");
                let shown = authority().server(HERE).showing(weak);
                let old = include_str!("../transport/certificates/authority.pem");
                showing(&shown, &authority()).await.trusting(old)
            })
        },
        expected: Expected {
            says: "the certificate of `…` is not accepted: it was signed in a way that is no longer accepted",
            code: "certificate-weak-signature",
            hint: "the server needs another certificate",
            ..REFUSED
        },
    },
    Cause {
        name: "soon over",
        trouble: Trouble::Tls,
        produced_by: "a certificate that is valid for three more days; all works",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let shown = authority.server_with(HERE, |it| it.not_after = in_days(3));
                let forge = |request: &WireRequest| small_forge(request, 0, &[]);
                let server = WireServer::start_with(shown.server_config(), forge).await;
                Scene::at(server.url_as("127.0.0.1"))
                    .trusting(&authority.pem())
                    .holding(server)
            })
        },
        expected: Expected {
            says: "the server's certificate ends in 3 days, on …",
            code: "certificate-expires-soon",
            hint: "let the server have a new certificate before that",
            status: 0,
            not_reached: "",
            ..REFUSED
        },
    },
    Cause {
        name: "a `ca-file` that is not there",
        trouble: Trouble::Tls,
        produced_by: "a `ca-file` that names no file",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let scene = showing(&authority.server(HERE), &authority).await;
                scene.text("ca-file", "gone.pem")
            })
        },
        expected: Expected {
            says: "cannot use the certificates in `…gone.pem`: No such file or directory…",
            hint: "certificates in PEM form",
            ..UNUSABLE
        },
    },
    Cause {
        name: "a `ca-file` that holds no certificate",
        trouble: Trouble::Tls,
        produced_by: "a `ca-file` in DER form",
        produce: || {
            Box::pin(async {
                let authority = authority();
                let scene = showing(&authority.server(HERE), &authority).await;
                scene.trusting("0\u{1}\u{2} no PEM at all")
            })
        },
        expected: Expected {
            says: "cannot use the certificates in `…ca.pem`: there is no certificate in it…",
            hint: "certificates in PEM form",
            ..UNUSABLE
        },
    },
];

/// A server whose certificate is not accepted.
const REFUSED: Expected = Expected {
    says: "",
    code: "",
    station: "tls",
    hint: "",
    who: Who::ForgeAdministrator,
    status: 25,
    not_reached: BEHIND_TLS,
    also: &[],
    why: None,
};

/// A file with authorities that is of no use.
const UNUSABLE: Expected = Expected {
    says: "",
    code: "ca-file-unusable",
    station: "configuration",
    hint: "",
    who: Who::User,
    status: 33,
    not_reached: BEHIND_CONFIGURATION,
    also: &[],
    why: None,
};

fn authority() -> TestAuthority {
    TestAuthority::new("The authority of Acme")
}

/// A connection that trusts this authority, to a server that shows this certificate.
async fn showing(shown: &Signed, authority: &TestAuthority) -> Scene {
    let server = TlsServer::start(shown.server_config()).await;
    Scene::at(server.url())
        .trusting(&authority.pem())
        .holding(server)
}

fn in_days(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(days)
}

const HERE: &[&str] = &["127.0.0.1"];
