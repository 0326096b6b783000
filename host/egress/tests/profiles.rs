//! The profiles that are shipped can be read, and hold what every profile has to hold.
//!
//! It is apart because it reads files, which nothing else of this crate does.

use std::{fs, path::Path};

use code_source_egress::{Access, BaseUrl, Manifest, Operator, Policy, Profile, Rule, functions};

fn profiles() -> Vec<Profile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            Profile::parse(&text).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()))
        })
        .collect()
}

#[test]
fn every_shipped_profile_can_be_read() {
    let profiles = profiles();
    assert!(!profiles.is_empty());
    for profile in profiles {
        assert!(
            profile
                .rules()
                .iter()
                .any(|rule| rule.access() == Access::Read)
        );
        assert!(profile.secret_fields().next().is_some());
    }
}

#[test]
fn no_shipped_profile_lets_a_credential_or_another_account_into_a_query() {
    for profile in profiles() {
        for rule in profile.rules() {
            let keys: Vec<_> = rule.query().once().chain(rule.query().lists()).collect();
            for key in [
                "private_token",
                "access_token",
                "bearer_token",
                "job_token",
                "sudo",
            ] {
                assert!(!keys.contains(&key), "{}: {key}", rule.endpoint());
            }
        }
    }
}

#[test]
fn no_shipped_profile_lets_anything_be_written_outside_a_repository() {
    for profile in profiles() {
        let writing = |rule: &&Rule| rule.access() != Access::Read;
        for rule in profile.rules().iter().filter(writing) {
            assert!(rule.names_repository(), "{}", rule.endpoint());
        }
    }
}

#[test]
fn every_shipped_profile_grants_every_access_or_only_reads() {
    for profile in profiles() {
        let mut rules = profile.rules().iter();
        if rules.all(|rule| rule.access() == Access::Read) {
            continue;
        }
        for access in Access::ALL {
            let grants = profile.rules().iter().any(|rule| rule.access() == access);
            assert!(grants, "{}: {access}", profile.provider());
        }
    }
}

#[test]
fn no_function_has_an_endpoint_of_any_shipped_profile_that_is_not_for_its_kind() {
    let base = BaseUrl::parse("forge.example").unwrap();
    for profile in profiles() {
        for (function, accesses) in functions() {
            for rule in profile.rules() {
                let (provider, endpoint) = (profile.provider(), rule.endpoint());
                let text = format!(
                    r#"{{"name":"x","version":"1","provider":"{provider}","contract":"x:y@1.0.0",
                    "operations":{{"{function}":[{{"endpoint":"{endpoint}","why":"x"}}]}}}}"#
                );
                let manifest = Manifest::parse(text.as_bytes()).unwrap();
                let policy = Policy::new(&profile, &manifest, &base, Operator::default());
                let may = accesses.contains(&rule.access());
                assert_eq!(policy.is_ok(), may, "{function}: {endpoint}");
                let Err(error) = policy else { continue };
                let told = error.to_string();
                assert!(told.contains(function), "{told}");
                assert!(told.contains(&endpoint.to_string()), "{told}");
            }
        }
    }
}

#[test]
fn every_shipped_profile_with_webhooks_says_how_a_delivery_is_verified() {
    for profile in profiles() {
        let mut rules = profile.rules().iter();
        if !rules.any(|rule| rule.access() == Access::Webhooks) {
            continue;
        }
        let deliveries = profile.deliveries().expect("it says so");
        assert!(deliveries.token().is_some());
        // What verifies a delivery is what the forge is given.
        let text = fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../providers")
                .join(format!("{}.toml", profile.provider())),
        )
        .unwrap();
        for secret in deliveries.secrets() {
            let place = format!("{{ secret = \"{secret}\" }}");
            assert!(text.contains(&place), "{secret}");
        }
    }
}
