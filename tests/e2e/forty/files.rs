//! Files that are taken for something else.

use code_source::contract::git::{ArchiveFormat, Found, Revision};
use code_source_stand_in::Change;
use code_source_tests::{Rig, bytes, code, expect, git};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_byte_is_a_file() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("empty", Change::file(""))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let at = Revision::DefaultBranch;
    assert_eq!(expect(source.stat_file(&id, &at, "empty").await).size, 0);
    let read = expect(source.read_file(&id, &at, "empty", None, false).await);
    assert_eq!(bytes(read.body).await.unwrap(), b"");
    let blob = git(&project, &["rev-parse", "main:empty"]);
    let read = expect(source.read_blob(&id, &blob).await);
    assert_eq!(bytes(read).await.unwrap(), b"");
    let files = expect(
        source
            .read_files(&id, &tip, &["empty".to_owned()], 10, false)
            .await,
    );
    let Ok(Found::File(file)) = &files[0].outcome else {
        panic!("{files:?}")
    };
    assert_eq!((file.info.size, file.bytes.len()), (0, 0));
    assert!(expect(source.blame(&id, &tip, "empty", None).await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_text_come_as_they_are_in_every_way_to_read_them() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let content: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    let tip = project.commit("main", "Begin", &[("b", Change::file(content.clone()))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let read = expect(
        source
            .read_file(&id, &Revision::DefaultBranch, "b", None, false)
            .await,
    );
    assert_eq!(bytes(read.body).await.unwrap(), content);
    let files = expect(
        source
            .read_files(&id, &tip, &["b".to_owned()], 10_000, false)
            .await,
    );
    let Ok(Found::File(file)) = &files[0].outcome else {
        panic!("{files:?}")
    };
    assert_eq!(file.bytes, content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submodule_is_never_read_as_a_file() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let elsewhere = "5".repeat(40);
    let tip = project.commit(
        "main",
        "Begin",
        &[("lib", Change::Submodule(elsewhere.clone()))],
    );
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let at = Revision::DefaultBranch;
    let read = source.read_file(&id, &at, "lib", None, false).await;
    assert_eq!(code(read), "NotFound(Path)");
    assert_eq!(
        code(source.blame(&id, &tip, "lib", None).await),
        "NotFound(Path)"
    );
    let paths = ["lib".to_owned()];
    let files = expect(source.read_files(&id, &tip, &paths, 10, false).await);
    let is_told = matches!(&files[0].outcome, Ok(Found::Submodule(commit)) if *commit == elsewhere);
    assert!(is_told, "{files:?}");
    assert_eq!(rig.asked(&format!("/blobs/{elsewhere}")), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn details_and_bytes_are_of_one_commit_wherever_the_branch_goes() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("old"))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    let at = Revision::Branch("main".to_owned());
    let read = expect(source.read_file(&id, &at, "a", None, true).await);
    project.commit("main", "Change", &[("a", Change::file("new, and longer"))]);
    assert_eq!((read.info.commit, read.info.size), (tip.clone(), 3));
    assert_eq!(bytes(read.body).await.unwrap(), b"old");
    let requests = rig.forge.requests();
    let files = requests.iter().filter(|one| one.path.contains("/files/"));
    let asked: Vec<_> = files.map(|one| one.query.as_str()).collect();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|query| query.contains(&tip)), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_asked_for_by_its_commit_and_not_as_a_browser_would() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("a"))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    for (format, suffix) in [
        (ArchiveFormat::Tar, "/archive.tar"),
        (ArchiveFormat::TarGz, "/archive.tar.gz"),
        (ArchiveFormat::Zip, "/archive.zip"),
    ] {
        rig.forge.clear_requests();
        let read = expect(source.read_archive(&id, &tip, None, format).await);
        assert!(!bytes(read).await.unwrap().is_empty());
        let request = rig.forge.requests().remove(0);
        assert!(request.path.ends_with(suffix), "{request:?}");
        assert!(request.query.contains(&format!("sha={tip}")), "{request:?}");
        let names: Vec<_> = request.headers.keys().map(|name| name.as_str()).collect();
        let is_a_browsers = |name: &&str| name.starts_with("sec-") || *name == "origin";
        assert!(!names.iter().any(is_a_browsers), "{names:?}");
    }
}
