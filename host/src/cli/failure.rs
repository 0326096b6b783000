//! Why a command failed: apart so that every failure is one of these, whichever command it
//! happened to.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use super::approval::NotApproved;
use super::description::{Description, Place};
use super::exit::Exit;
use super::remedy;
use crate::config::ConfigurationError;
use crate::content::ContentError;
use crate::error::Error;
use crate::outcome::Failure;
use crate::report::{Report, Request};
use crate::sync::SyncError;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// A call failed.
    Call {
        tried: String,
        failure: Box<Failure>,
        report: Box<Report>,
    },
    /// The configuration file is unusable.
    Configuration(ConfigurationError),
    /// Content did not arrive as promised.
    Content {
        tried: String,
        source: ContentError,
        request: Box<Request>,
    },
    /// A file of this machine cannot be used.
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The command did its work, and what it found is bad. It has said so itself.
    Findings,
    /// Somebody pressed Ctrl-C. `left` says what state was left.
    Interrupted { left: String },
    /// A name cannot be looked up.
    LookUp { name: String, source: io::Error },
    /// The plugin's list leads back to where it was.
    Loop { tried: String },
    /// Standard output cannot be written to.
    Output(io::Error),
    /// None of a name's addresses may be dialled. `remedy` is the line that would allow one.
    NoAddress {
        name: String,
        remedy: Option<String>,
    },
    /// The plugin is not the one that was approved.
    NotApproved(Box<NotApproved>),
    /// A connection cannot be opened, perhaps because of a line of the configuration file.
    Open {
        tried: String,
        source: Error,
        at: Option<Box<ConfigurationError>>,
    },
    /// The record of what was approved is not understood.
    Record { path: PathBuf },
    /// The policy would refuse the request that was asked about. The command has said so itself.
    Refusal,
    /// The runtime cannot start.
    Runtime(io::Error),
    /// A sync failed.
    Sync { tried: String, source: SyncError },
    /// A plugin was shown, and nobody approved it.
    Unapproved { connection: String },
    /// The command line asks for something that cannot be.
    Usage {
        message: String,
        hint: Option<String>,
    },
}

impl CommandError {
    /// A usage error with what to do instead.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Whether it is only that whoever read the output stopped reading.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What there is to say about it.
    pub(crate) fn describe(&self) -> Description {
        match self {
            Self::Call {
                tried,
                failure,
                report,
            } => Description::of_call(failure, report).while_trying(tried),
            Self::Configuration(error) => {
                let mut description = Description::new(Exit::CONFIGURATION, error.to_string());
                description.hint = error.hint();
                description.at = Place::of(error);
                description.caused_by(error.source())
            }
            Self::Content {
                tried,
                source,
                request,
            } => {
                let mut description = Description::new(Exit::CONTENT, source.to_string());
                description.detail = Some(source.reason().to_owned());
                description.saw(request);
                description.while_trying(tried)
            }
            Self::File {
                action,
                path,
                source,
            } => Description::new(
                Exit::UNEXPECTED,
                format!("cannot {action} `{}`", path.display()),
            )
            .caused_by(Some(source)),
            Self::Findings => {
                Description::new(Exit::FINDINGS, "not everything will work".to_owned())
            }
            Self::Interrupted { left } => {
                Description::new(Exit::INTERRUPTED, format!("interrupted: {left}"))
            }
            Self::LookUp { name, source } => {
                Description::new(Exit::UNREACHABLE, format!("cannot look up `{name}`"))
                    .caused_by(Some(source))
            }
            Self::Loop { tried } => Description::new(
                Exit::MALFORMED,
                "the plugin's list leads back to where it was".to_owned(),
            )
            .while_trying(tried),
            Self::NoAddress { name, remedy } => {
                let message = format!("no address of `{name}` may be dialled");
                let mut description = Description::new(Exit::REFUSED_BY_POLICY, message);
                description.hint = remedy.as_deref().map(remedy::with_option);
                description
            }
            Self::NotApproved(plugin) => Description::of_plugin(plugin),
            Self::Open { tried, source, at } => {
                let mut description = Description::of_host(source).while_trying(tried);
                if let Some(at) = at {
                    description.at = Place::of(at);
                    description.snippet = at.snippet().map(str::to_owned);
                }
                description
            }
            Self::Output(error) => Description::new(
                Exit::UNEXPECTED,
                "cannot write to standard output".to_owned(),
            )
            .caused_by(Some(error)),
            Self::Record { path } => {
                let mut description = Description::new(
                    Exit::NOT_APPROVED,
                    format!(
                        "the record of what was approved in `{}` is not understood",
                        path.display()
                    ),
                );
                description.hint = Some("`code-source plugin approve` makes it anew".to_owned());
                description
            }
            Self::Refusal => Description::new(
                Exit::REFUSED_BY_POLICY,
                "the request would be refused".to_owned(),
            ),
            Self::Runtime(error) => {
                Description::new(Exit::UNEXPECTED, "cannot start the runtime".to_owned())
                    .caused_by(Some(error))
            }
            Self::Sync { tried, source } => Description::of_sync(source).while_trying(tried),
            Self::Unapproved { connection } => {
                let message = format!("nothing was approved for the connection `{connection}`");
                let mut description = Description::new(Exit::NOT_APPROVED, message);
                description.hint =
                    Some("`--yes` approves what was shown without asking".to_owned());
                description
            }
            Self::Usage { message, hint } => {
                let mut description = Description::new(Exit::USAGE, message.clone());
                description.hint = hint.clone();
                description
            }
        }
    }
}
