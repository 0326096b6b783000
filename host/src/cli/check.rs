//! `check`: whether the forge can be worked with; apart from the other commands because it
//! answers with findings, which can be bad although the call went well.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::filled::room_of_output;
use super::finding::FindingShape;
use super::progress::Meter;
use super::table::{fields, paint};
use super::words;
use crate::contract::connection::{Account, RateLimit, Report, Token};
use crate::contract::types::Severity;

/// Arguments of `check`: none.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source check
  code-source check --url https://git.acme.example --token-file token")]
pub(crate) struct Arguments {}

/// Run `check`.
pub(crate) async fn run(_: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let session = context.open()?;
    let outcome = Meter::during(context.notes, "checking", session.source.check()).await;
    let tried = format!("check the connection `{}`", session.source.name());
    let shape = Shape::from(context.notes.answer(tried, outcome)?);
    if context.output.is_json() {
        context.output.json_line(&shape)?;
    } else {
        context.output.text(shape.for_people(room_of_output()))?;
    }
    if shape.works {
        Ok(())
    } else {
        Err(CommandError::Findings)
    }
}

/// JSON of `check`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shape {
    /// Whether no finding is an error.
    pub(crate) works: bool,
    /// Name of the forge's software.
    product: String,
    /// Its version.
    version: Option<String>,
    /// Its edition.
    edition: Option<String>,
    /// Whom the token stands for.
    account: Option<AccountShape>,
    /// What the forge says of the token; never the token.
    token: Option<TokenShape>,
    /// How often the forge may be asked, where it tells.
    rate_limit: Option<RateLimitShape>,
    /// What to know, the most severe first.
    findings: Vec<FindingShape>,
}

/// An account in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct AccountShape {
    /// Name to sign in with.
    username: String,
    /// Name for people.
    display_name: String,
    /// Whether it administers the forge, where the forge tells.
    administrator: Option<bool>,
}

/// A token in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct TokenShape {
    /// Its name.
    name: Option<String>,
    /// What it may be used for.
    scopes: Vec<String>,
    /// When it ends.
    expires_at: Option<String>,
    /// Days until then, of which one that has begun counts.
    days_left: Option<i64>,
}

/// How often the forge may be asked, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct RateLimitShape {
    /// Requests in one span of time.
    limit: u64,
    /// How many of them are left.
    remaining: u64,
    /// When all of them are there again.
    resets_at: Option<String>,
}

impl Shape {
    /// The same for people, in so many columns.
    pub(crate) fn for_people(&self, room: Option<usize>) -> String {
        let version = [
            Some(&self.product),
            self.version.as_ref(),
            self.edition.as_ref(),
        ];
        let version: Vec<&str> = version.into_iter().flatten().map(String::as_str).collect();
        let mut text = fields(&[
            ("Forge", Some(version.join(" "))),
            (
                "Account",
                self.account.as_ref().map(AccountShape::for_people),
            ),
            ("Token", self.token.as_ref().map(TokenShape::for_people)),
            (
                "Limit",
                self.rate_limit.as_ref().map(RateLimitShape::for_people),
            ),
        ]);
        for finding in &self.findings {
            text.push('\n');
            text.push_str(&finding.for_people(room));
        }
        if self.findings.is_empty() {
            text.push_str(&format!("\n{} nothing is wrong\n", paint(OK, "ok:")));
        }
        text
    }
}

impl AccountShape {
    fn for_people(&self) -> String {
        let role = match self.administrator {
            Some(true) => ", administrator",
            Some(false) => ", not an administrator",
            None => "",
        };
        format!("{} ({}){role}", self.username, self.display_name)
    }
}

impl TokenShape {
    fn for_people(&self) -> String {
        let mut parts = vec![self.name.clone().unwrap_or_else(|| "without a name".into())];
        if !self.scopes.is_empty() {
            parts.push(format!("scopes {}", self.scopes.join(" ")));
        }
        if let (Some(end), Some(days)) = (&self.expires_at, self.days_left) {
            let day = end.split('T').next().unwrap_or(end);
            parts.push(match days {
                ..=0 => format!("expired on {day}"),
                1 => format!("expires on {day}, 1 day left"),
                _ => format!("expires on {day}, {days} days left"),
            });
        }
        parts.join(", ")
    }
}

impl RateLimitShape {
    fn for_people(&self) -> String {
        let (limit, remaining) = (self.limit, self.remaining);
        format!("{remaining} of {limit} requests left")
    }
}

impl From<Report> for Shape {
    fn from(report: Report) -> Self {
        Self {
            works: report
                .findings
                .iter()
                .all(|finding| finding.severity != Severity::Error),
            product: report.product,
            version: report.version,
            edition: report.edition,
            account: report.account.map(AccountShape::from),
            token: report.token.map(TokenShape::from),
            rate_limit: report.rate_limit.map(RateLimitShape::from),
            findings: report
                .findings
                .into_iter()
                .map(FindingShape::from)
                .collect(),
        }
    }
}

impl From<Account> for AccountShape {
    fn from(account: Account) -> Self {
        let Account {
            username,
            display_name,
            administrator,
        } = account;
        Self {
            username,
            display_name,
            administrator,
        }
    }
}

impl From<Token> for TokenShape {
    fn from(token: Token) -> Self {
        Self {
            name: token.name,
            scopes: token.scopes,
            expires_at: token.expires_at.map(words::date_time),
            days_left: token.expires_at.map(words::days_until),
        }
    }
}

impl From<RateLimit> for RateLimitShape {
    fn from(limit: RateLimit) -> Self {
        Self {
            limit: limit.limit,
            remaining: limit.remaining,
            resets_at: limit.resets_at.map(words::date_time),
        }
    }
}

const OK: Style = AnsiColor::Green.on_default().bold();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::types::{Aspect, Finding, Party};

    fn report(findings: Vec<Finding>) -> Shape {
        Shape::from(Report {
            product: "Forge".into(),
            version: Some("1.2".into()),
            edition: None,
            account: Some(Account {
                username: "bot".into(),
                display_name: "Bot\u{1b}".into(),
                administrator: Some(true),
            }),
            token: Some(Token {
                name: None,
                scopes: vec!["api".into()],
                expires_at: Some(0),
            }),
            rate_limit: Some(RateLimit {
                limit: 7_200,
                remaining: 12,
                resets_at: Some(0),
            }),
            findings,
        })
    }

    #[test]
    fn people_see_whom_the_token_stands_for_and_that_nothing_is_wrong() {
        let text = anstream::adapter::strip_str(&report(vec![]).for_people(None)).to_string();
        assert_eq!(
            text,
            "Forge    Forge 1.2\nAccount  bot (Bot\\u{1b}), administrator\n\
             Token    without a name, scopes api, expired on 1970-01-01\n\
             Limit    12 of 7200 requests left\n\nok: nothing is wrong\n"
        );
    }

    #[test]
    fn an_error_among_the_findings_means_that_it_does_not_work() {
        let finding = |severity| Finding {
            severity,
            about: Aspect::Version,
            code: "old".into(),
            message: "too old".into(),
            hint: Some("update".into()),
            remedied_by: Some(Party::ForgeAdministrator),
        };
        assert!(report(vec![finding(Severity::Warning)]).works);
        let shape = report(vec![finding(Severity::Error)]);
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(value["works"], false);
        assert_eq!(value["account"]["display-name"], "Bot\u{1b}");
        assert_eq!(value["token"]["expires-at"], "1970-01-01T00:00:00Z");
        assert_eq!(
            value["findings"][0],
            serde_json::json!({
                "severity": "error", "about": "version", "code": "old", "message": "too old",
                "hint": "update", "remedied-by": "forge-administrator",
            })
        );
        assert_eq!(value["rate-limit"]["remaining"], 12);
        let text = anstream::adapter::strip_str(&shape.for_people(None)).to_string();
        assert!(
            text.ends_with(
                "\nerror: too old (old)\nhint: update (for the forge's administrator)\n"
            ),
            "{text}"
        );
    }
}
