//! `read-file`: a file's bytes; apart from `read-blob`, which knows neither path nor commit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::content::{ContentArguments, Delivery};
use super::context::Context;
use super::failure::CommandError;
use super::interrupt;
use super::progress::Meter;
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use super::stat_file;
use crate::contract::git::ByteRange;

/// Arguments of `read-file`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source cat web/shop README.md
  code-source cat web/shop assets/video.mp4 --resolve-lfs --output video.mp4
  code-source cat web/shop data.bin --range 0-511 | xxd")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The file
    path: String,

    /// Only these bytes: FIRST-LAST, both included, the first being 0; FIRST- goes to the end
    #[arg(long, value_name = "RANGE", value_parser = range)]
    range: Option<ByteRange>,

    /// The file that Git LFS stores, instead of its pointer
    #[arg(long)]
    resolve_lfs: bool,

    #[command(flatten)]
    content: ContentArguments,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `read-file`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let at = arguments.revision.revision(&repository);
    let Arguments {
        path,
        range,
        resolve_lfs,
        ..
    } = &arguments;
    let outcome = repository
        .source
        .read_file(&repository.id, &at, path, *range, *resolve_lfs)
        .await;
    let tried = format!("read `{path}` of `{}`", repository.path);
    let answer = context.notes.answer(tried.clone(), outcome);
    let file = stat_file::or_directory(answer, &repository, &at, path, context.notes).await?;
    let delivery = Delivery::new(file.body, tried);
    let info = Some(stat_file::Shape::from(file.info));
    deliver(delivery, &arguments.content, context, |content| Shape {
        file: info,
        content,
    })
    .await
}

/// Bring content to where it is wanted; `shape` is what JSON says of it.
pub(crate) async fn deliver<S: Serialize>(
    delivery: Delivery,
    arguments: &ContentArguments,
    context: &mut Context,
    shape: impl FnOnce(ContentShape) -> S,
) -> Result<(), CommandError> {
    if let Some(path) = &arguments.output {
        let meter = Meter::new(context.notes, "reading");
        let left = format!("`{}` was not written", path.display());
        let bytes = interrupt::leaving(left, delivery.into_file(path, &meter)).await?;
        drop(meter);
        let content = ContentShape::Written {
            output: path.display().to_string(),
            bytes,
        };
        return if context.output.is_json() {
            context.output.json_line(&shape(content))
        } else {
            Ok(())
        };
    }
    if context.output.is_json() {
        let content = ContentShape::from(delivery.into_memory().await?);
        return context.output.json_line(&shape(content));
    }
    if context.output.is_terminal() && !arguments.force {
        return delivery.into_terminal(context).await;
    }
    let meter = Meter::new(context.notes, "reading");
    interrupt::leaving("the content is cut", delivery.into_pipe(context, &meter)).await
}

/// JSON of `read-file`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The file, as `stat-file` gives it.
    file: Option<stat_file::Shape>,
    /// Its content.
    #[serde(flatten)]
    content: ContentShape,
}

/// Content in JSON: the bytes, or where they were written to.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", untagged)]
pub(crate) enum ContentShape {
    /// Bytes that stand in the object.
    Here {
        /// `utf-8` or `base64`.
        encoding: &'static str,
        /// The bytes in that encoding.
        content: String,
    },
    /// Bytes that stand in a file.
    Written {
        /// The file.
        output: String,
        /// How many they are.
        bytes: u64,
    },
}

impl From<Vec<u8>> for ContentShape {
    fn from(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(content) => Self::Here {
                encoding: "utf-8",
                content,
            },
            Err(error) => Self::Here {
                encoding: "base64",
                content: STANDARD.encode(error.as_bytes()),
            },
        }
    }
}

fn range(text: &str) -> Result<ByteRange, &'static str> {
    const EXPECTED: &str = "not FIRST-LAST or FIRST-, in bytes from 0";
    let (first, last) = text.split_once('-').ok_or(EXPECTED)?;
    let first = first.parse().map_err(|_| EXPECTED)?;
    let last = match last {
        "" => None,
        _ => Some(last.parse().map_err(|_| EXPECTED)?),
    };
    if last.is_some_and(|last| last < first) {
        return Err("it ends before it begins");
    }
    Ok(ByteRange { first, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_a_beginning_and_perhaps_an_end() {
        let parts = |text| range(text).map(|range| (range.first, range.last));
        assert_eq!(parts("0-511"), Ok((0, Some(511))));
        assert_eq!(parts("512-"), Ok((512, None)));
        for text in ["", "-", "-5", "5", "5-4", "a-b", "1-2-3"] {
            assert!(parts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_holds_text_as_text_and_other_bytes_in_base64() {
        let json = |bytes: &[u8]| {
            let content = ContentShape::from(bytes.to_vec());
            serde_json::to_string(&Shape {
                file: None,
                content,
            })
            .unwrap()
        };
        assert_eq!(
            json("grün".as_bytes()),
            r#"{"file":null,"encoding":"utf-8","content":"grün"}"#
        );
        assert_eq!(
            json(b"\xff\0"),
            r#"{"file":null,"encoding":"base64","content":"/wA="}"#
        );
        let content = ContentShape::Written {
            output: "a".into(),
            bytes: 5,
        };
        assert_eq!(
            serde_json::to_string(&Shape {
                file: None,
                content
            })
            .unwrap(),
            r#"{"file":null,"output":"a","bytes":5}"#
        );
    }
}
