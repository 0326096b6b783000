//! What a connection lets its plugin do, told without a network and without a token.

use code_source_tests::{Printed, Runner, component, plugin, with_manifest};
use tempfile::TempDir;

/// A folder with a configuration that leads nowhere: its host does not exist, and there is no
/// token.
struct Folder(TempDir);

impl Folder {
    fn with(more: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let text = format!(
            "[connections.acme]\nurl = \"https://git.acme.invalid/forge\"\n\
             token = {{ file = \"token\" }}\n\
             repositories = [{{ id = \"42\", path = \"web/shop\" }}]\n{more}"
        );
        std::fs::write(folder.0.path().join("config.toml"), text).unwrap();
        folder
    }

    fn run(&self, arguments: &[&str]) -> Printed {
        let file = self.0.path().join("config.toml").display().to_string();
        let cache = self.0.path().join("cache").display().to_string();
        let options = [
            format!("--config={file}"),
            format!("--cache-directory={cache}"),
        ];
        Runner::new(options).run(arguments)
    }

    fn explain(&self, method: &str, path: &str, more: &[&str]) -> Printed {
        let url = format!("https://git.acme.invalid/forge/api/v4{path}");
        self.run(&[&["policy", "explain", method, &url], more].concat())
    }
}

/// The verdict of each layer, by its name.
fn verdict<'j>(json: &'j serde_json::Value, layer: &str) -> &'j str {
    let layers = json["layers"].as_array().unwrap();
    let found = layers.iter().find(|one| one["layer"] == layer).unwrap();
    found["verdict"].as_str().unwrap()
}

const TREE: &str = "/projects/42/repository/tree";

#[test]
fn a_request_that_would_leave_is_explained_without_a_network_and_a_token() {
    let folder = Folder::with("");
    let printed = folder
        .explain("GET", &format!("{TREE}?ref=main"), &[])
        .success();
    let text = printed.text();
    let token = folder.0.path().join("token").display().to_string();
    for line in [
        "GET https://git.acme.invalid/forge/api/v4/projects/42/repository/tree\n",
        "authority   passed     git.acme.invalid\n",
        "ceiling     passed     GET /projects/{project}/repository/tree\n",
        "address     not-asked  `--resolve` looks up the name\n",
        "Result      allowed\n",
        "Access      read\n",
        "Repository  42\n",
        "git.list-tree",
        &format!("PRIVATE-TOKEN, from the file `{token}`\n"),
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("ref=main"), "{text}");
    assert_eq!(printed.stderr, "");
    let json = folder.explain("GET", TREE, &["--json"]).success().json();
    assert_eq!(json["allowed"], true);
    assert_eq!(json["credential"]["header"], "PRIVATE-TOKEN");
    assert_eq!(verdict(&json, "query"), "passed");
    assert_eq!(json["denial"], serde_json::Value::Null);
}

#[test]
fn a_request_that_would_be_refused_is_explained_by_the_first_layer_and_the_line_to_paste() {
    let folder = Folder::with("deny = [\"GET /projects/*/repository/tree\"]\n");
    let printed = folder.explain("GET", TREE, &[]);
    assert_eq!(printed.status, 36, "{}", printed.text());
    assert_eq!(printed.stderr, "");
    let text = printed.text();
    for line in [
        "operator    refused    ",
        "access      not-asked\n",
        "Result      refused\n",
        "Refused by  operator: endpoint-denied\n",
        "\nhint: deny = []",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("PRIVATE-TOKEN"), "{text}");
    let printed = folder.explain("GET", TREE, &["--json"]);
    assert_eq!(printed.status, 36);
    let json = printed.json();
    assert_eq!(json["denial"]["reason"], "endpoint-denied");
    assert_eq!(json["denial"]["remedy"], "deny = []");
    assert_eq!(json["credential"], serde_json::Value::Null);
}

#[test]
fn each_layer_says_no_in_its_turn() {
    let folder = Folder::with("");
    for (method, path, more, layer, reason) in [
        (
            "GET",
            "/projects/42/../43",
            &[][..],
            "path",
            "path-malformed",
        ),
        (
            "GET",
            "/projects/42/%76ariables",
            &[],
            "path",
            "path-malformed",
        ),
        (
            "GET",
            "/projects/42/variables",
            &[],
            "ceiling",
            "endpoint-refused-by-name",
        ),
        (
            "GET",
            TREE,
            &["--operation", "git.read-file"],
            "operation",
            "endpoint-of-another-operation",
        ),
        (
            "GET",
            "/projects/43/repository/tree",
            &[],
            "repository",
            "repository-not-connected",
        ),
        (
            "GET",
            "/projects/42/repository/tree?sudo=1",
            &[],
            "query",
            "query-key-refused",
        ),
    ] {
        let printed = folder.explain(method, path, &[more, &["--json"]].concat());
        assert_eq!(printed.status, 36, "{path}: {}", printed.text());
        let json = printed.json();
        assert_eq!(json["denial"]["layer"], layer, "{path}: {json}");
        assert_eq!(json["denial"]["reason"], reason, "{path}: {json}");
        assert_eq!(verdict(&json, layer), "refused", "{path}");
    }
    let elsewhere = ["policy", "explain", "GET", "https://other.invalid/x"];
    let printed = folder.run(&elsewhere);
    assert_eq!(printed.status, 36);
    assert!(
        printed
            .text()
            .contains("Refused by  authority: other-origin")
    );
}

#[test]
fn an_address_is_judged_where_it_is_known_or_asked_for() {
    let folder = Folder::with("");
    let explain = |more: &[&str]| {
        let url = "https://10.20.0.7/api/v4/version";
        let command = ["policy", "explain", "GET", url, "--url=10.20.0.7", "--json"];
        folder.run(&[&command, more].concat())
    };
    let printed = explain(&["--private-address=10.0.0.0/16"]);
    assert_eq!(printed.status, 36, "{}", printed.text());
    let json = printed.json();
    assert_eq!(json["denial"]["layer"], "address");
    assert_eq!(
        json["denial"]["remedy"],
        "private-addresses = [\"10.0.0.0/16\", \"10.20.0.7/32\"]"
    );
    let json = explain(&["--private-address=10.20.0.0/16"])
        .success()
        .json();
    assert_eq!(json["addresses"][0]["class"], "private");
    assert_eq!(verdict(&json, "address"), "passed");
    let localhost = "https://localhost/api/v4/version";
    let command = ["policy", "explain", "GET", localhost, "--url=localhost"];
    folder.run(&command).success();
    let printed = folder.run(&[&command[..], &["--resolve"]].concat());
    assert_eq!(printed.status, 36, "{}", printed.text());
    assert!(
        printed.text().contains("(loopback, refused)"),
        "{}",
        printed.text()
    );
    let gone = folder.explain("GET", "/version", &["--resolve"]);
    assert_eq!(gone.status, 24, "{}", gone.stderr);
}

#[test]
fn through_a_proxy_the_address_is_the_proxys() {
    let folder = Folder::with("proxy = \"http://proxy.acme.invalid:3128\"\n");
    let printed = folder.explain("GET", TREE, &[]).success();
    let line = "address     not-asked  by proxy: http://proxy.acme.invalid:3128\n";
    assert!(printed.text().contains(line), "{}", printed.text());
    let folder = Folder::with("proxy = \"http://10.1.1.1:3128\"\n");
    for more in [&[][..], &["--resolve"]] {
        let printed = folder.explain("GET", TREE, more);
        assert_eq!(printed.status, 36);
        let words = "by proxy: 10.1.1.1 (private, refused)";
        assert!(printed.text().contains(words), "{}", printed.text());
    }
    let listed = ["--private-address=10.1.1.1/32"];
    let printed = folder.explain("GET", TREE, &listed).success();
    let words = "address     passed     by proxy: 10.1.1.1 (private, allowed)\n";
    assert!(printed.text().contains(words), "{}", printed.text());
    let printed = folder.run(&["policy", "network", "--json"]).success();
    let json = printed.json();
    assert_eq!(json["destinations"].as_array().unwrap().len(), 1);
    assert_eq!(json["destinations"][0]["purpose"], "proxy");
    assert_eq!(json["dns"], false);
}

/// What is said of a request to the forge at `url`, which is a connection of its own.
fn at(url: &str, more: &[&str]) -> Printed {
    let request = format!("{url}/api/v4/version");
    let forge = format!("--url={url}");
    let command = ["policy", "explain", "GET", &request, &forge, "--json"];
    Folder::with("").run(&[&command, more].concat())
}

#[test]
fn what_the_transport_would_not_dial_is_not_told_to_be_allowed() {
    let proxy = "--proxy=http://proxy.acme.invalid:3128";
    let plain = "--allow-plain-http";
    let metadata = "https://metadata.google.internal";
    for (url, more, words) in [
        ("http://93.184.215.14", &[plain][..], "everybody the token"),
        ("https://10.20.0.7", &[proxy], "10.20.0.7 is private"),
        (
            "https://169.254.169.254",
            &[proxy],
            "is a cloud's metadata service",
        ),
        (metadata, &[proxy], "metadata service"),
        (metadata, &[], "metadata service"),
        (metadata, &["--resolve"], "metadata service"),
    ] {
        let printed = at(url, more);
        assert_eq!(printed.status, 36, "{url}: {}", printed.text());
        let json = printed.json();
        assert_eq!(json["allowed"], false, "{url}");
        assert_eq!(json["credential"], serde_json::Value::Null, "{url}");
        assert_eq!(json["denial"]["layer"], "address", "{url}");
        assert_eq!(json["denial"]["reason"], "address-refused", "{url}");
        let detail = json["denial"]["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{url}: {detail}");
        assert_eq!(verdict(&json, "address"), "refused", "{url}");
    }
    let printed = at("http://93.184.215.14", &[plain]);
    assert_eq!(printed.json()["denial"]["remedy"], "url = \"https://…\"");
    let near = [plain, "--private-address=10.20.0.7/32"];
    at("http://10.20.0.7", &near).success();
    at(
        "https://10.20.0.7",
        &[proxy, "--private-address=10.20.0.7/32"],
    )
    .success();
}

#[test]
fn plain_http_through_a_proxy_is_no_connection_at_all() {
    let proxy = "--proxy=http://proxy.acme.invalid:3128";
    let printed = at("http://git.acme.invalid", &[proxy, "--allow-plain-http"]);
    assert_eq!(printed.status, 8, "{}", printed.text());
    let words = "the proxy would read the token";
    assert!(printed.stderr.contains(words), "{}", printed.stderr);
}

#[test]
fn an_option_that_cannot_be_meant_is_refused_before_anything_else() {
    let folder = Folder::with("");
    let url = "https://git.acme.invalid/forge/api/v4/version";
    let explain = |option: &str| folder.run(&["policy", "explain", "GET", url, option]);
    for option in [
        "--redirect-origin=http://objects.acme.invalid",
        "--redirect-origin=https://me:hunter2@objects.acme.invalid",
        "--proxy=proxy.acme.invalid:3128",
        "--client-certificate=me.pem",
        "--proxy-credentials-file=proxy",
    ] {
        let printed = explain(option);
        assert_eq!(printed.status, 2, "{option}: {}", printed.stderr);
        assert!(!printed.stderr.contains("hunter2"), "{}", printed.stderr);
    }
    explain("--redirect-origin=https://objects.acme.invalid").success();
}

#[test]
fn what_is_asked_for_is_held_against_what_is_granted() {
    let folder = Folder::with(
        "deny = [\"GET /projects/*/repository/archive.zip\",\n  \
         \"GET /projects/*/repository/compare\"]\n",
    );
    let json = folder.run(&["policy", "check", "--json"]).success().json();
    let endpoints = json["endpoints"].as_array().unwrap();
    let (written, cut): (Vec<_>, Vec<_>) = endpoints
        .iter()
        .filter(|one| one["granted"] == false)
        .partition(|one| one["cut"]["by"] == "access");
    // Nobody granted more than reading.
    assert!(!written.is_empty() && written.iter().all(|one| one["access"] != "read"));
    assert!(!cut.is_empty() && cut.len() < endpoints.len() - written.len());
    for one in &cut {
        let endpoint = one["endpoint"].as_str().unwrap();
        let line = match endpoint {
            "GET /projects/{project}/repository/archive.zip" => 5,
            "GET /projects/{project}/repository/compare" => 6,
            other => panic!("{other}"),
        };
        assert_eq!(
            (&one["cut"]["by"], &one["cut"]["line"]),
            (&"deny".into(), &line.into())
        );
    }
    let text = folder.run(&["policy", "check"]).success().text();
    assert!(
        text.contains("no: `deny` has `GET /projects/*/repository/compare` (line 6)"),
        "{text}"
    );
}

#[test]
fn what_the_operator_says_to_no_effect_is_told() {
    // A plugin that only reads.
    let manifest = serde_json::json!({
        "name": "reader", "version": "1.0.0", "provider": plugin().manifest().provider(),
        "contract": plugin().manifest().contract(),
        "operations": {"git.list-tree": [
            {"endpoint": "GET /projects/{project}/repository/tree", "why": "to list"},
        ]},
    });
    let folder = Folder::with(
        "access = [\"read\", \"webhooks\"]\nplugin = { path = \"reader.wasm\" }\n\
         webhook-urls = [\"https://hooks.acme.example/secret-part\"]\n",
    );
    let reader = with_manifest(component(), manifest.to_string().as_bytes());
    std::fs::write(folder.0.path().join("reader.wasm"), reader).unwrap();
    let printed = folder.run(&["policy", "check", "--json"]).success();
    let json = printed.json();
    let without = json["without-effect"].as_array().unwrap();
    let keys: Vec<_> = without
        .iter()
        .map(|one| (&one["key"], &one["line"]))
        .collect();
    assert_eq!(
        keys,
        [
            (&"access".into(), &5.into()),
            (&"webhook-urls".into(), &7.into())
        ]
    );
    assert!(!printed.text().contains("secret-part"));
}

#[test]
fn a_firewall_is_told_what_to_let_through() {
    let folder = Folder::with(
        "redirect-origins = [\"https://objects.acme.invalid:9000\"]\n\
         private-addresses = [\"10.20.0.0/16\"]\n",
    );
    let json = folder
        .run(&["policy", "network", "--json"])
        .success()
        .json();
    let expected = serde_json::json!({
        "connection": "acme",
        "direction": "outbound",
        "destinations": [
            {
                "purpose": "forge", "host": "git.acme.invalid", "port": 443,
                "protocols": ["TCP", "TLS", "HTTP/1.1"], "addresses": null,
            },
            {
                "purpose": "redirect", "host": "objects.acme.invalid", "port": 9000,
                "protocols": ["TCP", "TLS", "HTTP/1.1"], "addresses": null,
            },
        ],
        "dns": true,
        "private-ranges": ["10.20.0.0/16"],
    });
    assert_eq!(json, expected);
    let text = folder.run(&["policy", "network"]).success().text();
    assert!(
        text.contains("outbound only") && text.contains("git.acme.invalid"),
        "{text}"
    );
}
