//! `completions`: what a shell needs to complete this command's line; apart because no forge and no
//! configuration is asked.

use clap::{CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use super::CommandLine;
use super::context::Context;
use super::failure::CommandError;

/// Arguments of `completions`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The script goes to standard output, and belongs where the shell looks for it:

  bash  ~/.local/share/bash-completion/completions/code-source
  zsh   a directory of $fpath, as _code-source
  fish  ~/.config/fish/completions/code-source.fish

Examples:
  code-source completions bash > ~/.local/share/bash-completion/completions/code-source
  code-source completions zsh > ~/.zfunc/_code-source
  code-source completions fish > ~/.config/fish/completions/code-source.fish")]
pub(crate) struct Arguments {
    /// The shell
    shell: ShellArgument,
}

/// Shells as an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum ShellArgument {
    /// The Bourne Again Shell.
    Bash,
    /// The Z shell.
    Zsh,
    /// The friendly interactive shell.
    Fish,
}

impl From<ShellArgument> for Shell {
    fn from(shell: ShellArgument) -> Self {
        match shell {
            ShellArgument::Bash => Self::Bash,
            ShellArgument::Zsh => Self::Zsh,
            ShellArgument::Fish => Self::Fish,
        }
    }
}

/// Run `completions`.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Result<(), CommandError> {
    let script = script(arguments.shell);
    if context.output.is_json() {
        let script = String::from_utf8_lossy(&script);
        return context
            .output
            .json_line(&serde_json::json!({ "script": script }));
    }
    context.output.bytes(&script)
}

fn script(shell: ShellArgument) -> Vec<u8> {
    let mut script = Vec::new();
    let mut line = CommandLine::command();
    clap_complete::generate(Shell::from(shell), &mut line, "code-source", &mut script);
    match shell {
        ShellArgument::Bash => with_one_spelling(&script),
        ShellArgument::Zsh | ShellArgument::Fish => script,
    }
}

/// `clap_complete` 4.6 makes bash note the commands of `code-source` as `code__source__subcmd__…`
/// and look them up as `code__subcmd__source__subcmd__…`, so that nothing after a command's name is
/// found; see <https://github.com/clap-rs/clap/pull/6428>. Where both are the same, nothing changes.
fn with_one_spelling(script: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(script)
        .replace("code__subcmd__source", "code__source")
        .into_bytes()
}
