//! Every error that a person can meet, as it is shown, side by side in `errors.txt`: apart because
//! words are judged beside each other. `UPDATE=1` writes that file anew; then it has to be read.
//!
//! A variant that is new does not compile here before it has an example.

mod answers;
mod files;
mod host;
mod requests;
mod usage;

use std::path::Path;

use super::explain::within;
use super::failure::CommandError;

/// What happens to a person, and what is shown then.
type Example = (String, CommandError);

/// Examples of each variant, beside the pattern of the variant.
macro_rules! examples {
    ($type:ty: $($pattern:pat => [$($example:expr),+ $(,)?]),+ $(,)?) => {{
        let _ = |value: &$type| match value {
            $($pattern => ()),+
        };
        vec![$($($example),+),+]
    }};
}
use examples;

fn parts(folder: &Path) -> [(&'static str, Vec<Example>); 5] {
    [
        (
            "What a forge answers, as the plugin tells it",
            answers::all(),
        ),
        ("What becomes of a request", requests::all()),
        ("What the host says of itself", host::all()),
        ("What is about this machine and its files", files::all()),
        ("What is about the command line", usage::all(folder)),
    ]
}

fn gallery() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for (title, examples) in parts(folder.path()) {
        text.push_str(&format!("{title}\n{}\n", "=".repeat(title.len())));
        for (name, error) in examples {
            let shown = within(&error.describe(), None);
            let shown = anstream::adapter::strip_str(&shown).to_string();
            text.push_str(&format!("\n--- {name}\n{shown}"));
        }
        text.push('\n');
    }
    text.push_str(&usage::not_understood());
    text.replace(&folder.path().display().to_string(), "FOLDER")
}

#[test]
fn every_error_is_shown_as_it_was_reviewed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/errors.txt");
    let text = gallery();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = text
        .lines()
        .zip(reviewed.lines())
        .find(|(now, then)| now != then);
    assert!(
        text == reviewed,
        "`UPDATE=1` renews {}; the first difference: {differs:?}",
        file.display()
    );
}

#[test]
fn nearly_every_error_says_what_to_do_and_none_says_a_thing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(folder.path());
    for (name, error) in parts.into_iter().flat_map(|(_, examples)| examples) {
        let description = error.describe();
        let speechless = WITHOUT_HINT.contains(&name.as_str());
        assert_eq!(description.hint.is_none(), speechless, "{name}");
        let lines = std::iter::once(&description.message).chain(&description.causes);
        let lines: Vec<&String> = lines.collect();
        for (index, line) in lines.iter().enumerate() {
            let said = lines[..index].iter().any(|earlier| earlier.contains(*line));
            assert!(!said && !line.is_empty(), "{name}: {line}");
        }
    }
}

/// Where nothing is to be done, or the command has said it itself.
const WITHOUT_HINT: [&str; 5] = [
    "declined",
    "ended: interrupted",
    "ended: terminated",
    "interrupted",
    "sync: sink",
];
