//! Files at a revision; apart, because their metadata travels in headers.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde_json::json;

use super::{Answer, Call, blobs};
use crate::{
    error::Refusal,
    git::{Commit, Digest, Kind, Repository, TreeEntry},
    reply::{Reply, whole},
};

pub(crate) fn read(call: &Call<'_>) -> Answer {
    let file = File::find(call, true)?;
    blobs::check_limit(call, file.project, file.digest.size)?;
    let data = file.repository.blob(&file.entry.id)?;
    let answer = json!({
        "file_name": file.name(),
        "file_path": file.path_text(),
        "size": file.digest.size,
        "encoding": "base64",
        "content_sha256": file.digest.sha256,
        "ref": file.reference,
        "blob_id": file.entry.id,
        "commit_id": file.commit.id,
        "last_commit_id": file.last_commit,
        "execute_filemode": file.is_executable(),
        "content": STANDARD.encode(data),
    });
    Ok(file.describe(Reply::json(StatusCode::OK, &answer)))
}

pub(crate) fn stat(call: &Call<'_>) -> Answer {
    let file = File::find(call, true)?;
    Ok(file.describe(Reply::empty(StatusCode::OK)))
}

pub(crate) fn raw(call: &Call<'_>) -> Answer {
    let file = File::find(call, false)?;
    if call.query.is_set("lfs")?
        && file.lfs_enabled
        && let Some(id) = file.lfs_id()?
    {
        return stored(call, &id);
    }
    let reply = blobs::send(call, &file.repository, &file.entry.id, file.digest.size)?;
    let name = crate::page::escape(file.name().as_bytes());
    let disposition = format!(
        "inline; filename=\"{}\"; filename*=UTF-8''{name}",
        file.name()
    );
    Ok(file
        .describe(reply)
        .with("content-disposition", disposition))
}

/// A file that was asked for.
pub(super) struct File {
    project: u64,
    lfs_enabled: bool,
    pub(super) repository: Arc<Repository>,
    reference: String,
    pub(super) commit: Arc<Commit>,
    pub(super) path: Vec<u8>,
    entry: TreeEntry,
    digest: Digest,
    last_commit: String,
}

impl File {
    pub(super) fn find(call: &Call<'_>, reference_required: bool) -> Result<Self, Refusal> {
        let reference = match (call.query.bytes("ref"), reference_required) {
            (None, true) => return Err(Refusal::parameter("ref is missing")),
            (Some(b""), _) => return Err(Refusal::parameter("ref is empty")),
            (None, false) => None,
            (Some(reference), _) => Some(String::from_utf8_lossy(reference).into_owned()),
        };
        let path = call.capture("file_path").to_vec();
        if path.split(|byte| *byte == b'/').any(|part| part == b"..") {
            let text = "file_path should be a valid file path";
            return Err(Refusal::parameter(text));
        }
        let (project, repository) = call.code()?;
        let reference = match reference {
            Some(reference) => reference,
            None => repository.head()?,
        };
        let commit = repository
            .commit(&reference)?
            .ok_or_else(|| Refusal::not_found("Commit"))?;
        let entry = repository
            .entry(&commit, &path)?
            .filter(|entry| Kind::of_mode(entry.mode) == Kind::Blob)
            .ok_or_else(|| Refusal::not_found("File"))?;
        let digest = repository.digest(&entry.id)?;
        let last_commit = repository.last_commit(&commit, &path)?.id.clone();
        Ok(Self {
            project: project.id,
            lfs_enabled: project.lfs_enabled,
            repository,
            reference,
            commit,
            path,
            entry,
            digest,
            last_commit,
        })
    }

    fn path_text(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }

    fn name(&self) -> String {
        String::from_utf8_lossy(&self.entry.name).into_owned()
    }

    fn is_executable(&self) -> bool {
        self.entry.mode == 0o100_755
    }

    /// Adds GitLab's headers; names in UTF-8 go out as they are.
    pub(super) fn describe(&self, reply: Reply) -> Reply {
        reply
            .with("x-gitlab-blob-id", &self.entry.id)
            .with("x-gitlab-commit-id", &self.commit.id)
            .with("x-gitlab-content-sha256", &self.digest.sha256)
            .with("x-gitlab-encoding", "base64")
            .with(
                "x-gitlab-execute-filemode",
                self.is_executable().to_string(),
            )
            .with("x-gitlab-file-name", &self.entry.name)
            .with("x-gitlab-file-path", &self.path)
            .with("x-gitlab-last-commit-id", &self.last_commit)
            .with("x-gitlab-ref", &self.reference)
            .with("x-gitlab-size", self.digest.size.to_string())
    }

    /// The object that this file points to, if it is an LFS pointer.
    fn lfs_id(&self) -> Result<Option<String>, Refusal> {
        if self.digest.size > LFS_POINTER_SIZE {
            return Ok(None);
        }
        let text = self.repository.blob(&self.entry.id)?;
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.lines();
        if lines.next() != Some("version https://git-lfs.github.com/spec/v1") {
            return Ok(None);
        }
        Ok(lines
            .find_map(|line| line.strip_prefix("oid sha256:"))
            .map(str::to_owned))
    }
}

/// GitLab looks no further for a pointer.
const LFS_POINTER_SIZE: u64 = 200;

/// An object of LFS, or where it can be fetched; its name in the store is a part of its id.
fn stored(call: &Call<'_>, id: &str) -> Answer {
    let object = call
        .shared
        .read(|world| world.lfs_objects.get(id).cloned())
        .ok_or_else(|| Refusal::not_found(""))?;
    let (folder, rest) = id.split_at(4.min(id.len()));
    let (first, second) = folder.split_at(2.min(folder.len()));
    if let Some(storage) = &call.features.object_storage {
        let url = format!("{storage}/{first}/{second}/{rest}?{SIGNATURE}");
        let text = format!("This resource has been moved temporarily to {url}.");
        return Ok(Reply::text(StatusCode::FOUND, text).with("location", url));
    }
    let disposition = format!("attachment; filename=\"{rest}\"; filename*=UTF-8''{rest}");
    Ok(
        Reply::stream(StatusCode::OK, "application/octet-stream", whole(object))
            .with("content-disposition", disposition)
            .with("content-transfer-encoding", "binary"),
    )
}

/// What a store asks for before it gives anything away.
const SIGNATURE: &str = "X-Amz-Expires=600&X-Amz-Date=20260101T000000Z\
    &X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=STAND1N%2F20260101%2Fus-east-1%2Fs3%2Faws4_request\
    &X-Amz-SignedHeaders=host&X-Amz-Signature=5357414e44314e";
