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
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_knows_commands_and_options() {
        for shell in ShellArgument::value_variants() {
            let script = String::from_utf8(script(*shell)).unwrap();
            for word in ["merge-pull-request", "token-file", "webhook-url"] {
                assert!(script.contains(word), "{shell:?}: {word}");
            }
        }
    }
}
