//! What a sync of a large repository costs in memory: the figure that the README's limit rests on.
//!
//! `cargo run --release --bin bench-sync-memory -- [MEGABYTES]`
//!
//! It runs the real command against a stand-in in another process's place and prints its peak
//! resident memory beside that of a command that reads next to nothing.

use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use code_source_stand_in::{Change, StandIn, noise};

#[tokio::main]
async fn main() -> ExitCode {
    let megabytes = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1024);
    let forge = StandIn::builder()
        .start()
        .await
        .expect("the stand-in starts");
    let project = forge.project("bench/large");
    let small = forge.project("bench/small");
    small.commit("main", "Begin", &[("file", Change::file("small"))]);
    let commit = project.new_commit("main", "Begin");
    let files = (0..megabytes).map(|index: u64| {
        (
            format!("folder-{}/file-{index}", index / 100).into_bytes(),
            Change::file(noise(index, 1 << 20)),
        )
    });
    project.commit_as(&commit, files);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("token"), forge.admin_token()).expect("the token's file");
    std::fs::write(folder.path().join("ca.pem"), forge.ca_pem()).expect("the CA's file");
    let run = |repository: &str, copy: &str| {
        let mut command = Command::new(code_source_tests::binary());
        command
            .args(["sync", repository])
            .arg(folder.path().join(copy))
            .args(["--url", &forge.url(), "--private-address", "127.0.0.0/8"])
            .arg("--token-file")
            .arg(folder.path().join("token"))
            .arg("--ca-file")
            .arg(folder.path().join("ca.pem"))
            .arg("--cache-directory")
            .arg(folder.path().join("cache"))
            .stdout(Stdio::null());
        tokio::task::block_in_place(|| watch(command.spawn().expect("the runner starts")))
    };
    // The first run compiles the component, which is not what is measured.
    run("bench/small", "warm");
    let (idle, _) = run("bench/small", "small");
    let (peak, time) = run("bench/large", "large");
    let above = peak.saturating_sub(idle);
    println!("repository                {megabytes} MiB in {megabytes} files");
    println!("peak, a tiny repository   {} KiB", idle);
    println!("peak, this repository     {} KiB, {} KiB more", peak, above);
    println!("time                      {:.1} s", time.as_secs_f64());
    if above < 64 * 1024 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The process's peak resident memory in KiB, read while it runs, and its time.
fn watch(mut child: Child) -> (u64, Duration) {
    let start = Instant::now();
    let mut peak = 0;
    loop {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        if let Ok(Some(status)) = child.try_wait() {
            assert!(status.success(), "the sync failed");
            return (peak, start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
