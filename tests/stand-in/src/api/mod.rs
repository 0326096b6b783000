//! The API: from a request to its route, and everything a handler may ask; apart, because a
//! handler is a plain function of a [`Call`] and may be read alone.

mod account;
mod archive;
mod authentication;
mod blame;
mod blobs;
mod clone;
mod commit_create;
mod commit_json;
mod commit_parameters;
mod commits;
mod compare;
mod file_writes;
mod files;
mod hooks;
mod instance;
mod merge_requests;
mod parameters;
mod people;
mod project_filter;
mod project_json;
mod projects;
mod push;
mod reference_writes;
mod references;
mod route;
mod search;
mod statuses;
mod table;
mod throttle;
mod tree;
mod writing;

use std::sync::Arc;

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use self::route::{Found, Route};
use crate::{
    distort::html,
    error::Refusal,
    feature::Features,
    git::Repository,
    page::escape,
    query::Query,
    reply::{Reply, whole},
    server::Received,
    shared::Shared,
    state::{ProjectRecord, TokenRecord, Viewer},
};

pub(crate) use merge_requests::{NewMergeRequest, follow_push, open as open_merge_request};
pub(crate) use writing::pushed;

/// What every handler returns.
type Answer = Result<Reply, Refusal>;

/// An answer and the route that gave it.
pub(crate) struct Served {
    pub(crate) reply: Reply,
    pub(crate) template: Option<&'static str>,
}

impl Served {
    /// The answer where a handler panicked.
    pub(crate) fn failed() -> Self {
        Self {
            reply: Refusal::from(std::io::Error::other("panic")).into_reply(),
            template: None,
        }
    }
}

/// A request on its way through a handler.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) request: &'a Received,
    pub(crate) features: Features,
    pub(crate) query: Query,
    route: &'static Route,
    captures: Vec<(&'static str, Vec<u8>)>,
    pub(crate) viewer: Viewer,
    /// The token, where one was sent.
    pub(crate) token: Option<TokenRecord>,
}

/// Serves a request from beginning to end.
pub(crate) fn serve(shared: &Arc<Shared>, request: Received) -> Served {
    let Some(path) = request.path.strip_prefix(&shared.prefix) else {
        return unknown(shared, &request);
    };
    if let Some(path) = path.strip_prefix("/api/v4") {
        return serve_api(shared, &request, path);
    }
    if path == "/users/sign_in" {
        let reply = html(StatusCode::OK, "Sign in");
        return Served {
            reply,
            template: Some("/users/sign_in"),
        };
    }
    let found = clone::serve(shared, &request, path);
    match found.or_else(|| push::serve(shared, &request, path)) {
        Some((template, answer)) => finish(shared, &request, Some(template), answer),
        None => unknown(shared, &request),
    }
}

/// The route that would serve a request.
pub(crate) fn template(shared: &Shared, request: &Received) -> Option<&'static str> {
    let path = request
        .path
        .strip_prefix(&shared.prefix)?
        .strip_prefix("/api/v4")?;
    match route::find(&request.method, path) {
        Found::Route(route, _) => Some(route.template),
        _ => None,
    }
}

fn serve_api(shared: &Arc<Shared>, request: &Received, path: &str) -> Served {
    let features = shared.features();
    let decoded = path.replace("%2F", "/").replace("%2f", "/");
    let path = match features.decode_percent_2f {
        true => &decoded,
        false => path,
    };
    match route::find(&request.method, path) {
        Found::Route(route, captures) => {
            let answer = throttle::check(shared, &features, request).and_then(|()| {
                check_maintenance(&features, &request.method)?;
                check_size(&features, request)?;
                let call = Call::new(shared, request, features.clone(), route, captures)?;
                (route.run)(&call)
            });
            let mut served = finish(shared, request, Some(route.template), answer);
            throttle::describe(shared, &features, request, &mut served.reply);
            served
        }
        // A path taken apart by a proxy is no surprise there.
        Found::Nothing if features.decode_percent_2f => Served {
            reply: Refusal::UnknownRoute.into_reply(),
            template: None,
        },
        Found::Nothing => unknown(shared, request),
        Found::OtherMethod => {
            shared.record.unexpected(describe(request));
            Served {
                reply: Refusal::error(StatusCode::METHOD_NOT_ALLOWED, "405 Not Allowed")
                    .into_reply(),
                template: None,
            }
        }
    }
}

/// In maintenance mode a change is refused before it is known who wants it.
fn check_maintenance(features: &Features, method: &Method) -> Result<(), Refusal> {
    match features.maintenance && !matches!(*method, Method::GET | Method::HEAD) {
        true => Err(Refusal::message(
            StatusCode::SERVICE_UNAVAILABLE,
            "GitLab Maintenance: system is in maintenance mode",
        )),
        false => Ok(()),
    }
}

fn check_size(features: &Features, request: &Received) -> Result<(), Refusal> {
    let size = request.body.len() as u64;
    match features.largest_request.is_some_and(|limit| size > limit) {
        true => Err(Refusal::message(
            StatusCode::PAYLOAD_TOO_LARGE,
            "413 Request Entity Too Large",
        )),
        false => Ok(()),
    }
}

fn unknown(shared: &Shared, request: &Received) -> Served {
    finish(shared, request, None, Err(Refusal::UnknownRoute))
}

fn finish(
    shared: &Shared,
    request: &Received,
    template: Option<&'static str>,
    answer: Answer,
) -> Served {
    let mut reply = answer.unwrap_or_else(|refusal| {
        match &refusal {
            Refusal::Answer(_) => {}
            Refusal::Failure(error) => {
                let text = format!("{}: {error}", describe(request));
                shared.record.unexpected(text);
            }
            Refusal::UnknownRoute => shared.record.unexpected(describe(request)),
        }
        refusal.into_reply()
    });
    if request.method == Method::HEAD {
        reply.body = whole(bytes::Bytes::new());
    }
    let id = request_id(shared);
    let meta = format!(r#"{{"correlation_id":"{id}","version":"1"}}"#);
    if !reply.headers.contains_key("cache-control") {
        reply = reply.with("cache-control", "max-age=0, private, must-revalidate");
    }
    let reply = reply
        .with("x-request-id", id)
        .with("x-gitlab-meta", meta)
        .with("x-frame-options", "SAMEORIGIN")
        .with("vary", "Origin")
        .with("x-content-type-options", "nosniff");
    Served { reply, template }
}

fn describe(request: &Received) -> String {
    format!("{} {} {}", request.method, request.path, request.query)
}

/// A ULID-like name, as GitLab gives every request.
fn request_id(shared: &Shared) -> String {
    format!("01STANDIN{:017}", shared.record.next_number())
}

impl<'a> Call<'a> {
    fn new(
        shared: &'a Arc<Shared>,
        request: &'a Received,
        features: Features,
        route: &'static Route,
        captures: Vec<(&'static str, Vec<u8>)>,
    ) -> Result<Self, Refusal> {
        let (viewer, token) = authentication::authenticate(shared, &features, request, route)?;
        Ok(Self {
            shared,
            request,
            features,
            query: Query::parse(&request.query),
            route,
            captures,
            viewer,
            token,
        })
    }

    /// A variable part of the path, decoded.
    pub(crate) fn capture(&self, name: &str) -> &[u8] {
        self.captures
            .iter()
            .find(|(key, _)| *key == name)
            .map_or(b"", |(_, value)| value)
    }

    pub(crate) fn capture_text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.capture(name)).into_owned()
    }

    /// The user, where somebody must be signed in.
    pub(crate) fn user(&self) -> Result<u64, Refusal> {
        self.viewer.user.ok_or_else(Refusal::unauthorized)
    }

    pub(crate) fn at_least(&self, major: u32, minor: u32) -> bool {
        self.shared.version.at_least(major, minor)
    }

    /// The project that `:id` names, if the caller may see it.
    pub(crate) fn project(&self) -> Result<Arc<ProjectRecord>, Refusal> {
        let id = self.capture_text("id");
        let found = self.shared.read(|world| {
            let project = match id.parse() {
                Ok(number) => world.project(number),
                Err(_) => world.project_at(&id),
            };
            let visible = |project: &&Arc<ProjectRecord>| self.viewer.can_see(world, project);
            match project {
                Some(project) => Ok(Some(project).filter(visible).cloned()),
                None => Err(world.project_moved_from(&id).filter(visible).cloned()),
            }
        });
        match found {
            Ok(Some(project)) => Ok(project),
            Err(Some(project)) => Err(self.moved(&project)),
            Ok(None) | Err(None) => Err(Refusal::not_found("Project")),
        }
    }

    /// The project and its repository, if the caller may read its code.
    pub(crate) fn code(&self) -> Result<(Arc<ProjectRecord>, Arc<Repository>), Refusal> {
        let project = self.project()?;
        let readable = self
            .shared
            .read(|world| self.viewer.can_read_code(world, &project));
        if !readable {
            return Err(Refusal::forbidden(""));
        }
        let repository = project.repository.open()?.clone();
        Ok((project, repository))
    }

    /// This request's URL with other parameters, as `Link` shows it.
    pub(crate) fn page_url(&self, changes: &[(&str, String)]) -> String {
        let mut pairs: Vec<(String, Vec<u8>)> = self.query.pairs().to_vec();
        let is_set =
            |pairs: &[(String, Vec<u8>)], name: &str| pairs.iter().any(|(key, _)| key == name);
        // GitLab shows what was in the path again, and every default.
        for (name, value) in &self.captures {
            pairs.push(((*name).to_owned(), value.clone()));
        }
        for (name, value) in self.route.defaults {
            if !is_set(&pairs, name) {
                pairs.push(((*name).to_owned(), value.as_bytes().to_vec()));
            }
        }
        for (name, value) in changes {
            pairs.retain(|(key, _)| key != name);
            pairs.push(((*name).to_owned(), value.as_bytes().to_vec()));
        }
        pairs.sort_by(|left, right| left.0.cmp(&right.0));
        let query: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name.as_bytes()), escape(value)))
            .collect();
        let origin = &self.shared.external_origin;
        format!("{origin}{}?{}", self.request.path, query.join("&"))
    }

    /// The project lives elsewhere now: a redirect to its number, but only for reading.
    fn moved(&self, project: &ProjectRecord) -> Refusal {
        if self.request.method != Method::GET {
            let text = "Non GET methods are not allowed for moved projects";
            return Refusal::message(StatusCode::METHOD_NOT_ALLOWED, text);
        }
        let root = format!("{}/api/v4/projects/", self.shared.prefix);
        let rest = self.request.path.strip_prefix(&root).unwrap_or_default();
        let rest = rest
            .split_once('/')
            .map_or(String::new(), |(_, rest)| format!("/{rest}"));
        let query = match self.request.query.as_str() {
            "" => String::new(),
            query => format!("?{query}"),
        };
        let url = self
            .shared
            .api_url(&format!("/projects/{}{rest}{query}", project.id));
        let url = match self.features.insecure_redirects {
            true => url.replacen("https://", "http://", 1),
            false => url,
        };
        let text = format!("This resource has been moved permanently to {url}");
        Reply::text(StatusCode::MOVED_PERMANENTLY, text)
            .with("location", url)
            .into()
    }
}

fn decode(segment: &str) -> Vec<u8> {
    percent_decode_str(segment).collect()
}
