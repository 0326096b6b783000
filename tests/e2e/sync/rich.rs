//! A repository with everything that an archive, a file system or a forge could get wrong.

use code_source_stand_in::{Change, Project, noise};

/// What a name can be in git and still be a file's name.
pub(crate) const AWKWARD: [&[u8]; 22] = [
    b"a b",
    b" leading and trailing ",
    b"#1?.txt",
    b"100%",
    b"a%2Fb",
    b"%00",
    b"+x",
    b"-dash",
    b"...",
    b"a..b",
    b"~-._!$&'()*,;=:@",
    b"[glob]*{x}",
    b"new\nline",
    b"tab\there",
    b"quote\"s'",
    b"back\\slash",
    b"Read.Me",
    b"read.me",
    "grün/🌱".as_bytes(),
    "decomposed/e\u{301}".as_bytes(),
    "decomposed/\u{e9}".as_bytes(),
    b".hidden/.gitignore",
];

/// Bytes of the large file.
pub(crate) const LARGE: usize = 100 << 20;

/// Another repository's commits.
pub(crate) const ELSEWHERE: [&str; 2] = [
    "1111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222",
];

/// The first commit.
pub(crate) fn begin(project: &Project) -> String {
    let pointer = project.lfs_object(noise(1, 5_000));
    let mut changes = attributes();
    changes.extend(links());
    let long = [&b"long/".repeat(20)[..], &b"x".repeat(250)].concat();
    let plain = [
        (&b"README.md"[..], Change::file("# Shop\n")),
        (b"bin/run", Change::executable("#!/bin/sh\n")),
        (b"bin/tool", Change::file("#!/bin/sh\n")),
        (b"docs/guide/intro.md", Change::file("Welcome\n")),
        (b"empty", Change::file("")),
        (b"empty-and-executable", Change::executable("")),
        (b"becomes-a-directory", Change::file("a file\n")),
        (
            b"becomes-a-file/inner",
            Change::file("in the way of a file\n"),
        ),
        (b"becomes-a-submodule", Change::file("code\n")),
        (b"moves", Change::file("the same before and after\n")),
        (b"movie.bin", Change::file(pointer)),
        (b"large", Change::file(noise(2, LARGE))),
        (b"vendor/lib", Change::Submodule(ELSEWHERE[0].to_owned())),
        (b"vendor/gone", Change::Submodule(ELSEWHERE[0].to_owned())),
        (&long, Change::file("far down\n")),
    ];
    changes.extend(
        plain
            .into_iter()
            .map(|(path, change)| (path.to_vec(), change)),
    );
    let names = AWKWARD
        .iter()
        .map(|name| (name.to_vec(), Change::file(*name)));
    changes.extend(names);
    project.commit("main", "Begin", &changes)
}

/// The second one: every kind of change once.
pub(crate) fn change(project: &Project) -> String {
    let pointer = project.lfs_object(noise(3, 7_000));
    let submodule = |commit: &str| Change::Submodule(commit.to_owned());
    let changes = [
        ("README.md", Change::file("# A better shop\n")),
        ("bin/run", Change::file("#!/bin/sh\n")),
        ("bin/tool", Change::executable("#!/bin/sh\n")),
        ("docs/guide", Change::Delete),
        ("empty", Change::Delete),
        ("once-empty/now", Change::file("")),
        ("becomes-a-directory", Change::Delete),
        ("becomes-a-directory/inner", Change::file("deeper\n")),
        ("becomes-a-file/inner", Change::Delete),
        ("becomes-a-file", Change::file("flat\n")),
        ("becomes-a-submodule", submodule(ELSEWHERE[0])),
        ("moves", Change::Delete),
        ("moved", Change::file("the same before and after\n")),
        ("movie.bin", Change::file(pointer)),
        ("large", Change::executable(noise(2, LARGE))),
        ("vendor/lib", submodule(ELSEWHERE[1])),
        ("vendor/gone", Change::Delete),
        ("vendor/new", submodule(ELSEWHERE[1])),
        ("links/inside", Change::symlink("../bin/tool")),
        ("links/absolute", Change::file("no link any more\n")),
        ("links/becomes-outside", Change::symlink("/etc/passwd")),
        ("links/escapes", Change::symlink("../README.md")),
        ("new-link", Change::symlink("links")),
        ("version.txt", Change::file("$Format:%h$ again\n")),
        ("hidden/deep/file", Change::file("still hidden\n")),
        ("sealed/later", Change::file("hidden by its directory\n")),
        ("a b", Change::file("changed")),
        ("new\nline", Change::Delete),
        ("grün/🌱", Change::file("grew")),
        ("grün/#?%", Change::file("new")),
    ];
    project.commit("main", "Change everything", &changes)
}

/// Attributes at which `git archive` leaves out and rewrites.
fn attributes() -> Vec<(Vec<u8>, Change)> {
    const ROOT: &str = "secret.txt export-ignore\nhidden/ export-ignore\n\
        version.txt export-subst\n*.dos text eol=crlf\n*.id ident\n\
        *.wide working-tree-encoding=UTF-16LE\n*.bin filter=lfs diff=lfs merge=lfs -text\n";
    const NESTED: &str = "private/** export-ignore\n*.c export-subst\n";
    [
        (".gitattributes", ROOT),
        ("secret.txt", "left out of archives\n"),
        ("hidden/file", "left out\n"),
        ("hidden/deep/file", "left out\n"),
        ("version.txt", "$Format:%H$\n"),
        ("lines.dos", "one\ntwo\n"),
        ("own.id", "$Id$\n"),
        ("text.wide", "sixteen\n"),
        ("nested/.gitattributes", NESTED),
        ("nested/private/key", "left out\n"),
        ("nested/main.c", "// $Format:%an$\n"),
        ("nested/main.rs", "// $Format:%an$\n"),
        ("sealed/.gitattributes", "* export-ignore\n"),
        ("sealed/one", "left out with what hides it\n"),
        ("sealed/deep/two", "left out\n"),
    ]
    .map(|(path, text)| (path.as_bytes().to_vec(), Change::file(text)))
    .to_vec()
}

fn links() -> Vec<(Vec<u8>, Change)> {
    [
        ("links/inside", "../README.md"),
        ("links/directory", "../docs"),
        ("links/dangling", "nowhere"),
        ("links/becomes-outside", "../bin/run"),
        ("links/absolute", "/etc/passwd"),
        ("links/escapes", "../../outside"),
        ("links/home", "../../../../../../home/ada/.ssh/id"),
    ]
    .map(|(path, target)| (path.as_bytes().to_vec(), Change::symlink(target)))
    .to_vec()
}
