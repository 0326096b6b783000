//! Whether a change was made where its answer went wrong, which no client can know.

use code_source_stand_in::{Change, Effect, Fault, FaultHandle, Matcher, Project, StandIn, When};
use http::Method;
use serde_json::json;

use crate::client::Client;

const BRANCHES: &str = "/projects/1/repository/branches";

struct Scene {
    forge: StandIn,
    project: Project,
    fault: FaultHandle,
}

/// A forge where the first request to make a branch meets an effect.
async fn scene(what: Effect) -> Scene {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let fault = forge.fault(Fault {
        on: Matcher::target("/repository/branches").method(Method::POST),
        when: When::Once,
        what,
    });
    Scene {
        forge,
        project,
        fault,
    }
}

impl Scene {
    /// What the client sees: a status, or nothing.
    async fn make(&self) -> Option<u16> {
        let body = json!({"branch": "x", "ref": "main"});
        let client = Client::new(&self.forge);
        let answer = client.send_json(Method::POST, BRANCHES, &body).await;
        answer.ok().map(|answer| answer.status)
    }

    fn is_made(&self) -> bool {
        self.project.git_dir().join("refs/heads/x").exists()
    }
}

#[tokio::test]
async fn an_effect_comes_before_the_work_unless_it_says_otherwise() {
    for (effect, seen) in [
        (Effect::BadGateway, Some(502)),
        (Effect::status(500), Some(500)),
        (Effect::status(504), Some(504)),
        (Effect::Html, Some(200)),
        (Effect::CloseBeforeAnswer, None),
        (Effect::SignInRedirect, Some(302)),
    ] {
        let before = scene(effect.clone()).await;
        assert_eq!(before.make().await, seen);
        assert!(!before.is_made(), "{effect:?}");

        let after = scene(effect.clone().after_work()).await;
        assert_eq!(after.make().await, seen);
        assert!(after.is_made(), "{effect:?}");
        assert_eq!(after.make().await, Some(400));
    }
}

#[tokio::test]
async fn a_connection_may_close_after_the_work() {
    for effect in [Effect::CloseAfterWork, Effect::CloseAfterWork.after_work()] {
        let scene = scene(effect).await;
        assert_eq!(scene.make().await, None);
        assert!(scene.is_made());
    }
}

#[tokio::test]
async fn the_body_of_a_late_answer_may_be_cut() {
    let scene = scene(Effect::CutBodyAfter(5).after_work()).await;
    let body = json!({"branch": "x", "ref": "main"});
    let answer = Client::new(&scene.forge).post(BRANCHES, &body).await;
    assert_eq!((answer.status, answer.complete), (201, false));
    assert!(scene.is_made());
}

#[tokio::test]
async fn an_answer_may_never_come() {
    let after = scene(Effect::NoAnswer.after_work()).await;
    tokio::select! {
        seen = after.make() => panic!("an answer came: {seen:?}"),
        () = until(|| after.is_made()) => {}
    }
    let before = scene(Effect::NoAnswer).await;
    tokio::select! {
        seen = before.make() => panic!("an answer came: {seen:?}"),
        () = until(|| before.fault.hits() == 1) => {}
    }
    assert!(!before.is_made());
}

/// Waits for what another task does.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}
