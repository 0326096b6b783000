//! Loading a plugin: what is refused, and what each refusal says.

use code_source::{Engine, Error, Plugin};
use code_source_tests::{component, plugin};

fn engine() -> Engine {
    Engine::builder().instances(2).build().unwrap()
}

#[test]
fn what_is_no_component_is_told_so() {
    let engine = engine();
    for (bytes, words) in [
        (b"#!/bin/sh\n".as_slice(), "does not begin as one does"),
        (b"", "it is empty"),
        (b"\0asm\x01\0\0\0", "it is a core module"),
        (b"\x7fELF\x02\x01", "native program"),
    ] {
        let error = Plugin::from_bytes(&engine, bytes, None).unwrap_err();
        assert!(matches!(error, Error::NotAComponent { .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_component_without_a_manifest_is_refused() {
    let bytes = wat::parse_str("(component)").unwrap();
    let error = Plugin::from_bytes(&engine(), &bytes, None).unwrap_err();
    assert!(matches!(error, Error::NoManifest { .. }), "{error:?}");
}

#[test]
fn a_plugin_of_another_contract_is_refused() {
    let text = r#"(component (@custom "code-source-manifest"
        "{\"name\":\"old\",\"version\":\"1\",\"provider\":\"acme\",\"contract\":\"jitera:code-source@9.0.0\",\"operations\":{}}"))"#;
    let error = Plugin::from_bytes(&engine(), &wat::parse_str(text).unwrap(), None).unwrap_err();
    let Error::Contract { found, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(found, "jitera:code-source@9.0.0");
}

#[test]
fn a_digest_other_than_the_pinned_one_is_refused_with_both() {
    let engine = engine();
    let pinned = "0".repeat(64);
    let error = Plugin::from_bytes(&engine, component(), Some(&pinned)).unwrap_err();
    let Error::Digest { found, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(found, plugin().digest());
    assert!(error.hint().unwrap().contains(found.as_str()));
}

#[test]
fn a_corrupt_cache_file_is_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let load = || {
        let engine = Engine::builder()
            .instances(2)
            .cache_directory(Some(folder.path()))
            .build()
            .unwrap();
        Plugin::from_bytes(&engine, component(), None).unwrap();
    };
    load();
    let cached = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let sound = std::fs::read(&cached).unwrap();
    for broken in [sound[..sound.len() / 2].to_vec(), Vec::new(), {
        let mut flipped = sound.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        flipped
    }] {
        std::fs::write(&cached, broken).unwrap();
        load();
        assert_eq!(std::fs::read(&cached).unwrap(), sound);
    }
}

#[test]
fn a_cache_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let engine = Engine::builder()
        .instances(2)
        .cache_directory(Some(folder.path()))
        .build()
        .unwrap();
    Plugin::from_bytes(&engine, component(), None).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
