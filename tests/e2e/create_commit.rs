//! `changes.create-commit`: many changes in one commit, or none, on what the caller saw.

use code_source::Source;
use code_source::contract::changes::{
    Author, ChangedFile, CommitRequest, FileAction, FileMode, MovedFile, NewFile, RemovedFile,
};
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When, noise};
use code_source_tests::{Rig, code, expect, git, git_bytes, git_lines, writes};
use http::Method;

mod places;

struct Shop {
    rig: Rig,
    project: Project,
    source: Source,
    id: String,
    tip: String,
}

impl Shop {
    async fn open() -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        Self::filled(rig, project)
    }

    fn filled(rig: Rig, project: Project) -> Self {
        let tip = project.commit(
            "main",
            "Begin",
            &[
                ("README.md", Change::file("# Shop\n")),
                ("src/lib.rs", Change::file("//! A shop.\n")),
                ("bin/run", Change::executable("#!/bin/sh\n")),
                ("old", Change::file("old\n")),
            ],
        );
        let (source, id) = (rig.writer_of(&project), project.id().to_string());
        Self {
            rig,
            project,
            source,
            id,
            tip,
        }
    }

    fn request(&self, actions: Vec<FileAction>) -> CommitRequest {
        CommitRequest {
            branch: "main".into(),
            start: None,
            expected_head: Some(self.tip.clone()),
            message: "Change it\n\nFor a reason.".into(),
            author: None,
            actions,
        }
    }

    /// How often a commit was asked for in this repository.
    fn commits_above(&self, base: &str) -> Vec<String> {
        git_lines(&self.project, &["rev-list", &format!("{base}..main")])
    }

    fn blob(&self, path: &str) -> String {
        git(
            &self.project,
            &["rev-parse", &format!("{}:{path}", self.tip)],
        )
    }
}

fn create(path: &str, bytes: impl Into<Vec<u8>>) -> FileAction {
    FileAction::Create(NewFile {
        path: path.into(),
        bytes: bytes.into(),
        executable: false,
    })
}

fn update(path: &str, bytes: &str, expected_blob: Option<String>) -> FileAction {
    FileAction::Update(ChangedFile {
        path: path.into(),
        bytes: bytes.into(),
        expected_blob,
    })
}

fn delete(path: &str) -> FileAction {
    FileAction::Delete(RemovedFile {
        path: path.into(),
        expected_blob: None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_action_goes_into_one_commit() {
    let shop = Shop::open().await;
    let binary = noise(3, 70_000);
    let mut request = shop.request(vec![
        create("media/a ä#1%.bin", binary.clone()),
        create("empty", ""),
        create("crlf.txt", "a\r\nb\r\n"),
        FileAction::Create(NewFile {
            path: "bin/new".into(),
            bytes: b"#!/bin/sh\n".to_vec(),
            executable: true,
        }),
        update("README.md", "# Store\n", None),
        FileAction::Move(MovedFile {
            old_path: "src/lib.rs".into(),
            new_path: "src/shop/mod.rs".into(),
            expected_blob: None,
        }),
        FileAction::SetMode(FileMode {
            path: "bin/run".into(),
            executable: false,
        }),
        delete("old"),
    ]);
    request.author = Some(Author {
        name: "Grace Example".into(),
        email: "grace@example.com".into(),
    });
    let committed = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(committed.outcome, Outcome::Applied);
    assert_eq!(committed.parent.as_deref(), Some(&*shop.tip));
    assert!(!committed.overtaken);
    let tip = shop.project.tip("main");
    assert_eq!(committed.commit.id, tip);
    assert_eq!(shop.commits_above(&shop.tip), std::slice::from_ref(&tip));
    let tree = git_lines(
        &shop.project,
        &["ls-tree", "-r", "--format=%(objectmode) %(path)", &tip],
    );
    assert_eq!(
        tree,
        [
            "100644 README.md",
            "100755 bin/new",
            "100644 bin/run",
            "100644 crlf.txt",
            "100644 empty",
            "100644 media/a ä#1%.bin",
            "100644 src/shop/mod.rs",
        ]
    );
    let content = |path: &str| git_bytes(&shop.project, &["show", &format!("{tip}:{path}")]);
    assert_eq!(content("media/a ä#1%.bin"), binary);
    assert_eq!(content("crlf.txt"), b"a\r\nb\r\n");
    assert_eq!(content("src/shop/mod.rs"), b"//! A shop.\n");
    let people = git(&shop.project, &["show", "-s", "--format=%an <%ae>", &tip]);
    assert_eq!(people, "Grace Example <grace@example.com>");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_executable_bit_survives_an_update_and_a_move() {
    let shop = Shop::open().await;
    let request = shop.request(vec![update("bin/run", "#!/bin/bash\n", None)]);
    let committed = expect(shop.source.create_commit(&shop.id, &request).await);
    let mut request = shop.request(vec![FileAction::Move(MovedFile {
        old_path: "bin/run".into(),
        new_path: "run".into(),
        expected_blob: None,
    })]);
    request.expected_head = Some(committed.commit.id);
    expect(shop.source.create_commit(&shop.id, &request).await);
    let line = git(
        &shop.project,
        &["ls-tree", "--format=%(objectmode)", "main", "run"],
    );
    assert_eq!(line, "100755");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moved_is_not_committed_to() {
    let shop = Shop::open().await;
    let moved = shop
        .project
        .commit("main", "Go on", &[("a", Change::file("a"))]);
    let request = shop.request(vec![create("b", "b")]);
    let refused = code(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(refused, format!("Conflict(HeadMoved({moved:?}))"));
    assert_eq!(writes(&shop.rig), 0);
    assert_eq!(shop.project.tip("main"), moved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_as_expected_stops_the_whole_commit() {
    let shop = Shop::open().await;
    let other = shop.blob("old");
    let request = shop.request(vec![
        create("new", "new"),
        update("README.md", "# Store\n", Some(other)),
    ]);
    let refused = code(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(refused, r#"Conflict(FileChanged("README.md"))"#);
    assert_eq!(shop.project.tip("main"), shop.tip);
    let mut request = shop.request(vec![update(
        "README.md",
        "# Store\n",
        Some(shop.blob("README.md")),
    )]);
    request.expected_head = None;
    let committed = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(committed.outcome, Outcome::Applied);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_there_or_are_not_are_told_by_name() {
    let shop = Shop::open().await;
    for (action, expected) in [
        (create("old", "x"), "Conflict(AlreadyExists)"),
        (update("none", "x", None), "NotFound(Path)"),
        (delete("none"), "NotFound(Path)"),
    ] {
        let request = shop.request(vec![action]);
        let refused = code(shop.source.create_commit(&shop.id, &request).await);
        assert_eq!(refused, expected, "{request:?}");
    }
    assert_eq!(shop.project.tip("main"), shop.tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_that_ran_out_of_time_after_the_commit_makes_no_second_one() {
    let shop = Shop::open().await;
    for (name, words) in [
        ("a", "4:Deadline Exceeded"),
        ("b", "14:failed to connect to all addresses"),
        ("c", "Failed to create the commit: 13:exit status 128"),
    ] {
        let before = shop.project.tip("main");
        shop.rig.forge.clear_requests();
        let body = format!(r#"{{"message":"{words}"}}"#);
        let fault = shop.rig.forge.fault(Fault {
            on: Matcher::target("/repository/commits").method(Method::POST),
            when: When::Always,
            what: Effect::Status(400, body, vec![("content-type", "application/json".into())])
                .after_work(),
        });
        let mut request = shop.request(vec![create(name, "new")]);
        request.expected_head = None;
        let committed = expect(shop.source.create_commit(&shop.id, &request).await);
        assert_eq!(committed.outcome, Outcome::Applied, "{name}");
        assert_eq!(committed.commit.id, shop.project.tip("main"), "{name}");
        assert_eq!(shop.commits_above(&before).len(), 1, "{name}");
        assert_eq!(writes(&shop.rig), 1, "{name}");
        fault.remove();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_there_already_is_found() {
    let shop = Shop::open().await;
    let request = shop.request(vec![
        create("new", "new"),
        update("README.md", "# Store\n", None),
    ]);
    let first = expect(shop.source.create_commit(&shop.id, &request).await);
    let again = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(again.outcome, Outcome::Already);
    assert_eq!(again.commit.id, first.commit.id);
    assert_eq!(shop.commits_above(&shop.tip).len(), 1);
    // The same message with another content is another commit.
    let other = shop.request(vec![
        create("new", "other"),
        update("README.md", "# Store\n", None),
    ]);
    let refused = code(shop.source.create_commit(&shop.id, &other).await);
    assert!(refused.starts_with("Conflict(HeadMoved"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_branch_begins_where_it_is_told_to() {
    let shop = Shop::open().await;
    shop.project
        .commit("main", "Go on", &[("a", Change::file("a"))]);
    let mut request = shop.request(vec![create("new", "new")]);
    request.branch = "topic/x".into();
    request.start = Some(shop.tip.clone());
    request.expected_head = None;
    let committed = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(committed.parent.as_deref(), Some(&*shop.tip));
    assert_eq!(shop.project.tip("topic/x"), committed.commit.id);
    let again = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(again.outcome, Outcome::Already);
    request.message = "Another".into();
    let refused = code(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(refused, "Conflict(AlreadyExists)");
    request.branch = "nowhere".into();
    request.start = None;
    let refused = code(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(refused, "NotFound(Reference)");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_commit_of_an_empty_repository_makes_its_branch() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/new");
    let source = rig.writer_of(&project);
    let request = CommitRequest {
        branch: "main".into(),
        start: None,
        expected_head: None,
        message: "Begin".into(),
        author: None,
        actions: vec![create("README.md", "# New\n")],
    };
    let committed = expect(
        source
            .create_commit(&project.id().to_string(), &request)
            .await,
    );
    assert_eq!(committed.parent, None);
    assert_eq!(git_bytes(&project, &["show", "main:README.md"]), b"# New\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_commit_makes_no_second_one() {
    let shop = Shop::open().await;
    for (name, effect) in [
        ("a", Effect::BadGateway),
        ("b", Effect::CloseBeforeAnswer),
        ("c", Effect::Html),
        ("d", Effect::status(500)),
    ] {
        let before = shop.project.tip("main");
        shop.rig.forge.clear_requests();
        let fault = shop.rig.forge.fault(Fault {
            on: Matcher::target("/repository/commits").method(Method::POST),
            when: When::Always,
            what: Effect::AfterWork(Box::new(effect)),
        });
        let mut request = shop.request(vec![create(name, "new")]);
        request.expected_head = Some(before.clone());
        let committed = expect(shop.source.create_commit(&shop.id, &request).await);
        assert_eq!(committed.outcome, Outcome::Applied, "{name}");
        assert_eq!(committed.commit.id, shop.project.tip("main"), "{name}");
        assert_eq!(shop.commits_above(&before).len(), 1, "{name}");
        assert_eq!(writes(&shop.rig), 1, "{name}");
        fault.remove();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_named_by_sha_256_are_committed_and_found_again() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop").sha256();
    let shop = Shop::filled(rig, project);
    let request = shop.request(vec![
        create("new", "new"),
        update("README.md", "# Store\n", Some(shop.blob("README.md"))),
    ]);
    let first = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(first.commit.id.len(), 64);
    let again = expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(again.outcome, Outcome::Already);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_megabytes_pass_in_one_commit_and_a_byte_more_does_not() {
    let shop = Shop::open().await;
    let request = shop.request(vec![create("large", noise(9, 20_971_520))]);
    expect(shop.source.create_commit(&shop.id, &request).await);
    assert_eq!(
        git(&shop.project, &["cat-file", "-s", "main:large"]),
        "20971520"
    );
    let request = shop.request(vec![create("larger", noise(9, 20_971_521))]);
    let refused = code(shop.source.create_commit(&shop.id, &request).await);
    assert!(
        refused.starts_with("InvalidArgument") || refused.starts_with("TooLarge"),
        "{refused}"
    );
}
