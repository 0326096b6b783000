//! The report that `doctor --bundle` writes: what is in it, and what must not be.

use code_source_tests::{Rig, TokenSearch};
use serde_json::Value;

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
