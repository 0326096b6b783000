//! What a command ends with: one status for each kind of error, which JSON calls by its name.

use std::collections::BTreeMap;
use std::time::Duration;

use code_source_stand_in::{Effect, Feature, RetryAfter};
use code_source_test_plugins::{Instruction, Ruin};
use code_source_tests::{Printed, hostile_component};

use super::Desk;

/// The names of the statuses, as the command itself lists them.
fn names(desk: &Desk) -> BTreeMap<u64, String> {
    let listed = desk.json(&["exit-codes"]);
    let items = listed["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let name = item["code"].as_str().unwrap().to_owned();
            (item["exit-status"].as_u64().unwrap(), name)
        })
        .collect()
}

/// It failed with that status, in text and in JSON, and both say the same.
pub(super) fn fails(desk: &Desk, arguments: &[&str], status: i32, name: &str) -> Printed {
    let printed = desk.runner.run(&[arguments, &["--json"]].concat());
    let context = format!("{arguments:?}: {}", printed.stderr);
    assert_eq!(printed.status, status, "{context}");
    let answer = printed.json();
    let error = &answer["error"];
    assert_eq!(error["code"], name, "{context}");
    assert_eq!(error["exit-status"], status, "{context}");
    let message = error["message"].as_str().unwrap();
    assert!(
        printed.stderr.contains(&format!("error: {message}\n")),
        "{context}"
    );
    if let Some(hint) = error["hint"].as_str() {
        assert!(
            printed
                .stderr
                .ends_with(&format!("\n\nhint: {}\n", hint.replace('…', "..."))),
            "{context}"
        );
    }
    for cause in error["causes"].as_array().unwrap() {
        let line = format!("  caused by: {}\n", cause.as_str().unwrap());
        assert!(printed.stderr.contains(&line), "{context}");
    }
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_the_forge_has_its_status() {
    let desk = Desk::new().await;
    let names = names(&desk);
    let json = || vec![("content-type", "application/json".to_owned())];
    let hour = Duration::from_secs(3_600);
    let slow_down = Effect::TooManyRequests {
        json: false,
        retry_after: RetryAfter::Missing,
    };
    let nonsense = Effect::Status(200, "[1, 2".to_owned(), json());
    for (effect, status) in [
        (Effect::status(401), 10),
        (Effect::status(403), 11),
        (Effect::status(404), 12),
        (slow_down, 21),
        (Effect::status(503), 22),
        (Effect::Latency(hour), 23),
        (Effect::CloseBeforeAnswer, 24),
        (Effect::Html, 27),
        (Effect::SignInRedirect, 27),
        (nonsense, 29),
    ] {
        desk.rig.forge.clear_faults();
        let name = format!("{effect:?}");
        desk.disturb("/repository/branches", effect);
        let name = names.get(&status).unwrap_or_else(|| panic!("{name}"));
        let arguments = ["branches", "web/shop", "--timeout", "2"];
        fails(&desk, &arguments, status as i32, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_of_a_person_has_its_status() {
    let desk = Desk::new().await;
    desk.rig.forge.project("web/empty");
    desk.rig.forge.feature(Feature::ObjectStorage(
        "https://store.example/lfs".to_owned(),
    ));
    let names = names(&desk);
    let nobody = "f".repeat(40);
    let tip = desk.tip();
    let (gone, taken) = (desk.path("gone/file"), desk.path("taken"));
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(desk.rig.folder().join("taken/mine"), "mine").unwrap();
    for (arguments, status) in [
        (&["cat", "web/shop", "README.md", "--output", &gone][..], 1),
        (&["cat", "web/gone", "README.md"], 12),
        (&["cat", "web/shop", "gone"], 12),
        (&["cat", "web/shop", "README.md", "--branch", "gone"], 12),
        (&["cat", "web/empty", "README.md"], 13),
        (&["sync", "web/empty", &desk.path("empty")], 13),
        (&["cat", "web/shop", "../README.md"], 17),
        (&["repos", "--cursor", "nonsense"], 17),
        (&["cat", "web/shop", "media/photo.png", "--resolve-lfs"], 28),
        (&["diff", "web/shop", &nobody, &tip], 30),
        (&["sync", "web/shop", &taken], 41),
    ] {
        let name = names.get(&status).unwrap();
        fails(&desk, arguments, status as i32, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_forge_hides_is_said_with_what_may_be_missing() {
    let desk = Desk::new().await;
    let printed = desk.runner.run(&["read-repository", "web/gone"]);
    let error = "error: failed to read the repository `web/gone`: there is no such repository, \
        or no access to it\n  caused by: ";
    assert!(printed.stderr.starts_with(error), "{}", printed.stderr);
    assert!(printed.stderr.contains("\n\nhint: "), "{}", printed.stderr);
    assert!(printed.stderr.contains("Maintainer"), "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_crashes_has_a_status_of_its_own() {
    let desk = Desk::new().await;
    let plugin = desk.path("hostile.wasm");
    std::fs::write(&plugin, hostile_component()).unwrap();
    let config = format!(
        "[connections.a]\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\nca-file = \"ca.pem\"\n\
         private-addresses = [\"127.0.0.0/8\"]\nplugin = {{ path = \"hostile.wasm\" }}\n\
         repositories = [{{ id = \"{}\", path = \"web/shop\" }}]\n",
        desk.rig.forge.url(),
        desk.project.id()
    );
    std::fs::write(desk.path("config.toml"), config).unwrap();
    let option = format!("--config={}", desk.path("config.toml"));
    let runner = desk.rig.runner_with([option]);
    let instruction = Instruction::Ruin(Ruin::Panic).to_string();
    let commit = "0".repeat(40);
    let link = ["link", "web/shop", &instruction, "--commit", &commit];
    let printed = runner.run(&[&link[..], &["--json"]].concat());
    assert_eq!(printed.status, 4, "{}", printed.stderr);
    assert_eq!(printed.json()["error"]["kind"], "trap");
}
