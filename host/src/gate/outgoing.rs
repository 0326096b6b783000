//! A request as it leaves: apart because the credential is added here and nowhere else.

use bytes::Bytes;
use code_source_egress::{Answer, CheckedBody, Denial, Layer, Origin, Permit, Reason};
use http::{HeaderMap, HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use wasmtime_wasi_http::WasiBody;

use super::Gate;
use super::refusal::Problem;
use super::way::Way;
use crate::answer::{ACCEPTED, AS_IT_IS};
use crate::report::Stage;
use crate::transport::{Failure, Kind};

impl Gate {
    /// The request's body, as long as its rule and the limits allow one, with the secrets in it
    /// that the plugin can only name.
    pub(super) async fn body(&self, body: WasiBody, way: &Way<'_>) -> Result<Bytes, Problem> {
        let limit = usize::try_from(self.shared.limits.request_bytes).unwrap_or(usize::MAX);
        let rule = way.body_bytes();
        let most = rule.min(limit);
        let bytes = match Limited::new(body, most).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if !error.is::<LengthLimitError>() => return Err(Problem::cut()),
            Err(_) if rule == 0 => return Err(Problem::Denied(no_body(way))),
            Err(_) => return Err(Problem::too_long(most)),
        };
        match way {
            Way::Elsewhere { .. } => Ok(bytes),
            Way::Forge { permit, .. } => self.fill(permit, bytes),
        }
    }

    fn fill(&self, permit: &Permit<'_>, bytes: Bytes) -> Result<Bytes, Problem> {
        let checked: CheckedBody = self
            .grant
            .check_body(permit, &bytes)
            .map_err(Problem::Denied)?;
        let mut secrets = Vec::new();
        for name in checked.placeholders() {
            let secret = self.shared.credential.secret(name);
            secrets.push((name.to_owned(), secret.map_err(Problem::credential)?));
        }
        let secret = |name: &str| {
            let found = secrets.iter().find(|(known, _)| known == name)?;
            Some(found.1.as_ref()?.expose().to_owned())
        };
        checked.fill(bytes, secret).map_err(Problem::Denied)
    }

    /// The request as it leaves. To the forge: the origin is the connection's own, path and query
    /// are the ones that were checked, and the credential is added. Elsewhere: the URL that the
    /// forge gave, and nothing of the plugin's.
    pub(super) fn outgoing(
        &self,
        parts: &http::request::Parts,
        body: Bytes,
        way: &Way<'_>,
    ) -> Result<Request<Full<Bytes>>, Problem> {
        let origin = match way {
            Way::Elsewhere { ticket, .. } => &ticket.origin,
            Way::Forge { .. } => &self.shared.origin,
        };
        let mut request = Request::builder()
            .method(parts.method.clone())
            .uri(target(origin, &parts.uri).map_err(unsendable)?)
            .body(Full::new(body))
            .map_err(unsendable)?;
        if let Way::Forge { .. } = way {
            self.add_credential(&mut request)?;
            copy(&parts.headers, request.headers_mut());
        }
        let is_json = way.answer() == Answer::Json;
        let headers = request.headers_mut();
        headers.entry(header::USER_AGENT).or_insert(USER_AGENT);
        // Content is wanted byte for byte, and often in part.
        let encoding = if is_json { ACCEPTED } else { AS_IT_IS };
        headers.insert(header::ACCEPT_ENCODING, encoding);
        Ok(request)
    }

    /// Held against the request as it is about to leave: whatever went wrong before, a credential
    /// goes to its own place.
    fn add_credential(&self, request: &mut Request<Full<Bytes>>) -> Result<(), Problem> {
        let uri = request.uri();
        let authority = uri.authority().map_or("", http::uri::Authority::as_str);
        let scheme = uri.scheme_str().unwrap_or_default();
        let origin = Origin::parse(scheme, authority).map_err(|error| {
            let detail = error.to_string();
            Problem::Denied(Denial::new(
                Layer::Credential,
                Reason::CredentialMissing,
                detail,
            ))
        })?;
        let binding = self.shared.bindings.select(&origin, uri.path());
        binding.map_err(Problem::Denied)?;
        let header = self.shared.credential.header();
        let header = header.map_err(Problem::credential)?;
        let name = self.shared.credential_header.clone();
        request.headers_mut().insert(name, header);
        Ok(())
    }
}

fn target(origin: &Origin, asked: &Uri) -> Result<Uri, http::Error> {
    let target = asked.path_and_query();
    Uri::builder()
        .scheme(origin.scheme().as_str())
        .authority(origin.authority())
        .path_and_query(target.map_or("/", http::uri::PathAndQuery::as_str))
        .build()
}

/// What the plugin says, which was checked by name. The length is that of the body that was
/// checked, not of the one announced.
fn copy(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if name != header::CONTENT_LENGTH {
            to.append(name, value.clone());
        }
    }
}

fn no_body(way: &Way<'_>) -> Denial {
    let what = match way {
        Way::Elsewhere { .. } => "what a redirect leads to".to_owned(),
        Way::Forge { rule, .. } => format!("`{rule}`"),
    };
    let detail = format!("{what} has no body");
    Denial::new(Layer::Body, Reason::BodyForbidden, detail)
}

fn unsendable(error: http::Error) -> Problem {
    Problem::Failed(Failure::new(
        Stage::Policy,
        Kind::WrongOrigin,
        error.to_string(),
    ))
}

const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("code-source/", env!("CARGO_PKG_VERSION")));
