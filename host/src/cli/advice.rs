//! What to do where neither the policy nor the plugin says it: apart from them, because both know
//! more than a table does, and this is only what holds wherever a failure of that kind is met.
//!
//! Who can do it is named where it is not whoever reads it.

use crate::content::ContentError;
use crate::contract::types::{Conflict, CredentialProblem, Denial, ErrorCode, Stranger, Subject};
use crate::doctor::SENSELESS;
use crate::outcome::TrapKind;
use crate::report::Stage;

/// For a request that did not get its answer, by the stable name of the reason.
pub(crate) fn of_request(stage: Stage, reason: &str) -> Option<&'static str> {
    if stage == Stage::Policy {
        return Some("no setting allows it: tell whoever made the plugin what it asked for");
    }
    if (stage, reason) == (Stage::Body, "too-long") {
        return Some("ask for less at once, or raise `limits = { answer-bytes = \"128MiB\" }`");
    }
    if (stage, reason) == (Stage::Body, "call-too-long") {
        return Some("ask for less at once, or raise `limits = { call-bytes = \"1GiB\" }`");
    }
    if stage == Stage::Proxy
        && let Some(advice) = tls_of_the_proxy(reason)
    {
        return Some(advice);
    }
    of_reason(reason)
}

/// Whoever runs a proxy is nobody of the forge's. An authority is trusted here, whoever it vouches for.
fn tls_of_the_proxy(reason: &str) -> Option<&'static str> {
    match reason {
        "certificate-unknown-issuer" | "certificate-self-signed" => None,
        "certificate-expired" | "certificate-not-yet-valid" => Some(
            "ask whoever runs the proxy for a certificate that is valid now; if the date here is wrong, set this machine's clock",
        ),
        "certificate-wrong-name" => Some(
            "use a name that the certificate is for as the proxy's address, or ask whoever runs the proxy for one that is for this name",
        ),
        "not-tls" => {
            Some("look at the port of `proxy`, and whether it is spoken to with `http://`")
        }
        "tls-version" => Some("ask whoever runs the proxy to switch on TLS 1.2 or 1.3"),
        "tls-failed" => Some("ask whoever runs the proxy: its log has the other half"),
        "certificate-required" => Some("ask whoever runs the proxy: it is shown no certificate"),
        reason if reason.starts_with("certificate-") => Some(
            "ask whoever runs the proxy for another certificate; no setting here accepts this one",
        ),
        _ => None,
    }
}

fn of_reason(reason: &str) -> Option<&'static str> {
    network(reason)
        .or_else(|| certificate(reason))
        .or_else(|| stream(reason))
}

fn network(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "name-not-found" => {
            "look whether the name is written as the forge's administrator gave it; if it is, ask whoever runs this network's name servers"
        }
        "address-refused" => {
            "look whether the address is really the forge's: such an address is dialled for nobody"
        }
        "connect-failed" => {
            "look at host and port; if they are right, ask whoever runs the network: `code-source policy network` says what has to be let through"
        }
        "connect-timeout" => {
            "a firewall may be dropping it: ask whoever runs the network; `code-source policy network` says what has to be let through"
        }
        "connection-lost" => {
            "try again; if it stays so, ask whoever runs what is in between: a proxy, a load balancer, a firewall"
        }
        "proxy-unreachable" => "look at host and port of `proxy`, or ask whoever runs the proxy",
        "proxy-authentication" => "look at the file with the proxy's user and password",
        "proxy-credentials" => "mend the file with the proxy's user and password",
        "proxy-malformed" => "look at host and port of `proxy`: what answers there is no proxy",
        "proxy-refused" => "ask whoever runs the proxy to let CONNECT through to the forge",
        "not-tls" => "look at the port of the connection's address: another service answers there",
        "not-http" => {
            "look at the port of the connection's address: what answers there is no web server"
        }
        "tls-version" => "ask the forge's administrator to switch on TLS 1.2 or 1.3",
        "tls-cut" => {
            "try again; if it stays so, ask whoever runs the network: some firewalls end connections by their name"
        }
        "tls-failed" => "ask the forge's administrator: its web server's log has the other half",
        "first-byte-timeout" => {
            "try again; if it stays so, ask the forge's administrator, or give it longer with `limits = { first-byte = \"2m\" }`"
        }
        _ => return None,
    })
}

fn certificate(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "certificate-expired" => {
            "ask the forge's administrator to renew the certificate; if the date here is wrong, set this machine's clock"
        }
        "certificate-not-yet-valid" => {
            "set this machine's clock if it is behind; otherwise ask the forge's administrator for a certificate that is valid now"
        }
        "certificate-wrong-name" => {
            "use a name that the certificate is for as the connection's address, or ask the forge's administrator for one that is for this name"
        }
        "certificate-refused" => {
            "ask the forge's administrator which certificates it accepts: `client-certificate` names the one that is shown"
        }
        "certificate-bad-encoding"
        | "certificate-bad-signature"
        | "certificate-invalid"
        | "certificate-is-authority"
        | "certificate-old-version"
        | "certificate-purpose"
        | "certificate-revoked"
        | "certificate-unknown-extension"
        | "certificate-weak-signature" => {
            "ask the forge's administrator for another certificate; no setting here accepts this one"
        }
        _ => return None,
    })
}

/// What can happen after a connection was there.
fn stream(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "audit-failed" => {
            "look at the audit's file and its disk: what cannot be recorded does not leave"
        }
        "credential-unusable" => "look at the file or the variable that the token comes from",
        "encoded" | "head-too-large" => {
            "ask whoever runs the forge, or a proxy before it: no forge answers like that by itself"
        }
        "too-many-requests" => "ask for less at once, or raise `limits = { requests = 2000 }`",
        "request-too-long" => {
            "send less at once, or raise `limits = { request-bytes = \"64MiB\" }`"
        }
        "request-cut" | "wrong-origin" => PLUGIN,
        "cut" | "encoding-broken" => {
            "try again; if it stays so, ask whoever runs what is in between: a proxy, a load balancer"
        }
        "stalled" => {
            "try again; if it stays so, give it longer with `limits = { between-bytes = \"2m\" }`"
        }
        "too-slow" => "try again, or give it longer with `limits = { content = \"6h\" }`",
        "too-long" => {
            "raise `limits = { content-bytes = \"64GiB\" }` if it is meant to be so large"
        }
        "contains-credential" => {
            "the forge sent the token back, which was kept from you: tell its administrator"
        }
        _ => return None,
    })
}

/// For content that did not come as it was promised.
pub(crate) fn of_content(error: &ContentError) -> Option<&'static str> {
    match error.reason() {
        "hash-differs" | "size-differs" => Some(
            "try again; if it stays so, tell the forge's administrator: what it holds is not what it says",
        ),
        reason => of_reason(reason),
    }
}

/// For a plugin that did not live to answer.
pub(crate) fn of_trap(kind: TrapKind) -> &'static str {
    match kind {
        TrapKind::Crash | TrapKind::Content | TrapKind::Stack => PLUGIN,
        TrapKind::CpuTime => "ask for less at once, or raise `limits = { cpu = \"30s\" }`",
        TrapKind::Handles => "ask for less at once, or raise `limits = { handles = 4096 }`",
        TrapKind::Hostcall => {
            "ask for less at once, or raise `limits = { hostcall-bytes = \"1MiB\" }`"
        }
        TrapKind::Memory => "ask for less at once, or raise `limits = { memory = \"512MiB\" }`",
        TrapKind::Table => "ask for less at once, or raise `limits = { table-elements = 200000 }`",
        TrapKind::WallClock => {
            "try again, or give it longer with `--timeout SECONDS`, or `limits = { call = \"10m\" }`"
        }
    }
}

/// For an error of the contract.
pub(crate) fn of_answer(code: &ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::Unauthenticated(problem) => token(problem),
        ErrorCode::Forbidden(denial) => refused(denial),
        ErrorCode::NotFound(subject) => missing(subject),
        ErrorCode::EmptyRepository => "push a first commit; nothing is wrong with the connection",
        ErrorCode::Moved(_) => "name it by that number, or by the path that it has now",
        ErrorCode::ReadOnly(_) => {
            "an owner can take an archived repository back; while the forge is being maintained, wait for its administrator"
        }
        ErrorCode::Conflict(conflict) => differs(conflict),
        ErrorCode::InvalidArgument(_) => "`--help` of the command says what each argument may be",
        ErrorCode::Rejected(_) => {
            "change what was sent; what a push rule or a hook asks for, the repository's maintainers know"
        }
        ErrorCode::TooLarge(_) => "ask for less at once: a part, a page, a directory",
        ErrorCode::NotReady => "try again in a moment",
        ErrorCode::RateLimited => {
            "wait and try again; the forge's administrator sets how much it takes"
        }
        ErrorCode::Unavailable => {
            "try again in a while; if it stays so, ask the forge's administrator"
        }
        ErrorCode::Timeout => {
            "try again; if it stays so, ask for less at once, or ask the forge's administrator"
        }
        ErrorCode::Unreachable | ErrorCode::Untrusted | ErrorCode::Denied => DOCTOR,
        ErrorCode::NotTheApi(stranger) => other_than_the_api(stranger),
        ErrorCode::Unsupported(_) => {
            "the forge's administrator can tell its version and its edition, and switch things on"
        }
        ErrorCode::Malformed(_) => SENSELESS,
        ErrorCode::BaseMissing(_) => {
            "choose a base that is there; the one before was removed, or the history was rewritten"
        }
        ErrorCode::OutcomeUnknown => "look whether it took effect before you do it again",
        ErrorCode::Other(_) => PLUGIN,
    })
}

fn token(problem: &CredentialProblem) -> &'static str {
    match problem {
        CredentialProblem::Missing => {
            "a proxy between here and the forge may take it out of the request: ask whoever runs it"
        }
        CredentialProblem::Invalid
        | CredentialProblem::Expired
        | CredentialProblem::Revoked
        | CredentialProblem::Other(_) => {
            "make a new token with the scope `api`, and put it where the connection reads it from"
        }
    }
}

fn refused(denial: &Denial) -> &'static str {
    match denial {
        Denial::Scope(_) => "make a new token that has it: scopes of a token cannot be changed",
        Denial::Role(_) => {
            "an owner of the repository, or of its group, can give the token's account a higher one"
        }
        Denial::AdminMode => {
            "make a new token with the scope `admin_mode` too, or use one of an account that is no administrator"
        }
        Denial::Account(_) => {
            "if it is blocked, the forge's administrator can unblock it; otherwise sign in as that account, and see there what it is asked for"
        }
        Denial::IpAddress => {
            "the forge's administrator, or the group's owner, can let this machine's address in"
        }
        Denial::Other(_) => "ask the forge's administrator, or an owner of the repository",
    }
}

fn missing(subject: &Subject) -> &'static str {
    match subject {
        Subject::Repository => {
            "`code-source repos --search NAME` lists what the token may see, and `code-source why NAME` tells why one is not there"
        }
        Subject::Reference => {
            "`code-source branches REPOSITORY` and `code-source tags REPOSITORY` list what is there"
        }
        Subject::Path => "`code-source tree REPOSITORY` lists what is there",
        Subject::Commit => {
            "`code-source log REPOSITORY` lists what is there; what no branch leads to any more goes away"
        }
        Subject::Blob => "`code-source tree REPOSITORY` lists blobs with their names",
        Subject::PullRequest => "`code-source pulls REPOSITORY` lists what is there",
        Subject::Comment => "`code-source list-comments REPOSITORY NUMBER` lists what is there",
        Subject::Webhook => "`code-source list-webhooks REPOSITORY` lists what is there",
        Subject::Other(_) => "look whether it is written as the forge writes it",
    }
}

fn differs(conflict: &Conflict) -> &'static str {
    match conflict {
        Conflict::AlreadyExists => "choose another name, or use what is there",
        Conflict::HeadMoved(_) => "look at what is new, and name that commit if it is still right",
        Conflict::FileChanged(_) => "read it again, and make the change to what it is now",
        Conflict::Locked => "try again in a moment",
        Conflict::NotMergeable(_) => {
            "`code-source read-pull-request REPOSITORY NUMBER` shows what it waits for"
        }
        Conflict::Other(_) => "look at what is there now before you do it again",
    }
}

fn other_than_the_api(stranger: &Stranger) -> &'static str {
    match stranger {
        Stranger::SignInPage => {
            "look at the connection's address; if it is right, whoever runs the sign-in before the forge has to let its API through"
        }
        Stranger::WebFirewall => {
            "whoever runs the web firewall before the forge has to let these requests through"
        }
        Stranger::Redirect(_) => "use the address that it leads to as the connection's address",
        Stranger::Other(_) => {
            "look at the connection's address: what answers there is something else"
        }
    }
}

const DOCTOR: &str = "`code-source doctor` goes the way of a request and tells where it ends";

const PLUGIN: &str =
    "this is a fault of the plugin: tell whoever made it, with what the command says with `-vv`";
