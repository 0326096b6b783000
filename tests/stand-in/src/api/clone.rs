//! Cloning over HTTP; apart, because it lies outside the API and knows another authentication.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use percent_encoding::percent_decode_str;

use super::{Answer, authentication};
use crate::{
    error::Refusal,
    git::Service,
    reply::Reply,
    server::Received,
    shared::Shared,
    state::{UserRecord, Viewer},
};

/// Serves a path below the root that is git's; `None` where it is nothing of the kind.
pub(crate) fn serve(
    shared: &Arc<Shared>,
    request: &Received,
    path: &str,
) -> Option<(&'static str, Answer)> {
    let (project, rest) = path.split_once(".git/")?;
    let project = percent_decode_str(project.trim_start_matches('/')).decode_utf8_lossy();
    let (template, service) = match (&request.method, rest, request.query.as_str()) {
        (&Method::GET, "info/refs", "service=git-upload-pack") => {
            ("/:project.git/info/refs", Service::Advertise)
        }
        (&Method::POST, "git-upload-pack", "") => (
            "/:project.git/git-upload-pack",
            Service::UploadPack(request.body.clone()),
        ),
        _ => return None,
    };
    Some((template, run(shared, request, &project, service)))
}

fn run(shared: &Arc<Shared>, request: &Received, path: &str, service: Service) -> Answer {
    let viewer = viewer(shared, &request.headers, READING)?;
    let found = shared.read(|world| {
        let project = world
            .project_at(path)
            .or_else(|| world.project_moved_from(path))
            .filter(|project| viewer.can_see(world, project))?;
        Some((project.clone(), viewer.can_read_code(world, project)))
    });
    let project = match found {
        Some((project, true)) => project,
        Some((_, false)) => {
            let text = "You are not allowed to download code from this project.";
            return Err(Reply::text(StatusCode::FORBIDDEN, text).into());
        }
        // Whoever did not sign in is asked to, whether there is such a project or not.
        None if viewer.user.is_none() => return Err(denied()),
        None => {
            let text = "The project you were looking for could not be found or you don't have \
                        permission to view it.";
            return Err(Reply::text(StatusCode::NOT_FOUND, text).into());
        }
    };
    let content_type = match service {
        Service::Advertise => "application/x-git-upload-pack-advertisement",
        Service::UploadPack(_) => "application/x-git-upload-pack-result",
    };
    let service = inflated(&request.headers, service)?;
    let protocol = request
        .headers
        .get("git-protocol")
        .and_then(|value| value.to_str().ok());
    let body = project.repository.open()?.serve(service, protocol)?;
    Ok(Reply::stream(StatusCode::OK, content_type, body).with("cache-control", "no-cache"))
}

/// The scopes of which a token needs one.
const READING: &[&str] = &["api", "read_repository", "write_repository"];

fn inflated(headers: &HeaderMap, service: Service) -> Result<Service, Refusal> {
    match service {
        Service::UploadPack(body) => Ok(Service::UploadPack(plain_body(headers, body)?)),
        service => Ok(service),
    }
}

/// git compresses what it asks for when that is long.
pub(super) fn plain_body(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Refusal> {
    use std::io::Read as _;
    let compressed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|value| value == "gzip" || value == "x-gzip");
    if !compressed {
        return Ok(body);
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain)?;
    Ok(plain.into())
}

/// Whom the password, which is a token, speaks for. The name beside it does not matter.
pub(super) fn viewer(
    shared: &Shared,
    headers: &HeaderMap,
    scopes: &[&str],
) -> Result<Viewer, Refusal> {
    let Some(password) = password(headers) else {
        return Ok(Viewer::default());
    };
    let (token, user) = authentication::look_up(shared, &password).ok_or_else(denied)?;
    let suffices = scopes.iter().any(|scope| token.has_scope(scope));
    let usable = suffices && authentication::check_token(&token).is_ok();
    if !usable || !is_active(&user) {
        return Err(denied());
    }
    Ok(Viewer {
        user: Some(user.id),
        admin: user.admin,
        external: user.external,
    })
}

fn is_active(user: &UserRecord) -> bool {
    user.state.rejection(&user.username, "").is_none()
}

fn password(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded
        .split_once(':')
        .map(|(_, password)| password.to_owned())
}

pub(super) fn denied() -> Refusal {
    let text = "HTTP Basic: Access denied. If a password was provided for Git authentication, the \
                password was incorrect or you're required to use a token instead of a password.";
    Reply::text(StatusCode::UNAUTHORIZED, text)
        .with("www-authenticate", "Basic realm=\"GitLab\"")
        .into()
}
