//! Archives; apart, because their failures are few and all look alike.

use std::time::Duration;

use http::StatusCode;

use super::{Answer, Call};
use crate::{
    error::Refusal,
    git::{ArchiveFormat, ArchiveRequest},
    record::lock,
    reply::Reply,
};

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let (project, repository) = call.code()?;
    check_limit(call, project.id)?;
    if is_hotlink(call) {
        let text = "406 Not Acceptable";
        return Err(Refusal::message(StatusCode::NOT_ACCEPTABLE, text));
    }
    let format = format(call)?;
    let reference = match call.query.text("sha") {
        Some(reference) => reference,
        None => repository.head()?,
    };
    let missing = || Refusal::not_found("File");
    let commit = repository.commit(&reference)?.ok_or_else(missing)?;
    let path = call.query.bytes("path").filter(|path| !path.is_empty());
    if let Some(path) = path {
        repository.entry(&commit, path)?.ok_or_else(missing)?;
    }
    let mut prefix = format!(
        "{}-{}-{}",
        project.path,
        reference.replace('/', "-"),
        commit.id
    );
    if let Some(path) = path {
        let path = String::from_utf8_lossy(path);
        prefix = format!("{prefix}-{}", path.trim_matches('/').replace('/', "-"));
    }
    let exclude = match call.query.text("exclude_paths") {
        Some(paths) if call.at_least(18, 0) => paths.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let name = format!("{prefix}.{}", format.extension());
    let body = repository.archive(&ArchiveRequest {
        commit: commit.id.clone(),
        prefix,
        path: path.map(<[u8]>::to_vec),
        exclude,
        format,
    })?;
    Ok(Reply::stream(StatusCode::OK, format.content_type(), body)
        .with(
            "content-disposition",
            format!("attachment; filename=\"{name}\""),
        )
        .with("content-transfer-encoding", "binary")
        .with("cache-control", "max-age=0, private, must-revalidate")
        .with("etag", format!("W/\"{}\"", commit.id)))
}

fn check_limit(call: &Call<'_>, project: u64) -> Result<(), Refusal> {
    let Some(limit) = call.features.archives_per_minute else {
        return Ok(());
    };
    let name = format!("archive {:?} {project}", call.viewer.user);
    let minute = Duration::from_secs(60);
    let (used, _) = lock(&call.shared.counters).count(name, minute);
    match used <= limit {
        true => Ok(()),
        false => Err(Refusal::application_limit("archive")),
    }
}

/// A browser that embeds the archive into another page, as its Fetch metadata tells.
fn is_hotlink(call: &Call<'_>) -> bool {
    let text = |name: &str| {
        call.request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    matches!(text("sec-fetch-mode"), "cors" | "no-cors" | "websocket")
        || text("sec-fetch-site") == "cross-site"
}

fn format(call: &Call<'_>) -> Result<ArchiveFormat, Refusal> {
    let given = call.capture_text("format");
    let given = match given.as_str() {
        "" => call.query.text("format").unwrap_or_default(),
        suffix => suffix.trim_start_matches('.').to_owned(),
    };
    match given.as_str() {
        "" | "tar.gz" | "tgz" | "gz" => Ok(ArchiveFormat::TarGz),
        "tar" => Ok(ArchiveFormat::Tar),
        "zip" => Ok(ArchiveFormat::Zip),
        _ => Err(Refusal::UnknownRoute),
    }
}
