//! The pages that people read, taken at their word: links lead somewhere, configurations are
//! understood, output is what the command prints, manifests hang together. Apart from
//! `documentation`, which holds lists against sources.

use std::path::{Path, PathBuf};

use code_source::config::Configuration;
use code_source::egress::{Access, BaseUrl, Manifest, Operator, Policy, Profile};
use code_source_tests::Runner;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All pages, wherever they are, with their texts.
fn pages() -> Vec<(PathBuf, String)> {
    let folders = [
        "",
        "guest",
        "host",
        "host/docs",
        "host/egress",
        "tests",
        "tests/bench",
        "tests/fuzz",
        "tests/honesty",
    ];
    let entries = folders.map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let files = entries.into_iter().flatten();
    let files = files.map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    };
    pages.map(read).collect()
}

/// A block of a page, and the line that it begins at.
struct Block {
    language: String,
    text: String,
    place: String,
}

/// The blocks of all pages in this language.
fn blocks(language: &str) -> Vec<Block> {
    let pages = pages();
    let all = pages.iter().flat_map(|(path, text)| blocks_of(path, text));
    let found: Vec<_> = all.filter(|block| block.language == language).collect();
    assert!(!found.is_empty(), "{language}");
    found
}

fn blocks_of(path: &Path, text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (line, number) in text.lines().zip(1..) {
        match line.strip_prefix("```") {
            Some(language) if !is_open => {
                found.push(Block {
                    language: language.to_owned(),
                    text: String::new(),
                    place: format!("{}:{number}", path.display()),
                });
                is_open = true;
            }
            Some(_) => is_open = false,
            None if is_open => {
                if let Some(block) = found.last_mut() {
                    block.text += line;
                    block.text.push('\n');
                }
            }
            None => {}
        }
    }
    assert!(!is_open, "{}: a block does not end", path.display());
    found
}

/// Where the links of a page lead, those in its blocks aside.
fn links(text: &str) -> Vec<String> {
    let mut is_open = false;
    let mut found = Vec::new();
    for line in text.lines() {
        is_open ^= line.starts_with("```");
        if !is_open {
            let targets = line.split("](").skip(1);
            found.extend(targets.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        }
    }
    found
}

#[test]
fn every_relative_link_of_a_page_leads_to_a_file() {
    let mut seen = 0;
    let mut dead = Vec::new();
    for (page, text) in pages() {
        let links = links(&text).into_iter();
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let path = link.split('#').next().unwrap_or_default();
            seen += 1;
            if !page.with_file_name("").join(path).exists() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(seen > 40, "{seen}");
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn every_page_of_the_manual_is_linked_from_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for entry in std::fs::read_dir(root().join("host/docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("](host/docs/{name})")), "{name}");
    }
}

#[test]
fn every_configuration_on_a_page_is_understood() {
    let mut seen = 0;
    for block in blocks("toml") {
        if !block.text.contains("[connections.") {
            continue;
        }
        seen += 1;
        let parsed = Configuration::parse(&block.text, Path::new("/config.toml"));
        assert!(parsed.is_ok(), "{}: {:?}", block.place, parsed.err());
    }
    assert!(seen > 8, "{seen}");
}

#[test]
fn the_profile_and_the_manifest_of_another_forge_hang_together() {
    let page = |block: &Block| block.place.contains("forge.md");
    let profile = blocks("toml").into_iter().find(page).unwrap();
    let manifest = blocks("json").into_iter().find(page).unwrap();
    let profile = Profile::parse(&profile.text).unwrap();
    let manifest = Manifest::parse(manifest.text.as_bytes()).unwrap();
    assert_eq!(manifest.provider(), profile.provider());
    let base = BaseUrl::parse("https://shelf.acme.example").unwrap();
    let operator = Operator {
        access: [Access::Read].into_iter().collect(),
        ..Operator::default()
    };
    let policy = Policy::new(&profile, &manifest, &base, operator).unwrap();
    assert!(policy.cut().is_empty(), "{:?}", policy.cut());
    let beyond = include_bytes!("../plugins/minimal/src/manifest.json");
    let beyond = Manifest::parse(beyond).unwrap();
    assert!(Policy::new(&profile, &beyond, &base, Operator::default()).is_err());
}

#[test]
fn what_the_page_about_other_forges_quotes_stands_in_the_plugin() {
    let folder = root().join("tests/plugins/minimal/src");
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let lines: Vec<String> = files
        .flat_map(|text| {
            text.lines()
                .map(|line| line.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let page = |block: &Block| block.place.contains("forge.md");
    let quoted: Vec<_> = blocks("rust").into_iter().filter(page).collect();
    assert!(quoted.len() > 8, "{}", quoted.len());
    for block in quoted {
        let wanted: Vec<&str> = block.text.lines().map(str::trim).collect();
        let is_there = lines.windows(wanted.len()).any(|found| found == wanted);
        assert!(is_there, "{}: {}", block.place, block.text);
    }
}

/// What a command printed, from the line after it to the next one.
fn shown(text: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => found.push((command, String::new())),
            None => {
                if let Some((_, output)) = found.last_mut() {
                    *output += line;
                    output.push('\n');
                }
            }
        }
    }
    found
}

#[test]
fn the_page_for_the_firewall_team_shows_what_the_command_prints() {
    let page = |block: &Block| block.place.contains("network.md");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let configuration = blocks("toml").into_iter().find(page).unwrap();
    std::fs::write(&file, configuration.text).unwrap();
    let runner = Runner::new([]).environment("CODE_SOURCE_CONFIG", &file.display().to_string());
    let mut compared = 0;
    for block in blocks("console").into_iter().filter(page) {
        for (command, expected) in shown(&block.text) {
            // Without output there is nothing to hold it against: it would ask a name server.
            if expected.is_empty() {
                continue;
            }
            let arguments: Vec<_> = command.split(' ').skip(1).collect();
            let printed = runner.run(&arguments);
            let text = printed.text() + &printed.stderr;
            assert_eq!(text.trim_end(), expected.trim_end(), "{command}");
            compared += 1;
        }
    }
    assert_eq!(compared, 3);
}

#[test]
fn the_network_policy_on_the_page_about_kubernetes_is_the_printed_one() {
    let page = |block: &Block| block.place.contains("kubernetes.md");
    let mut blocks = blocks("yaml").into_iter().filter(page);
    let policy = blocks.find(|block| block.text.contains("kind: NetworkPolicy"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    // An address needs no name server, and every listed range is one.
    let text = "[connections.acme]\nurl = \"https://10.20.0.15\"\ntoken = { env = \"T\" }\n\
                private-addresses = [\"10.20.0.0/16\"]\n";
    std::fs::write(&file, text).unwrap();
    let runner = Runner::new([]).environment("CODE_SOURCE_CONFIG", &file.display().to_string());
    let wanted =
        "policy network --kubernetes --resolve --namespace tools --selector app=code-source";
    let printed = runner.run(&wanted.split(' ').collect::<Vec<_>>()).success();
    let printed = printed.text();
    // The page's forge has a name, and so the page has the rule for name servers as well.
    let page = policy.unwrap().text;
    let (before, rest) = page
        .split_once("    - to:\n        - namespaceSelector")
        .unwrap();
    let (_, after) = rest.split_once("port: 53\n    - to:").unwrap();
    let rule = format!("{before}    - to:{after}");
    assert!(printed.ends_with(&rule), "{printed}\n{rule}");
}

/// What is wrong with a manifest, as far as its lines tell.
fn yaml_problem(text: &str) -> Option<String> {
    let mut literal = None;
    let mut last = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        if literal.is_some_and(|above| indent > above) {
            continue;
        }
        literal = line.ends_with('|').then_some(indent);
        let item = line.trim_start();
        let content = item.trim_start_matches("- ");
        let is_entry = content.ends_with(':') || content.contains(": ");
        let is_scalar = item.starts_with("- ");
        // A list's entries may stand two further in than what they belong to, and no more.
        if line.contains('\t') || indent % 2 != 0 || indent > last + 4 {
            return Some(format!("indentation: {line}"));
        }
        if !(is_entry || is_scalar || item.starts_with('#')) {
            return Some(format!("neither a key nor an entry: {line}"));
        }
        let count = |wanted: char| content.chars().filter(|one| *one == wanted).count();
        if count('"') % 2 != 0 || count('[') != count(']') || count('{') != count('}') {
            return Some(format!("not closed: {line}"));
        }
        last = indent;
    }
    None
}

#[test]
fn every_manifest_of_kubernetes_has_its_form() {
    let mut kinds = Vec::new();
    for block in blocks("yaml") {
        for document in block.text.split("\n---\n") {
            assert_eq!(yaml_problem(document), None, "{}", block.place);
            let value = |key: &str| {
                let line = document.lines().find_map(|line| line.strip_prefix(key));
                line.unwrap_or_else(|| panic!("{}: no `{key}`", block.place))
            };
            value("apiVersion: ");
            value("metadata:");
            kinds.push(value("kind: ").to_owned());
            let is_pod = document.contains("containers:");
            for wanted in ["runAsNonRoot: true", "readOnlyRootFilesystem: true"] {
                assert!(!is_pod || document.contains(wanted), "{}", block.place);
            }
        }
    }
    let wanted = [
        "ConfigMap",
        "Secret",
        "PersistentVolumeClaim",
        "CronJob",
        "Deployment",
        "NetworkPolicy",
    ];
    assert_eq!(kinds, wanted);
    assert!(yaml_problem("a:\n   b: c\n").is_some());
    assert!(yaml_problem("a: [\"b\"\n").is_some());
    assert!(yaml_problem("a:\n  b\n").is_some());
}

#[test]
fn the_configuration_in_the_manifests_is_understood() {
    let block = blocks("yaml").remove(0);
    let (_, text) = block.text.split_once("config.toml: |\n").unwrap();
    let (text, _) = text.split_once("  ca.pem: |").unwrap();
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    let parsed = Configuration::parse(&lines.join("\n"), Path::new("/config.toml"));
    assert!(parsed.is_ok(), "{:?}", parsed.err());
}

#[test]
fn the_picture_of_the_readme_has_no_word_that_ends_it() {
    let picture = blocks("mermaid").remove(0);
    let mut lines = picture.text.lines().map(str::trim);
    let head = lines.next().unwrap_or_default();
    assert!(head.starts_with("flowchart "), "{head}");
    let mut open = 0_i32;
    for line in lines.filter(|line| !line.is_empty()) {
        open += i32::from(line.starts_with("subgraph ")) - i32::from(line == "end");
        assert!(open >= 0, "{line}");
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        // Mermaid ends a group at the word `end`, wherever it stands outside of quotes.
        let unquoted: String = line.split('"').step_by(2).collect();
        let is_end = |word: &str| word == "end";
        let words = unquoted.split(|c: char| !c.is_alphanumeric());
        assert!(line == "end" || !words.into_iter().any(is_end), "{line}");
    }
    assert_eq!(open, 0);
}
