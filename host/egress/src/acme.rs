//! A made-up forge for the tests of this crate.
//!
//! It is apart so that every test speaks of the same one.

use crate::{
    base_url::BaseUrl, manifest::Manifest, operator::Operator, policy::Policy, profile::Profile,
    repository::ConnectedRepository,
};

/// Profile of a forge whose repositories are called things.
pub(crate) const PROFILE: &str = r#"
provider = "acme"
api-path = "/api/v9"
secret-fields = ["secret"]

[credential]
header = "X-Acme-Key"
value = "Key {token}"

[identity]
endpoint = "GET /things/{thing}"
placeholder = "thing"
id = "number"
path = "full_name"

[[refused-hosts]]
host = "acme.example"
sub-domains = true
reason = "the public acme is not served"

[query-sets]
paging = ["page", "per_page"]

[[rules]]
endpoint = "GET /version"
access = "read"
answer = "json"

[[rules]]
endpoint = "GET /things"
access = "read"
answer = "json"
query = ["search"]
query-sets = ["paging"]

[[rules]]
endpoint = "GET /things/{thing}"
access = "read"
answer = "json"

[[rules]]
endpoint = "GET /things/{thing}/tree"
access = "read"
answer = "json"
query = ["ref"]
query-sets = ["paging"]

[[rules]]
endpoint = "GET /things/{thing}/files/{path}"
access = "read"
answer = "content"
query = ["ref"]
query-lists = ["ids[]"]
may-redirect = true

[[rules]]
endpoint = "GET /things/{thing}/files/self"
access = "read"
answer = "json"

[[rules]]
endpoint = "POST /things/{thing}/commits"
access = "commits"
answer = "json"
body = { keys = { branch = { kind = "string" } }, required = ["branch"] }

[[rules]]
endpoint = "POST /things/{thing}/hooks"
access = "webhooks"
answer = "json"
[rules.body]
required = ["url"]
[rules.body.keys]
token = { secret = "hook" }
url = { is-webhook-url = true }
verify = { equals = true }

[[rules]]
endpoint = "DELETE /things/{thing}/branches/{branch}"
access = "branches"
answer = "none"

[[refused]]
segments = ["secrets"]
reason = "it reads secrets"

[[refused]]
endpoints = ["DELETE /things/{thing}"]
reason = "a plugin deletes nothing"

[[refused]]
paths = ["/graph"]
reason = "one path for everything"
"#;

/// Manifest of a plugin that uses most of it.
pub(crate) const MANIFEST: &str = r#"{
  "name": "plugin", "version": "1.0.0", "provider": "acme", "contract": "jitera:code-source@0.1.0",
  "operations": {
    "connection.check": [{ "endpoint": "GET /version", "why": "the version" }],
    "repositories.list-repositories": [{ "endpoint": "GET /things", "why": "the list" }],
    "repositories.read-repository": [{ "endpoint": "GET /things/{thing}", "why": "the thing" }],
    "git.list-tree": [{ "endpoint": "GET /things/{thing}/tree", "why": "the tree" }],
    "git.read-file": [
      { "endpoint": "GET /things/{thing}", "why": "the default branch" },
      { "endpoint": "GET /things/{thing}/files/{path}", "why": "the file" }
    ],
    "changes.create-commit": [{ "endpoint": "POST /things/{thing}/commits", "why": "the commit" }],
    "webhooks.ensure-webhook": [{ "endpoint": "POST /things/{thing}/hooks", "why": "the hook" }]
  }
}"#;

pub(crate) fn profile() -> Profile {
    Profile::parse(PROFILE).unwrap()
}

pub(crate) fn manifest() -> Manifest {
    Manifest::parse(MANIFEST.as_bytes()).unwrap()
}

pub(crate) fn operator(access: &[&str]) -> Operator {
    let connected = |id: &str, path: &str| ConnectedRepository {
        id: id.into(),
        path: path.into(),
    };
    Operator {
        access: access
            .iter()
            .map(|access| access.parse().unwrap())
            .collect(),
        repositories: vec![connected("42", "web/shop"), connected("7", "web/own site")],
        ..Operator::default()
    }
}

pub(crate) fn policy(access: &[&str]) -> Policy {
    policy_of(operator(access))
}

pub(crate) fn policy_of(operator: Operator) -> Policy {
    let base = BaseUrl::parse("https://forge.example/acme").unwrap();
    Policy::new(&profile(), &manifest(), &base, operator).unwrap()
}
