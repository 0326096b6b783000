//! The table of operations in the documentation: made of the component's manifest and of the host's
//! word on what a function may use; apart from other documents because it is generated.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use code_source::egress::functions;
use code_source_tests::{hold_generated, plugin};

const FILE: &str = "guest/OPERATIONS.md";

/// The least role that GitLab asks for in a private repository. Administrators have every role.
fn role(operation: &str) -> &'static str {
    match operation {
        "connection.check"
        | "repositories.list-repositories"
        | "repositories.explain-absence"
        | "webhooks.read-delivery" => "none",
        "repositories.read-repository" | "git.link" => "Guest",
        "pull-requests.add-comment" | "pull-requests.edit-comment" => "Reporter",
        "pull-requests.list-pull-requests"
        | "pull-requests.read-pull-request"
        | "pull-requests.list-changes"
        | "pull-requests.list-comments"
        | "statuses.list-statuses" => "Reporter",
        name if name.starts_with("git.") || name.starts_with("search.") => "Reporter",
        name if name.starts_with("webhooks.") => "Maintainer",
        _ => "Developer",
    }
}

/// The page as it should be.
fn page() -> String {
    let mut page = String::from(
        "# Operations\n\n\
         What each function of the contract asks of GitLab: the endpoints that it may call, the least role \
         that the token's account needs in a private repository, and what a connection has to grant. \
         Written by a test from the component's manifest; the test says how to renew it.\n\n\
         | Function | Kind | Role | Grants | Endpoints |\n| --- | --- | --- | --- | --- |\n",
    );
    let declared: BTreeMap<_, _> = plugin().manifest().operations().collect();
    for (name, accesses) in functions() {
        let Some(endpoints) = declared.get(name) else {
            continue;
        };
        let endpoints: Vec<_> = endpoints
            .iter()
            .map(|one| format!("`{}`", one.endpoint()))
            .collect();
        let writes = |one: &String| !one.starts_with("`GET ") && !one.starts_with("`HEAD ");
        let kind = if endpoints.iter().any(writes) {
            "write"
        } else {
            "read"
        };
        let grants: Vec<_> = accesses
            .iter()
            .map(|access| format!("`{access}`"))
            .collect();
        let (role, grants, endpoints) = (role(name), grants.join(" "), endpoints.join("<br>"));
        let _ = writeln!(
            page,
            "| `{name}` | {kind} | {role} | {grants} | {endpoints} |"
        );
    }
    page
}

#[test]
fn the_table_of_operations_is_the_manifests() {
    hold_generated(FILE, &page(), "operations_table");
}
