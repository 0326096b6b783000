//! What to do about a failure that the host saw, and who can: apart because the transport says what
//! happened, and knows nothing of people.

use super::problem::{Cause, Party, Problem};
use crate::report::{RequestFailure, Stage};
use crate::transport::HTTPS;

/// A request, or a connection for one, that failed.
pub(super) fn problem(failure: &RequestFailure) -> Problem {
    let (party, hint) = match (failure.reason, failure.stage) {
        ("connect-timeout", stage) => silence(stage),
        ("address-refused", _) if failure.remedy.is_none() => NEVER_DIALLED,
        ("address-refused", _) if failure.remedy.as_deref() == Some(HTTPS) => IN_THE_CLEAR,
        (reason, Stage::Proxy) if is_about_tls(reason) => tls_of_the_proxy(reason),
        ("certificate-wrong-name", _) if is_nameless(failure) => NAMELESS,
        // What is asked for comes with a line that gives it.
        ("proxy-authentication", _) if failure.remedy.is_none() => CREDENTIALS_REFUSED,
        (reason, _) => remedy(reason),
    };
    let message = match beginning(failure) {
        Some(beginning) => format!("{beginning}: {}", failure.detail),
        None => failure.detail.clone(),
    };
    Problem::new(failure.reason, message, hint, party)
        .mended_by(failure.remedy.clone())
        .caused_by(Cause::Request(Box::new(failure.clone())))
}

/// What the transport's words come to, where they say less than is known.
fn beginning(failure: &RequestFailure) -> Option<&'static str> {
    Some(match (failure.reason, failure.stage) {
        ("connect-failed", _) => "the port is closed, or a firewall rejects the connection",
        ("connect-timeout", Stage::Connect) => {
            "nothing answers there, as where a firewall drops connections"
        }
        ("connect-timeout", Stage::Tls) => "the connection is taken, and nothing answers on it",
        ("connection-lost", _) => "the server, or something before it, ended the connection",
        ("stalled", _) => "the answer began and did not go on",
        _ => return None,
    })
}

/// What to do where nothing is said in the time that a connection may take.
fn silence(stage: Stage) -> (Party, &'static str) {
    let hint = match stage {
        Stage::Resolve => {
            "the name servers of this machine do not answer: ask whoever runs them, or the firewall before them"
        }
        Stage::Proxy => {
            "the proxy takes connections and does not answer: look at its load and its log"
        }
        Stage::Tls => {
            "a firewall or a load balancer on the way may take connections that it does not pass on; else look at the server's load"
        }
        _ => {
            "let this machine through to that host and port, or raise the connection's limit `connect` if the way is long"
        }
    };
    (Party::NetworkAdministrator, hint)
}

fn remedy(reason: &str) -> (Party, &'static str) {
    match reason {
        reason if reason.starts_with("proxy-") => proxy(reason),
        reason if is_about_tls(reason) => tls(reason),
        "address-refused" => (
            Party::User,
            "list the address if the forge is meant to be there",
        ),
        "name-not-found" => (
            Party::User,
            "check the spelling of the host; if it is right, ask whoever runs the name servers of this machine",
        ),
        "connect-failed" => (
            Party::NetworkAdministrator,
            "check host and port in the address of the connection, and that a firewall lets this machine through to them",
        ),
        "connection-lost" => ENDED,
        "first-byte-timeout" => (
            Party::ForgeAdministrator,
            "the server took the request and did not answer: look at its load, or raise the connection's limit `first-byte`",
        ),
        "not-http" => (
            Party::User,
            "check the port in the address of the connection: something else answers there",
        ),
        "encoded" | "head-too-large" => (
            Party::NetworkAdministrator,
            "look for a proxy on the way that changes answers",
        ),
        "contains-credential" => (
            Party::ForgeAdministrator,
            "the forge's answer repeats the token: look for what does that on the way, and exchange the token",
        ),
        "cut" | "encoding-broken" => (
            Party::NetworkAdministrator,
            "look for a proxy on the way that ends or changes answers",
        ),
        "stalled" | "too-slow" => (
            Party::NetworkAdministrator,
            "look for what slows answers down on the way, and at the server's load",
        ),
        "credential-unusable" => (
            Party::User,
            "look at the token's source: it changed meanwhile",
        ),
        "audit-failed" => (
            Party::User,
            "the record of requests cannot be written, and without it nothing leaves: look at the `audit-file`",
        ),
        "request-cut" | "wrong-origin" => (
            Party::User,
            "it is a mistake of the plugin's: use another version of it",
        ),
        _ => limit(reason),
    }
}

/// What the connection's own limits ended.
fn limit(reason: &str) -> (Party, &'static str) {
    match reason {
        "call-too-long" | "too-long" => (
            Party::User,
            "raise the connection's limits `answer-bytes` and `call-bytes` if such an answer is meant",
        ),
        "too-many-requests" => (
            Party::User,
            "raise the connection's limit `requests` if one call is meant to ask so often",
        ),
        "request-too-long" => (
            Party::User,
            "raise the connection's limit `request-bytes` if it is meant to be so much",
        ),
        _ => (Party::User, "look at the settings of the connection"),
    }
}

fn is_about_tls(reason: &str) -> bool {
    reason.starts_with("certificate-") || reason.starts_with("tls-") || reason == "not-tls"
}

fn tls(reason: &str) -> (Party, &'static str) {
    match reason {
        reason if reason.starts_with("certificate-") => certificate(reason),
        "not-tls" => (
            Party::User,
            "check the port in the address of the connection: `https` is spoken on another one",
        ),
        "tls-version" => (
            Party::ForgeAdministrator,
            "let the server speak TLS 1.2 or 1.3: older versions are not safe, and there is no setting here that allows them",
        ),
        "tls-failed" => (
            Party::ForgeAdministrator,
            "the TLS settings of the server, or of what stands before it, do not fit ours",
        ),
        _ => ENDED,
    }
}

/// The same of a proxy that is spoken to with TLS. Whoever runs it is nobody of the forge's.
fn tls_of_the_proxy(reason: &str) -> (Party, &'static str) {
    match reason {
        // An authority is trusted here, whoever it vouches for.
        "certificate-unknown-issuer" | "certificate-self-signed" => certificate(reason),
        "not-tls" => (
            Party::User,
            "check the port of the proxy, and whether it is spoken to with `http://`",
        ),
        "certificate-expired" | "certificate-not-yet-valid" => (
            Party::NetworkAdministrator,
            "the proxy needs a certificate that is valid now; if the date here is wrong, set the clock of this machine",
        ),
        "certificate-wrong-name" => (
            Party::NetworkAdministrator,
            "use one of the names of the certificate in the proxy's address, or let the proxy have a certificate for this one",
        ),
        "certificate-required" | "certificate-refused" => (
            Party::NetworkAdministrator,
            "the proxy asks who comes, and the connection's certificate is shown to the forge alone: let this machine through without one",
        ),
        "tls-version" => (
            Party::NetworkAdministrator,
            "let the proxy speak TLS 1.2 or 1.3: older versions are not safe, and there is no setting here that allows them",
        ),
        "tls-cut" => ENDED,
        "tls-failed" => (
            Party::NetworkAdministrator,
            "the TLS settings of the proxy do not fit ours: its log has the other half",
        ),
        _ => (
            Party::NetworkAdministrator,
            "the proxy needs another certificate",
        ),
    }
}

fn certificate(reason: &str) -> (Party, &'static str) {
    match reason {
        "certificate-unknown-issuer" => (
            Party::User,
            "if it is one that everybody trusts, the server does not send the certificate between the two, and its administrator has to add that; if it is your organisation's authority, trust it with its certificate in a file",
        ),
        "certificate-self-signed" => (
            Party::User,
            "trust this very certificate with a file, after its fingerprint was compared with the server's",
        ),
        "certificate-expired" => (
            Party::ForgeAdministrator,
            "the server needs a new certificate; if the date here is wrong, set the clock of this machine",
        ),
        "certificate-not-yet-valid" => (
            Party::ForgeAdministrator,
            "if the date here is wrong, set the clock of this machine; else the server needs another certificate",
        ),
        "certificate-wrong-name" => (
            Party::ForgeAdministrator,
            "use one of the names of the certificate in the address of the connection, or let the server have a certificate for this one",
        ),
        "certificate-required" => (
            Party::User,
            "the forge, or what stands before it, wants to know which machine comes; its administrator hands out the certificate",
        ),
        "certificate-refused" => (
            Party::ForgeAdministrator,
            "the forge, or what stands before it, has to trust the authority that signed the connection's certificate",
        ),
        _ => (
            Party::ForgeAdministrator,
            "the server needs another certificate",
        ),
    }
}

fn proxy(reason: &str) -> (Party, &'static str) {
    match reason {
        "proxy-authentication" => (
            Party::User,
            "put what the proxy asks for, as `user:password`, into a file of its own",
        ),
        "proxy-credentials" => (Party::User, "look at the file with the proxy's credentials"),
        "proxy-malformed" => (
            Party::User,
            "check host and port of the proxy: what answers there is none",
        ),
        "proxy-refused" => (
            Party::NetworkAdministrator,
            "let the proxy open a way (`CONNECT`) to the forge's host and port; its log says why it does not",
        ),
        _ => (
            Party::NetworkAdministrator,
            "check host and port of the proxy, and that a firewall lets this machine through to it",
        ),
    }
}

/// No setting changes that.
const NEVER_DIALLED: (Party, &str) = (
    Party::User,
    "no setting allows that address: check the address of the connection, and what its name leads to",
);

/// It could be dialled with TLS.
const IN_THE_CLEAR: (Party, &str) = (
    Party::User,
    "plain http is for the organisation's own network at most: check what the name leads to, or use the forge's `https` address",
);

/// It was there before.
const ENDED: (Party, &str) = (
    Party::NetworkAdministrator,
    "look for a firewall or a proxy on the way that ends connections, and at the server's log",
);

/// Names stand in a part of certificates that old recipes leave out.
fn is_nameless(failure: &RequestFailure) -> bool {
    let shown = failure.certificate.as_ref();
    shown.is_some_and(|certificate| certificate.names.is_empty())
}

const NAMELESS: (Party, &str) = (
    Party::ForgeAdministrator,
    "the server needs a certificate that holds its name as an alternative one (`subjectAltName`): that of its subject counts no more",
);

/// It was told who comes.
const CREDENTIALS_REFUSED: (Party, &str) = (
    Party::User,
    "look at the file with the proxy's credentials: it holds `user:password`, as the proxy knows them",
);
