//! Which connection the options lead to: apart because the files are long.

use std::io::Write as _;

use super::*;

fn options(config: &str) -> (GlobalArguments, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(config.as_bytes()).unwrap();
    let config = Some(file.path().to_owned());
    (
        GlobalArguments {
            config,
            ..GlobalArguments::default()
        },
        file,
    )
}

const TWO: &str = "[connections.a]\nurl = \"a.example\"\ntoken = { env = \"A\" }\n\
                   [connections.b]\nurl = \"b.example\"\ntoken = { file = \"/b\" }\n";

#[test]
fn the_named_connection_is_taken_and_options_come_before_the_file() {
    let (mut options, _file) = options(TWO);
    options.connection = Some("b".into());
    let chosen = Chosen::with_token(&options).unwrap();
    assert_eq!(format!("{:?}", chosen.token.unwrap()), "the file `/b`");
    options.token_env = Some("C".into());
    options.timeout = Some(7);
    options.allow_plain_http = true;
    options.private_address = vec!["10.0.0.0/8".parse().unwrap()];
    let connection = Chosen::with_token(&options)
        .unwrap()
        .connection(&options)
        .unwrap();
    assert_eq!(
        (connection.name.as_str(), connection.url.as_str()),
        ("b", "b.example")
    );
    assert_eq!(
        format!("{:?}", connection.token),
        "the environment variable `C`"
    );
    assert_eq!(connection.limits.call, Duration::from_secs(7));
    assert!(connection.allow_plain_http);
    assert_eq!(connection.private_addresses.len(), 1);
}

#[test]
fn without_a_choice_between_two_the_names_are_told() {
    let (options, _file) = options(TWO);
    let description = Chosen::with_token(&options).err().unwrap().describe();
    assert_eq!(description.exit_status, 2);
    assert_eq!(
        description.hint.unwrap(),
        "choose with `--connection`: `a`, `b`"
    );
}

#[test]
fn an_address_needs_a_token_and_no_file() {
    let mut options = GlobalArguments {
        url: Some("c.example".into()),
        ..Default::default()
    };
    assert_eq!(
        Chosen::with_token(&options)
            .err()
            .unwrap()
            .describe()
            .exit_status,
        2
    );
    options.token_file = Some("/c".into());
    let connection = Chosen::with_token(&options)
        .unwrap()
        .connection(&options)
        .unwrap();
    assert_eq!(connection.url, "c.example");
}

#[test]
fn a_named_file_that_is_not_there_is_an_error_of_the_configuration() {
    let options = GlobalArguments {
        config: Some("/nowhere/c.toml".into()),
        ..Default::default()
    };
    assert_eq!(
        Chosen::with_token(&options)
            .err()
            .unwrap()
            .describe()
            .exit_status,
        3
    );
}
