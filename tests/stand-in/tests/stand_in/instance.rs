//! What the instance and the token say of themselves, version by version.

use code_source_stand_in::{StandIn, TokenSpec};

use crate::client::Client;

#[tokio::test]
async fn the_version_is_the_one_that_was_asked_for() {
    for (version, enterprise) in [
        ("16.8.0", false),
        ("18.6.0-ee", true),
        ("19.0.0-pre", false),
    ] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        for path in ["/version", "/metadata"] {
            let answer = Client::new(&forge).get(path).await.json();
            assert_eq!(answer["version"], version);
            assert_eq!(answer["enterprise"], enterprise);
            assert_eq!(answer["kas"]["enabled"], true);
        }
    }
}

#[tokio::test]
async fn a_token_tells_its_scopes_but_never_itself() {
    let forge = StandIn::builder().version("16.8.0").start().await.unwrap();
    let user = forge.user("ada");
    let token = forge.token(TokenSpec {
        name: "laptop",
        ..TokenSpec::new(&user, &["read_api", "read_user"])
    });
    let answer = Client::with_token(&forge, &token)
        .get("/personal_access_tokens/self")
        .await;
    assert!(!answer.refusal().contains(&token));
    let answer = answer.json();
    assert_eq!(answer["name"], "laptop");
    assert_eq!(answer["scopes"][1], "read_user");
    assert!(answer["expires_at"].is_null());
    assert!(answer.get("description").is_none());
}
