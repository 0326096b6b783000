//! A disk that is full: a clear error, and the old state.

use std::io;
use std::path::Path;
use std::process::Command;

use async_trait::async_trait;
use bytes::Bytes;
use code_source::contract::git::Revision;
use code_source::sync::{
    Basis, Directory, Mode, Record, Sink, State, SyncError, SyncOptions, TreePath, Which, sync,
};
use code_source_stand_in::{Change, noise};
use code_source_tests::{Beside, Printed, differences};

use super::Stage;

/// A directory on a disk that has room for so many more bytes.
struct Cramped {
    directory: Directory,
    room: usize,
}

impl Cramped {
    fn full() -> SyncError {
        SyncError::Io {
            action: "write",
            path: "copy".into(),
            source: io::ErrorKind::StorageFull.into(),
        }
    }
}

#[async_trait]
impl Sink for Cramped {
    async fn open(&mut self) -> Result<Option<State>, SyncError> {
        self.directory.open().await
    }

    async fn begin(&mut self, from: Basis) -> Result<(), SyncError> {
        self.directory.begin(from).await
    }

    async fn create(&mut self, path: &TreePath, executable: bool) -> Result<(), SyncError> {
        self.directory.create(path, executable).await
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), SyncError> {
        self.room = self.room.checked_sub(bytes.len()).ok_or_else(Self::full)?;
        self.directory.write(bytes).await
    }

    async fn finish(&mut self, record: Record) -> Result<(), SyncError> {
        self.directory.finish(record).await
    }

    async fn place(&mut self, path: &TreePath, record: Record) -> Result<(), SyncError> {
        self.directory.place(path, record).await
    }

    async fn remove(&mut self, path: &TreePath) -> Result<(), SyncError> {
        self.directory.remove(path).await
    }

    async fn record(&mut self, path: &TreePath) -> Result<Option<Record>, SyncError> {
        self.directory.record(path).await
    }

    async fn records(&mut self, which: Which) -> Result<Vec<(TreePath, Record)>, SyncError> {
        self.directory.records(which).await
    }

    async fn altered(&mut self, paths: &[TreePath]) -> Result<Option<TreePath>, SyncError> {
        self.directory.altered(paths).await
    }

    async fn commit(&mut self, state: State) -> Result<(), SyncError> {
        self.directory.commit(state).await
    }

    async fn abort(&mut self) -> Result<(), SyncError> {
        self.directory.abort().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_as_that_and_the_old_tree_stays() {
    let stage = Stage::synced().await;
    let old = stage.project.tip("main");
    let changes = [
        ("README.md", Change::Delete),
        ("bin/run", Change::file("changed")),
        ("noise", Change::file(noise(1, 300_000))),
    ];
    stage.project.commit("main", "Grow", &changes);
    let (id, at) = (stage.project.id().to_string(), Revision::DefaultBranch);
    for fresh in [false, true] {
        let mut sink = Cramped {
            directory: Directory::new(stage.directory()),
            room: 200_000,
        };
        let mut options = SyncOptions::default();
        options.fresh = fresh;
        let result = sync(&stage.source, &id, &at, &mut sink, &options, &()).await;
        let error = result.unwrap_err();
        assert!(error.is_full_disk(), "{error:?}");
        assert!(error.hint().unwrap().contains("free some space"));
        stage.keeps(&old, &Beside::default());
    }
    assert_eq!(stage.run().await.mode, Mode::Incremental);
}

/// A first run that fits, an incremental and a full one that do not, and one that fits again, on
/// a file system of 8 MB that nobody else sees. Everything that is left is copied out.
const ON_A_SMALL_DISK: &str = r#"
set -u
disk=$1; first=$2; second=$3; shift 3
mount -t tmpfs -o size=8m none "$disk" || exit 99
"$@" "--commit=$first" >"$disk.log" 2>&1; echo "first $?"
"$@" "--commit=$second" 2>"$disk.incremental"; echo "incremental $?"
cp -a "$disk/copy" "$disk.after-incremental"
"$@" "--commit=$second" --fresh 2>"$disk.full"; echo "full $?"
cp -a "$disk/copy" "$disk.after-full"
"$@" "--commit=$first"; echo "again $?"
"#;

/// Run it where this machine lets somebody mount something.
fn on_a_small_disk(stage: &Stage, first: &str, second: &str) -> Option<Printed> {
    let disk = stage.rig.folder().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let copy = disk.join("copy").display().to_string();
    let runner = stage.rig.runner();
    let sync = runner.command(&["sync", &stage.project.path(), &copy]);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    command.args([ON_A_SMALL_DISK, "sh"]).arg(&disk);
    command.args([first, second]).arg(sync.get_program());
    command.args(sync.get_args());
    let output = command.output().ok()?;
    let was_mounted = output.status.code() != Some(99) && !output.stdout.is_empty();
    was_mounted.then(|| Printed::from(output))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_on_a_full_file_system_keeps_the_old_tree() {
    let stage = Stage::empty().await;
    let small = [
        ("README.md", Change::file("# Shop\n")),
        ("noise", Change::file(noise(1, 1_000_000))),
    ];
    let large = [
        ("README.md", Change::Delete),
        ("more", Change::file(noise(2, 9_000_000))),
    ];
    let first = stage.project.commit("main", "Begin", &small);
    let second = stage.project.commit("main", "Grow", &large);
    let Some(printed) = on_a_small_disk(&stage, &first, &second) else {
        // The other test of this file shows the same with an error that it makes itself.
        eprintln!("not run: this machine lets nobody mount a file system of its own");
        return;
    };
    let ends: Vec<_> = printed.text().lines().map(str::to_owned).collect();
    let ends: Vec<_> = ends.iter().filter(|line| line.contains(' ')).collect();
    let said = |name: &str| {
        let place = stage.rig.folder().join(format!("disk.{name}"));
        let text = std::fs::read_to_string(place).unwrap();
        stage.rig.search("what was printed", text.as_bytes());
        text
    };
    for expected in ["first 0", "incremental 40", "full 40", "again 0"] {
        let is_there = ends.iter().any(|line| **line == expected);
        assert!(is_there, "{expected}: {printed:#?}\n{}", said("log"));
    }
    for run in ["incremental", "full"] {
        let text = said(run);
        assert!(
            text.contains("free some space") && text.contains("unchanged"),
            "{text}"
        );
        let kept = stage.rig.folder().join(format!("disk.after-{run}"));
        is_tree(&stage, &first, &kept);
    }
}

#[track_caller]
fn is_tree(stage: &Stage, commit: &str, directory: &Path) {
    let differences = differences(&stage.project, commit, directory, &Beside::default());
    assert_eq!(differences, Vec::<String>::new());
}
