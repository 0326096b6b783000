//! The host's own errors: apart from the contract's answers and from traps, which are not errors
//! of the host.

use std::io;
use std::path::PathBuf;

use code_source_egress as egress;

use crate::delivery::DeliveryRefusal;
use crate::kind::NotRegular;

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
    #[error("the connection, its forge and its plugin do not go together")]
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
            Self::Busy { .. } => "wait for a call to end, or raise `limits = { calls = 128 }`".into(),
            Self::Certificates { .. } => {
                "name a file with one or more certificates in PEM form, each between BEGIN CERTIFICATE and END CERTIFICATE".into()
            }
            Self::Contract { .. } => "use a plugin built for this contract".into(),
            Self::Exhausted => {
                "wait for a call to end; a program that embeds the library sets the limit with `EngineBuilder::instances`".into()
            },
            Self::DeliveryRefused(refusal) => return refusal.hint(),
            Self::Digest { found, .. } => {
                format!("if the change is meant, pin the new digest: sha256 = \"{found}\"")
            }
            Self::ClientIdentity { .. } => {
                "both files are in PEM form: the certificate with those that vouch for it, and its key without a password".into()
            }
            Self::NoEmbeddedPlugin => "name a plugin's file: `plugin = { path = \"…\" }` in the configuration, or `--plugin FILE`".into(),
            Self::PlainHttp { .. } => {
                "use https; for a loopback or private address, `allow-plain-http = true` allows it".into()
            }
            Self::Import { .. } => {
                "a plugin gets wasi:http, wasi:io, wasi:clocks, wasi:random and the parts of wasi:cli without files".into()
            }
            Self::Refused(denial) => return denial.remedy().map(str::to_owned),
            Self::Credential { place, problem, .. } => match is_stored(place) {
                true if problem == NOT_SET => {
                    "set the variable in the environment of this process, or say where the secret is".into()
                }
                true if problem.starts_with(NO_FILE) => {
                    "look whether the file has another name or is not mounted, or say where the secret is".into()
                }
                true => "look at the file or the variable that it comes from".into(),
                false => "give all of it and nothing else, not even a blank before or after it".into(),
            },
            Self::File { source, .. } => return file_hint(source).map(str::to_owned),
            Self::ForeignRepository { .. } => {
                "connect the repository, or let its webhook lead elsewhere".into()
            }
            Self::Identity(_) | Self::UnconfirmedIdentity => {
                "look whether a proxy changes answers: nothing is read of a repository that may be another one".into()
            }
            Self::Manifest(_) | Self::NoManifest { .. } => {
                "the plugin's maker has to build it with a manifest that this program understands".into()
            }
            Self::NotAComponent { .. } => "name the file of a plugin, which ends in `.wasm`".into(),
            Self::Policy(error) => return policy_hint(error),
            Self::PrivateAddresses(_) => {
                "name ranges such as 10.20.0.0/16: public addresses need none".into()
            }
            Self::Profile(_) | Self::Sandbox { .. } | Self::Tls { .. } => {
                "this is a fault of the program or of this machine: try another release of it".into()
            }
            Self::Provider { .. } => "use a release of this program that knows that forge".into(),
            Self::Proxy { .. } => {
                "a proxy is written `http://HOST:PORT`, and its user and password stand in a file".into()
            }
            Self::RefusedHost { .. } => {
                "name the address of a forge that you or your company runs".into()
            }
            Self::Url(_) => {
                "write it as in a browser, up to where the forge begins: `https://git.acme.example/sub-path`".into()
            }
        })
    }
}

/// What is said of a variable that is not there.
pub(crate) const NOT_SET: &str = "it is not set";

/// What a system says of a file that is not there.
const NO_FILE: &str = "No such file";

/// Whether a credential is somewhere to be looked at, and was not handed over directly.
fn is_stored(place: &str) -> bool {
    ["the file ", "the environment variable "]
        .iter()
        .any(|stored| place.starts_with(stored))
}

fn policy_hint(error: &egress::PolicyError) -> Option<String> {
    use egress::PolicyError as Problem;
    if let Some(remedy) = error.remedy() {
        return Some(remedy.to_owned());
    }
    let hint = match error {
        Problem::BaseNamesApi(_) => "end the address where the forge's start page is",
        Problem::Host(_) => "name the address of a forge that you or your company runs",
        Problem::OperatorRule { list, .. } => {
            return Some(format!(
                "mend or remove it in `{list}`; `policy check` lists the endpoints"
            ));
        }
        Problem::RedirectOrigin { .. } => "an origin is `https://`, a host and perhaps a port",
        Problem::RepeatedRepository(_) => "remove one of the two",
        Problem::Repository { .. } => "use the number that the forge gives it, and its full path",
        Problem::Secret { .. } => "mend its name in `secrets`, or remove it",
        _ => "the plugin's maker has to mend its manifest; until then use another plugin",
    };
    Some(hint.to_owned())
}

/// What to do about a file that cannot be used, where the kind of error tells.
pub(crate) fn file_hint(error: &io::Error) -> Option<&'static str> {
    if error
        .get_ref()
        .is_some_and(|inner| inner.is::<NotRegular>())
    {
        return Some("name a file: a device or a pipe is left as it is");
    }
    Some(match error.kind() {
        io::ErrorKind::NotFound => {
            "look whether the path is right, and whether its directory is there"
        }
        io::ErrorKind::PermissionDenied => {
            "let the user that runs this have it, or run it as the user that may"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space and run it again"
        }
        io::ErrorKind::ReadOnlyFilesystem => "name a file on a disk that can be written",
        io::ErrorKind::IsADirectory => "name a file in that directory",
        _ => return None,
    })
}
