//! What one verdict costs: `cargo bench -p code-source-egress --bench decision`.
//!
//! It is apart because it takes the profile that is shipped, and what its own plugin may ask for.

use std::{fs, hint::black_box, path::Path};

use code_source_egress::{
    Access, BaseUrl, Call, ConnectedRepository, Manifest, Operator, Policy, Profile,
    RepositoryArgument, RequestHead,
};
use criterion::{Criterion, criterion_group, criterion_main};

fn decision(criterion: &mut Criterion) {
    let call = call();
    let headers = [
        ("accept", &b"application/json"[..]),
        ("user-agent", b"plugin"),
    ];
    let tree = request("/api/v4/projects/42/repository/tree");
    criterion.bench_function("allowed", |bencher| {
        bencher.iter(|| {
            let permit = call.decide(black_box(&tree)).expect("it is allowed");
            call.check_headers(&permit, headers.into_iter())
                .expect("they are allowed");
            black_box(permit);
        });
    });
    for (label, path) in [
        (
            "denied: other repository",
            "/api/v4/projects/43/repository/tree",
        ),
        ("denied: refused by name", "/api/v4/projects/42/variables"),
        ("denied: malformed path", "/api/v4/projects/42/%2e%2e/tree"),
    ] {
        let request = request(path);
        criterion.bench_function(label, |bencher| {
            bencher.iter(|| call.decide(black_box(&request)).expect_err("it is denied"));
        });
    }
}

fn request(path: &str) -> RequestHead<'_> {
    RequestHead {
        method: "GET",
        scheme: "https",
        authority: "forge.example",
        path,
        query: Some("ref=main&path=src&recursive=true&per_page=100&pagination=keyset"),
    }
}

/// A call of a function that may do whatever the profile grants.
fn call() -> Call {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers/gitlab.toml");
    let text = fs::read_to_string(file).expect("the profile is there");
    let profile = Profile::parse(&text).expect("the profile is well-formed");
    let operator = Operator {
        access: vec![Access::Read],
        repositories: vec![ConnectedRepository {
            id: "42".into(),
            path: "web/shop".into(),
        }],
        ..Operator::default()
    };
    let base = BaseUrl::parse("https://forge.example").expect("it is a base URL");
    Policy::new(&profile, &manifest(&profile), &base, operator)
        .expect("the manifest is within the profile")
        .call("a.benchmark", Some(RepositoryArgument::Id("42")))
        .expect("the manifest has this function")
}

fn manifest(profile: &Profile) -> Manifest {
    let endpoints = profile.rules().iter().map(|rule| {
        let endpoint = rule.endpoint();
        format!(r#"{{"endpoint":"{endpoint}","why":"all of it"}}"#)
    });
    let text = format!(
        r#"{{"name":"all","version":"1.0.0","provider":"gitlab","contract":"jitera:code-source@0.1.0","operations":{{"a.benchmark":[{}]}}}}"#,
        endpoints.collect::<Vec<_>>().join(",")
    );
    Manifest::parse(text.as_bytes()).expect("the manifest is well-formed")
}

criterion_group!(benches, decision);
criterion_main!(benches);
