//! A small forge for fuzz targets: apart from the real profile, which changes as the forge does.

use std::sync::LazyLock;

use code_source_egress::{
    Access, BaseUrl, Call, ConnectedRepository, Manifest, Operator, Policy, Profile,
    RepositoryArgument, RequestHead,
};

/// Keys that the body of [`post`] may have.
pub const BODY_KEYS: [&str; 5] = ["url", "token", "labels", "verify", "steps"];

/// The one address that a webhook may be registered for.
pub const WEBHOOK: &str = "https://hooks.example/in";

/// A profile with every kind of rule.
pub const PROFILE: &str = include_str!("../seeds/profile/acme.toml");

/// A manifest that asks for all of it.
pub const MANIFEST: &str = include_str!("../seeds/manifest/acme.json");

/// The profile, parsed once.
pub fn profile() -> &'static Profile {
    static PARSED: LazyLock<Profile> =
        LazyLock::new(|| Profile::parse(PROFILE).expect("the profile is sound"));
    &PARSED
}

/// A call that may do whatever the manifest asks for.
pub fn call() -> &'static Call {
    static CALL: LazyLock<Call> = LazyLock::new(|| {
        let manifest = Manifest::parse(MANIFEST.as_bytes()).expect("the manifest is sound");
        let base = BaseUrl::parse("forge.example").expect("a base URL");
        let operator = Operator {
            access: Access::ALL.into(),
            repositories: vec![ConnectedRepository {
                id: "42".into(),
                path: "web/shop".into(),
            }],
            webhook_urls: vec![WEBHOOK.into()],
            secrets: vec!["webhook".into()],
            ..Operator::default()
        };
        let policy = Policy::new(profile(), &manifest, &base, operator).expect("a policy");
        policy
            .call("webhooks.ensure", Some(RepositoryArgument::Id("42")))
            .expect("a call")
    });
    &CALL
}

/// A request with a body.
pub fn post() -> RequestHead<'static> {
    head("POST", "/api/things/42/hooks")
}

/// A request whose answer may lead elsewhere.
pub fn get() -> RequestHead<'static> {
    head("GET", "/api/things/42/raw")
}

fn head(method: &'static str, path: &'static str) -> RequestHead<'static> {
    RequestHead {
        method,
        scheme: "https",
        authority: "forge.example",
        path,
        query: None,
    }
}
