//! A forge that a test scripts and a hostile plugin with everything that an operator can grant:
//! what most attacks begin with. Apart because each of them is then only what it tries.

use code_source::egress::Access;
use code_source::report::RequestFailure;
use code_source::{Connection, Limits, Outcome, Secret, Source, TokenSource};
use code_source_test_plugins::{Answer, Instruction, Request};
use code_source_tests::{AuditLines, Piece, Site, WireRequest, WireServer, open, tell, told};
use serde_json::Value;

/// A forge that answers as a test says, and a connection that grants all there is to grant.
pub(super) struct Scene {
    pub(super) site: Site,
    pub(super) forge: WireServer,
}

/// What came of one request.
#[derive(Debug)]
pub(super) struct Came {
    /// What the plugin was told.
    pub(super) answer: Answer,
    /// Why it failed, if it did, as the caller is told.
    pub(super) failure: Option<RequestFailure>,
    /// The audit's line before the request leaves.
    pub(super) asked: Value,
    /// The audit's line once it is over.
    pub(super) ended: Value,
}

impl Scene {
    /// A forge that answers everything with an empty object.
    pub(super) async fn open() -> Self {
        Self::answering(|_| Piece::json("{}")).await
    }

    /// A forge that answers so.
    pub(super) async fn answering<F>(answer: F) -> Self
    where
        F: Fn(&WireRequest) -> Vec<Piece> + Clone + Send + Sync + 'static,
    {
        let site = Site::new();
        let forge = WireServer::start(&site, answer).await;
        Self { site, forge }
    }

    /// A forge that always sends these pieces.
    pub(super) async fn sending(pieces: Vec<Piece>) -> Self {
        Self::answering(move |_| pieces.clone()).await
    }

    /// A connection to it that grants everything.
    pub(super) fn connection(&self) -> Connection {
        let secret = |name: &str, text: &str| {
            let file = self.site.secret_file(name, text);
            TokenSource::File(file)
        };
        self.site
            .connection(self.forge.url())
            .access(Access::ALL)
            .webhook_urls([WEBHOOK])
            .secret("webhook", secret("webhook", WEBHOOK_SECRET))
            .secret("webhook-signing", secret("signing", SIGNING_SECRET))
    }

    /// The hostile plugin on that connection.
    pub(super) fn source(&self) -> Source {
        self.source_within(|_| ())
    }

    /// The same within other limits.
    pub(super) fn source_within(&self, change: impl FnOnce(&mut Limits)) -> Source {
        open(self.connection(), change)
    }

    /// Send one request in a call of its own.
    pub(super) async fn send(&self, request: Request) -> Came {
        self.send_by(&self.source(), request).await
    }

    /// The same through an open connection.
    pub(super) async fn send_by(&self, source: &Source, request: Request) -> Came {
        let outcome = tell(source, Instruction::send(request)).await;
        self.came(outcome)
    }

    /// What came of the newest request.
    pub(super) fn came(&self, outcome: Outcome<String>) -> Came {
        let failed = outcome.report.requests.last();
        let failure = failed.and_then(|request| request.failure()).cloned();
        Came {
            answer: told(outcome).pop().expect("an answer"),
            failure,
            asked: last(&self.site.audit, "request"),
            ended: last(&self.site.audit, "response"),
        }
    }

    /// Send each request in a call of its own: the layer refuses it for the reason, nothing
    /// arrives, the plugin learns nothing but that, and the record says why.
    pub(super) async fn refuses(
        &self,
        (layer, reason): (&str, &str),
        requests: impl IntoIterator<Item = Request>,
    ) {
        let source = self.source();
        for request in requests {
            let came = self.send_by(&source, request.clone()).await;
            came.is_refused((layer, reason), &request);
        }
        assert_eq!(self.forge.connections(), 0);
        let record = self.site.audit.text();
        assert!(!record.contains(MARK), "{record}");
    }
}

impl Came {
    /// Hold it against a refusal.
    #[track_caller]
    pub(super) fn is_refused(&self, (layer, reason): (&str, &str), request: &Request) {
        let failure = self.failure.as_ref().expect("a failure");
        assert_eq!(
            (failure.layer, failure.reason),
            (Some(layer), reason),
            "{request:?}: {failure:?}"
        );
        assert!(!failure.detail.is_empty());
        assert_eq!(self.answer.error(), Some("HTTP-request-denied"), "{self:?}");
        let decision = ["decision", "layer", "reason"].map(|key| &self.asked[key]);
        assert_eq!(decision, ["deny", layer, reason], "{request:?}");
        let end = ["end", "reason"].map(|key| &self.ended[key]);
        assert_eq!(end, ["failed", reason], "{request:?}");
        assert_eq!(self.ended["id"], self.asked["id"]);
        assert_eq!(self.ended["status"], Value::Null);
    }

    /// Hold it against an answer that came whole, with so much in it covered.
    #[track_caller]
    pub(super) fn is_whole(&self, status: u16, masked: u64) {
        assert_eq!(self.answer.status(), Some(status), "{self:?}");
        assert_eq!(self.answer.broken(), None, "{self:?}");
        self.is_allowed();
        assert_eq!(self.ended["end"], "complete", "{self:?}");
        assert_eq!(self.ended["masked"], masked, "{self:?}");
    }

    /// Hold it against an answer that began, and broke for this reason.
    #[track_caller]
    pub(super) fn is_cut(&self, reason: &str) {
        assert!(self.answer.broken().is_some(), "{self:?}");
        self.is_allowed();
        let end = ["end", "reason"].map(|key| &self.ended[key]);
        assert_eq!(end, ["cut", reason], "{self:?}");
    }

    /// Hold it against a request that left, or could not, and had no answer for this reason.
    #[track_caller]
    pub(super) fn is_failed(&self, code: &str, reason: &str) {
        assert_eq!(self.answer.error(), Some(code), "{self:?}");
        self.is_allowed();
        let end = ["end", "reason"].map(|key| &self.ended[key]);
        assert_eq!(end, ["failed", reason], "{self:?}");
    }

    #[track_caller]
    fn is_allowed(&self) {
        let decision = ["decision", "reason"].map(|key| &self.asked[key]);
        assert_eq!(decision, ["allow", "allowed"], "{self:?}");
    }
}

/// A path of the repository that is connected.
pub(super) fn api(rest: &str) -> String {
    format!("/api/v4/projects/1{rest}")
}

/// An ordinary request that is answered with JSON.
pub(super) fn tree() -> Request {
    Request::get(api("/repository/tree"))
}

/// An ordinary request that is answered with content.
pub(super) fn raw_file() -> Request {
    Request::get(api("/repository/files/a/raw?ref=main"))
}

/// A connection like the site's own, with a token of its own.
pub(super) fn with_token(scene: &Scene, name: &str, token: &str) -> Connection {
    let source = TokenSource::Value(Secret::new(token));
    let pem = scene.site.authority.pem();
    Connection::new(name, scene.forge.url(), source)
        .ca_file(scene.site.file("other-ca.pem", &pem))
        .private_addresses(["127.0.0.0/8", "::1/128"].map(|range| range.parse().unwrap()))
        .repositories(scene.source().repositories().iter().cloned())
}

/// The newest line of this kind.
pub(super) fn last(audit: &AuditLines, event: &str) -> Value {
    audit.events(event).pop().unwrap_or_default()
}

/// Stands in queries, headers and bodies, which are never recorded.
pub(super) const MARK: &str = "marked-text";
/// What the connections of a [`Site`] carry.
pub(super) const TOKEN: &str = "a-token-for-odd-servers";
pub(super) const WEBHOOK: &str = "https://loader.acme.example/hooks/1";
pub(super) const WEBHOOK_SECRET: &str = "a-webhooks-own-secret-0123";
pub(super) const SIGNING_SECRET: &str = "whsec_YS1zaWduaW5nLXNlY3JldC1vZi10aGVpcnMtMDEyMw==";
