//! Names that are hard to put into an address, written and read again in every way that takes one.

use code_source::contract::changes::{CommitRequest, FileAction, NewFile};
use code_source::contract::git::{CompareMode, Found, Patch, Revision};
use code_source_stand_in::Change;
use code_source_tests::{Rig, bytes, expect, first_page};

const NAMES: [&str; 11] = [
    "a b/c d",
    "#1?.txt",
    "100%",
    "a%2Fb",
    "+x+/y",
    "grün/🌱",
    ".hidden/.x",
    "quo\"te",
    "back\\slash",
    "~-._!$&'()*,;=:@",
    "<b>&amp;|`",
];

/// All of them in one commit, each with its own name in it.
fn request(base: &str) -> CommitRequest {
    let create = |name: &str| {
        FileAction::Create(NewFile {
            path: name.to_owned(),
            bytes: format!("{name}\n").into_bytes(),
            executable: false,
        })
    };
    CommitRequest {
        branch: "main".to_owned(),
        start: None,
        expected_head: Some(base.to_owned()),
        message: "Add".to_owned(),
        author: None,
        actions: NAMES.into_iter().map(create).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awkward_name_is_written_and_found_by_everything_that_takes_one() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let base = project.commit("main", "Begin", &[("a", Change::file("a\n"))]);
    let (source, id) = (rig.writer_of(&project), project.id().to_string());
    let head = expect(source.create_commit(&id, &request(&base)).await);
    let (head, at) = (head.commit.id, Revision::DefaultBranch);
    let paths = NAMES.map(str::to_owned);
    let files = expect(source.read_files(&id, &head, &paths, 10_000, false).await);
    for (name, file) in NAMES.into_iter().zip(files) {
        let text = format!("{name}\n");
        let Ok(Found::File(file)) = file.outcome else {
            panic!("{name}: {file:?}")
        };
        assert_eq!(file.bytes, text.as_bytes());
        let read = expect(source.read_file(&id, &at, name, None, false).await);
        assert_eq!(bytes(read.body).await.unwrap(), text.as_bytes());
        let lines = expect(source.blame(&id, &head, name, None).await);
        assert!(
            lines.iter().all(|one| one.commit == head) && !lines.is_empty(),
            "{lines:?}"
        );
        let log = expect(
            source
                .list_commits(&id, &at, Some(name), &first_page())
                .await,
        );
        assert!(
            log.items.len() == 1 && log.items[0].id == head,
            "{name}: {log:?}"
        );
        let patch = expect(source.diff_file(&id, &base, &head, None, Some(name)).await);
        assert!(
            matches!(&patch, Patch::Text(text) if text.contains(&format!("+{name}"))),
            "{patch:?}"
        );
    }
    let mode = CompareMode::Exact;
    let found = expect(
        source
            .compare(&id, &base, &head, mode, true, &first_page())
            .await,
    );
    let mut told: Vec<_> = found
        .changes
        .iter()
        .map(|one| one.new_path.as_str())
        .collect();
    let mut names = NAMES;
    told.sort_unstable();
    names.sort_unstable();
    assert_eq!(told, names);
}
