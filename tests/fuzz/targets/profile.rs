//! Profiles: whatever is accepted can be matched against, and grants nothing that it refuses.
#![no_main]

use code_source_egress::{BaseUrl, Operator, Policy, Profile};
use code_source_fuzz::MANIFEST;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(profile) = Profile::parse(text) else {
        return;
    };
    assert!(!profile.provider().is_empty());
    let (_, value) = profile.credential_header();
    assert_eq!(value.matches("{token}").count(), 1);
    assert!(profile.rules().iter().any(|rule| rule.is_identity()));
    let manifest = MANIFEST.replace("\"acme\"", &format!("{:?}", profile.provider()));
    let base = BaseUrl::parse("forge.example").expect("a base URL");
    if let Ok(manifest) = code_source_egress::Manifest::parse(manifest.as_bytes())
        && let Ok(policy) = Policy::new(&profile, &manifest, &base, Operator::default())
    {
        for rule in profile.rules() {
            let path = rule.endpoint().template();
            let url = format!("https://forge.example{}{path}", profile.api_path());
            let _ = policy.explain(rule.endpoint().method().as_str(), &url, None);
        }
    }
});
