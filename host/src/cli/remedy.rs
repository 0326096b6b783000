//! Remedies as the command offers them: apart because the library names lines of the
//! configuration, and on a command line the option beside them is at hand.

/// The hint, with the option that does the same as the line of configuration that it names.
pub(crate) fn with_option(hint: &str) -> String {
    match option(hint) {
        Some(option) => format!("{hint} in the configuration, or `{option}`"),
        None => hint.to_owned(),
    }
}

fn option(hint: &str) -> Option<String> {
    let (key, value) = hint.split_once(" = ")?;
    match key {
        "ca-file" => Some("--ca-file FILE".into()),
        "allow-plain-http" => Some("--allow-plain-http".into()),
        "private-addresses" => {
            let range = value.strip_prefix("[\"")?.strip_suffix("\"]")?;
            Some(format!("--private-address {range}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_configuration_comes_with_its_option_and_other_hints_stay() {
        assert_eq!(
            with_option("private-addresses = [\"10.0.0.1/32\"]"),
            "private-addresses = [\"10.0.0.1/32\"] in the configuration, or `--private-address 10.0.0.1/32`"
        );
        assert!(with_option("ca-file = \"/a.pem\"").ends_with("or `--ca-file FILE`"));
        assert_eq!(with_option("use https"), "use https");
    }
}
