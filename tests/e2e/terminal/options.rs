//! `connect` where nobody sits at a terminal: everything by options, with the same checks.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use code_source_stand_in::TokenSpec;
use code_source_tests::Printed;

use super::Study;

#[track_caller]
fn fails(printed: &Printed, status: i32, words: &[&str]) {
    assert_eq!(printed.status, status, "{}", printed.stderr);
    for word in words {
        assert!(printed.stderr.contains(word), "{word}: {}", printed.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_alone_connect_and_json_tells_what_was_written() {
    let study = Study::new().await;
    let token = study.token_option();
    let repository = "--repository=web/shop,type=frontend,branch=release/1";
    let others = [
        "acme",
        &token,
        repository,
        "--repository=api/cart",
        "--access=branches",
        "--json",
    ];
    let json = study.connect_alone(&others).success().json();
    assert_eq!(json["connection"], "acme");
    assert_eq!(json["written"], true);
    assert_eq!(json["created"], true);
    assert_eq!(json["token-written"], false);
    assert_eq!(json["repositories"][0]["branch"], "release/1");
    assert_eq!(json["repositories"][1]["path"], "api/cart");
    assert_eq!(study.written(), ["config.toml"]);
    let text = study.read("home/config.toml");
    assert!(text.contains("access = [\"read\", \"branches\"]"), "{text}");
    study.runner().run(&["check"]).success();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_with_its_option() {
    let study = Study::new().await;
    let run = |arguments: &[&str]| study.runner().run(arguments);
    fails(
        &run(&["connect"]),
        2,
        &["address is missing", "`--url URL`"],
    );
    let url = study.rig.forge.url();
    let without = run(&["connect", "--url", &url]);
    fails(
        &without,
        2,
        &["token is missing", "`--token-file FILE`", "`--token-stdin`"],
    );
    let chosen = run(&["connect", "--connection", "acme", "--url", &url]);
    fails(&chosen, 2, &["`code-source connect acme`"]);
    fails(
        &run(&["connect", "a b", "--url", &url]),
        2,
        &["`a b` cannot be the name"],
    );
    let three = [
        "connect",
        "--repository=a/b",
        "--repository=a/c",
        "--repository=a/d",
    ];
    fails(&run(&three), 2, &["two repositories at most"]);
    let mono = [
        "connect",
        "--repository=a/b,type=monorepo",
        "--repository=a/c",
    ];
    fails(&run(&mono), 2, &["a monorepo stands alone"]);
    assert_eq!(study.written(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_checks_are_made_and_nothing_is_left_where_one_fails() {
    let study = Study::new().await;
    let wrong = study
        .rig
        .token_file("wrong", "stand-in-00000000000000000000");
    let wrong = format!("--token-file={}", wrong.display());
    let right = study.token_option();
    for (arguments, status, words) in [
        (
            &["--url=gitlab.com", &right][..],
            8,
            "gitlab.com is not supported",
        ),
        (&["--url=http://git.acme.example", &right], 8, "plain http"),
    ] {
        let arguments = [&["connect"], arguments].concat();
        fails(&study.runner().run(&arguments), status, &[words]);
    }
    fails(
        &study.connect_alone(&[&wrong]),
        10,
        &["does not know the token"],
    );
    let nowhere = study.connect_alone(&[&right, "--repository=web/nothing"]);
    fails(&nowhere, 12, &["find the repository `web/nothing`"]);
    let branch = study.connect_alone(&[&right, "--repository=web/shop,branch=gone"]);
    fails(&branch, 12, &["find the branch `gone` of `web/shop`"]);
    assert_eq!(study.written(), Vec::<String>::new());
}

/// The command with this as its standard input.
fn piped(study: &Study, arguments: &[&str], input: &str) -> Printed {
    use std::io::Write as _;
    use std::process::Stdio;

    let mut command = study.runner().command(arguments);
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    Printed::from(child.wait_with_output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_standard_input_is_kept_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let study = Study::new().await;
    let way = study.way();
    let mut arguments: Vec<&str> = way.iter().map(String::as_str).collect();
    arguments.splice(0..0, ["connect", "acme", "--token-stdin"]);
    let empty = piped(&study, &[&arguments[..], &["--no-check"]].concat(), "");
    fails(&empty, 9, &["from standard input", "it is empty"]);
    assert_eq!(study.written(), Vec::<String>::new());
    let line = format!("{}\n", study.rig.token);
    piped(&study, &arguments, &line).success();
    for (name, mode) in [
        ("config.toml", 0o600),
        ("config.toml.tokens/acme", 0o600),
        ("config.toml.tokens", 0o700),
        ("", 0o700),
    ] {
        let metadata = std::fs::metadata(study.rig.folder().join("home").join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{name}");
    }
    study.runner().run(&["check"]).success();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_there_keeps_what_is_not_given_and_every_comment() {
    let study = Study::new().await;
    let before = format!(
        "# Ours.\n\n[connections.other] # leave me\nurl = \"other.example\"\ntoken = {{ env = \"OTHER\" }}\n\n\
         # The new one.\n[connections.acme]\nurl  =  \"{}\"   # the forge\ntoken = {{ file = \"../token\" }}\n\
         ca-file = \"../wrong.pem\" # why\nprivate-addresses = [\"127.0.0.0/8\"]\n# the end\n",
        study.rig.forge.url()
    );
    std::fs::create_dir(study.path("home")).unwrap();
    let file = study.path("home/config.toml");
    std::fs::write(&file, &before).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let ca = format!("--ca-file={}", study.path("ca.pem"));
    let asks = study.runner().run(&["connect", "acme", &ca]);
    fails(&asks, 2, &["`--yes` does it without asking"]);
    let printed = study
        .runner()
        .run(&["connect", "acme", &ca, "--yes"])
        .success();
    assert!(
        printed.stderr.contains("note: others can read"),
        "{}",
        printed.stderr
    );
    let ca = study.path("ca.pem");
    let expected = before.replace("\"../wrong.pem\"", &format!("\"{ca}\""));
    assert_eq!(study.read("home/config.toml"), expected);
    let nothing = study.runner().run(&["connect", "acme", "--yes"]);
    fails(&nothing, 2, &["nothing was given to be changed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_check_nothing_is_asked() {
    let study = Study::new().await;
    let token = study.token_option();
    let bare = study.connect_alone(&[&token, "--no-check", "--repository=web/shop"]);
    fails(&bare, 2, &["`--repository web/shop,id="]);
    study
        .connect_alone(&["acme", &token, "--no-check", "--repository=web/shop,id=7"])
        .success();
    let page = format!("--repository={}/web/cart,id=8", study.rig.forge.url());
    study
        .connect_alone(&["shop", &token, "--no-check", &page])
        .success();
    let text = study.read("home/config.toml");
    for entry in [
        "id = \"7\", path = \"web/shop\"",
        "id = \"8\", path = \"web/cart\"",
    ] {
        assert!(text.contains(entry), "{text}");
    }
    assert_eq!(study.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_check_finds_is_told_and_that_nothing_was_written() {
    let study = Study::new().await;
    let user = study.rig.forge.user("reader");
    let token = study.rig.forge.token(TokenSpec::new(&user, &["read_api"]));
    let token = study.rig.token_file("reader", &token);
    let token = format!("--token-file={}", token.display());
    let audit = format!("--audit-file={}", study.path("audit"));
    let people = study.connect_alone(&["acme", &token, &audit]);
    let code = "token-without-api-scope";
    fails(&people, 6, &[code, "nothing was written"]);
    let programs = study.connect_alone(&["acme", &token, &audit, "--json"]);
    assert_eq!(programs.status, 6, "{}", programs.stderr);
    let json = programs.json();
    assert_eq!(json["written"], false);
    assert_eq!(json["works"], false);
    assert_eq!(json["findings"][0]["code"], code);
    assert_eq!(study.written(), Vec::<String>::new());
    // Not even the record of what was asked.
    assert_eq!(study.read("audit"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_others_can_write_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let study = Study::new().await;
    study.is_connected();
    let open = Permissions::from_mode(0o666);
    std::fs::set_permissions(study.path("home/config.toml"), open).unwrap();
    let arguments = [
        "connect",
        "acme",
        "--no-check",
        "--access=branches",
        "--yes",
    ];
    let printed = study.runner().run(&arguments).success();
    assert!(
        printed.stderr.contains("warning: others can write"),
        "{}",
        printed.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_neither_waited_for_nor_replaced() {
    use std::os::unix::fs::FileTypeExt as _;

    let study = Study::new().await;
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
    let pipe = study.path("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
    let problem = "it is there, and is no regular file";
    let token = study.token_option();
    let configuration = format!("--config={pipe}");
    let runner = study.rig.runner_with([configuration]);
    let read = runner.run(&["check"]);
    fails(&read, 3, &["cannot read", problem]);
    let connect = runner.run(&["connect"]);
    fails(&connect, 3, &["cannot read", problem]);
    let pipe_option = format!("--token-file={pipe}");
    let url = format!("--url={}", study.rig.forge.url());
    let from_pipe = study.runner().run(&["check", &url, &pipe_option]);
    fails(&from_pipe, 9, &["pipe", problem]);
    let authority = format!("--ca-file={pipe}");
    let authority = study.runner().run(&["check", &url, &token, &authority]);
    fails(&authority, 33, &["pipe", problem]);
    let kind = std::fs::symlink_metadata(&pipe).unwrap().file_type();
    assert!(kind.is_fifo());
    assert_eq!(study.written(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_and_a_number_have_to_be_those_of_one_repository() {
    let study = Study::new().await;
    let token = study.token_option();
    let both = study.connect_alone(&["acme", &token, "--repository=web/shop,id=2"]);
    fails(&both, 2, &["number 2 is `api/cart`, and not `web/shop`"]);
    assert_eq!(study.written(), Vec::<String>::new());
    let page = format!("{}/web/shop", study.rig.forge.url());
    for (name, one) in [
        ("a", "web/shop"),
        ("b", "web/shop.git"),
        ("c", "1"),
        ("d", &page),
    ] {
        let option = format!("--repository={one},id=1");
        study.connect_alone(&[name, &token, &option]).success();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_gone_the_next_time_is_not_written_down() {
    let study = Study::new().await;
    let way = study.way();
    let mut arguments: Vec<&str> = way.iter().map(String::as_str).collect();
    arguments.splice(0..0, ["connect", "acme", "--token-file=/dev/stdin"]);
    let printed = piped(&study, &arguments, &study.rig.token);
    fails(&printed, 2, &["`/dev/stdin`", "`--token-stdin`"]);
    let folder = format!("--token-file={}", study.rig.folder().display());
    let url = format!("--url={}", study.rig.forge.url());
    let directory = study.runner().run(&["connect", "acme", &url, &folder]);
    fails(&directory, 2, &["is a directory", "name the file"]);
    let lost = format!("--audit-file={}", study.path("nowhere/audit"));
    let lost = study.connect_alone(&["acme", &study.token_option(), &lost]);
    fails(&lost, 1, &["cannot begin the audit", "nowhere/audit"]);
    assert_eq!(study.written(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_connected_already_is_noted_and_a_mistaken_option_named() {
    let study = Study::new().await;
    let token = study.token_option();
    let first = study.connect_alone(&[&token]).success();
    assert!(!first.stderr.contains("same address"), "{}", first.stderr);
    let second = study.connect_alone(&[&token]).success();
    let words = "`--connection NAME` chooses";
    assert!(second.stderr.contains(words), "{}", second.stderr);
    let public = study.connect_alone(&["acme", &token, "--private-address=8.8.8.8/32"]);
    fails(&public, 2, &["`--private-address`: `8.8.8.8/32`"]);
}
