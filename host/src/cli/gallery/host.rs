//! The host's own errors, where a connection is opened and where a delivery is refused: apart from
//! answers, because no forge and no plugin has said anything.

use std::io;

use code_source_egress as egress;
use egress::{BaseUrlError, IdentityError, ManifestError, PolicyError};

use super::{Example, examples};
use crate::cli::failure::CommandError;
use crate::delivery::DeliveryRefusal;
use crate::error::Error;

pub(super) fn all() -> Vec<Example> {
    let mut all = own();
    all.extend(refused_deliveries().into_iter().map(Error::DeliveryRefused));
    all.extend(addresses().into_iter().map(Error::Url));
    all.extend(policies().into_iter().map(Error::Policy));
    all.into_iter().map(example).collect()
}

fn own() -> Vec<Error> {
    let text = || "…".to_owned();
    let denied = || {
        let detail = "the connection does not have the secret `webhook`";
        egress::Denial::new(
            egress::Layer::Credential,
            egress::Reason::SecretNotConfigured,
            detail,
        )
        .with_remedy("secrets = { webhook = { file = \"…\" } }")
    };
    let manifest = || egress::Manifest::parse(b"{}");
    let range = "8.8.8.0/24"
        .parse()
        .map(|range| egress::AddressPolicy::new(vec![range]));
    let profile = egress::Profile::parse("rules = 1").err();
    examples! { Error:
        Error::Busy { .. } => [Error::Busy { limit: 64 }],
        Error::Exhausted => [Error::Exhausted],
        Error::Certificates { .. } => [Error::Certificates { path: "ca.pem".into(), problem: "it holds no certificate".into() }],
        Error::ClientIdentity { .. } => [Error::ClientIdentity { path: "me.key".into(), problem: "it holds no private key".into() }],
        Error::Contract { .. } => [Error::Contract { found: "forge:code-source@0.0.1".into(), spoken: crate::plugin::CONTRACT }],
        Error::Credential { .. } => [Error::Credential { what: "token", place: "the file `/run/secrets/forge-token`".into(), problem: "it is empty".into() }],
        Error::Digest { .. } => [Error::Digest { found: "11".repeat(32), pinned: "22".repeat(32) }],
        Error::NoEmbeddedPlugin => [Error::NoEmbeddedPlugin],
        Error::Import { .. } => [Error::Import { name: "wasi:filesystem/types@0.2.6".into() }],
        Error::File { .. } => [
            Error::File { action: "read the plugin", path: "forge.wasm".into(), source: io::ErrorKind::NotFound.into() },
            Error::File { action: "open the audit", path: "audit.log".into(), source: io::ErrorKind::PermissionDenied.into() },
        ],
        Error::DeliveryRefused(_) | Error::ForeignRepository { .. } => [Error::ForeignRepository { id: "43".into() }],
        Error::Identity(_) => [
            Error::Identity(IdentityError::Field("id".into())),
            Error::Identity(IdentityError::Other { expected: "42".into(), found: "43".into() }),
            Error::Identity(IdentityError::TooLarge),
        ],
        Error::UnconfirmedIdentity => [Error::UnconfirmedIdentity],
        Error::Manifest(_) => [
            Error::Manifest(manifest().expect_err("it is empty")),
            Error::Manifest(ManifestError::TooLarge),
        ],
        Error::NoManifest { .. } => [Error::NoManifest { section: egress::Manifest::SECTION }],
        Error::NotAComponent { .. } => [Error::NotAComponent { problem: "it is a text".into() }],
        Error::Refused(_) => [Error::Refused(denied())],
        Error::Profile(_) => [Error::Profile(profile.expect("it has no rules"))],
        Error::Provider { .. } => [Error::Provider { name: "acme-forge".into() }],
        Error::PrivateAddresses(_) => [Error::PrivateAddresses(range.expect("a range").expect_err("it is public"))],
        Error::RefusedHost { .. } => [Error::RefusedHost { host: "forge.example".into(), reason: "it is not run by its users".into() }],
        Error::Proxy { .. } => [Error::Proxy { problem: "it begins with neither http:// nor https://".into() }],
        Error::Sandbox { .. } => [Error::Sandbox { problem: text() }],
        Error::Tls { .. } => [Error::Tls { problem: text() }],
        Error::Policy(_) | Error::Url(_) | Error::PlainHttp { .. } => [Error::PlainHttp { url: "http://git.acme.example".into() }],
    }
}

fn refused_deliveries() -> Vec<DeliveryRefusal> {
    use DeliveryRefusal as Refusal;
    let header = || "x-forge-signature".to_owned();
    examples! { Refusal:
        Refusal::AuditFailed => [Refusal::AuditFailed],
        Refusal::BodyTooLarge => [Refusal::BodyTooLarge],
        Refusal::Clock { .. } => [Refusal::Clock { seconds: -900, tolerance: 300 }],
        Refusal::HeadersTooLarge => [Refusal::HeadersTooLarge],
        Refusal::Malformed { .. } => [Refusal::Malformed { header: header() }],
        Refusal::Mismatch { .. } => [Refusal::Mismatch { header: header() }],
        Refusal::Missing { .. } => [Refusal::Missing { headers: vec![header(), "x-forge-token".into()] }],
        Refusal::NoSecret { .. } => [
            Refusal::NoSecret { secret: Some("webhook".into()) },
            Refusal::NoSecret { secret: None },
        ],
        Refusal::RepeatedHeader { .. } => [Refusal::RepeatedHeader { header: header() }],
    }
}

/// What people write as the address of a forge.
fn addresses() -> Vec<BaseUrlError> {
    let written = [
        "",
        "ftp://git.acme.example",
        "https://ada:password@git.acme.example",
        "https://git.acme.example/?page=1",
        "https://git.acme.example/#top",
        "https://git.acme.example\\web",
        "https://git.acme.example:99999",
        "https://git.acme.example/a/../b",
    ];
    let wrong = |text: &&str| egress::BaseUrl::parse(text).expect_err("no address");
    written.iter().map(wrong).collect()
}

fn policies() -> Vec<PolicyError> {
    let (operation, endpoint) = (
        || "git.link".into(),
        || "DELETE /projects/{project}".parse(),
    );
    vec![
        PolicyError::BaseNamesApi("/api/v4".into()),
        PolicyError::Host("a forge that its users do not run is refused".into()),
        PolicyError::PlainHttp("http://git.acme.example".into()),
        PolicyError::Provider {
            manifest: "acme-forge".into(),
            profile: "other-forge".into(),
        },
        PolicyError::RepeatedRepository("42".into()),
        PolicyError::RedirectOrigin {
            origin: "objects.acme.example/x".into(),
            problem: "it has a path".into(),
        },
        PolicyError::Secret {
            name: "webhook-sign".into(),
            known: "there are `webhook` and `webhook-signing`".into(),
        },
        PolicyError::OperatorRule {
            list: "deny",
            index: 0,
            pattern: "GET /project".parse().expect("a pattern"),
            problem: "it covers no endpoint".into(),
        },
        PolicyError::Ceiling {
            operation: operation(),
            endpoint: endpoint().expect("an endpoint"),
            reason: "no plugin is granted".into(),
        },
        PolicyError::Access {
            operation: operation(),
            endpoint: endpoint().expect("an endpoint"),
            access: egress::Access::Commits,
        },
    ]
}

fn example(source: Error) -> Example {
    let name = format!("{source:?}");
    let name = name.split([' ', '(', '{']).next().unwrap_or_default();
    let what = match &source {
        Error::DeliveryRefused(refusal) => format!("delivery: {}", refusal.label()),
        _ => format!("host: {name}"),
    };
    let tried = match &source {
        Error::DeliveryRefused(_) | Error::ForeignRepository { .. } => "read the delivery",
        _ => "open the connection `acme`",
    };
    let error = CommandError::Open {
        tried: tried.into(),
        source,
        at: None,
    };
    (what, error)
}
