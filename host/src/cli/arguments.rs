//! What every command takes: apart because it says which forge is asked and how the answer
//! looks, not what is asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use code_source_egress::Access;
use ipnet::IpNet;

use crate::config::Range;

/// Options of every command.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GlobalArguments {
    /// Which connection of the configuration file; the only one, if there is only one
    #[arg(long, global = true, value_name = "NAME", env = "CODE_SOURCE_CONNECTION", help_heading = CONNECTION)]
    pub(crate) connection: Option<String>,

    /// The configuration file [default: ~/.config/code-source/config.toml]
    #[arg(long, global = true, value_name = "FILE", env = "CODE_SOURCE_CONFIG", help_heading = CONNECTION)]
    pub(crate) config: Option<PathBuf>,

    /// The forge's address, instead of a connection of the configuration file
    #[arg(long, global = true, value_name = "URL", help_heading = CONNECTION)]
    pub(crate) url: Option<String>,

    /// File with the token
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "token_env", help_heading = CONNECTION)]
    pub(crate) token_file: Option<PathBuf>,

    /// Environment variable with the token
    #[arg(long, global = true, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) token_env: Option<String>,

    /// Certificates in PEM form to trust beside those of the system
    #[arg(long, global = true, value_name = "FILE", help_heading = CONNECTION)]
    pub(crate) ca_file: Option<PathBuf>,

    /// Private or loopback addresses that the forge may have, such as 10.20.0.0/16; may be repeated
    #[arg(long, global = true, value_name = "CIDR", value_parser = range, help_heading = CONNECTION)]
    pub(crate) private_address: Vec<IpNet>,

    /// Allow http:// at private addresses, where everybody on the way can read the token
    #[arg(long, global = true, help_heading = CONNECTION)]
    pub(crate) allow_plain_http: bool,

    /// Origin (`https://`, host and port) that a download may be led to; may be repeated
    #[arg(long, global = true, value_name = "ORIGIN", help_heading = CONNECTION)]
    pub(crate) redirect_origin: Vec<String>,

    /// What may be done there beside reading: branches, commits, pull-requests, statuses, webhooks;
    /// may be repeated
    #[arg(long, global = true, value_name = "ACCESS", value_delimiter = ',', help_heading = CONNECTION)]
    pub(crate) access: Vec<Access>,

    /// File with a secret that the forge is given, such as webhook=FILE; may be repeated
    #[arg(long, global = true, value_name = "NAME=FILE", help_heading = CONNECTION)]
    pub(crate) secret: Vec<String>,

    /// Address that webhooks may lead to; may be repeated
    #[arg(long, global = true, value_name = "URL", help_heading = CONNECTION)]
    pub(crate) webhook_url: Vec<String>,

    /// Reach the forge through this proxy (`http://`, host and port), and in no other way
    #[arg(long, global = true, value_name = "URL", help_heading = CONNECTION)]
    pub(crate) proxy: Option<String>,

    /// File with what the proxy asks for, as user:password
    #[arg(long, global = true, value_name = "FILE", requires = "proxy", help_heading = CONNECTION)]
    pub(crate) proxy_credentials_file: Option<PathBuf>,

    /// Certificate in PEM form to show to a forge that asks for one
    #[arg(long, global = true, value_name = "FILE", requires = "client_key", help_heading = CONNECTION)]
    pub(crate) client_certificate: Option<PathBuf>,

    /// Its private key in PEM form
    #[arg(long, global = true, value_name = "FILE", requires = "client_certificate", help_heading = CONNECTION)]
    pub(crate) client_key: Option<PathBuf>,

    /// Another plugin than the built-in one
    #[arg(long, global = true, value_name = "FILE", help_heading = SANDBOX)]
    pub(crate) plugin: Option<PathBuf>,

    /// The SHA-256 that the plugin has to have, in hexadecimal
    #[arg(long, global = true, value_name = "DIGEST", requires = "plugin", help_heading = SANDBOX)]
    pub(crate) plugin_sha256: Option<String>,

    /// Append a record of every request to this file; without one, nothing is recorded
    #[arg(long, global = true, value_name = "FILE", help_heading = SANDBOX)]
    pub(crate) audit_file: Option<PathBuf>,

    /// Where compiled plugins are kept [default: ~/.cache/code-source]
    #[arg(long, global = true, value_name = "DIRECTORY", help_heading = SANDBOX)]
    pub(crate) cache_directory: Option<PathBuf>,

    /// Seconds that a call may take, its content not counted
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = SANDBOX)]
    pub(crate) timeout: Option<u64>,

    /// Answer in JSON
    #[arg(long, global = true, help_heading = OUTPUT)]
    pub(crate) json: bool,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub(crate) color: Color,

    /// Tell every request and what was decided; twice (-vv), also its stages and addresses
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = OUTPUT)]
    pub(crate) verbose: u8,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Color {
    /// Always.
    Always,
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Never.
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Always => Self::Always,
            Color::Auto => Self::Auto,
            Color::Never => Self::Never,
        }
    }
}

fn range(text: &str) -> Result<IpNet, &'static str> {
    text.parse().map(|Range(range)| range)
}

/// Whether somebody put the token itself on the command line, where every process of the machine
/// can read it.
pub(crate) fn holds_token(arguments: &[std::ffi::OsString]) -> bool {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .filter_map(|argument| argument.to_str())
        .any(|argument| argument == "--token" || argument.starts_with("--token="))
}

const CONNECTION: &str = "Connection";
const OUTPUT: &str = "Output";
const SANDBOX: &str = "Plugin and sandbox";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_it_stands_as_an_option() {
        let holds = |line: &str| {
            let arguments: Vec<_> = line.split(' ').map(Into::into).collect();
            holds_token(&arguments)
        };
        assert!(holds("code-source check --token abc"));
        assert!(holds("code-source --token=abc check"));
        assert!(holds("code-source --token"));
        assert!(!holds("code-source check --token-file abc"));
        assert!(!holds("code-source cat a/b -- --token"));
    }
}
