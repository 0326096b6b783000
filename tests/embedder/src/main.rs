//! A plugin loader in miniature: it uses the library as a service would, without the runner and
//! without a built-in plugin, and is built on machines that have no WebAssembly target.

use std::path::PathBuf;
use std::process::ExitCode;

use code_source::{Connection, Engine, Error, Plugin, Secret, Source, TokenSource};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(plugin), Some(url)) = (arguments.next(), arguments.next()) else {
        return fail("usage: code-source-embedder PLUGIN URL");
    };
    match embed(plugin.into(), url).await {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error.to_string()),
    }
}

async fn embed(plugin: PathBuf, url: String) -> Result<String, Error> {
    let engine = Engine::builder().build()?;
    if Plugin::embedded(&engine).is_ok() {
        return Ok("a plugin is built in, which was not asked for".to_owned());
    }
    let plugin = Plugin::from_file(&engine, &plugin, None)?;
    let token = TokenSource::Value(Secret::new("a-token-out-of-some-vault"));
    let source = Source::open(&plugin, Connection::new("acme", url, token))?;
    let outcome = source.check().await;
    Ok(format!(
        "{} reached {} times: {}",
        source.base_url(),
        outcome.report.requests.len(),
        match outcome.answer {
            Ok(report) => report.product,
            Err(failure) => failure.to_string(),
        }
    ))
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}
