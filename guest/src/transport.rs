//! What the component asks of HTTP and of clocks; apart so that everything else is tested without a sandbox.

use serde_json::Value;

/// Sends requests and tells the time.
pub(crate) trait Transport {
    /// An answer's body that nobody has read from yet.
    type Body;

    /// Send a request to the forge and wait for the head of its answer.
    async fn send(&self, request: &Request) -> Result<Answer<Self::Body>, Breakage>;

    /// Read a body to its end, or to `limit` bytes.
    async fn collect(&self, body: Self::Body, limit: usize) -> Result<Vec<u8>, Breakage>;

    /// Wait.
    async fn sleep(&self, milliseconds: u64);

    /// Milliseconds on a clock that only goes forward.
    fn now(&self) -> u64;

    /// Seconds since 1970-01-01T00:00:00Z.
    fn wall_clock(&self) -> i64;

    /// Anything, so that waiting callers do not come back all at once.
    fn random(&self) -> u64;
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Delete,
    Get,
    Head,
    Post,
    Put,
}

impl Method {
    /// As it stands in a request.
    #[cfg(test)]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A request to the forge.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path below the API's root, with the query.
    pub(crate) target: String,
    pub(crate) accept: &'static str,
    /// Value of the header `range`.
    pub(crate) range: Option<String>,
    /// Whether a part of it may succeed where the whole is too much for the forge.
    pub(crate) is_divisible: bool,
    /// Whether a limit of the forge's is to be told soon, and not waited for.
    pub(crate) is_hasty: bool,
    /// JSON that is sent.
    pub(crate) body: Option<Vec<u8>>,
    /// Whether an answer that leads to another place is wanted as it is.
    pub(crate) may_lead_elsewhere: bool,
    /// Whether `target` is a whole URL that an answer of the forge's led to. The host lets such a
    /// request through once, and sends nothing of the connection with it.
    pub(crate) is_elsewhere: bool,
}

impl Request {
    pub(crate) fn json(target: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            target: target.into(),
            accept: "application/json",
            range: None,
            is_divisible: false,
            is_hasty: false,
            body: None,
            may_lead_elsewhere: false,
            is_elsewhere: false,
        }
    }

    /// A question to find out how things stand, a limit included.
    pub(crate) fn hasty(target: impl Into<String>) -> Self {
        Self {
            is_hasty: true,
            ..Self::json(target)
        }
    }

    pub(crate) fn post(target: impl Into<String>, body: &Value) -> Self {
        Self::write(Method::Post, target, Some(body))
    }

    pub(crate) fn put(target: impl Into<String>, body: &Value) -> Self {
        Self::write(Method::Put, target, Some(body))
    }

    pub(crate) fn delete(target: impl Into<String>) -> Self {
        Self::write(Method::Delete, target, None)
    }

    fn write(method: Method, target: impl Into<String>, body: Option<&Value>) -> Self {
        Self {
            method,
            body: body.map(|body| body.to_string().into_bytes()),
            ..Self::json(target)
        }
    }

    pub(crate) fn content(target: impl Into<String>) -> Self {
        Self {
            accept: "*/*",
            ..Self::json(target)
        }
    }

    /// What stands at a URL that an answer of the forge's led to.
    pub(crate) fn elsewhere(url: impl Into<String>) -> Self {
        Self {
            is_elsewhere: true,
            ..Self::content(url)
        }
    }

    pub(crate) fn head(target: impl Into<String>) -> Self {
        Self {
            method: Method::Head,
            accept: "*/*",
            ..Self::json(target)
        }
    }

    /// A page of a list.
    pub(crate) fn page(target: impl Into<String>, is_divisible: bool) -> Self {
        Self {
            is_divisible,
            ..Self::json(target)
        }
    }
}

/// An answer whose body has not been read.
#[derive(Debug)]
pub(crate) struct Answer<B> {
    pub(crate) head: Head,
    pub(crate) body: B,
}

/// Status and header fields of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    #[cfg(test)]
    pub(crate) fn of(status: u16, fields: &[(&str, &str)]) -> Self {
        let field = |(key, value): &(&str, &str)| ((*key).to_owned(), value.as_bytes().to_vec());
        Self {
            status,
            fields: fields.iter().map(field).collect(),
        }
    }

    /// The first field of that name, which is given in lower case. A value that is not text counts
    /// as none.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| std::str::from_utf8(value).ok())
            .map(str::trim)
    }

    /// The field as a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }

    /// The media type without its parameters, in lower case; empty where there is none.
    pub(crate) fn media_type(&self) -> String {
        let value = self.field("content-type").unwrap_or_default();
        let end = value.find(';').unwrap_or(value.len());
        value[..end].trim().to_ascii_lowercase()
    }
}

/// Why there is no answer, or no whole one.
#[derive(Clone, Debug)]
pub(crate) struct Breakage {
    pub(crate) kind: BreakageKind,
    /// What the sandbox said, for people.
    pub(crate) detail: String,
}

/// Kinds of breakage, as far as they lead to different answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BreakageKind {
    /// No connection in time, so that nothing was sent.
    ConnectTimedOut,
    /// The answer ended early.
    Cut,
    /// The host refused the request.
    Denied,
    /// A connection broke after it was made.
    Interrupted,
    /// The host did not send it, and why.
    NotSent(&'static str),
    /// Anything else.
    Other,
    /// No answer in time.
    TimedOut,
    /// The answer is over a limit, in bytes where it is known.
    TooLarge(Option<u64>),
    /// No connection could be made.
    Unreachable,
    /// The certificate was not accepted.
    Untrusted,
}
