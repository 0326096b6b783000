//! The report that `doctor --bundle` writes: what is in it, and what must not be.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_tests::{Rig, TokenSearch};
use serde_json::Value;

use super::arguments;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_to_be_sent_holds_no_secret_and_nobodys_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let rig = Rig::new().await;
    let path = rig.folder().join("report.json");
    let file = path.display().to_string();
    let runner = rig.runner();
    let printed = runner.run(&["doctor", "web/secret-plans", "--bundle", &file]);
    assert_eq!(printed.status, 6, "{}", printed.stderr);
    assert!(
        printed.stderr.contains("was written: "),
        "{}",
        printed.stderr
    );
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let report = std::fs::read_to_string(&path).unwrap();
    let parsed: Value = serde_json::from_str(&report).unwrap();
    let cause = &parsed["diagnosis"]["verdict"]["cause"];
    assert_eq!(cause["code"], "repository-hidden");
    let address = rig.forge.address().ip().to_string();
    let folder = rig.folder().display().to_string();
    for name in [
        "localhost",
        &*address,
        "secret-plans",
        "root",
        "Stand-in",
        &*folder,
    ] {
        assert!(!report.contains(name), "{name}: {report}");
    }
    for stand_in in [
        "host-1",
        "repository-1",
        "account-1",
        "certificate-1",
        "file-1",
    ] {
        assert!(report.contains(stand_in), "{stand_in}: {report}");
    }
    let search = TokenSearch::default();
    search.watch(&rig.token);
    search.search("the report", report.as_bytes());
    assert_eq!(search.found(), Vec::<String>::new());
    let again = [
        "doctor",
        "web/secret-plans",
        "--bundle",
        &file,
        "--with-names",
    ];
    let printed = runner.run(&again);
    assert!(
        printed.stderr.contains("in the place of what was there"),
        "{}",
        printed.stderr
    );
    let report = std::fs::read_to_string(&path).unwrap();
    assert!(report.contains("web/secret-plans"), "{report}");
    search.search("the report with names", report.as_bytes());
    assert_eq!(search.found(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_stands_where_names_do_is_not_in_the_report() {
    let rig = Rig::new().await;
    let path = rig.folder().join("report.json");
    let file = path.display().to_string();
    let repository = format!("web/{}", rig.token);
    let bundle = ["doctor", &repository, "--bundle", &file, "--with-names"];
    // What it prints repeats what was written on the command line; the report does not.
    let output = rig.runner().command(&bundle).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    let report = std::fs::read_to_string(&path).unwrap();
    assert!(!report.contains(&rig.token), "{report}");
    assert!(report.contains("web/****"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_forge_says_of_an_account_is_not_in_the_report() {
    let rig = Rig::new().await;
    let body = r#"{"message":"403 Forbidden - You (@jane.doe) must ask it@acme.example"}"#;
    rig.forge.fault(Fault {
        on: Matcher::target("/api/v4"),
        when: When::Always,
        what: Effect::Status(
            403,
            body.to_owned(),
            vec![("content-type", "application/json".to_owned())],
        ),
    });
    let path = rig.folder().join("report.json");
    let file = path.display().to_string();
    let printed = rig.runner().run(&["doctor", "--bundle", &file]);
    assert!(printed.text().contains("jane.doe"), "{}", printed.text());
    let report = std::fs::read_to_string(&path).unwrap();
    for name in ["jane", "acme.example", "Forbidden - "] {
        assert!(!report.contains(name), "{name}: {report}");
    }
    assert!(report.contains("answered 403"), "{report}");
    let (connection, url) = (report.find("\"connection\""), report.find("\"url\""));
    assert!(connection.unwrap() < url.unwrap(), "{report}");
    assert!(!report.contains("\"bytes\""), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_takes_the_place_of_nothing_but_a_file() {
    let rig = Rig::new().await;
    let folder = rig.folder().display().to_string();
    let log = rig.folder().join("log");
    std::fs::write(&log, "before\n").unwrap();
    for (no_file, problem) in [
        ("/dev/null", "no regular file"),
        (&folder, "is a directory"),
        ("/dev/stdout", "no regular file"),
    ] {
        let mut command = rig.runner().command(&["doctor", "--bundle", no_file]);
        command.stdout(std::fs::File::options().append(true).open(&log).unwrap());
        let output = command.stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(problem), "{said}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "before\n");
    }
    let lost = format!("{folder}/nowhere/report.json");
    let printed = rig.runner().run(&["doctor", "--bundle", &lost]);
    assert_eq!((printed.status, &*printed.text()), (1, ""));
    let said = format!("error: cannot write the report to `{lost}`\n  caused by: No such file");
    assert!(printed.stderr.starts_with(&said), "{}", printed.stderr);
    assert!(!printed.stderr.contains("/nowhere/."), "{}", printed.stderr);
    use std::os::unix::fs::FileTypeExt as _;
    let metadata = std::fs::metadata("/dev/null").unwrap();
    assert!(metadata.file_type().is_char_device());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_written_although_nobody_reads_what_is_printed() {
    let rig = Rig::new().await;
    let path = rig.folder().join("report.json");
    let file = path.display().to_string();
    let mut command = rig.runner().command(&["doctor", "--bundle", &file]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("was written: "), "{stderr}");
    let report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(report["diagnosis"]["interrupted"], Value::Null);
    assert_eq!(report["diagnosis"]["stations"][12]["state"], "passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_can_be_read_once_is_read_once() {
    let rig = Rig::new().await;
    let path = rig.folder().join("report.json");
    let options = arguments(&rig, Path::new("/dev/stdin"));
    let bundle = format!("--bundle={}", path.display());
    let mut command = rig.runner_with(options).command(&["doctor", &bundle]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", rig.token).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("all is well"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_place_of_its_files_name_is_neither_shown_nor_in_the_report() {
    let rig = Rig::new().await;
    let path = rig.folder().join("report.json");
    let bundle = format!("--bundle={}", path.display());
    let runner = rig.runner_with(arguments(&rig, Path::new(&rig.token)));
    let shown = |arguments: &[&str]| {
        let output = runner.command(arguments).output().unwrap();
        let shown = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&shown).into_owned()
    };
    for arguments in [
        &["repos"][..],
        &["check", "--json"],
        &["doctor", &bundle, "--with-names"],
        &["doctor", "--json"],
    ] {
        let shown = shown(arguments);
        assert!(
            shown.contains("the file whose name is not repeated"),
            "{shown}"
        );
        assert!(!shown.contains(&rig.token), "{shown}");
    }
    let report = std::fs::read_to_string(&path).unwrap();
    assert!(!report.contains(&rig.token), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_place_of_its_variables_name_is_not_shown() {
    let rig = Rig::new().await;
    let file = rig.folder().join("config.toml");
    let text = format!(
        "[connections.acme]\nurl = \"{}\"\ntoken = {{ env = \"{}\" }}\n",
        rig.forge.url(),
        rig.token
    );
    std::fs::write(&file, text).unwrap();
    let config = format!("--config={}", file.display());
    let url = format!("--url={}", rig.forge.url());
    let variable = format!("--token-env={}", rig.token);
    let version = format!("{}/api/v4/version", rig.forge.url());
    for (options, status) in [(vec![config], 9), (vec![url, variable], 2)] {
        for command in [
            &["repos"][..],
            &["doctor", "--json"],
            &["policy", "explain", "GET", &version],
            &["connections"],
            &["connections", "--json"],
        ] {
            let output = rig.runner_with(options.clone()).command(command).output();
            let output = output.unwrap();
            let shown = [output.stdout, output.stderr].concat();
            let shown = String::from_utf8_lossy(&shown);
            assert!(!shown.contains(&rig.token), "{shown}");
            if command == ["repos"] {
                assert_eq!(output.status.code(), Some(status), "{shown}");
            }
            if command[0] == "policy" && status == 9 {
                assert_eq!(output.status.code(), Some(0), "{shown}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_with_a_word_for_a_name_leaves_that_word_to_everybody_else() {
    let rig = Rig::new().await;
    let path = rig.folder().join("report.json");
    let bundle = format!("--bundle={}", path.display());
    let file = rig.folder().join("config.toml");
    let config = format!("--config={}", file.display());
    for name in ["gitlab", "user", "token"] {
        let text = format!(
            "[connections.{name}]\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\n\
             ca-file = \"ca.pem\"\nprivate-addresses = [\"127.0.0.0/8\"]\n",
            rig.forge.url()
        );
        std::fs::write(&file, text).unwrap();
        std::fs::write(rig.folder().join("token"), &rig.token).unwrap();
        rig.runner_with([config.clone()]).run(&["doctor", &bundle]);
        let report = std::fs::read_to_string(&path).unwrap();
        let parsed: Value = serde_json::from_str(&report).unwrap();
        let stations = parsed["diagnosis"]["stations"].as_array().unwrap();
        let fact = |key: &str| {
            stations
                .iter()
                .find_map(|one| one["facts"].get(key))
                .cloned()
        };
        assert_eq!(fact("connection"), Some("connection-1".into()), "{report}");
        assert_eq!(fact("product"), Some("GitLab".into()), "{report}");
        assert_eq!(
            fact("plugin"),
            Some("code-source-gitlab 0.1.0".into()),
            "{report}"
        );
        let contract = fact("contract").unwrap().to_string();
        assert!(contract.contains(":code-source@0."), "{contract}");
        assert_eq!(report.matches("connection-").count(), 1, "{report}");
    }
}
