//! Archives that git never makes, and some that it does.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;

use super::*;

/// A tar file in memory, whose headers hold whatever they are told to.
struct Tar(Builder<Vec<u8>>);

impl Tar {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn entry(mut self, kind: EntryType, path: &[u8], target: &[u8], content: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o664);
        header.set_size(content.len() as u64);
        // Not through the setters, which refuse what an attacker would write.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path);
        header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target);
        header.set_cksum();
        self.0.append(&header, content).unwrap();
        self
    }

    fn file(self, path: &[u8]) -> Self {
        self.entry(EntryType::Regular, path, b"", b"hello\n")
    }

    fn link(self, path: &[u8], target: &[u8]) -> Self {
        self.entry(EntryType::Symlink, path, target, b"")
    }

    fn extended(self, key: &str, value: &[u8]) -> Self {
        let tail = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
        let length = (tail.len()..)
            .find(|length| length.to_string().len() + tail.len() == *length)
            .unwrap();
        let content = [length.to_string().as_bytes(), &tail].concat();
        self.entry(EntryType::XHeader, b"extended", b"", &content)
    }

    fn compressed(self) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.0.into_inner().unwrap()).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(self) -> Result<Vec<Item>, SyncError> {
        unpack_bytes(&self.compressed(), &SyncLimits::default())
    }
}

fn unpack_bytes(archive: &[u8], limits: &SyncLimits) -> Result<Vec<Item>, SyncError> {
    let (sender, mut receiver) = mpsc::channel(1_000);
    unpack(archive, &sender, Algorithm::Sha1, limits)?;
    drop(sender);
    let mut items = Vec::new();
    while let Some(item) = receiver.blocking_recv() {
        items.push(item);
    }
    Ok(items)
}

fn is_unsafe(result: &Result<Vec<Item>, SyncError>) -> bool {
    matches!(result, Err(SyncError::Unsafe { .. }))
}

fn is_unreadable(result: &Result<Vec<Item>, SyncError>) -> bool {
    matches!(result, Err(SyncError::Unreadable(_)))
}

#[test]
fn entries_come_without_the_archives_directory() {
    let items = Tar::new()
        .entry(EntryType::Directory, b"root/", b"", b"")
        .file(b"root/a/b")
        .link(b"root/l", b"a/b");
    let items = items.unpack().unwrap();
    let Item::SmallFile {
        path,
        bytes,
        id,
        executable: false,
        ..
    } = &items[0]
    else {
        panic!("{items:?}")
    };
    assert_eq!(
        (path.as_bytes(), &bytes[..]),
        (&b"a/b"[..], &b"hello\n"[..])
    );
    assert_eq!(id.to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
    let Item::Symlink { path, target, .. } = &items[1] else {
        panic!("{items:?}")
    };
    assert_eq!((path.as_bytes(), &target[..]), (&b"l"[..], &b"a/b"[..]));
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for path in [
        &b"/etc/passwd"[..],
        b"../a",
        b"root/../a",
        b"root/a/../../b",
        b"root//a",
        b"root/./a",
        b"root/.git/config",
        b"root/a/.GIT",
        b"..",
        b"root/..",
    ] {
        assert!(
            is_unsafe(&Tar::new().file(b"root/x").file(path).unpack()),
            "{}",
            path.escape_ascii()
        );
    }
    assert!(is_unsafe(
        &Tar::new().file(b"root/x").file(b"other/y").unpack()
    ));
    assert!(is_unsafe(
        &Tar::new()
            .file(b"root/x")
            .extended("path", b"root/../../y")
            .file(b"root/y")
            .unpack()
    ));
    assert!(is_unsafe(
        &Tar::new().extended("path", b"/y").file(b"root/y").unpack()
    ));
}

#[test]
fn kinds_that_git_never_archives_are_refused() {
    for kind in [
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Continuous,
        EntryType::GNUSparse,
        EntryType::GNULongName,
        EntryType::GNULongLink,
        EntryType::new(b'?'),
    ] {
        assert!(
            is_unsafe(
                &Tar::new()
                    .entry(kind, b"root/x", b"/etc/passwd", b"")
                    .unpack()
            ),
            "{kind:?}"
        );
    }
}

#[test]
fn long_and_odd_names_come_from_extended_headers() {
    let long = [&b"root/"[..], &[b'x'; 300], b"\xff"].concat();
    let items = Tar::new()
        .extended("path", &long)
        .extended("linkpath", b"not of this entry");
    let items = items
        .extended("path", &long)
        .file(b"root/cut")
        .unpack()
        .unwrap();
    let Item::SmallFile { path, .. } = &items[0] else {
        panic!("{items:?}")
    };
    assert_eq!(path.as_bytes(), &long[5..]);
    let items = Tar::new()
        .extended("linkpath", &long)
        .link(b"root/l", b"cut")
        .unpack()
        .unwrap();
    let Item::Symlink { target, .. } = &items[0] else {
        panic!("{items:?}")
    };
    assert_eq!(*target, long);
}

#[test]
fn an_extended_header_without_end_is_refused_unread() {
    let mut archive = Tar::new()
        .entry(EntryType::XHeader, b"x", b"", b"")
        .0
        .into_inner()
        .unwrap();
    archive[124..136].copy_from_slice(b"77777777777\0");
    let sum: u32 = archive[..512]
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            u32::from(if (148..156).contains(&at) {
                b' '
            } else {
                *byte
            })
        })
        .sum();
    archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&archive).unwrap();
    let unpacked = unpack_bytes(&encoder.finish().unwrap(), &SyncLimits::default());
    assert!(is_unsafe(&unpacked), "{unpacked:?}");
}

#[test]
fn an_archive_that_was_cut_anywhere_is_unreadable() {
    let archive = Tar::new().file(b"root/a").file(b"root/b").compressed();
    for length in 0..archive.len() {
        let unpacked = unpack_bytes(&archive[..length], &SyncLimits::default());
        assert!(
            is_unreadable(&unpacked),
            "{length} of {}: {unpacked:?}",
            archive.len()
        );
    }
}

#[test]
fn what_is_no_archive_is_unreadable() {
    assert!(is_unreadable(&unpack_bytes(
        b"<html>sign in</html>",
        &SyncLimits::default()
    )));
}

#[test]
fn a_small_archive_that_holds_very_much_meets_a_limit() {
    let zeros = vec![0; 4 << 20];
    let archive = Tar::new()
        .entry(EntryType::Regular, b"root/zeros", b"", &zeros)
        .compressed();
    assert!(archive.len() < 64 * 1024);
    let limits = SyncLimits {
        bytes: 1 << 20,
        ..SyncLimits::default()
    };
    assert!(matches!(
        unpack_bytes(&archive, &limits),
        Err(SyncError::Limit {
            limit: 1_048_576,
            ..
        })
    ));
    let limits = SyncLimits {
        entries: 1,
        ..SyncLimits::default()
    };
    let archive = Tar::new().file(b"root/a").file(b"root/b").compressed();
    assert!(matches!(
        unpack_bytes(&archive, &limits),
        Err(SyncError::Limit { limit: 1, .. })
    ));
}

#[test]
fn a_tail_without_end_is_refused() {
    let mut tail = Tar::new().file(b"root/a").0.into_inner().unwrap();
    tail.resize(tail.len() + (2 << 20), 0);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&tail).unwrap();
    assert!(is_unsafe(&unpack_bytes(
        &encoder.finish().unwrap(),
        &SyncLimits::default()
    )));
}

#[test]
fn a_large_file_comes_in_parts_and_is_named_as_git_names_it() {
    let content: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
    let items = Tar::new()
        .entry(EntryType::Regular, b"root/large", b"", &content)
        .unpack()
        .unwrap();
    let mut joined = Vec::new();
    for item in &items {
        if let Item::Bytes(bytes) = item {
            joined.extend_from_slice(bytes);
        }
    }
    assert_eq!(joined, content);
    assert_eq!(
        items.last(),
        Some(&Item::End {
            id: blob_name(Algorithm::Sha1, &content),
            size: 200_000
        })
    );
}

#[test]
fn the_commit_that_git_writes_down_is_told() {
    let comment = b"52 comment=0123456789012345678901234567890123456789\n";
    let items = Tar::new()
        .entry(EntryType::XGlobalHeader, b"pax_global_header", b"", comment)
        .unpack()
        .unwrap();
    assert_eq!(items, [Item::Commit("0123456789".repeat(4))]);
}

#[test]
fn a_reader_tells_an_interruption_from_an_end() {
    let (sender, receiver) = mpsc::channel(2);
    sender
        .blocking_send(Some(Bytes::from_static(b"ab")))
        .unwrap();
    sender.blocking_send(None).unwrap();
    let mut text = String::new();
    ChannelReader::new(receiver)
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "ab");
    let (sender, receiver) = mpsc::channel(2);
    sender
        .blocking_send(Some(Bytes::from_static(b"ab")))
        .unwrap();
    drop(sender);
    assert!(
        ChannelReader::new(receiver)
            .read_to_string(&mut text)
            .is_err()
    );
}
