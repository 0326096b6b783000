//! Webhooks from the command: registered with a secret that it reads from a file, tried, read when
//! they come in, and removed.

use code_source_stand_in::{Feature, StandIn};
use code_source_tests::{Piece, Printed, Rig, Site, WireRequest, WireServer};
use serde_json::json;

use super::Desk;
use super::errors::fails;

const SHOP: &str = "web/shop";
const ACCESS: &str = "--access=webhooks";
const TOKEN: &str = "a-shared-secret-of-the-command";

/// A desk, a place that webhooks lead to, and the options that allow it.
struct Bell {
    desk: Desk,
    receiver: WireServer,
    url: String,
    options: [String; 3],
}

impl Bell {
    async fn new() -> Self {
        Self::of(Desk::new().await).await
    }

    async fn of(desk: Desk) -> Self {
        let site = Site::new();
        let answer = |_: &WireRequest| Piece::answer("200 OK", &[], "");
        let receiver = WireServer::start(&site, answer).await;
        let authority = Feature::HookAuthority(site.authority.pem());
        desk.rig.forge.feature(authority);
        let url = format!("{}/hook", receiver.url());
        let secret = desk.rig.token_file("webhook", TOKEN);
        let options = [
            ACCESS.to_owned(),
            format!("--webhook-url={url}"),
            format!("--secret=webhook={}", secret.display()),
        ];
        Self {
            desk,
            receiver,
            url,
            options,
        }
    }

    fn run(&self, arguments: &[&str]) -> Printed {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        self.desk.runner.run(&[arguments, &options].concat())
    }

    fn ensure(&self) -> Printed {
        let arguments = [
            "ensure-webhook",
            SHOP,
            &self.url,
            "--topic=push",
            "--topic=tag",
        ];
        self.run(&arguments)
    }

    /// What arrived last, in the two files that the command reads.
    async fn delivery(&self) -> [String; 2] {
        self.desk.rig.forge.deliveries().idle().await;
        let request = self.receiver.requests().pop().expect("something arrived");
        let files = [self.desk.path("headers"), self.desk.path("body")];
        std::fs::write(&files[0], &request.head).unwrap();
        std::fs::write(&files[1], &request.body).unwrap();
        files
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_set_up_once_listed_read_and_removed_after_a_yes() {
    let bell = Bell::new().await;
    let text = bell.ensure().success().text();
    assert!(text.starts_with("Set up the webhook "), "{text}");
    assert!(text.contains("Tells of        push, tag\n"), "{text}");
    let again = bell.run(&[
        "ensure-webhook",
        SHOP,
        &bell.url,
        "--topic=push",
        "--topic=tag",
        "--json",
    ]);
    let again = again.success().json();
    assert_eq!(again["outcome"], "already");
    let id = again["webhook"]["id"].as_str().unwrap();
    let list = bell.run(&["list-webhooks", SHOP]).success().text();
    assert!(
        list.contains("enabled") && list.contains(&bell.url),
        "{list}"
    );
    let listed = bell
        .run(&["list-webhooks", SHOP, "--json"])
        .success()
        .json();
    assert_eq!(listed["items"][0]["id"], id);
    let read = bell
        .run(&["read-webhook", SHOP, id, "--json"])
        .success()
        .json();
    assert_eq!(
        (&read["url"], &read["health"]),
        (&json!(bell.url), &json!("enabled"))
    );
    let remove = ["remove-webhook", SHOP, id];
    assert_eq!(bell.run(&remove).status, 2);
    let remove = ["remove-webhook", SHOP, id, "--yes"];
    let removed = bell.run(&remove).success().text();
    assert_eq!(removed, format!("Removed the webhook {id} of web/shop\n"));
    let again = bell
        .run(&[&remove[..], &["--json"]].concat())
        .success()
        .json();
    assert_eq!(again, json!({"webhook": id, "outcome": "already"}));
    assert_eq!(bell.run(&["read-webhook", SHOP, id]).status, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_to_somewhere_else_or_without_the_secret_names_the_option() {
    let bell = Bell::new().await;
    let elsewhere = [
        "ensure-webhook",
        SHOP,
        "https://hooks.acme.example/",
        "--topic=push",
    ];
    let options: Vec<&str> = bell.options.iter().map(String::as_str).collect();
    let elsewhere = [&elsewhere[..], &options].concat();
    let printed = fails(&bell.desk, &elsewhere, 26, "denied");
    assert!(
        printed.stderr.contains("`--webhook-url URL`"),
        "{}",
        printed.stderr
    );
    let url = format!("--webhook-url={}", bell.url);
    let bare = [
        "ensure-webhook",
        SHOP,
        &bell.url,
        "--topic=push",
        ACCESS,
        &url,
    ];
    let printed = fails(&bell.desk, &bare, 26, "denied");
    assert!(
        printed.stderr.contains("`--secret webhook=FILE`"),
        "{}",
        printed.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_arrives_and_what_arrived_is_verified_and_read() {
    // The first versions cannot send a trial.
    let rig = Rig::with(StandIn::builder().version("17.0.0")).await;
    let bell = Bell::of(Desk::of(rig)).await;
    let made = bell.run(&["ensure-webhook", SHOP, &bell.url, "--topic=push", "--json"]);
    let made = made.success().json();
    let id = made["webhook"]["id"].as_str().unwrap();
    let tried = bell.run(&["test-webhook", SHOP, id]).success().text();
    assert_eq!(
        tried,
        format!("A trial by the webhook {id} of web/shop arrived\n")
    );
    let [headers, body] = bell.delivery().await;
    let arguments = ["receive-webhook", "--headers", &headers, "--body", &body];
    let known = [&arguments[..], &["--repository", SHOP]].concat();
    let text = bell.run(&known).success().text();
    assert!(text.starts_with("Event        push\n"), "{text}");
    assert!(text.contains("Verified by  token\n"), "{text}");
    let answer = bell
        .run(&[&known[..], &["--json"]].concat())
        .success()
        .json();
    assert_eq!(
        (&answer["verification"], &answer["event"]["kind"]),
        (&json!("token"), &json!("push"))
    );
    assert_eq!(
        answer["event"]["repository"],
        bell.desk.project.id().to_string()
    );
    assert_eq!(bell.run(&arguments).status, 38);
    assert_eq!(bell.desk.runner.run(&known).status, 38);
    let changed = std::fs::read_to_string(&headers)
        .unwrap()
        .replace(TOKEN, "another-one");
    std::fs::write(&headers, changed).unwrap();
    let refused = bell.run(&[&known[..], &["--json"]].concat());
    assert_eq!(refused.status, 38, "{}", refused.stderr);
    assert_eq!(refused.json()["error"]["code"], "delivery-refused");
    let nothing = bell.run(&["test-webhook", SHOP, "999999", "--json"]);
    assert_eq!(
        (nothing.status, &nothing.json()["error"]["code"]),
        (12, &json!("not-found"))
    );
}
