//! The stand-in on the command line, for trying things out; apart from the library, which tests use.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::Parser;
use code_source_stand_in::{Change, Project, ProjectSpec, StandIn, Visibility, noise};
use tokio::signal::unix::{SignalKind, signal};

/// Plays a self-managed GitLab on this machine until Ctrl-C.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// GitLab version to play.
    #[arg(long, default_value = "18.6.0-ee")]
    gitlab: String,
    /// Path to serve below, such as `/gitlab`.
    #[arg(long, default_value = "")]
    prefix: String,
    /// Speak HTTP without TLS.
    #[arg(long)]
    plain_http: bool,
    /// File to write the authority's certificate to.
    #[arg(long, default_value = "stand-in-ca.pem")]
    ca_file: PathBuf,
    /// Repository to serve as a project, such as `web/shop=/path/to/clone`.
    #[arg(long, value_name = "PROJECT=FOLDER")]
    import: Vec<String>,
    /// Further projects to make, all empty.
    #[arg(long, default_value_t = 0)]
    projects: usize,
    /// Files of the project `load/many`, which is made only when this is given.
    #[arg(long, default_value_t = 0)]
    files: usize,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let mut builder = StandIn::builder()
        .version(&arguments.gitlab)
        .path_prefix(&arguments.prefix);
    if arguments.plain_http {
        builder = builder.plain_http();
    }
    let forge = builder.start().await?;
    forge.allow_unexpected();
    tokio::task::block_in_place(|| fill(&forge, &arguments))?;
    std::fs::write(&arguments.ca_file, forge.ca_pem())?;
    explain(&forge, &arguments)?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminated.recv() => {}
    }
    Ok(())
}

fn fill(forge: &StandIn, arguments: &Arguments) -> Result<(), String> {
    sample(&forge.project("web/shop"));
    let docs = forge.project("web/docs").visibility(Visibility::Internal);
    docs.commit("main", "Begin", &[("index.md", Change::file("# Docs\n"))]);
    forge.project("web/empty");
    for import in &arguments.import {
        let (path, folder) = import
            .split_once('=')
            .ok_or_else(|| format!("`{import}` is not like `web/shop=/path/to/clone`"))?;
        let head = std::fs::read_to_string(PathBuf::from(folder).join(".git/HEAD"))
            .or_else(|_| std::fs::read_to_string(PathBuf::from(folder).join("HEAD")))
            .map_err(|error| format!("`{folder}` is not a repository: {error}"))?;
        let branch = head.trim().trim_start_matches("ref: refs/heads/");
        forge.project(path).import(folder.as_ref(), branch);
    }
    if arguments.files > 0 {
        let project = forge.project("load/many");
        let files = (0..arguments.files).map(|number| {
            let path = format!("area-{:03}/file-{number:06}.txt", number % 500);
            (path.into_bytes(), Change::file(format!("{number}\n")))
        });
        project.commit_as(&project.new_commit("main", "Many files"), files);
    }
    let template = forge.project("web/docs");
    forge.many_projects(arguments.projects, Some(&template), |index| {
        ProjectSpec::new(format!("crowd/project-{index:05}"))
    });
    Ok(())
}

fn sample(project: &Project) {
    let pointer = project.lfs_object(noise(7, 100_000));
    let first = project.commit(
        "main",
        "Begin",
        &[
            ("README.md", Change::file("# Shop\n")),
            ("src/main.rs", Change::file("fn main() {}\n")),
            ("src/lib.rs", Change::file("//! A shop.\n")),
            ("bin/run", Change::executable("#!/bin/sh\nexec cargo run\n")),
            ("latest", Change::symlink("src/main.rs")),
            ("media/photo.png", Change::file(pointer)),
            ("docs/ä b+c#1.md", Change::file("# Odd names\n")),
        ],
    );
    project.commit(
        "main",
        "Say hello\n\nSo that visitors feel welcome.",
        &[(
            "src/main.rs",
            Change::file("fn main() {\n    println!(\"hello\");\n}\n"),
        )],
    );
    project.branch("feature/checkout", &first);
    project.tag("v1.0.0", &first, Some("The first release"));
}

fn explain(forge: &StandIn, arguments: &Arguments) -> io::Result<()> {
    let (url, token) = (forge.url(), forge.admin_token());
    let ca = std::path::absolute(&arguments.ca_file)?;
    let ca = ca.display();
    let mut output = io::stdout().lock();
    writeln!(output, "url      {url}")?;
    writeln!(output, "ca-file  {ca}")?;
    writeln!(output, "token    {token}")?;
    writeln!(output)?;
    writeln!(
        output,
        "curl --cacert {ca} -H 'PRIVATE-TOKEN: {token}' {url}/api/v4/projects"
    )?;
    let host = url.split("://").nth(1).unwrap_or(&url);
    let scheme = url.split("://").next().unwrap_or("https");
    writeln!(
        output,
        "GIT_SSL_CAINFO={ca} git clone {scheme}://any:{token}@{host}/web/shop.git"
    )?;
    writeln!(output)?;
    writeln!(output, "A connection for code-source:")?;
    writeln!(output)?;
    writeln!(output, "    [connections.stand-in]")?;
    writeln!(output, "    url = \"{url}\"")?;
    writeln!(output, "    token = {{ env = \"GITLAB_TOKEN\" }}")?;
    writeln!(output, "    ca-file = \"{ca}\"")?;
    writeln!(output, "    private-addresses = [\"127.0.0.0/8\"]")?;
    writeln!(output)?;
    writeln!(output, "Ctrl-C ends it.")?;
    output.flush()
}
