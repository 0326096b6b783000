//! Compiled code on disk: apart because loading it is the one step that trusts bytes.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::engine::Engine;
use crate::error::Error;

/// The component, from the cache where it is there and sound, and compiled otherwise.
///
/// A cache that cannot be used is no error: it costs time only. What is wrong with it is logged.
pub(crate) fn component(engine: &Engine, bytes: &[u8], digest: &str) -> Result<Component, Error> {
    let Some(folder) = engine.cache() else {
        return compile(engine, bytes);
    };
    let name = format!("{digest}-{:016x}.cwasm", engine.fingerprint());
    let path = folder.join(name);
    match load(engine, folder, &path) {
        Ok(component) => return Ok(component),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(
            "compiling again, as `{}` is unusable: {error}",
            path.display()
        ),
    }
    let component = compile(engine, bytes)?;
    if let Err(error) = store(&component, folder, &path) {
        tracing::warn!(
            "compiled code is not kept in `{}`: {error}",
            folder.display()
        );
    }
    Ok(component)
}

fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component, Error> {
    Component::from_binary(engine.runtime(), bytes).map_err(|error| Error::NotAComponent {
        problem: format!("{error:#}"),
    })
}

fn load(engine: &Engine, folder: &Path, path: &Path) -> io::Result<Component> {
    check_owner(folder)?;
    let file = fs::read(path)?;
    let (digest, code) = file
        .split_at_checked(DIGEST)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is cut"))?;
    if Sha256::digest(code).as_slice() != digest {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "its checksum differs",
        ));
    }
    #[expect(
        unsafe_code,
        reason = "the code was compiled by this program: nobody else can write to the folder, the \
                  checksum covers every byte, and the runtime checks its own version in it"
    )]
    // SAFETY: see the reason above.
    let component = unsafe { Component::deserialize(engine.runtime(), code) };
    component.map_err(io::Error::other)
}

fn store(component: &Component, folder: &Path, path: &Path) -> io::Result<()> {
    make_private(folder)?;
    check_owner(folder)?;
    let code = component.serialize().map_err(io::Error::other)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&Sha256::digest(&code))?;
    file.write_all(&code)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Code that somebody else could have written is never run.
#[cfg(unix)]
fn check_owner(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = fs::metadata(folder)?;
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "another user owns its folder",
        ));
    }
    if meta.mode() & 0o022 != 0 {
        let problem = "others may write to its folder";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

/// What a cached file begins with.
const DIGEST: usize = 32;
