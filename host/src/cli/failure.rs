//! Why a command failed: apart so that every failure is one of these, whichever command it
//! happened to.

use std::error::Error as _;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::advice;
use super::approval::NotApproved;
use super::description::{Description, Place};
use super::exit::Exit;
use super::interrupt::{Left, Signal};
use super::usage::UsageError;
use crate::config::ConfigurationError;
use crate::config::file::ChangeError;
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
    /// The configuration file is another one by now than when it was shown.
    Changed { path: PathBuf },
    /// The configuration file is unusable.
    Configuration(ConfigurationError),
    /// Content did not arrive as promised.
    Content {
        tried: String,
        source: ContentError,
        request: Box<Request>,
    },
    /// Somebody answered that it is not to be done. `left` says what state was left.
    Declined { left: String },
    /// The command told what is wrong with a connection, and this is the status of the cause.
    Diagnosed(Exit),
    /// A file of this machine cannot be used.
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The command did its work, and what it found is bad. It has said so itself.
    Findings,
    /// A signal ended the command.
    Ended { signal: Signal, left: Left },
    /// Somebody did not go on. `left` says what state was left.
    Interrupted { left: String },
    /// A name cannot be looked up.
    LookUp { name: String, source: io::Error },
    /// The plugin's list leads back to where it was.
    Loop { tried: String },
    /// Standard output cannot be written to.
    Output(io::Error),
    /// None of a name's addresses, each with its class, may be dialled. `remedy` is the line that
    /// would allow one.
    NoAddress {
        name: String,
        found: Vec<(IpAddr, &'static str)>,
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
    /// The configuration file cannot be changed.
    Unwritten(ChangeError),
    /// The command line asks for something that cannot be.
    Usage(UsageError),
}

impl From<UsageError> for CommandError {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl CommandError {
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
            Self::Changed { path } => changed(path),
            Self::Configuration(error) => configuration(error),
            Self::Content {
                tried,
                source,
                request,
            } => content(source, request).while_trying(tried),
            Self::Declined { left } => verdict(Exit::INTERRUPTED, left),
            Self::Diagnosed(exit) => verdict(*exit, "the connection does not work"),
            Self::File {
                action,
                path,
                source,
            } => file(action, path, source),
            Self::Findings => verdict(Exit::FINDINGS, "not everything will work"),
            Self::Ended { signal, left } => ended(*signal, left),
            Self::Interrupted { left } => {
                verdict(Exit::INTERRUPTED, &format!("interrupted: {left}"))
            }
            Self::LookUp { name, source } => hinted(
                Exit::UNREACHABLE,
                format!("cannot look up `{name}`"),
                "look whether the name is right; if it is, ask whoever runs this network's name servers",
            )
            .caused_by(Some(source)),
            Self::Loop { tried } => hinted(
                Exit::MALFORMED,
                "the plugin's list leads back to where it was".to_owned(),
                "this is a fault of the plugin: tell whoever made it",
            )
            .while_trying(tried),
            Self::NoAddress {
                name,
                found,
                remedy,
            } => no_address(name, found, remedy.as_deref()),
            Self::NotApproved(plugin) => Description::of_plugin(plugin),
            Self::Open { tried, source, at } => unopened(source, at.as_deref()).while_trying(tried),
            Self::Output(error) => Description {
                hint: Some("look at what standard output leads to: what was written is cut".into()),
                ..host("cannot write to standard output".to_owned(), error)
            },
            Self::Record { path } => unreadable_record(path),
            Self::Refusal => verdict(Exit::REFUSED_BY_POLICY, "the request would be refused"),
            Self::Runtime(error) => Description {
                hint: Some("this machine, or the container, may have no more threads or files".into()),
                ..host("cannot start the runtime".to_owned(), error)
            },
            Self::Sync { tried, source } => Description::of_sync(source).while_trying(tried),
            Self::Unapproved { connection } => unapproved(connection),
            Self::Unwritten(error) => unwritten(error),
            Self::Usage(error) => hinted(Exit::USAGE, error.message(), &error.hint()),
        }
    }
}

fn verdict(exit: Exit, message: &str) -> Description {
    Description::new(exit, message.to_owned())
}

/// Something that this machine does not let be done.
fn host(message: String, source: &io::Error) -> Description {
    Description::new(Exit::UNEXPECTED, message).caused_by(Some(source))
}

fn file(action: &str, path: &Path, source: &io::Error) -> Description {
    let mut description = host(format!("cannot {action} `{}`", path.display()), source);
    description.hint = crate::error::file_hint(source).map(str::to_owned);
    description
}

fn hinted(exit: Exit, message: String, hint: &str) -> Description {
    Description {
        hint: Some(hint.to_owned()),
        ..Description::new(exit, message)
    }
}

fn ended(signal: Signal, left: &Left) -> Description {
    let exit = signal.exit();
    let message = format!("{}: {}", exit.name, left.what);
    Description {
        hint: left.hint.clone(),
        ..Description::new(exit, message)
    }
}

fn configuration(error: &ConfigurationError) -> Description {
    let mut description = Description::new(Exit::CONFIGURATION, error.to_string());
    description.hint = error.hint();
    description.at = Place::of(error);
    description.caused_by(error.source())
}

fn content(source: &ContentError, request: &Request) -> Description {
    let mut description = Description::new(Exit::CONTENT, source.to_string());
    description.detail = Some(source.reason().to_owned());
    description.saw(request);
    let advice = || advice::of_content(source).map(str::to_owned);
    description.hint = description.hint.or_else(advice);
    description
}

fn unopened(source: &Error, at: Option<&ConfigurationError>) -> Description {
    let mut description = Description::of_host(source);
    if let Some(at) = at {
        description.at = Place::of(at);
        description.snippet = at.snippet().map(str::to_owned);
    }
    description
}

fn no_address(name: &str, found: &[(IpAddr, &'static str)], remedy: Option<&str>) -> Description {
    let found = found
        .iter()
        .map(|(address, class)| format!("{address} ({class})"));
    let found = found.collect::<Vec<_>>().join(", ");
    let message = format!("no address of `{name}` may be dialled: {found}");
    let mut description = Description::new(Exit::REFUSED_BY_POLICY, message);
    description.hint = Some(remedy.map_or_else(
        || {
            "look whether the address is really the forge's: such an address is dialled for nobody"
                .to_owned()
        },
        super::remedy::with_option,
    ));
    description
}

fn unwritten(error: &ChangeError) -> Description {
    let hint = match error {
        ChangeError::Busy(_) | ChangeError::Changed(_) => "run the command once more",
        ChangeError::Left { .. } => "remove it: nothing uses it any more",
        ChangeError::Malformed(error) => return configuration(error),
        ChangeError::Unwritable {
            action,
            path,
            source,
        } => return file(action, path, source),
    };
    hinted(Exit::CONFIGURATION, error.to_string(), hint).caused_by(error.source())
}

fn changed(path: &Path) -> Description {
    let path = path.display();
    let message = format!("`{path}` was changed meanwhile: nothing was approved");
    hinted(Exit::NOT_APPROVED, message, "look at it once more")
}

fn unreadable_record(path: &Path) -> Description {
    let path = path.display();
    let message = format!("the record of what was approved in `{path}` is not understood");
    let hint = "`code-source plugin approve` makes it anew";
    hinted(Exit::NOT_APPROVED, message, hint)
}

fn unapproved(connection: &str) -> Description {
    let message = format!("nothing was approved for the connection `{connection}`");
    let hint = "`--yes` approves what was shown without asking";
    hinted(Exit::NOT_APPROVED, message, hint)
}
