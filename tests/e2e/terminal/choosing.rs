//! Choosing among many repositories, and what does not go together.

use code_source_stand_in::ProjectSpec;
use code_source_tests::Key;

use super::Study;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_three_thousand_is_found_by_typing() {
    for columns in [80, 40] {
        let study = Study::new().await;
        study.rig.forge.many_projects(3_000, None, |index| {
            ProjectSpec::new(format!(
                "a-group-with-a-rather-long-name/project-{index:05}"
            ))
        });
        let token = study.token_option();
        let mut terminal = study.connect(&["acme", &token], columns);
        terminal.wait_for("3,003; type to search");
        let everything = terminal.everything();
        let everything = String::from_utf8_lossy(&everything);
        assert!(everything.contains("Loading repositories: 1,100 ("));
        // Ten, what is typed, and the count.
        terminal.wait_until("a list of twelve rows", |all| {
            let rows = all.lines();
            rows.skip_while(|row| !row.starts_with("Search:")).count() >= 12
        });
        let screen = terminal.screen();
        let above = |row: &&String| !row.starts_with("Search:");
        let list: Vec<_> = screen.iter().skip_while(above).collect();
        assert_eq!(list.len(), 12, "{screen:#?}");
        let widest = usize::from(columns);
        let fits = |row: &&String| row.chars().count() < widest;
        assert!(list.iter().all(fits), "{screen:#?}");
        terminal.type_text("shop");
        terminal.wait_for("1 of 3,003");
        terminal.press(Key::CtrlU);
        terminal.type_text("02999");
        terminal.wait_for("1 of 3,003");
        terminal.press(Key::Enter);
        terminal.wait_for("What does it hold?");
        terminal.type_text("backend\n");
        terminal.wait_for("has no commit yet");
        terminal.wait_for("Connect a second one?");
        terminal.press(Key::Enter);
        terminal.wait_for("Write this?");
        terminal.type_text("y\n");
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        let entry = "path = \"a-group-with-a-rather-long-name/project-02999\", type = \"backend\"";
        assert!(study.read("home/config.toml").contains(entry));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_five_thousand_the_forge_is_asked_for_a_word() {
    let study = Study::new().await;
    study.rig.forge.many_projects(6_500, None, |index| {
        ProjectSpec::new(format!("crowd/project-{index:05}"))
    });
    let token = study.token_option();
    let terminal = study.connect(&["acme", &token], 80);
    terminal.wait_for("There are more than 5,000 repositories");
    terminal.type_text("sh\n");
    terminal.type_text("shop\n");
    terminal.wait_for("> web/shop");
    terminal.wait_for("(search for something else)");
    assert!(study.rig.asked("search=shop") > 0);
    assert_eq!(study.rig.asked("search=sh&"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_finds_too_many_is_not_taken_for_one_that_finds_all() {
    let study = Study::new().await;
    study.rig.forge.many_projects(5_200, None, |index| {
        ProjectSpec::new(format!("crowd/project-{index:05}"))
    });
    let token = study.token_option();
    let terminal = study.connect(&["acme", &token], 80);
    terminal.wait_for("There are more than 5,000 repositories");
    terminal.type_text("project\n");
    terminal.wait_for("More than 5,000 repositories are found by `project`");
    terminal.type_text("project-05199\n");
    terminal.wait_for("> crowd/project-05199");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_archived_comes_last_and_is_marked() {
    let study = Study::new().await;
    study.rig.forge.many_projects(1, None, |_| {
        let mut spec = ProjectSpec::new("web/attic");
        spec.archived = true;
        spec
    });
    let token = study.token_option();
    let terminal = study.connect(&["acme", &token], 80);
    terminal.wait_for("4; type to search");
    terminal.wait_for("archived");
    let screen = terminal.screen();
    let row = |name: &str| screen.iter().position(|row| row.contains(name)).unwrap();
    assert!(screen[row("web/attic")].contains("archived"), "{screen:#?}");
    assert!(
        row("web/attic") > row("web/shop").max(row("api/cart")),
        "{screen:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_named_repository_is_not_there_another_is_chosen_and_no_answer_is_lost() {
    let study = Study::new().await;
    let mut terminal = study.connect(&["acme", "--repository=web/shp"], 80);
    terminal.wait_for("Type or paste it");
    terminal.press(Key::Enter);
    terminal.wait_for("Token (not shown)");
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("find the repository `web/shp`");
    terminal.wait_for("> Choose the repositories");
    terminal.press(Key::Enter);
    terminal.wait_for("api/cart");
    terminal.type_text("shop\n");
    terminal.wait_for("What does it hold?");
    terminal.type_text("mono\n");
    terminal.wait_for("> main");
    terminal.press(Key::Enter);
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert_eq!(terminal.text().matches("Token: (not shown)").count(), 1);
    assert!(
        study
            .read("home/config.toml")
            .contains("path = \"web/shop\"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_named_repository_holds_is_asked_where_it_is_not_said() {
    let study = Study::new().await;
    let token = study.token_option();
    let others = [
        "acme",
        &token,
        "--repository=web/shop",
        "--repository=api/cart,type=backend",
    ];
    let mut terminal = study.connect(&others, 40);
    terminal.wait_for("What does web/shop hold?");
    terminal.type_text("front\n");
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let text = study.read("home/config.toml");
    assert!(
        text.contains("path = \"web/shop\", type = \"frontend\""),
        "{text}"
    );
    assert!(
        text.contains("path = \"api/cart\", type = \"backend\""),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monorepo_stands_alone() {
    let study = Study::new().await;
    let token = study.token_option();
    let mut terminal = study.connect(&["acme", &token], 80);
    terminal.wait_for("web/shop");
    terminal.type_text("shop\n");
    terminal.wait_for("What does it hold?");
    terminal.type_text("mono\n");
    terminal.wait_for("release/1");
    terminal.press(Key::Down);
    terminal.press(Key::Enter);
    terminal.wait_for("Write this?");
    assert!(!terminal.text().contains("second"), "{}", terminal.text());
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let entry = "branch = \"release/1\", type = \"monorepo\" }]";
    assert!(study.read("home/config.toml").contains(entry));
}
