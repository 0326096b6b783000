//! The command `code-source`: apart from the library, whose callers it is one of.
//!
//! Every command has a file of its own with the same three parts in the same order: its
//! `Arguments`, its `run`, and the shape of its JSON. Data goes to standard output, everything
//! else to standard error.
//!
//! - `arguments`, `chosen`, `session`, `repository`, `revision`: from the command line to a call
//! - `text_input`, `editor`, `confirmation`, `written`: what a person says before a write, and what
//!   the command says after it
//! - `prompt`: questions on a terminal, one after the other
//! - `approval`, `pin`: whether a plugin is the one that somebody looked at
//! - `tracing`, `collector`: what the library says while it works
//! - `listing`, `content`, `progress`, `interrupt`: answers that take a while
//! - `output`, `notes`, `table`, `words`, `finding`, `escape`, `charset`,
//!   `help`: how answers look
//! - `failure`, `usage`, `description`, `cases`, `certificate`, `remedy`, `advice`, `explain`, `exit`: what
//!   went wrong, in words, with what to do, and as the exit status

mod advice;
mod approval;
mod arguments;
mod cases;
mod certificate;
mod charset;
mod chosen;
#[cfg(feature = "otlp")]
mod collector;
mod completions;
mod confirmation;
mod content;
mod context;
mod description;
mod editor;
mod escape;
mod exit;
mod explain;
mod failure;
mod filled;
mod finding;
mod help;
mod interrupt;
mod listing;
mod notes;
mod output;
mod pin;
mod progress;
mod prompt;
mod remedy;
mod repository;
mod revision;
mod session;
mod table;
mod text_input;
mod tracing;
mod usage;
mod words;
mod written;

mod blame;
mod changes;
mod check;
mod compare;
mod connect;
mod connections;
mod diff_file;
mod disconnect;
mod doctor;
mod exit_codes;
mod link;
mod list_commits;
mod list_refs;
mod list_repositories;
mod list_tree;
mod man;
mod plugin;
mod policy;
mod pull_requests;
mod read_archive;
mod read_blob;
mod read_commit;
mod read_file;
mod read_files;
mod read_repository;
mod resolve;
mod search_code;
mod stat_file;
mod statuses;
mod sync;
mod webhooks;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{FromArgMatches as _, Parser, Subcommand};

use self::arguments::GlobalArguments;
use self::context::Context;
use self::description::Description;
use self::exit::Exit;
use self::failure::CommandError;
use self::interrupt::Signals;
use self::notes::Notes;
use self::output::Output;
use self::tracing::Tracing;
use self::usage::UsageError;

/// Read and change source code kept in a self-managed code forge, through a plugin that never sees the token.
#[derive(Debug, Parser)]
#[command(name = "code-source", version, after_long_help = AFTER_HELP, max_term_width = 100)]
struct CommandLine {
    #[command(flatten)]
    options: GlobalArguments,

    #[command(subcommand)]
    command: Command,
}

/// The commands: what connects, and then what asks, in the order of the contract.
#[derive(Debug, Subcommand)]
enum Command {
    /// Connect a forge, and write the connection down
    Connect(Box<connect::Arguments>),
    /// List the connections
    Connections(connections::Arguments),
    /// Take a connection away
    Disconnect(disconnect::Arguments),
    /// Find out whether the forge can be worked with
    Check(check::Arguments),
    /// Find out why a connection does not work, and who can do what about it
    Doctor(doctor::Arguments),
    /// List the repositories that the token may see
    #[command(visible_alias = "repos")]
    ListRepositories(list_repositories::Arguments),
    /// Find out why a repository is not listed
    Why(why::Arguments),
    /// Tell about one repository
    ReadRepository(read_repository::Arguments),
    /// Find the commit that a branch or a tag leads to
    Resolve(resolve::Arguments),
    /// List the branches or the tags of a repository
    ListRefs(list_refs::Arguments),
    /// List the branches of a repository: `list-refs --kind branch`
    #[command(after_help = list_refs::BRANCHES)]
    Branches(list_refs::NameArguments),
    /// List the tags of a repository: `list-refs --kind tag`
    #[command(after_help = list_refs::TAGS)]
    Tags(list_refs::NameArguments),
    /// List the commits that lead to a revision, the newest first
    #[command(visible_alias = "log")]
    ListCommits(list_commits::Arguments),
    /// Tell about one commit
    ReadCommit(read_commit::Arguments),
    /// List what stands in a directory
    #[command(visible_alias = "tree")]
    ListTree(list_tree::Arguments),
    /// Tell about a file, without its content
    StatFile(stat_file::Arguments),
    /// Read a file
    #[command(visible_alias = "cat")]
    ReadFile(read_file::Arguments),
    /// Read several small files at once
    ReadFiles(read_files::Arguments),
    /// Read bytes by their name in git
    ReadBlob(read_blob::Arguments),
    /// Read an archive of a commit
    #[command(visible_alias = "archive")]
    ReadArchive(read_archive::Arguments),
    /// Tell how two commits differ
    #[command(visible_alias = "diff")]
    Compare(compare::Arguments),
    /// Make the difference of one file from its two contents
    DiffFile(diff_file::Arguments),
    /// Tell which commit changed each line of a file last
    Blame(blame::Arguments),
    /// Make a permanent address of a file for people
    Link(link::Arguments),
    /// Search the code of a repository
    #[command(visible_alias = "search")]
    SearchCode(search_code::Arguments),
    #[command(flatten)]
    Changes(changes::Command),
    #[command(flatten)]
    PullRequests(pull_requests::Command),
    #[command(flatten)]
    Statuses(statuses::Command),
    #[command(flatten)]
    Webhooks(webhooks::Command),
    /// Bring a commit's tree into a directory, and keep it up to date
    Sync(sync::Arguments),
    /// Tell what a plugin may do, and why not more
    #[command(subcommand, after_help = policy::EXAMPLES)]
    Policy(policy::Command),
    /// Tell what a plugin asks for, and approve it
    #[command(subcommand, after_help = plugin::EXAMPLES)]
    Plugin(plugin::Command),
    /// Tell what each exit status means
    ExitCodes(exit_codes::Arguments),
    /// Make the completions of a shell
    Completions(completions::Arguments),
    /// Make the pages of the manual
    Man(man::Arguments),
}

impl Command {
    async fn run(self, context: &mut Context) -> Result<(), CommandError> {
        match self {
            Self::Connect(arguments) => connect::run(*arguments, context).await,
            Self::Connections(arguments) => connections::run(arguments, context),
            Self::Disconnect(arguments) => disconnect::run(arguments, context),
            Self::Check(arguments) => check::run(arguments, context).await,
            Self::Doctor(arguments) => doctor::run(arguments, context).await,
            Self::ListRepositories(arguments) => list_repositories::run(arguments, context).await,
            Self::Why(arguments) => why::run(arguments, context).await,
            Self::ReadRepository(arguments) => read_repository::run(arguments, context).await,
            Self::Resolve(arguments) => resolve::run(arguments, context).await,
            Self::ListRefs(arguments) => list_refs::run(arguments, context).await,
            Self::Branches(names) => {
                list_refs::run_kind(names, list_refs::Kind::Branch, context).await
            }
            Self::Tags(names) => list_refs::run_kind(names, list_refs::Kind::Tag, context).await,
            Self::ListCommits(arguments) => list_commits::run(arguments, context).await,
            Self::ReadCommit(arguments) => read_commit::run(arguments, context).await,
            Self::ListTree(arguments) => list_tree::run(arguments, context).await,
            Self::StatFile(arguments) => stat_file::run(arguments, context).await,
            Self::ReadFile(arguments) => read_file::run(arguments, context).await,
            Self::ReadFiles(arguments) => read_files::run(arguments, context).await,
            Self::ReadBlob(arguments) => read_blob::run(arguments, context).await,
            Self::ReadArchive(arguments) => read_archive::run(arguments, context).await,
            Self::Compare(arguments) => compare::run(arguments, context).await,
            Self::DiffFile(arguments) => diff_file::run(arguments, context).await,
            Self::Blame(arguments) => blame::run(arguments, context).await,
            Self::Link(arguments) => link::run(arguments, context).await,
            Self::SearchCode(arguments) => search_code::run(arguments, context).await,
            Self::Changes(command) => command.run(context).await,
            Self::PullRequests(command) => command.run(context).await,
            Self::Statuses(command) => command.run(context).await,
            Self::Webhooks(command) => command.run(context).await,
            Self::Sync(arguments) => sync::run(arguments, context).await,
            Self::Policy(command) => command.run(context).await,
            Self::Plugin(command) => command.run(context),
            Self::ExitCodes(arguments) => exit_codes::run(&arguments, context),
            Self::Completions(arguments) => completions::run(&arguments, context),
            Self::Man(arguments) => man::run(&arguments, context),
        }
    }
}

/// Run the command line of this process, and tell its exit status.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // Before anything else looks at it and perhaps shows it.
    if arguments::holds_token(&arguments) {
        let mut output = Output::stdout(asks_for_json(&arguments));
        return ExitCode::from(explain::show(
            &UsageError::TokenOnCommandLine.into(),
            &mut output,
        ));
    }
    let parsed = help::command_line()
        .try_get_matches_from(&arguments)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    match parsed {
        Ok(line) => ExitCode::from(run(line)),
        Err(error) => ExitCode::from(not_understood(&error, asks_for_json(&arguments))),
    }
}

fn run(line: CommandLine) -> u8 {
    let CommandLine { options, command } = line;
    anstream::ColorChoice::from(options.color).write_global();
    let output = Output::stdout(options.json);
    let notes = Notes::new(options.verbose);
    let notes = if options.json {
        notes
    } else {
        notes.with_progress()
    };
    let mut context = Context {
        output,
        notes,
        options,
    };
    let signals = Signals::watch(context.options.json);
    let result = runtime().and_then(|runtime| {
        let tracing = runtime.block_on(async { Tracing::start(context.options.verbose) });
        let result = runtime.block_on(interrupt::or(signals, command.run(&mut context)));
        tracing.end();
        // A name look-up that hangs must not keep the process.
        runtime.shutdown_background();
        result
    });
    match result.and_then(|()| context.output.flush()) {
        Ok(()) => Exit::OK.number,
        Err(error) => explain::show(&error, &mut context.output),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)
}

/// Help and the version are answers; everything else is a mistake on the command line.
fn not_understood(error: &clap::Error, json: bool) -> u8 {
    let printed = error.print();
    if !error.use_stderr() {
        return match printed {
            Err(problem) => {
                explain::show(&CommandError::Output(problem), &mut Output::stdout(json))
            }
            Ok(()) => Exit::OK.number,
        };
    }
    if json {
        let text = error.render().to_string();
        let message = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        let usage = Description::new(Exit::USAGE, message.to_owned());
        let mut output = Output::stdout(true);
        let shape = explain::FailureShape { error: &usage };
        let _ = output.json_line(&shape).and_then(|()| output.flush());
    }
    Exit::USAGE.number
}

fn asks_for_json(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == "--json")
}

const AFTER_HELP: &str = "\
A connection comes from the configuration file, or from --url with --token-file or --token-env:

  [connections.acme]
  url = \"https://git.acme.example\"
  token = { file = \"/run/secrets/forge-token\" }   # or { env = \"NAME\" }
  ca-file = \"/etc/ssl/acme-ca.pem\"
  private-addresses = [\"10.20.0.0/16\"]
  access = [\"read\", \"pull-requests\"]            # and branches, commits, statuses, webhooks
  deny = [\"GET /projects/{project}/repository/archive.zip\"]
  repositories = [{ id = \"42\", path = \"web/shop\", branch = \"main\" }]

REPOSITORY is a number (its id), a path such as web/shop, or the address of its page.

With --json there is one object on standard output. A list is {\"items\":[...],\"complete\":true}; what
is not complete says so, with the cursor or the error. A failure is {\"error\":{...}}, and
`code-source exit-codes` tells every code and exit status.";

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod tests;
