//! The configuration file while it is changed, tried: apart because there is more to try than to do.

use std::os::unix::fs::symlink;

use super::*;

const TEXT: &str =
    "[connections.acme]\nurl = \"a\"\ntoken = { file = \"config.toml.tokens/acme\" }\n";

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn what_is_made_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/config.toml");
    let file = ConfigurationFile::read(&path).unwrap();
    let token = file.tokens().join("acme");
    let mut change = file.begin().unwrap();
    change.keep(&token, &Secret::new("0123456789")).unwrap();
    change.write(TEXT).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
    assert_eq!(std::fs::read_to_string(&token).unwrap(), "0123456789\n");
    assert_eq!((mode(&path), mode(&token)), (0o600, 0o600));
    let above = [
        token.parent(),
        path.parent(),
        path.parent().unwrap().parent(),
    ];
    assert!(above.iter().flatten().all(|one| mode(one) == 0o700));
}

#[test]
fn of_a_change_that_does_not_come_to_its_end_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/config.toml");
    let file = ConfigurationFile::read(&path).unwrap();
    let mut change = file.begin().unwrap();
    let token = file.tokens().join("acme");
    change.keep(&token, &Secret::new("0123456789")).unwrap();
    assert!(matches!(
        change.write("[connections"),
        Err(ChangeError::Malformed(_))
    ));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    std::fs::create_dir_all(file.tokens()).unwrap();
    std::fs::write(&token, "before").unwrap();
    let mut change = file.begin().unwrap();
    change.keep(&token, &Secret::new("0123456789")).unwrap();
    drop(change);
    assert_eq!(std::fs::read_to_string(&token).unwrap(), "before");
}

#[test]
fn a_token_is_for_its_owner_alone_whatever_was_there_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = ConfigurationFile::read(&folder.path().join("config.toml")).unwrap();
    let other = folder.path().join("other");
    std::fs::write(&other, "other").unwrap();
    std::fs::create_dir(file.tokens()).unwrap();
    std::fs::set_permissions(file.tokens(), Permissions::from_mode(0o777)).unwrap();
    let (open, link) = (file.tokens().join("open"), file.tokens().join("link"));
    std::fs::write(&open, "before").unwrap();
    std::fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
    symlink(&other, &link).unwrap();
    for token in [&open, &link] {
        let mut change = file.begin().unwrap();
        change.keep(token, &Secret::new("0123456789")).unwrap();
        assert_eq!((mode(token), mode(&file.tokens())), (0o600, 0o700));
    }
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "other");

    std::fs::remove_dir_all(file.tokens()).unwrap();
    symlink(folder.path(), file.tokens()).unwrap();
    let mut change = file.begin().unwrap();
    let kept = change.keep(&open, &Secret::new("0123456789"));
    assert!(matches!(kept, Err(ChangeError::Unwritable { .. })));
}

#[test]
fn two_files_in_one_directory_have_tokens_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name| ConfigurationFile::read(&folder.path().join(name)).unwrap();
    let (production, staging) = (of("config.toml"), of("staging.toml"));
    let token = production.tokens().join("acme");
    assert_ne!(token, staging.tokens().join("acme"));
    let mut change = production.begin().unwrap();
    change.keep(&token, &Secret::new("0123456789")).unwrap();
    assert!(production.owns_token(&token) && !staging.owns_token(&token));
    let roundabout = folder
        .path()
        .join("config.toml.tokens/../config.toml.tokens/acme");
    assert!(production.owns_token(&roundabout));
    assert!(is_same(&roundabout, &token) && !is_same(&token, &production.tokens().join("b")));
}

#[test]
fn what_is_named_no_longer_goes_after_the_file_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let file = ConfigurationFile::read(&path).unwrap();
    let (old, new) = (file.tokens().join("acme"), file.tokens().join("acme-2"));
    for end in ["[connections", TEXT] {
        std::fs::create_dir_all(file.tokens()).unwrap();
        std::fs::write(&old, "before").unwrap();
        let mut change = file.begin().unwrap();
        change.keep(&new, &Secret::new("0123456789")).unwrap();
        change.remove_after(old.clone());
        change.remove_after(file.tokens().join("nothing"));
        let is_written = change.write(end).is_ok();
        assert_eq!(
            (is_written, old.exists(), new.exists()),
            (end == TEXT, end != TEXT, end == TEXT)
        );
    }
    let file = ConfigurationFile::read(&path).unwrap();
    let mut change = file.begin().unwrap();
    change.remove_after(file.tokens());
    let left = change.write("").unwrap_err();
    assert!(matches!(left, ChangeError::Left { .. }), "{left}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
}

#[test]
fn what_somebody_wrote_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let file = ConfigurationFile::read(&path).unwrap();
    let change = file.begin().unwrap();
    std::fs::write(&path, "# mine\n").unwrap();
    assert!(matches!(change.write(TEXT), Err(ChangeError::Changed(_))));
    assert!(matches!(file.begin().err(), Some(ChangeError::Changed(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\n");
}

#[test]
fn two_do_not_change_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let file = ConfigurationFile::read(&path).unwrap();
    let first = file.begin().unwrap();
    assert!(matches!(file.begin().err(), Some(ChangeError::Busy(_))));
    drop(first);
    file.begin().unwrap().write(TEXT).unwrap();
}

#[test]
fn a_link_leads_to_the_file_that_is_meant_and_its_mode_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (
        folder.path().join("real"),
        folder.path().join("config.toml"),
    );
    std::fs::write(&real, "# mine\n").unwrap();
    std::fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
    symlink("real", &link).unwrap();
    let file = ConfigurationFile::read(&link).unwrap();
    file.begin().unwrap().write(TEXT).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&real).unwrap(), TEXT);
    assert_eq!(mode(&real), 0o640);
}

#[test]
fn what_is_no_file_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("config.toml");
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
    let read = Configuration::parse("", &pipe).unwrap();
    let file = ConfigurationFile::of(&read).unwrap();
    let Err(ChangeError::Unwritable { path, .. }) = file.begin() else {
        panic!("it began");
    };
    assert_eq!(path, pipe);
    assert!(ConfigurationFile::read(&pipe).is_err());
}
