//! `read-blob`: bytes by their name in git; apart from `read-file` because there is neither path
//! nor commit.

use serde::Serialize;

use super::content::{ContentArguments, Delivery};
use super::context::Context;
use super::failure::CommandError;
use super::progress::Meter;
use super::read_file::{ContentShape, deliver};
use super::repository::RepositoryArgument;
use super::revision;

/// Arguments of `read-blob`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source read-blob web/shop 8ab686eafeb1f44702738c8b0f24f2567c36da6d
  code-source read-blob web/shop 8ab686eafeb1f44702738c8b0f24f2567c36da6d --output shop.png")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The blob, by its whole name
    #[arg(value_parser = revision::commit)]
    blob: String,

    #[command(flatten)]
    content: ContentArguments,
}

/// Run `read-blob`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let blob = arguments.blob;
    let outcome = Meter::during(
        context.notes,
        "asking for the blob",
        repository.source.read_blob(&repository.id, &blob),
    )
    .await;
    let tried = format!("read the blob `{blob}` of `{}`", repository.path);
    let body = context.notes.answer(tried.clone(), outcome)?;
    let delivery = Delivery::new(body, tried);
    deliver(delivery, &arguments.content, context, |content| Shape {
        blob,
        content,
    })
    .await
}

/// JSON of `read-blob`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The blob.
    blob: String,
    /// Its content, as in `read-file`.
    #[serde(flatten)]
    content: ContentShape,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_the_blob_beside_its_content() {
        let content = ContentShape::from(b"a".to_vec());
        assert_eq!(
            serde_json::to_string(&Shape {
                blob: "ff".into(),
                content
            })
            .unwrap(),
            r#"{"blob":"ff","encoding":"utf-8","content":"a"}"#
        );
    }
}
