//! Bytes: to a pipe as they are, to a file whole or not at all.

use code_source_stand_in::{Effect, noise};
use code_source_tests::git;

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn bytes_reach_a_pipe_as_they_are() {
    let desk = Desk::new().await;
    let truth = noise(1, 300_000);
    let printed = desk.runner.run(&["cat", "web/shop", "bytes"]).success();
    assert!(printed.stdout == truth);
    let blob = git(&desk.project, &["rev-parse", "main:bytes"]);
    let printed = desk.runner.run(&["read-blob", "web/shop", &blob]);
    assert!(printed.success().stdout == truth);
    let part = ["cat", "web/shop", "bytes", "--range", "1000-1999"];
    assert!(desk.runner.run(&part).success().stdout == truth[1_000..2_000]);
    let end = ["cat", "web/shop", "bytes", "--range", "299990-"];
    assert!(desk.runner.run(&end).success().stdout == truth[299_990..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_git_lfs_is_its_pointer_or_itself() {
    let desk = Desk::new().await;
    let photo = ["cat", "web/shop", "media/photo.png"];
    assert!(desk.text(&photo).starts_with("version https://git-lfs"));
    let printed = desk.runner.run(&[&photo[..], &["--resolve-lfs"]].concat());
    assert!(printed.success().stdout == noise(7, 100_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_written_whole() {
    let desk = Desk::new().await;
    let (file, archive) = (desk.path("bytes"), desk.path("shop.tar.gz"));
    std::fs::write(&file, "old").unwrap();
    desk.text(&["cat", "web/shop", "bytes", "--output", &file]);
    assert!(std::fs::read(&file).unwrap() == noise(1, 300_000));
    let link = desk.path("link");
    std::os::unix::fs::symlink("bytes", &link).unwrap();
    desk.text(&["cat", "web/shop", "README.md", "--output", &link]);
    assert!(std::path::Path::new(&link).is_symlink());
    assert!(std::fs::read(&file).unwrap() != noise(1, 300_000));
    let answer = desk.json(&["archive", "web/shop", "--output", &archive]);
    let size = std::fs::metadata(&archive).unwrap().len();
    assert_eq!(answer["bytes"], size);
    let printed = desk.runner.run(&["archive", "web/shop", "--format", "tar"]);
    assert_eq!(&printed.success().stdout[257..262], b"ustar");
    let part = ["archive", "web/shop", "--path", "src", "--format", "zip"];
    assert!(desk.runner.run(&part).success().stdout.starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_output_goes_to_already_is_no_file_that_could_be_replaced() {
    let desk = Desk::new().await;
    let log = desk.path("log");
    std::fs::write(&log, "before\n").unwrap();
    let arguments = ["cat", "web/shop", "README.md", "--output", "/dev/stdout"];
    let mut command = desk.runner.command(&arguments);
    command.stdout(std::fs::File::options().append(true).open(&log).unwrap());
    let output = command
        .stderr(std::process::Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is no regular file"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "before\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_leaves_the_file_as_it_was() {
    let desk = Desk::new().await;
    let file = desk.path("kept");
    for (part, command) in [
        ("/archive", &["archive", "web/shop"][..]),
        ("/raw", &["cat", "web/shop", "bytes"]),
    ] {
        std::fs::write(&file, "old").unwrap();
        desk.rig.forge.clear_faults();
        desk.disturb(part, Effect::CutBodyAfter(100_000));
        let arguments = [command, &["--output", &file, "--json"]].concat();
        let printed = desk.runner.run(&arguments);
        assert_eq!(printed.status, 5, "{}", printed.stderr);
        assert_eq!(printed.json()["error"]["code"], "content");
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
    }
    let names: Vec<_> = std::fs::read_dir(desk.rig.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".code-source"))
        .collect();
    assert_eq!(names, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_on_its_way_to_a_pipe_is_an_error() {
    let desk = Desk::new().await;
    desk.disturb("/raw", Effect::CutBodyAfter(100_000));
    let printed = desk.runner.run(&["cat", "web/shop", "bytes"]);
    assert_eq!(printed.status, 5);
    assert!(printed.stdout.len() <= 100_000);
    assert!(
        printed.stderr.contains("100000 bytes"),
        "{}",
        printed.stderr
    );
}
