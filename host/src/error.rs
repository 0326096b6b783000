//! The host's own errors: apart from the contract's answers and from traps, which are not errors
//! of the host.

use std::io;
use std::path::PathBuf;

use code_source_egress as egress;

use crate::delivery::DeliveryRefusal;

/// What went wrong in the host itself, in words that fit "failed to …: ".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// As many calls are under way as [`Limits::calls`](crate::Limits::calls) allows.
    #[error("{limit} calls are under way, and no more are allowed at once")]
    Busy {
        /// The limit.
        limit: usize,
    },
    /// As many plugins run in the process as
    /// [`EngineBuilder::instances`](crate::EngineBuilder::instances) allows.
    #[error("as many plugins run in this process as it allows at once")]
    Exhausted,
    /// The file with certificates of authorities is unusable.
    #[error("cannot use the certificates in `{path}`: {problem}")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificate that the connection shows to the forge, or its key, is unusable.
    #[error("cannot use the client certificate in `{path}`: {problem}")]
    ClientIdentity {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never what is in it.
        problem: String,
    },
    /// The plugin was made for another contract.
    #[error("the plugin was made for the contract `{found}`, and this host speaks `{spoken}`")]
    Contract {
        /// What its manifest says.
        found: String,
        /// What this host speaks.
        spoken: &'static str,
    },
    /// The credential cannot be read or is unusable.
    #[error("cannot use the {what} from {place}: {problem}")]
    Credential {
        /// Which credential it is.
        what: &'static str,
        /// Where it was to come from; never what it is.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A delivery of a webhook was not read: nothing says that it comes from the forge, or it is
    /// out of bounds.
    #[error("the delivery is refused: {0}")]
    DeliveryRefused(DeliveryRefusal),
    /// The plugin's digest is not the pinned one.
    #[error("the plugin's SHA-256 is `{found}`, and `{pinned}` is pinned")]
    Digest {
        /// What was found.
        found: String,
        /// What was asked for.
        pinned: String,
    },
    /// The library was built without a plugin.
    #[error("this build holds no plugin of its own")]
    NoEmbeddedPlugin,
    /// The plugin asks for more than a plugin gets.
    #[error("the plugin imports `{name}`, which no plugin is given")]
    Import {
        /// The import, by name.
        name: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A delivery tells of a repository that is not connected.
    #[error("the delivery tells of a repository that is not connected")]
    ForeignRepository {
        /// Its identity, as the plugin read it.
        id: String,
    },
    /// The forge's answer does not say that the repository is the one that was named.
    #[error("cannot confirm which repository that is")]
    Identity(#[source] egress::IdentityError),
    /// The plugin's answer about a repository is not what came over the wire.
    #[error("the plugin's answer about the repository is not the forge's")]
    UnconfirmedIdentity,
    /// The manifest is missing or malformed.
    #[error("the plugin's manifest is unusable")]
    Manifest(#[source] egress::ManifestError),
    /// The plugin has no manifest.
    #[error("the plugin has no manifest: a custom section named `{section}`")]
    NoManifest {
        /// The section's name.
        section: &'static str,
    },
    /// The bytes are no component.
    #[error("the plugin is not a WebAssembly component: {problem}")]
    NotAComponent {
        /// What they look like.
        problem: String,
    },
    /// What the plugin asks for and what the operator allows do not fit.
    #[error("the plugin cannot be used here")]
    Policy(#[source] egress::PolicyError),
    /// The policy does not let this call begin.
    #[error("the policy refuses the call: {}", .0.detail())]
    Refused(egress::Denial),
    /// The provider's profile is unusable.
    #[error("the profile of the provider is unusable")]
    Profile(#[source] egress::ProfileError),
    /// No profile for this provider is built in.
    #[error("no provider `{name}` is known")]
    Provider {
        /// Its name, as the manifest says it.
        name: String,
    },
    /// A private range cannot be allowed.
    #[error("the private addresses cannot be allowed")]
    PrivateAddresses(#[source] egress::AddressPolicyError),
    /// The forge's host is refused by its provider's profile.
    #[error("`{host}` cannot be connected: {reason}")]
    RefusedHost {
        /// The host.
        host: String,
        /// The profile's words.
        reason: String,
    },
    /// The proxy is unusable.
    #[error("cannot use the proxy: {problem}")]
    Proxy {
        /// What is wrong with it; never its credentials.
        problem: String,
    },
    /// The sandbox itself cannot be set up.
    #[error("cannot set up the sandbox: {problem}")]
    Sandbox {
        /// What the runtime says.
        problem: String,
    },
    /// TLS cannot be set up.
    #[error("cannot set up TLS: {problem}")]
    Tls {
        /// What the TLS library says.
        problem: String,
    },
    /// The forge's address is not one.
    #[error("the address of the forge is unusable")]
    Url(#[source] egress::BaseUrlError),
    /// Plain `http`, and nobody said that this is meant.
    #[error("`{url}` is plain http: the token would be readable on the way")]
    PlainHttp {
        /// The address.
        url: String,
    },
}

impl Error {
    /// What to do about it, where something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Busy { .. } => "wait for a call to end, or raise the connection's limit `calls`".into(),
            Self::Certificates { .. } => {
                "the file holds one or more certificates in PEM form, each between BEGIN CERTIFICATE and END CERTIFICATE".into()
            }
            Self::Contract { .. } => "use a plugin built for this contract".into(),
            Self::Exhausted => "wait for a call to end, or let the engine have more instances".into(),
            Self::DeliveryRefused(refusal) => return refusal.hint(),
            Self::Digest { found, .. } => {
                format!("if the change is meant, pin the new digest: sha256 = \"{found}\"")
            }
            Self::ClientIdentity { .. } => {
                "both files are in PEM form: the certificate with those that vouch for it, and its key without a password".into()
            }
            Self::NoEmbeddedPlugin => "name a plugin's file".into(),
            Self::PlainHttp { .. } => {
                "use https; for a loopback or private address, `allow-plain-http = true` allows it".into()
            }
            Self::Import { .. } => {
                "a plugin gets wasi:http, wasi:io, wasi:clocks, wasi:random and the parts of wasi:cli without files".into()
            }
            Self::Refused(denial) => return denial.remedy().map(str::to_owned),
            _ => return None,
        })
    }
}
