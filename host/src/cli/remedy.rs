//! Remedies as the command offers them: apart because the library names lines of the
//! configuration, and on a command line the option beside them is at hand.

/// The hint, with the option that does the same as the line of configuration that it names.
pub(crate) fn with_option(hint: &str) -> String {
    if hint.contains(PLAIN_HTTP) {
        let both = format!("{PLAIN_HTTP} in the configuration, or `--allow-plain-http`,");
        return hint.replace(PLAIN_HTTP, &both);
    }
    match option(hint) {
        Some(option) => {
            let both = format!("{hint} in the configuration, or `{option}`");
            match kept(hint, &option) {
                Some(kept) => format!(
                    "{both}; `code-source connect NAME {kept}` adds it to a connection that is written down"
                ),
                None => both,
            }
        }
        None if is_line(hint) => format!("{hint} in the configuration"),
        None => hint.to_owned(),
    }
}

/// Where a sentence names the line.
const PLAIN_HTTP: &str = "`allow-plain-http = true`";

/// Whether it is a line of the configuration, and not a sentence.
fn is_line(hint: &str) -> bool {
    let key = hint.split_once(" = ").map_or("", |(key, _)| key);
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// The options that write the line when a connection is made once more, where there are some. What
/// is listed in the line is listed here as well: the one that is missing, and what stood there.
fn kept(hint: &str, option: &str) -> Option<String> {
    let (key, value) = hint.split_once(" = ")?;
    match key {
        "access" => {
            let beside_reading: Vec<_> = listed(value).filter(|one| *one != "read").collect();
            Some(format!("--access {}", beside_reading.join(",")))
        }
        "redirect-origins" => {
            let all = listed(value).map(|origin| format!("--redirect-origin {origin}"));
            Some(all.collect::<Vec<_>>().join(" "))
        }
        "ca-file" | "client-certificate" | "private-addresses" | "proxy" | "secrets" => {
            Some(option.to_owned())
        }
        _ => None,
    }
}

fn option(hint: &str) -> Option<String> {
    let (key, value) = hint.split_once(" = ")?;
    match key {
        "ca-file" => Some("--ca-file FILE".into()),
        "allow-plain-http" => Some("--allow-plain-http".into()),
        "private-addresses" => Some(format!("--private-address {}", last(value)?)),
        "redirect-origins" => Some(format!("--redirect-origin {}", last(value)?)),
        "access" => Some(format!("--access {}", last(value)?)),
        "secrets" => {
            let name = value.trim_start_matches(['{', ' ']).split(' ').next()?;
            Some(format!("--secret {name}=FILE"))
        }
        "webhook-urls" => Some("--webhook-url URL".into()),
        "client-certificate" => Some("--client-certificate FILE --client-key FILE".into()),
        "proxy" if value.contains("credentials") => {
            let url = listed(value).next()?;
            Some(format!("--proxy {url} --proxy-credentials-file FILE"))
        }
        _ => None,
    }
}

/// What is listed already stands before the one that is missing.
fn last(list: &str) -> Option<&str> {
    Some(list.strip_suffix("\"]")?.rsplit_once('"')?.1)
}

/// The texts of a value.
fn listed(value: &str) -> impl Iterator<Item = &str> {
    value.split('"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_configuration_comes_with_its_option_and_other_hints_stay() {
        assert_eq!(
            with_option("private-addresses = [\"10.0.0.1/32\"]"),
            "private-addresses = [\"10.0.0.1/32\"] in the configuration, or `--private-address 10.0.0.1/32`; \
             `code-source connect NAME --private-address 10.0.0.1/32` adds it to a connection that is written down"
        );
        assert!(with_option("ca-file = \"/a.pem\"").ends_with(
            "or `--ca-file FILE`; `code-source connect NAME --ca-file FILE` adds it to a connection that is written down"
        ));
        let access = "access = [\"read\", \"branches\"]";
        assert!(with_option(access).contains("or `--access branches`"));
        let secret = "secrets = { webhook = { file = \"…\" } }";
        assert!(with_option(secret).contains("or `--secret webhook=FILE`"));
        let webhook = "webhook-urls = [\"https://a.example/hook\"]";
        assert!(with_option(webhook).ends_with("or `--webhook-url URL`"));
        assert_eq!(with_option("use https"), "use https");
        assert_eq!(
            with_option("`allow-plain-http = true` allows it"),
            "`allow-plain-http = true` in the configuration, or `--allow-plain-http`, allows it"
        );
        assert_eq!(with_option("deny = []"), "deny = [] in the configuration");
        assert_eq!(with_option("use `a = 1`"), "use `a = 1`");
        let origins = "redirect-origins = [\"https://a.example\", \"https://b.example\"]";
        assert!(with_option(origins).contains("or `--redirect-origin https://b.example`"));
        let proxy = "proxy = { url = \"http://p.example\", credentials = { file = \"…\" } }";
        let options = "or `--proxy http://p.example --proxy-credentials-file FILE`";
        assert!(with_option(proxy).contains(options));
    }

    #[test]
    fn what_writes_a_line_down_keeps_what_the_line_had() {
        let written = |line: &str| {
            let hint = with_option(line);
            let (_, written) = hint.split_once("; `code-source connect NAME ").unwrap();
            written.split('`').next().unwrap().to_owned()
        };
        assert_eq!(
            written("access = [\"read\", \"commits\", \"branches\"]"),
            "--access commits,branches"
        );
        assert_eq!(
            written("redirect-origins = [\"https://a.example\", \"https://b.example\"]"),
            "--redirect-origin https://a.example --redirect-origin https://b.example"
        );
        let own = "client-certificate = { certificate = \"…\", key = \"…\" }";
        assert_eq!(written(own), "--client-certificate FILE --client-key FILE");
        assert!(!with_option("allow-plain-http = true").contains("connect"));
    }
}
