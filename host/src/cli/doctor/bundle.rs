//! The report of `doctor --bundle`: apart from what is printed, because it leaves this machine, and
//! so nothing stands in it that only this machine's people may know.

use std::io;
use std::path::Path;

use code_source_egress::MaskPatterns;
use serde::Serialize;

use super::shape::Shape;
use super::stand_ins::StandIns;
use crate::cli::failure::CommandError;
use crate::cli::notes::Notes;
use crate::config::replace::replace;
use crate::doctor::Diagnosis;
use crate::kind::{directory_of, replaceable};

/// The report, as it stands in the file.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    made_by: &'static str,
    made_at: String,
    platform: Platform,
    names: &'static str,
    diagnosis: Shape,
}

#[derive(Serialize)]
struct Platform {
    system: &'static str,
    architecture: &'static str,
}

/// Write the report. `names` is the diagnosis whose names are to be replaced; `secrets` are what
/// must not stand in it, where it is known which there are.
pub(super) fn write(
    file: &Path,
    shape: Shape,
    names: Option<&Diagnosis>,
    secrets: Option<&MaskPatterns>,
    notes: Notes,
) -> Result<(), CommandError> {
    let unwritable = |source| unwritable(file, source);
    let was_there = file.exists();
    let report = Report {
        made_by: concat!("code-source ", env!("CARGO_PKG_VERSION")),
        made_at: now(),
        platform: Platform {
            system: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
        },
        names: match names {
            Some(_) => "replaced",
            None => "as they are",
        },
        diagnosis: harmless(shape, names, secrets),
    };
    let mut text = serde_json::to_vec_pretty(&report).map_err(|error| unwritable(error.into()))?;
    text.push(b'\n');
    if secrets.is_some_and(|secrets| secrets.is_in(&text)) {
        let problem = "a secret would stand in it";
        return Err(unwritable(io::Error::other(problem)));
    }
    // Only its owner can read a new one.
    replace(file, &text).map_err(unwritable)?;
    say(file, was_there, names.is_some(), secrets.is_some(), notes);
    Ok(())
}

/// Whether a report could be written to this file, so far as can be told before there is one: an
/// examination takes a while, and its result must not end with that it could not be kept.
pub(super) fn probe(file: &Path) -> Result<(), CommandError> {
    let probed = replaceable(file).and_then(|meant| tempfile::tempfile_in(directory_of(&meant)));
    probed.map(drop).map_err(|source| unwritable(file, source))
}

fn unwritable(file: &Path, source: io::Error) -> CommandError {
    CommandError::File {
        action: "write the report to",
        path: file.to_owned(),
        source,
    }
}

/// A diagnosis without secrets and, where they are to be replaced, without names. The secrets first:
/// a stand-in in the middle of one would keep it from being found.
fn harmless(shape: Shape, names: Option<&Diagnosis>, secrets: Option<&MaskPatterns>) -> Shape {
    let masked = |text: &str| match secrets {
        Some(secrets) => masked(secrets, text),
        None => text.to_owned(),
    };
    let mut shape = shape;
    shape.change(&mut |_, text| *text = masked(text));
    if let Some(diagnosis) = names {
        // How long a token is says something of it.
        shape.leave_out("bytes");
        let mut stand_ins = StandIns::new(diagnosis, masked);
        shape.change(&mut |key, text| *text = stand_ins.replaced(key, text));
    }
    shape
}

/// Nothing secret should have come this far; should that ever be wrong, it ends here.
fn masked(secrets: &MaskPatterns, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if secrets.mask(&mut bytes) == 0 {
        return text.to_owned();
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // How long it is says something of it.
    let mut short = String::new();
    for one in text.chars() {
        if !(one == '*' && short.ends_with(COVERED)) {
            short.push(one);
        }
    }
    short
}

fn say(file: &Path, was_there: bool, are_replaced: bool, is_searched: bool, notes: Notes) {
    let file = file.display();
    let before = match was_there {
        true => ", in the place of what was there",
        false => "",
    };
    let names = match are_replaced {
        true => {
            "stand-ins such as `host-1` for names of hosts, addresses, accounts, repositories, certificates and files"
        }
        false => {
            "names of hosts, addresses, accounts, repositories, certificates and files as they are"
        }
    };
    let secrets = match is_searched {
        true => "no secret",
        false => "and it could not be searched for secrets, because the connection cannot be read",
    };
    notes.note(&format!(
        "`{file}` was written{before}: the stations and the verdict, versions, this platform, {names}; {secrets}"
    ));
}

fn now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.map_or(0, |since| since.as_secs());
    crate::cli::words::date_time(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// What stands where a secret stood.
const COVERED: &str = "****";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;
    use crate::doctor::{Name, Problem};

    #[test]
    fn a_secret_in_which_a_name_stands_is_no_longer_there() {
        let token = "acmepat-acme-0123456789";
        let problem = Problem::before_the_examination("odd", format!("it said {token}"), "ask");
        let mut diagnosis = Diagnosis::unexamined(problem);
        diagnosis.names.push(Name {
            kind: "connection",
            text: "acme".to_owned(),
        });
        let shape = Shape::new(&diagnosis, Exit::CONFIGURATION);
        let secrets = MaskPatterns::new([token.as_bytes()]);
        let report = harmless(shape, Some(&diagnosis), Some(&secrets));
        let cause = report.verdict.cause.unwrap();
        assert_eq!(cause.message, "it said ****");
    }
}
