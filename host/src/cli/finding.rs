//! A finding as it is shown: apart because several commands find something.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::escape;
use super::explain::hint_line;
use super::filled::filled;
use super::table::paint;
use super::words;
use crate::contract::types::{Finding, Party};

/// A finding in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct FindingShape {
    /// `error`, `warning` or `info`.
    severity: &'static str,
    /// What it is about.
    about: &'static str,
    /// Stable name of the kind of finding.
    code: String,
    /// What was found.
    message: String,
    /// What to do about it.
    hint: Option<String>,
    /// Who can do that.
    remedied_by: Option<&'static str>,
    #[serde(skip)]
    party: Option<Party>,
}

impl FindingShape {
    /// For people, in so many columns.
    pub(crate) fn for_people(&self, room: Option<usize>) -> String {
        let style = match self.severity {
            "error" => AnsiColor::Red.on_default().bold(),
            "warning" => AnsiColor::Yellow.on_default().bold(),
            _ => AnsiColor::Cyan.on_default().bold(),
        };
        let severity = paint(style, &format!("{}:", self.severity));
        let code = format!("({})", escape::line(&self.code));
        let message = format!("{} {code}", escape::line(&self.message));
        let message = filled(&message, self.severity.len() + 2, 2, room);
        // A code is one word, unless a plugin does not mind, and so no line breaks in it.
        let message = match message.strip_suffix(&code) {
            Some(message) => format!("{message}{}", paint(Style::new().dimmed(), &code)),
            None => message,
        };
        let hint = self.hint.as_deref().map(|hint| self.hint_for(hint));
        let hint = hint.map(|hint| hint_line(&hint, room)).unwrap_or_default();
        format!("{severity} {message}\n{hint}")
    }

    /// Whoever reads it can do what is for the user; what is for somebody else says so.
    fn hint_for(&self, hint: &str) -> String {
        match self.party {
            None | Some(Party::User) => hint.to_owned(),
            Some(Party::ForgeAdministrator) => format!("{hint} (for the forge's administrator)"),
            Some(Party::NetworkAdministrator) => {
                format!("{hint} (for whoever runs the network between)")
            }
        }
    }
}

impl From<Finding> for FindingShape {
    fn from(finding: Finding) -> Self {
        Self {
            severity: words::severity(finding.severity),
            about: words::aspect(finding.about),
            code: finding.code,
            message: finding.message,
            hint: finding.hint,
            remedied_by: finding.remedied_by.map(words::party),
            party: finding.remedied_by,
        }
    }
}
