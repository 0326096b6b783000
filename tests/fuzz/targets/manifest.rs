//! Manifests: what is accepted can only narrow what the profile grants.
#![no_main]

use code_source_egress::{BaseUrl, Manifest, Operator, Policy, accesses};
use code_source_fuzz::profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(manifest) = Manifest::parse(text) else {
        return;
    };
    let base = BaseUrl::parse("forge.example").expect("a base URL");
    let profile = profile();
    if Policy::new(profile, &manifest, &base, Operator::default()).is_err() {
        return;
    }
    for (operation, endpoints) in manifest.operations() {
        assert!(operation.contains('.'));
        for declared in endpoints {
            let mut rules = profile.rules().iter();
            let rule = rules.find(|rule| rule.endpoint() == declared.endpoint());
            let rule = rule.expect("the profile grants it");
            let may = accesses(operation).is_none_or(|own| own.contains(&rule.access()));
            assert!(may, "{operation}: {:?}", declared.endpoint());
        }
    }
});
