//! The report of `doctor --bundle`: apart from what is printed, because it leaves this machine, and
//! so nothing stands in it that only this machine's people may know.

use std::io::{self, Write as _};
use std::path::Path;

use code_source_egress::MaskPatterns;
use serde_json::{Value, json};

use super::shape::Shape;
use super::stand_ins::StandIns;
use crate::cli::failure::CommandError;
use crate::cli::notes::Notes;
use crate::doctor::Diagnosis;

/// Write the report. `names` is the diagnosis whose names are to be replaced.
pub(super) fn write(
    file: &Path,
    shape: &Shape,
    names: Option<&Diagnosis>,
    secrets: Option<&MaskPatterns>,
    notes: Notes,
) -> Result<(), CommandError> {
    let unwritable = |source| CommandError::File {
        action: "write the report to",
        path: file.to_owned(),
        source,
    };
    let diagnosis = serde_json::to_value(shape).map_err(|error| unwritable(error.into()))?;
    let mut report = json!({
        "made-by": concat!("code-source ", env!("CARGO_PKG_VERSION")),
        "made-at": now(),
        "platform": { "system": std::env::consts::OS, "architecture": std::env::consts::ARCH },
        "names": if names.is_some() { "replaced" } else { "as they are" },
        "diagnosis": diagnosis,
    });
    if let Some(diagnosis) = names {
        StandIns::new(diagnosis).replace_in(&mut report["diagnosis"]);
    }
    if let Some(secrets) = secrets {
        mask(secrets, &mut report);
    }
    let mut text = serde_json::to_vec_pretty(&report).map_err(|error| unwritable(error.into()))?;
    text.push(b'\n');
    if secrets.is_some_and(|secrets| secrets.is_in(&text)) {
        let problem = "a secret would stand in it";
        return Err(unwritable(io::Error::other(problem)));
    }
    let was_there = file.exists();
    keep(file, &text).map_err(unwritable)?;
    say(file, was_there, names.is_some(), notes);
    Ok(())
}

/// Nothing secret should have come this far; should that ever be wrong, it ends here.
fn mask(secrets: &MaskPatterns, value: &mut Value) {
    match value {
        Value::String(text) => {
            let mut bytes = std::mem::take(text).into_bytes();
            secrets.mask(&mut bytes);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(secrets, item)),
        Value::Object(map) => map.values_mut().for_each(|item| mask(secrets, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A file that only its owner can read, whole or not there at all.
fn keep(file: &Path, content: &[u8]) -> io::Result<()> {
    let directory = file.parent().filter(|path| !path.as_os_str().is_empty());
    let mut written = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    written.write_all(content)?;
    written.as_file().sync_all()?;
    written.persist(file)?;
    Ok(())
}

fn say(file: &Path, was_there: bool, are_replaced: bool, notes: Notes) {
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
    notes.note(&format!(
        "`{file}` was written{before}: the stations and the verdict, versions, this platform, {names}; no secret"
    ));
}

fn now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.map_or(0, |since| since.as_secs());
    crate::cli::words::date_time(i64::try_from(seconds).unwrap_or(i64::MAX))
}
