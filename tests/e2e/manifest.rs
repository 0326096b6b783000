//! The component's manifest: it declares what is used, and nothing else.

mod visits;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use code_source::contract::git::{ArchiveFormat, CompareMode, RefKind, Revision};
use code_source::contract::repositories::Filter;
use code_source::{Outcome, Report};
use code_source_stand_in::{Change, Effect, Fault, Matcher, When};
use code_source_tests::{Declared, first_page, played, plugin};
use wit_parser::{Resolve, WorldItem};

use crate::operations::{Stock, WITHOUT_REQUEST, everything, operations};

/// Endpoints by the operation that asked for them.
#[derive(Default)]
struct Used(BTreeMap<String, BTreeSet<String>>);

impl Used {
    fn note(&mut self, report: &Report) {
        let endpoints = self.0.entry(report.operation.clone()).or_default();
        let requests = report.requests.iter();
        endpoints
            .extend(requests.map(|request| format!("{} {}", request.method, request.template)));
    }

    fn take<T>(&mut self, outcome: Outcome<T>) {
        self.note(&outcome.report);
    }
}

fn revisions() -> [Revision; 4] {
    [
        Revision::DefaultBranch,
        Revision::Branch("main".to_owned()),
        Revision::Tag("v1.0".to_owned()),
        Revision::Commit("0".repeat(40)),
    ]
}

/// Operations at every kind of revision, and with what is not there.
async fn revisit(shop: &Stock, used: &mut Used) {
    let (source, id, page) = (&shop.source, shop.id.as_str(), first_page());
    for at in revisions() {
        used.take(source.resolve(id, &at).await);
        used.take(source.list_commits(id, &at, None, &page).await);
        used.take(source.list_tree(id, &at, "src", true, &page).await);
        used.take(source.stat_file(id, &at, "README.md").await);
        used.take(source.read_file(id, &at, "README.md", None, true).await);
    }
    let nothing = "0".repeat(40);
    used.take(source.read_commit(id, &nothing).await);
    used.take(source.read_blob(id, &nothing).await);
    used.take(
        source
            .compare(id, &nothing, &shop.tip, CompareMode::Exact, true, &page)
            .await,
    );
    used.take(
        source
            .compare(id, &shop.tip, &nothing, CompareMode::Exact, true, &page)
            .await,
    );
    for format in [ArchiveFormat::Tar, ArchiveFormat::TarGz, ArchiveFormat::Zip] {
        used.take(
            source
                .read_archive(id, &shop.tip, Some("src"), format)
                .await,
        );
        used.take(source.read_archive(id, &nothing, None, format).await);
    }
    used.take(source.list_refs(id, RefKind::Tag, None, &page).await);
    for owner in ["web", "root"] {
        let filter = Filter {
            owner: Some(owner.to_owned()),
            ..everything()
        };
        used.take(source.list_repositories(&filter, &page).await);
    }
}

/// A repository of which even the lists of references are missing.
async fn list_nothing(shop: &Stock, used: &mut Used) {
    let body = r#"{"message":"404 Repository Not Found"}"#.to_owned();
    let what = Effect::Status(
        404,
        body,
        vec![("content-type", "application/json".to_owned())],
    );
    let fault = Fault {
        on: Matcher::target("/repository/branches?"),
        when: When::Always,
        what,
    };
    let handle = shop.rig.forge.fault(fault);
    used.take(
        shop.source
            .list_refs(&shop.id, RefKind::Branch, None, &first_page())
            .await,
    );
    handle.remove();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_uses_exactly_what_the_manifest_declares_for_it() {
    let shop = Stock::new(played()).await;
    shop.project.commit(
        "main",
        "Point",
        &[("pointer", Change::file(shop.project.lfs_object("stored")))],
    );
    let mut used = Used::default();
    for operation in operations() {
        used.note(&shop.undisturbed(operation).await.1);
    }
    revisit(&shop, &mut used).await;
    list_nothing(&shop, &mut used).await;
    visits::all(&mut used).await;
    let declared = plugin().manifest().operations().map(|(name, endpoints)| {
        let endpoints = endpoints.iter().map(|one| one.endpoint().to_string());
        (name.to_owned(), endpoints.collect())
    });
    let declared: BTreeMap<String, BTreeSet<String>> = declared.collect();
    let mut wrong = Vec::new();
    for (name, endpoints) in &declared {
        let found = used.0.remove(name).unwrap_or_default();
        let unused = endpoints.difference(&found);
        wrong.extend(unused.map(|one| format!("{name} never asks for {one}")));
        let spare = found.difference(endpoints);
        wrong.extend(spare.map(|one| format!("{name} asks for {one}")));
    }
    assert!(
        wrong.is_empty() && used.0.is_empty(),
        "{}\n{:?}",
        wrong.join("\n"),
        used.0.keys()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_every_operation_arrives_at_a_declared_endpoint() {
    let shop = Stock::new(played().path_prefix("/gitlab")).await;
    for operation in operations() {
        shop.undisturbed(operation).await;
    }
    let declared = Declared::of(plugin());
    let requests = shop.rig.forge.requests();
    assert!(requests.len() >= operations().count());
    for request in requests {
        let path = request.path.strip_prefix("/gitlab/api/v4").unwrap();
        assert!(
            declared.find(request.method.as_str(), path).is_some(),
            "{} {path}",
            request.method
        );
    }
}

#[test]
fn the_manifest_names_every_function_of_the_contract_and_no_other() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).expect("the contract parses");
    let world = resolve.packages[package].worlds["plugin"];
    let mut contract = BTreeSet::new();
    for item in resolve.worlds[world].exports.values() {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = &resolve.interfaces[*id];
        let name = interface.name.as_deref().unwrap();
        contract.extend(
            interface
                .functions
                .keys()
                .map(|function| format!("{name}.{function}")),
        );
    }
    let declared: BTreeSet<_> = plugin()
        .manifest()
        .operations()
        .map(|(name, _)| name.to_owned())
        .collect();
    let listed: BTreeSet<_> = operations()
        .filter(|name| !name.contains(' '))
        .chain([WITHOUT_REQUEST])
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, contract, "the tests know every function too");
    assert_eq!(declared, contract);
}
