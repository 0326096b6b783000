//! Connections: TLS, HTTP in both versions, and the faults that concern them; apart, because the
//! API below is a plain function of a request.

use std::{io, net::TcpListener, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, Response, request::Parts};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::{
    api::{self, Served},
    distort::{distort, replacement},
    fault::Effect,
    record::Request,
    reply::{Body, Reply},
    shared::Shared,
};

/// A request as far as routes need it.
pub(crate) struct Received {
    pub(crate) method: Method,
    /// As it was sent, percent-encoded.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    shared: Arc<Shared>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return shared.record.unexpected(format!("cannot listen: {error}")),
    };
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        // Without it a small answer may wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let (acceptor, shared) = (acceptor.clone(), shared.clone());
        tokio::spawn(async move {
            match acceptor {
                None => converse(stream, shared).await,
                Some(acceptor) => {
                    // A client that does not trust the certificate is none of our failures.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        converse(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    shared: Arc<Shared>,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let shared = shared.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            answer(shared, received(parts, body)).await
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // GitLab's front server writes `X-Total`, and a client that cannot read `x-total` is not ours.
    builder.http1().title_case_headers(true);
    // What ends a connection early is a fault or the client, and both know.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn received(parts: Parts, body: Bytes) -> Received {
    Received {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    }
}

/// Answers a request, or fails where the connection is to close instead.
async fn answer(shared: Arc<Shared>, request: Received) -> Result<Response<Body>, io::Error> {
    let ticket = shared.record.arrived(Request {
        method: request.method.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        headers: request.headers.clone(),
        body: request.body.clone(),
        status: None,
        template: None,
    });
    let target = match request.query.as_str() {
        "" => request.path.clone(),
        query => format!("{}?{query}", request.path),
    };
    let effects = shared.faults.effects(&request.method, &target);
    let url = format!("{}{target}", shared.origin);
    let base = format!("{}{}", shared.external_origin, shared.prefix);

    let headers = request.headers.clone();
    for effect in &effects {
        if let Some(reply) = instead(effect, &base, &headers).await? {
            let template = api::template(&shared, &request);
            shared
                .record
                .answered(ticket, reply.status.as_u16(), template);
            return Ok(response(reply));
        }
    }

    let Served {
        mut reply,
        template,
    } = work(shared.clone(), request).await;
    for effect in &effects {
        let late = match effect {
            Effect::CloseAfterWork => return Err(closed()),
            Effect::AfterWork(late) if matches!(**late, Effect::CloseAfterWork) => {
                return Err(closed());
            }
            Effect::AfterWork(late) => late,
            effect => {
                reply = distort(effect, reply, &url);
                continue;
            }
        };
        reply = match instead(late, &base, &headers).await? {
            Some(other) => other,
            None => distort(late, reply, &url),
        };
    }
    shared
        .record
        .answered(ticket, reply.status.as_u16(), template);
    Ok(response(reply))
}

/// What comes instead of the answer, if anything; it may also come late, or never.
async fn instead(
    effect: &Effect,
    base: &str,
    headers: &HeaderMap,
) -> Result<Option<Reply>, io::Error> {
    match effect {
        Effect::CloseBeforeAnswer => Err(closed()),
        Effect::Latency(pause) => {
            tokio::time::sleep(*pause).await;
            Ok(None)
        }
        // The client's leaving ends this.
        Effect::NoAnswer => std::future::pending().await,
        effect => Ok(replacement(effect, base, headers)),
    }
}

/// Serves the request on a thread that may wait for git.
async fn work(shared: Arc<Shared>, request: Received) -> Served {
    let described = format!("{} {}", request.method, request.path);
    let handle = shared.clone();
    match tokio::task::spawn_blocking(move || api::serve(&handle, request)).await {
        Ok(served) => served,
        Err(panic) => {
            shared.record.unexpected(format!("{described}: {panic}"));
            Served::failed()
        }
    }
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

fn closed() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}
