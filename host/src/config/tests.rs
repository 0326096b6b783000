//! What the file may say and what is refused: apart because the texts are long.

use std::path::Path;

use super::*;

const WHOLE: &str = r#"
[connections.acme]
plugin = { path = "forge.wasm", sha256 = "00ff" }
url = "https://git.acme.example/forge"
token = { file = "secrets/token" }
ca-file = "/etc/ssl/acme.pem"
access = ["read"]
repositories = [{ id = "42", path = "web/shop", branch = "main", type = "monorepo" }]
private-addresses = ["10.20.0.0/16"]
allow-plain-http = false
concurrency = 4
limits = { call = "30s", memory = "64MiB", requests = 10 }
"#;

fn parse(text: &str) -> Result<Configuration, ConfigurationError> {
    Configuration::parse(text, Path::new("/etc/code-source/config.toml"))
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn every_key_arrives_in_the_connection() {
    let configuration = parse(WHOLE).unwrap();
    let (name, entry) = configuration.only_connection().unwrap();
    let connection = entry.connection(name).unwrap();
    assert_eq!(
        (connection.name.as_str(), connection.url.as_str()),
        ("acme", "https://git.acme.example/forge")
    );
    assert_eq!(connection.concurrency, 4);
    assert_eq!(connection.limits.call, std::time::Duration::from_secs(30));
    assert_eq!(connection.limits.memory, 64 << 20);
    assert_eq!(connection.limits.requests, 10);
    assert_eq!(connection.private_addresses.len(), 1);
    assert_eq!(connection.repositories[0].path, "web/shop");
    assert_eq!(
        entry.repositories()[0].r#type,
        Some(RepositoryType::Monorepo)
    );
}

#[test]
fn relative_paths_begin_at_the_file() {
    let configuration = parse(WHOLE).unwrap();
    let entry = configuration.connection("acme").unwrap();
    assert_eq!(
        entry.plugin().unwrap().path,
        Path::new("/etc/code-source/forge.wasm")
    );
    assert_eq!(
        format!("{:?}", entry.token()),
        "the file `/etc/code-source/secrets/token`"
    );
    assert_eq!(
        entry.connection("acme").unwrap().ca_file.unwrap(),
        Path::new("/etc/ssl/acme.pem")
    );
}

#[test]
fn an_unknown_key_is_refused_with_its_place() {
    let text =
        refusal("[connections.acme]\nurl = \"a\"\ntoken = { env = \"T\" }\nca_file = \"x\"\n");
    assert!(
        text.contains("line 4, column 1: unknown field `ca_file`, expected one of"),
        "{text}"
    );
    assert!(text.ends_with("  |\n4 | ca_file = …\n  | ^"), "{text}");
}

#[test]
fn a_token_in_the_file_is_refused_and_not_repeated() {
    for line in [
        "token = \"s3cr3t-s3cr3t-s3cr3t\"",
        "token = { value = \"s3cr3t-s3cr3t-s3cr3t\" }",
        "token = { file = \"a\", env = \"s3cr3t-s3cr3t-s3cr3t\" }",
        "tokn = \"s3cr3t-s3cr3t-s3cr3t\"",
        "token = \"s3cr3t-s3cr3t-s3cr3t",
    ] {
        let text = refusal(&format!("[connections.acme]\nurl = \"a\"\n{line}\n"));
        assert!(!text.contains("s3cr3t"), "{text}");
        assert!(text.contains("line 3"), "{text}");
    }
    let text = refusal("[connections.acme]\nurl = \"a\"\ntoken = \"s3cr3t\"\n");
    assert!(
        text.contains("a token may not stand in this file: say where it is"),
        "{text}"
    );
}

#[test]
fn values_without_the_right_form_are_refused_by_what_they_are() {
    let head = "[connections.acme]\nurl = \"a\"\ntoken = { env = \"T\" }\n";
    for (line, problem) in [
        ("private-addresses = [\"10.20\"]", "`10.20`: "),
        ("limits = { call = \"30\" }", "`30`: not a span of time"),
        ("limits = { memory = \"64MB\" }", "`64MB`: not a size"),
        ("limits = { sockets = 3 }", "unknown field `sockets`"),
        ("concurrency = \"4\"", "invalid type: string \"4\""),
        ("repositories = [{ id = \"1\" }]", "missing field `path`"),
        ("access = [\"everything\"]", "`everything`: "),
    ] {
        let text = refusal(&format!("{head}{line}\n"));
        assert!(text.contains(problem), "{text}");
        assert!(text.contains("line 4"), "{text}");
    }
}

#[test]
fn a_repository_that_stands_twice_is_refused() {
    let text = refusal(
        "[connections.acme]\nurl = \"a\"\ntoken = { env = \"T\" }\n\
         repositories = [{ id = \"1\", path = \"a/b\" }, { id = \"2\", path = \"a/b\" }]\n",
    );
    assert!(text.ends_with("names the repository `a/b` twice"), "{text}");
}

#[test]
fn the_only_connection_is_the_only_one() {
    assert!(parse("").unwrap().only_connection().is_none());
    let two = "[connections.a]\nurl = \"a\"\ntoken = { env = \"T\" }\n[connections.b]\nurl = \"a\"\ntoken = { env = \"T\" }\n";
    let two = parse(two).unwrap();
    assert!(two.only_connection().is_none());
    let hint = two.connection("c").unwrap_err().hint().unwrap();
    assert_eq!(hint, "the connections there: `a`, `b`");
}
