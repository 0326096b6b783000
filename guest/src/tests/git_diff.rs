//! Differences held against git's own, over pairs of texts that are made up.

use std::{fs, path::Path, process::Command, time::Instant};

use super::diffs::text_of;

/// Anything, and the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// Lines of few words, so that many of them are the same.
    fn line(&mut self) -> String {
        let indent = " ".repeat(4 * self.below(3) as usize);
        let words = ["", "}", "{", "let a = 1;", "return", "ä", "x\r", "if b"];
        let word = words[self.below(words.len() as u64) as usize];
        match self.below(3) {
            0 => format!("{indent}{word} {}", self.below(40)),
            _ => format!("{indent}{word}"),
        }
    }

    fn text(&mut self) -> Vec<String> {
        let length = self.below(60);
        (0..length).map(|_| self.line()).collect()
    }

    /// The same lines with some changed, added and removed.
    fn changed(&mut self, lines: &[String]) -> Vec<String> {
        let mut changed = Vec::new();
        let often = 2 + self.below(12);
        for line in lines {
            match self.below(often * 3) {
                0 => {}
                1 => changed.extend([line.clone(), self.line()]),
                2 => changed.push(self.line()),
                _ => changed.push(line.clone()),
            }
        }
        changed
    }

    fn joined(&mut self, lines: &[String]) -> String {
        let mut text = lines.join("\n");
        if !text.is_empty() && self.below(4) > 0 {
            text.push('\n');
        }
        text
    }
}

/// What a program says.
fn said(directory: &Path, program: &[&str]) -> String {
    let mut command = Command::new(program[0]);
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIFF_OPTS")
        .args(&program[1..])
        .current_dir(directory);
    let output = command.output().expect("git is there");
    String::from_utf8(output.stdout).expect("it is text")
}

/// The hunks, without what git puts behind a range.
fn of_git(directory: &Path) -> String {
    let diff = said(
        directory,
        &[
            "git",
            "diff",
            "--no-index",
            "--no-color",
            "--no-ext-diff",
            "old",
            "new",
        ],
    );
    let Some(begin) = diff.find("\n@@ ") else {
        return String::new();
    };
    let lines = diff[begin + 1..].split_inclusive('\n');
    let lines = lines.map(|line| match line.starts_with("@@ ") {
        true => format!("{} @@\n", line.rsplit_once(" @@").expect("it ends so").0),
        false => line.to_owned(),
    });
    lines.collect()
}

/// What the old text becomes by a difference.
fn applied(old: &str, diff: &str) -> String {
    let mut old = old.split_inclusive('\n');
    let mut new = String::new();
    let mut at = 1;
    let mut lines = diff.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let (mark, rest) = line.split_at(1);
        let ends = lines.peek().is_none_or(|next| !next.starts_with('\\'));
        let rest = if ends {
            rest
        } else {
            rest.trim_end_matches('\n')
        };
        match mark {
            "@" => {
                let range = rest.split(['-', ' ']).nth(2).expect("it has a range");
                let (first, length) = range.split_once(',').unwrap_or((range, "1"));
                let first: usize = first.parse().expect("is one");
                let first = if length == "0" { first + 1 } else { first };
                while at < first {
                    new += old.next().expect("there is one");
                    at += 1;
                }
            }
            "+" => new += rest,
            "\\" => {}
            _ => {
                assert_eq!(old.next(), Some(rest));
                at += 1;
                if mark == " " {
                    new += rest;
                }
            }
        }
    }
    old.for_each(|line| new += line);
    new
}

#[test]
fn a_difference_is_the_one_that_git_makes() {
    let directory = tempfile();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for round in 0..80 {
        let lines = random.text();
        let other = random.changed(&lines);
        let (old, new) = (random.joined(&lines), random.joined(&other));
        fs::write(directory.join("old"), &old).expect("it can be written");
        fs::write(directory.join("new"), &new).expect("it can be written");
        assert_eq!(text_of(&old, &new), of_git(&directory), "round {round}");
    }
    fs::remove_dir_all(directory).expect("it can be removed");
}

#[test]
fn a_difference_makes_the_new_text_of_the_old_one() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..1_000 {
        let lines = random.text();
        let other = match random.below(4) {
            0 => random.text(),
            _ => random.changed(&lines),
        };
        let (old, new) = (random.joined(&lines), random.joined(&other));
        assert_eq!(applied(&old, &text_of(&old, &new)), new, "round {round}");
    }
}

fn tempfile() -> std::path::PathBuf {
    let directory = std::env::temp_dir().join(format!("code-source-diff-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("it can be made");
    directory
}

/// Without a bound the second pair alone takes minutes.
#[test]
fn no_pair_of_texts_takes_long_or_loses_a_line() {
    let large = 60_000;
    let mut random = Random(7);
    let mut digits = || {
        (0..large)
            .map(|_| format!("{}\n", random.below(9)))
            .collect::<String>()
    };
    let numbers = |n: usize| format!("{n:07}\n");
    let pairs: [(String, String); 4] = [
        ("\n".repeat(large), "a\n".repeat(large)),
        ("a\nb\n".repeat(large / 2), "b\na\n".repeat(large / 2)),
        (
            (0..large).map(numbers).collect(),
            (0..large).rev().map(numbers).collect(),
        ),
        (digits(), digits()),
    ];
    for (old, new) in pairs {
        let begun = Instant::now();
        let diff = text_of(&old, &new);
        assert!(begun.elapsed().as_secs() < 20);
        assert!(applied(&old, &diff) == new);
    }
}
