//! The NetworkPolicy that the command writes, whole: what is in it opens a firewall.

use code_source_tests::{Printed, Runner};

fn network(options: &[&str]) -> Printed {
    let folder = tempfile::tempdir().unwrap();
    let cache = format!("--cache-directory={}", folder.path().display());
    let command = ["policy", "network", "--kubernetes"];
    Runner::new([cache]).run(&[&command, options].concat())
}

const HEAD: &str = "\
# What a connection of code-source needs, and nothing else. A NetworkPolicy knows addresses and no
# names: what it lets through for a range it lets through to every host there. The policy of
# code-source stays the one that knows the host, the paths and the repositories:
";

#[test]
fn private_ranges_are_let_through_beside_the_look_up_of_names() {
    let options = [
        "--url=git.acme.invalid:8443",
        "--private-address=10.20.0.0/16",
        "--private-address=fd12::/16",
        "--namespace=tools",
        "--selector=app.kubernetes.io/name=loader",
    ];
    let printed = network(&options).success();
    let expected = "\
#   forge git.acme.invalid, port 8443
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: \"code-source-command-line\"
  namespace: \"tools\"
spec:
  podSelector:
    matchLabels:
      \"app.kubernetes.io/name\": \"loader\"
  policyTypes:
    - Egress
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
    - to:
        - ipBlock:
            cidr: \"10.20.0.0/16\"
        - ipBlock:
            cidr: \"fd12::/16\"
      ports:
        - protocol: TCP
          port: 8443
";
    assert_eq!(printed.text(), format!("{HEAD}{expected}"));
}

#[test]
fn an_address_needs_no_look_up_and_is_let_through_alone() {
    let printed = network(&["--url=https://10.20.0.7", "--private-address=10.20.0.0/16"]);
    let expected = "\
#   forge 10.20.0.7, port 443
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: \"code-source-command-line\"
spec:
  # Every pod of the namespace; `--selector` names some.
  podSelector: {}
  policyTypes:
    - Egress
  egress:
    - to:
        - ipBlock:
            cidr: \"10.20.0.7/32\"
      ports:
        - protocol: TCP
          port: 443
";
    assert_eq!(printed.success().text(), format!("{HEAD}{expected}"));
}

#[test]
fn a_public_forge_that_was_not_looked_up_is_anywhere_but_in_private_ranges() {
    let text = network(&["--url=git.acme.invalid"]).success().text();
    let blocks: Vec<&str> = text.lines().filter(|line| line.contains("cidr:")).collect();
    assert_eq!(blocks.len(), 2, "{text}");
    for line in [
        "            cidr: \"0.0.0.0/0\"\n            except:\n",
        "              - \"10.0.0.0/8\"\n",
        "              - \"127.0.0.0/8\"\n",
        "              - \"169.254.0.0/16\"\n",
        "              - \"192.168.0.0/16\"\n",
        "            cidr: \"::/0\"\n            except:\n              - \"::/8\"\n",
        "              - \"2001::/23\"\n",
        "              - \"2002::/16\"\n",
        "              - \"fc00::/7\"\n",
        "              - \"fec0::/10\"\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn a_private_range_is_let_through_without_the_metadata_service_in_it() {
    let options = ["--url=git.acme.invalid", "--private-address=100.64.0.0/10"];
    let text = network(&options).success().text();
    let block = "            cidr: \"100.64.0.0/10\"\n            except:\n              \
                 - \"100.100.100.200/32\"\n";
    assert!(text.contains(block), "{text}");
}

#[test]
fn by_proxy_nothing_but_the_proxy_is_let_through() {
    let options = [
        "--url=git.acme.invalid",
        "--proxy=http://10.1.1.1:3128",
        "--private-address=10.1.1.1/32",
        "--redirect-origin=https://objects.acme.invalid",
    ];
    let text = network(&options).success().text();
    assert!(
        text.contains("#   proxy 10.1.1.1, port 3128\napiVersion"),
        "{text}"
    );
    assert!(
        !text.contains("acme.invalid") && !text.contains("port: 53"),
        "{text}"
    );
    assert!(text.ends_with(
        "            cidr: \"10.1.1.1/32\"\n      ports:\n        - protocol: TCP\n          port: 3128\n"
    ));
}

#[test]
fn what_is_looked_up_is_let_through_and_what_may_not_be_dialled_is_not() {
    let options = [
        "--url=localhost",
        "--resolve",
        "--private-address=127.0.0.1/32",
    ];
    let text = network(&options).success().text();
    assert!(text.contains("cidr: \"127.0.0.1/32\""), "{text}");
    assert!(!text.contains("::1"), "{text}");
    // Without any address that may be dialled, a rule would stand for all of them.
    let printed = network(&["--url=localhost", "--resolve"]);
    assert_eq!(printed.status, 36, "{}", printed.text());
    assert_eq!(printed.text(), "");
}

#[test]
fn a_name_that_would_be_more_than_a_name_is_no_argument() {
    for option in ["--namespace=a\"b", "--selector=a=b\nc: d", "--selector=a"] {
        let printed = network(&["--url=git.acme.invalid", option]);
        assert_eq!(printed.status, 2, "{option}: {}", printed.text());
    }
}
