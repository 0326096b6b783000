//! What a report says in the place of names.

use super::*;

fn stand_ins(names: &[(&'static str, &str)]) -> StandIns {
    let mut stand_ins = StandIns {
        known: Vec::new(),
        met: Vec::new(),
        counts: BTreeMap::new(),
        common: vec!["api".to_owned()],
    };
    for (kind, name) in names {
        stand_ins.add(kind, name);
    }
    stand_ins.longest_first();
    stand_ins
}

#[track_caller]
fn hold(names: &[(&'static str, &str)], cases: &[(&str, &str)]) {
    for (text, replaced) in cases {
        assert_eq!(stand_ins(names).replaced(None, text), *replaced, "{text}");
    }
}

#[test]
fn the_same_name_has_the_same_stand_in_and_the_longer_name_comes_first() {
    let names = [("host", "acme.example"), ("host", "git.acme.example")];
    let text = "git.acme.example and acme.example, GIT.acme.example";
    hold(&names, &[(text, "host-2 and host-1, host-2")]);
}

#[test]
fn what_stands_around_a_name_goes_with_it() {
    let names = [("host", "acme.example"), ("repository", "web/shop")];
    hold(
        &names,
        &[
            ("`web/shop-secret-plans`", "`said-1`"),
            ("web/shop-secret-plans", "repository-2"),
            ("web/shop/merger-with-x", "repository-2"),
            ("web/shopping", "repository-2"),
            ("git.acme.example: refused", "host-2: refused"),
            ("`git.acme.example`", "`said-1`"),
            ("`localhost-12`", "`said-1`"),
            ("ACME.EXAMPLE:443", "host-1:443"),
            ("web%2Fshop, Web/Shop.", "repository-1, repository-1."),
            ("see https://git.acme.example/x", "see https://host-2/…"),
            ("`acme.example:8443`", "`host-1:8443`"),
        ],
    );
}

#[test]
fn a_name_within_a_word_is_none() {
    let names = [("account", "bot"), ("account", "jd")];
    let text = "bot and both, `bot`; robot, jd and `jd`";
    let replaced = "account-1 and both, `account-1`; robot, jd and `account-2`";
    hold(&names, &[(text, replaced)]);
}

#[test]
fn the_name_of_a_connection_is_no_word_of_a_sentence() {
    let names = [("connection", "user"), ("host", "user.example")];
    hold(
        &names,
        &[
            ("GET user: 200", "GET user: 200"),
            ("user 0.1.0", "user 0.1.0"),
            (
                "of the connection `user`",
                "of the connection `connection-1`",
            ),
            ("user.example and user", "host-1 and user"),
        ],
    );
    let mut stand_ins = stand_ins(&names);
    let contract = "acme:code-source@0.1.0";
    assert_eq!(stand_ins.replaced(Some("contract"), contract), contract);
    assert_eq!(
        stand_ins.replaced(Some("connection"), "user"),
        "connection-1"
    );
}

#[test]
fn a_fact_that_is_a_name_is_replaced_whatever_its_length() {
    let mut stand_ins = stand_ins(&[("account", "jd")]);
    for (key, text, replaced) in [
        ("username", "jd", "account-1"),
        ("called", "my token", "token-name-1"),
        ("ca-file", "acme-root.pem", "file-1"),
        (
            "repositories",
            "web/shop (12), maintainer, branch main at 0123456789",
            "web/shop, maintainer, branch main",
        ),
    ] {
        assert_eq!(stand_ins.replaced(Some(key), text), replaced);
    }
}

#[test]
fn only_words_of_our_own_are_left_between_backticks() {
    hold(
        &[],
        &[
            ("the group `token-service`", "the group `said-1`"),
            ("`proxy-acme/web`, `http-gateway`", "`said-1`, `said-2`"),
            (
                "the scope `api`, not `web`",
                "the scope `api`, not `said-1`",
            ),
            (
                "`ca-file = \"…\"` or `--ca-file FILE`, `%2F`",
                "`ca-file = \"…\"` or `--ca-file FILE`, `%2F`",
            ),
            (
                "`proxy = \"http://HOST:PORT\"`",
                "`proxy = \"http://HOST:PORT\"`",
            ),
            ("the group `web`: a ` b `c`", "the group `said-1`"),
        ],
    );
}

#[test]
fn what_the_forge_says_in_its_own_words_is_left_out() {
    hold(
        &[],
        &[
            (
                "refused: it answered 403: 403 Forbidden - You (@jane.doe) must",
                "refused: it answered 403",
            ),
            (
                "refused: it answered 403 Forbidden - You (@jane.doe) must",
                "refused: it answered 403",
            ),
            (
                "ask it@acme.example, or @jane",
                "ask account-1, or account-2",
            ),
        ],
    );
}

#[test]
fn what_nobody_noted_is_replaced_where_it_looks_like_a_name() {
    let names = [("host", "git.acme.example")];
    hold(
        &names,
        &[
            (
                "see https://git.acme.example:8443/web/shop.",
                "see https://host-1:8443/…",
            ),
            (
                "leads to https://me:secret@sso.acme.example/login?x=1",
                "leads to https://host-2/…",
            ),
            ("at 10.1.2.3: refused", "at address-1: refused"),
            (
                "10.1.2.3:443, `10.1.2.3:443`",
                "address-1:443, `address-1:443`",
            ),
            ("at [fd00::7]:443", "at [address-1]:443"),
            (
                "version 16.8.0 of 2026-01-01",
                "version 16.8.0 of 2026-01-01",
            ),
        ],
    );
}
