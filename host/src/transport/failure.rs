//! Why a request got no answer: apart because three readers need it in three forms: the report
//! with the cause, the plugin with a code, the audit with a label.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::IpAddr;

use super::kind::Kind;
use super::tls;
use crate::report::{Certificate, RequestFailure, Stage};

/// Why a request got no answer.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) kind: Kind,
    pub(crate) detail: String,
    pub(crate) remedy: Option<String>,
    /// The address that was dialled, where it came that far.
    pub(crate) address: Option<IpAddr>,
    /// The certificate that was not accepted.
    pub(crate) certificate: Option<Box<Certificate>>,
}

impl Failure {
    pub(crate) fn new(stage: Stage, kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            stage,
            kind,
            detail: detail.into(),
            remedy: None,
            address: None,
            certificate: None,
        }
    }

    pub(super) fn at(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What the HTTP client says. A failure of our own connector is in it, further down, as is
    /// what the other side said about our certificate: with TLS 1.3 it does so after the handshake.
    pub(super) fn from_client(
        error: &hyper_util::client::legacy::Error,
        has_identity: bool,
    ) -> Self {
        let mut own = None;
        let mut http = None;
        let mut tls = None;
        let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(error) = cause {
            own = own.or(error.downcast_ref::<Self>());
            http = http.or(error.downcast_ref::<hyper::Error>());
            tls = tls.or(error.downcast_ref::<io::Error>().and_then(tls::cause));
            cause = error.source();
        }
        if let Some(own) = own {
            return own.clone();
        }
        if let Some(refused) = tls.and_then(|error| tls::refused_late(error, has_identity)) {
            return refused;
        }
        match http {
            Some(http) => Self::from_hyper(http),
            None => Self::new(Stage::Exchange, Kind::ConnectionLost, innermost(error)),
        }
    }

    pub(super) fn from_hyper(error: &hyper::Error) -> Self {
        if error.is_parse_too_large() {
            let detail = "the answer's head is too large";
            return Self::new(Stage::Head, Kind::HeadTooLarge, detail);
        }
        if error.is_parse() {
            let detail = format!("the answer is not HTTP: {}", innermost(error));
            return Self::new(Stage::Head, Kind::NotHttp, detail);
        }
        let detail = format!(
            "the connection was lost before an answer: {}",
            innermost(error)
        );
        Self::new(Stage::Exchange, Kind::ConnectionLost, detail)
    }

    /// For the report.
    pub(crate) fn describe(&self) -> RequestFailure {
        RequestFailure {
            stage: self.stage,
            layer: None,
            reason: self.kind.label(),
            detail: self.detail.clone(),
            remedy: self.remedy.clone(),
            certificate: self.certificate.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl StdError for Failure {}

/// The last cause of an error: libraries wrap the one that says something.
pub(crate) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let words = last.to_string();
    // The TLS library adds where its own users can read more.
    match words.split_once(": https://") {
        Some((words, _)) => words.to_owned(),
        None => words,
    }
}
