//! Documents that tests write: apart from what is in them, because all are held and renewed in the
//! same way.

use std::path::Path;

/// Hold a file of the repository against what it should be. With `UPDATE` in the environment it is
/// written anew; `test` is the filter that finds the test which does so.
///
/// # Panics
///
/// When the file differs, with the command that renews it.
pub fn hold_generated(file: &str, expected: &str, test: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).expect("a file of the repository can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "{file} is out of date: run `UPDATE=1 cargo test -p code-source-tests --test e2e {test}`"
    );
}
