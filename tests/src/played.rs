//! Which forge a test meets that does not say: the oldest one at the root of its server, or the
//! newest one below a path. Apart, because the name of the running suite decides, and nothing else.

use std::sync::LazyLock;

use code_source_stand_in::{Builder, StandIn};

/// An address that no test uses: what the newest forge holds to be its own.
const EXTERNAL: &str = "http://git.inside.example:8080";

/// A forge to be started, as the running suite plays it.
///
/// The suite `e2e` plays the oldest version that is supported, the suite `e2e-newest` the newest
/// one, below a path, and with links that lead elsewhere.
pub fn played() -> Builder {
    let builder = StandIn::builder();
    if *NEWEST {
        let builder = builder.version("19.0.0-ee").path_prefix("/gitlab");
        return builder.external_url(EXTERNAL);
    }
    builder.version("16.8.0")
}

/// Cargo names a test's executable after its target, whose dashes it replaces.
static NEWEST: LazyLock<bool> = LazyLock::new(|| {
    let executable = std::env::current_exe().expect("a process has an executable");
    let name = executable.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with("e2e_newest-")
});
