//! What the file may say and what is refused: apart because the texts are long.

use std::path::Path;

use super::*;

const WHOLE: &str = r#"
[connections.acme]
plugin = { path = "forge.wasm", sha256 = "00ff" }
url = "https://git.acme.example/forge"
token = { file = "secrets/token" }
ca-file = "/etc/ssl/acme.pem"
client-certificate = { certificate = "me.pem", key = "/etc/me.key" }
proxy = { url = "http://proxy.acme.example:3128", credentials = { file = "proxy" } }
access = ["read"]
allow = ["GET /projects/*/repository/**", "GET /version"]
deny = ["GET /projects/{project}/repository/archive.zip"]
redirect-origins = ["https://objects.acme.example"]
webhook-urls = ["https://hooks.acme.example/code?of=acme"]
secrets = { webhook = { file = "secrets/webhook" } }
previous-secrets = { webhook = { env = "OLD_WEBHOOK" } }
repositories = [{ id = "42", path = "web/shop", branch = "main", type = "monorepo" }]
private-addresses = ["10.20.0.0/16"]
allow-plain-http = false
concurrency = 4
limits = { call = "30s", handles = 99, memory = "64MiB", requests = 10 }
"#;

fn parse(text: &str) -> Result<Configuration, ConfigurationError> {
    Configuration::parse(text, Path::new("/etc/code-source/config.toml"))
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_token_in_the_place_of_a_variables_name_is_not_printed_for_developers() {
    let text = "[connections.a]\nurl = \"b\"\ntoken = { env = \"glpat-an-0rdinary-t0ken\" }\n";
    let configuration = parse(text).unwrap();
    let printed = format!("{:?}", configuration.connection("a").unwrap());
    assert!(!printed.contains("0rdinary"), "{printed}");
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
    assert_eq!(connection.limits.handles, 99);
    assert_eq!(connection.private_addresses.len(), 1);
    assert_eq!(connection.repositories[0].path, "web/shop");
    assert_eq!(connection.allow.len(), 2);
    assert_eq!(
        connection.deny[0].to_string(),
        "GET /projects/{project}/repository/archive.zip"
    );
    let operator = connection.operator().unwrap();
    assert_eq!(
        operator.redirect_origins[0].to_string(),
        "https://objects.acme.example"
    );
    assert_eq!(
        operator.webhook_urls,
        ["https://hooks.acme.example/code?of=acme"]
    );
    assert_eq!(operator.secrets, ["webhook"]);
    let proxy = connection.proxy.unwrap().origin().unwrap();
    assert_eq!(proxy.to_string(), "http://proxy.acme.example:3128");
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
    let connection = entry.connection("acme").unwrap();
    assert_eq!(connection.ca_file.unwrap(), Path::new("/etc/ssl/acme.pem"));
    let identity = connection.client_identity.unwrap();
    assert_eq!(identity.certificate, Path::new("/etc/code-source/me.pem"));
    assert_eq!(identity.key, Path::new("/etc/me.key"));
    assert_eq!(
        format!("{:?}", connection.secrets),
        "{(\"webhook\", Current): the file `/etc/code-source/secrets/webhook`, \
         (\"webhook\", Previous): the environment variable `OLD_WEBHOOK`}"
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
    assert!(
        text.ends_with("  |\n4 | ca_file = …\n  | ^^^^^^^"),
        "{text}"
    );
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
        text.contains("a secret may not stand in this file: say where it is"),
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
        ("concurrency = \"4\"", "invalid type: string, expected "),
        (
            "concurrency = 1.5",
            "invalid type: floating point, expected ",
        ),
        (
            "repositories = [{ id = \"1\", path = \"a\", type = \"x\" }]",
            "unknown variant, expected one of",
        ),
        ("repositories = [{ id = \"1\" }]", "missing field `path`"),
        ("access = [\"everything\"]", "`everything`: "),
    ] {
        let text = refusal(&format!("{head}{line}\n"));
        assert!(text.contains(problem), "{text}");
        assert!(text.contains("line 4"), "{text}");
    }
}

/// A line in a connection, and what is said of it.
fn complaint(line: &str) -> String {
    refusal(&format!(
        "[connections.acme]\nurl = \"a\"\ntoken = {{ env = \"T\" }}\n{line}\n"
    ))
}

#[test]
fn what_cannot_be_meant_is_marked_where_it_stands() {
    for (line, marked, problem) in [
        (
            "repositories = [{ id = \"1\", path = \"a/b\" }, { id = \"2\", path = \"a/b\" }]",
            " \"a/b\"",
            "`a/b` stands there twice",
        ),
        (
            "repositories = [{ id = \"1/2\", path = \"a/b\" }]",
            "\"1/2\"",
            "",
        ),
        ("access = [\"read\", \"read\"]", " \"read\"", "twice"),
        ("allow = [\"GET /a\", \"/b\"]", "\"/b\"", "`/b`: "),
        ("deny = [\"GET /a/**/b\"]", "\"GET /a/**/b\"", ""),
        (
            "private-addresses = [\"10.0.0.0/8\", \"8.8.8.0/24\"]",
            "\"8.8.8.0/24\"",
            "not a range of private",
        ),
        (
            "redirect-origins = [\"http://objects.example\"]",
            "\"http://objects.example\"",
            "HTTPS",
        ),
        (
            "redirect-origins = [\"https://objects.example/path\"]",
            "\"https://objects.example/path\"",
            "path",
        ),
        (
            "proxy = \"proxy.example:3128\"",
            "\"proxy.example:3128\"",
            "",
        ),
        (
            "proxy = { url = \"http://proxy.example\" }",
            "\"http://proxy.example\"",
            "port",
        ),
        ("limits = { requests = 0 }", "0", "nonzero"),
        ("limits = { memory = \"0B\" }", "\"0B\"", "no size at all"),
        ("concurrency = 0", "0", "nonzero"),
    ] {
        let text = complaint(line);
        let before = line.rfind(marked).unwrap() + usize::from(marked.starts_with(' '));
        let mark = "^".repeat(marked.trim_start().len());
        let drawn = format!("\n4 | {line}\n  | {}{mark}", " ".repeat(before));
        assert!(text.ends_with(&drawn), "{text}\n{drawn}");
        assert!(text.contains(problem), "{text}");
        assert!(
            text.contains(&format!("line 4, column {}:", before + 1)),
            "{text}"
        );
    }
}

#[test]
fn a_password_is_not_repeated_wherever_it_stands() {
    for line in [
        "proxy = \"http://me:hunter2@proxy.example:3128\"",
        "proxy = { url = \"http://me:hunter2@proxy.example:3128\" }",
        "proxy = { url = \"http://proxy.example:3128\", credentials = \"me:hunter2\" }",
        "redirect-origins = [\"https://me:hunter2@objects.example\"]",
        "webhook-urls = [\"http://hooks.example/hunter2\"]",
        "secrets = { webhook = \"hunter2\" }",
        "secrets = { \"web hook\" = { file = \"hunter2\" } }",
        "redirect-origins = \"https://me:hunter2@objects.example\"",
        "webhook-urls = \"https://hooks.example/hunter2\"",
        "webhook-urls = \"https://hooks.example/, expected hunter2\"",
        "secrets = \"hunter2\"",
        "client-certificate = \"-----BEGIN PRIVATE KEY-----\\nhunter2\"",
        "client-certificate = \"\"\"-----BEGIN PRIVATE KEY-----\nhunter2\"\"\"",
        "client-certificate = \"hunter2\"",
        "client-certificate = { certificate = 1, key = \"-----BEGIN KEY-----\\nhunter2\" }",
    ] {
        let text = complaint(line);
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("line 4") && text.contains("…"), "{text}");
    }
    let text = refusal(
        "[connections.acme]\nurl = \"https://me:hunter2@git.example\"\ntoken = { env = \"T\" }\n",
    );
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.ends_with("2 | url = …\n  |       ^"), "{text}");
}

#[test]
fn a_secret_that_was_exchanged_is_named_beside_the_one_in_its_place() {
    let previous = "previous-secrets = { webhook = { env = \"OLD\" } }";
    let text = complaint(previous);
    assert!(text.contains("took its place"), "{text}");
    assert!(text.contains("4 | previous-secrets = …"), "{text}");
    let both = format!("secrets = {{ webhook = {{ env = \"NEW\" }} }}\n{previous}");
    let whole = format!("[connections.acme]\nurl = \"a\"\ntoken = {{ env = \"T\" }}\n{both}\n");
    assert!(parse(&whole).is_ok());
}

#[test]
fn a_token_that_is_a_number_is_not_repeated_either() {
    let text = refusal("[connections.acme]\nurl = \"a\"\ntoken = 20071988\n");
    assert!(!text.contains("2007"), "{text}");
    assert!(
        text.contains("invalid type: integer, expected `{ file"),
        "{text}"
    );
}

#[test]
fn what_a_file_says_is_not_in_the_debug_form() {
    let configuration = parse(WHOLE).unwrap();
    let (_, entry) = configuration.only_connection().unwrap();
    let shown = format!("{configuration:?} {entry:?}");
    assert!(!shown.contains("hooks") && !shown.contains("# "), "{shown}");
    assert!(
        shown.contains("config.toml") && shown.contains("acme"),
        "{shown}"
    );
}

#[test]
fn a_value_that_turns_out_wrong_later_is_marked_too() {
    let text = "[connections.acme]\nurl = \"a\"\ntoken = { env = \"T\" }\n\
                allow = [\n  \"GET /version\",\n  \"GET /nothing\", # why\n]\n";
    let configuration = parse(text).unwrap();
    let steps = ["allow".into(), 1.into()];
    let error = configuration.point("acme", &steps, "it covers nothing");
    assert!(
        error
            .to_string()
            .ends_with("line 6, column 3: it covers nothing\n  |\n6 |   \"GET /nothing\",\n  |   ^^^^^^^^^^^^^^"),
        "{error}"
    );
    let error = configuration.point("acme", &["deny".into()], "x");
    assert!(error.to_string().contains("line 1, column 14"), "{error}");
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
