//! Archives that no git makes, from a server that lies: nothing is written outside, and nothing
//! half.

use std::io::Write as _;
use std::path::Path;

use code_source::Source;
use code_source::contract::git::Revision;
use code_source::sync::{Directory, SyncError, SyncOptions, sync};
use code_source_tests::{RawForge, plugin};
use tar::{EntryType, Header};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// An archive under way, in which every name may stand.
#[derive(Default)]
pub(crate) struct Archive(Vec<u8>);

impl Archive {
    fn add(mut self, kind: EntryType, name: &str, target: &str, content: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        let old = header.as_old_mut();
        old.name[..name.len()].copy_from_slice(name.as_bytes());
        old.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend(header.as_bytes());
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str) -> Self {
        self.add(EntryType::Regular, name, "", b"evil")
    }

    fn link(self, name: &str, target: &str) -> Self {
        self.add(EntryType::Symlink, name, target, b"")
    }

    pub(crate) fn gzip(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&self.0).unwrap();
        encoder.finish().unwrap()
    }
}

/// A server with one branch, and this for an archive of it.
pub(crate) async fn serve(archive: Vec<u8>) -> RawForge {
    RawForge::start(move |head| {
        let archive = archive.clone();
        async move {
            if head.contains("/archive") {
                return answer("application/octet-stream", &archive);
            }
            if head.contains("/repository/tree") {
                return answer("application/json", b"[]");
            }
            let commit = format!(
                r#"{{"id":"{COMMIT}","parent_ids":[],"title":"","message":"","author_name":"",
                    "author_email":"","committer_name":"","committer_email":"",
                    "authored_date":"2026-01-01T00:00:00Z","committed_date":"2026-01-01T00:00:00Z",
                    "web_url":"http://127.0.0.1/web/shop"}}"#
            );
            let branch = format!(
                r#"{{"name":"main","id":"{COMMIT}","commit":{commit},"protected":false,
                    "default":true,"web_url":""}}"#
            );
            answer("application/json", branch.as_bytes())
        }
    })
    .await
}

fn answer(kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// What becomes of a run into `folder` with this archive.
async fn run(folder: &Path, archive: Vec<u8>, options: &SyncOptions) -> SyncError {
    let forge = serve(archive).await;
    let source = Source::open(plugin(), forge.connection()).unwrap();
    let mut directory = Directory::new(folder.join("copy"));
    let at = Revision::Branch("main".to_owned());
    let result = sync(&source, "1", &at, &mut directory, options, &()).await;
    let heads = forge.heads();
    assert!(
        heads.iter().any(|head| head.contains("/archive")),
        "{heads:?}"
    );
    result.expect_err("the archive must be refused")
}

/// Nothing is there, not even what is kept beside a directory.
fn is_untouched(folder: &Path) {
    let names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_that_lead_elsewhere_and_entries_that_git_never_makes_are_refused() {
    let top = || Archive::default().file("top/good");
    let device = |kind| top().add(kind, "top/odd", "", b"");
    for (name, archive) in [
        ("absolute", top().file("/tmp/evil")),
        ("upwards", top().file("top/../../evil")),
        ("only upwards", top().file("../evil")),
        ("upwards at the end", top().file("top/a/..")),
        ("another top", top().file("other/evil")),
        ("git's own folder", top().file("top/.git/config")),
        (
            "git's own folder, shouted",
            top().file("top/sub/.GIT/hooks/x"),
        ),
        ("twice", top().file("top/good")),
        (
            "through a link",
            top().link("top/way", "..").file("top/way/evil"),
        ),
        (
            "through a link to come",
            top().file("top/way/evil").link("top/way", ".."),
        ),
        (
            "hard link",
            top().add(EntryType::Link, "top/odd", "/etc/passwd", b""),
        ),
        ("pipe", device(EntryType::Fifo)),
        ("character device", device(EntryType::Char)),
        ("block device", device(EntryType::Block)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let error = run(folder.path(), archive.gzip(), &SyncOptions::default()).await;
        assert!(
            matches!(
                error,
                SyncError::Collision { .. }
                    | SyncError::Inconsistent { .. }
                    | SyncError::Unsafe { .. }
            ),
            "{name}: {error:?}"
        );
        is_untouched(folder.path());
    }
    assert!(!Path::new("/tmp/evil").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_another_commit_is_refused() {
    let comment = format!("52 comment={}\n", "f".repeat(40));
    let archive = Archive::default()
        .add(
            EntryType::XGlobalHeader,
            "pax_global_header",
            "",
            comment.as_bytes(),
        )
        .file("top/good");
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), archive.gzip(), &SyncOptions::default()).await;
    assert!(matches!(error, SyncError::Inconsistent { .. }), "{error:?}");
    is_untouched(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_ends_too_soon_inside_is_refused() {
    let whole = Archive::default()
        .add(
            EntryType::Regular,
            "top/file",
            "",
            &code_source_stand_in::noise(1, 100_000),
        )
        .gzip();
    for length in [10, 100, whole.len() - 1] {
        let folder = tempfile::tempdir().unwrap();
        let error = run(
            folder.path(),
            whole[..length].to_vec(),
            &SyncOptions::default(),
        )
        .await;
        assert!(
            matches!(error, SyncError::Unreadable(_)),
            "{length}: {error:?}"
        );
        is_untouched(folder.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_with_more_than_is_allowed_is_refused_before_it_ends() {
    let mut options = SyncOptions::default();
    options.limits.bytes = 1 << 20;
    options.limits.entries = 100;
    let zeros = vec![0; 64 << 20];
    let bomb = Archive::default().add(EntryType::Regular, "top/bomb", "", &zeros);
    let crowd = (0..200).fold(Archive::default(), |archive, number| {
        archive.file(&format!("top/{number}"))
    });
    for archive in [bomb, crowd] {
        let folder = tempfile::tempdir().unwrap();
        let error = run(folder.path(), archive.gzip(), &options).await;
        assert!(matches!(error, SyncError::Limit { .. }), "{error:?}");
        assert!(error.hint().is_some());
        is_untouched(folder.path());
    }
}
