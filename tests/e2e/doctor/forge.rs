//! The stations that the forge answers for: accounts, and what answers in its place.

use code_source_stand_in::{AccountState, Effect, Fault, Feature, Matcher, TokenSpec, When};
use code_source_tests::Rig;

use super::{Examined, arguments, keep_to_owner};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_used_says_why_in_the_first_line() {
    let rig = Rig::new().await;
    let user = rig.forge.user("bot");
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    let file = rig.token_file("bots", &token);
    let runner = rig.runner_with(arguments(&rig, &file));
    for (state, why) in [
        (AccountState::Blocked, "it is blocked"),
        (
            AccountState::TermsNotAccepted,
            "it has not accepted the terms",
        ),
    ] {
        let _user = user.clone().state(state);
        let examined = Examined::new(&runner, &[]);
        assert_eq!(examined.cause(), ("account", "account-unusable"));
        assert_eq!(examined.json["exit-status"], 11);
        let first = examined.verdict()[0];
        let cause = "cause: the account cannot be used: ";
        assert!(first.starts_with(&format!("{cause}{why}")), "{first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_in_the_forges_place_is_told_apart() {
    let rig = Rig::new().await;
    let elsewhere = Effect::RedirectTo("https://elsewhere.example/git?a=b".to_owned());
    for (effect, code, says) in [
        (Effect::SignInPage, "sign-in-page", "sign in"),
        (Effect::WebFirewall, "web-firewall", "web firewall"),
        (elsewhere, "redirected", "`https://elsewhere.example/git`"),
    ] {
        rig.forge.clear_faults();
        rig.forge.fault(Fault {
            on: Matcher::target("/api/v4"),
            when: When::Always,
            what: effect,
        });
        let examined = Examined::new(&rig.runner(), &[]);
        assert_eq!(examined.cause(), ("http", code), "{}", examined.text);
        assert_eq!(examined.json["exit-status"], 27);
        let message = examined.json["verdict"]["cause"]["message"].to_string();
        assert!(message.contains(says), "{message}");
        // Somebody answered, and so told the time.
        assert_ne!(examined.state("clock"), "not-reached");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_within_a_path_that_is_taken_apart_on_the_way_is_told() {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    let examined = Examined::new(&rig.runner(), &[]);
    let told = &examined.station("http")["facts"]["encoded-slash"];
    assert_eq!(told, "`%2F` arrives as it was sent", "{}", examined.json);
    rig.forge.feature(Feature::DecodePercent2f);
    let examined = Examined::new(&rig.runner(), &[]);
    assert_eq!(examined.cause(), ("http", "encoded-slash-decoded"));
    let cause = &examined.json["verdict"]["cause"];
    assert_eq!(cause["remedied-by"], "network-administrator");
    assert!(examined.station("http")["facts"]["encoded-slash"].is_null());
}
