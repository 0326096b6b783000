//! What a test can tell the plugin to do: apart because tests write it and the component reads it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the plugin is to do in a call.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Instruction {
    /// Return a stream as content. For functions that have content.
    HandOn(Handing),
    /// Begin a request so many times without ever ending its body, then send another one, and
    /// return the answer to that, as `Send` does.
    Hold {
        /// The one that does not end.
        held: Request,
        /// How often.
        times: u32,
        /// The other one.
        then: Request,
    },
    /// Send one request so many times and return how often each answer came, as a JSON object
    /// from statuses and error codes to numbers.
    Repeat {
        /// The request.
        request: Request,
        /// How often.
        times: u32,
        /// Whether all are sent before the first answer is waited for.
        at_once: bool,
    },
    /// Break something.
    Ruin(Ruin),
    /// Send requests and return their answers, as a JSON array of [`Answer`](crate::Answer)s.
    Send {
        /// The requests, in order.
        requests: Vec<Request>,
    },
    /// Write to the standard error, so many times, and return an empty text.
    Write {
        /// What.
        text: String,
        /// How often.
        times: u32,
    },
}

impl Instruction {
    /// Send one request.
    pub fn send(request: Request) -> Self {
        Self::Send {
            requests: vec![request],
        }
    }

    /// The requests that it tells the plugin to send.
    pub fn requests(&self) -> Vec<&Request> {
        match self {
            Self::Hold { held, then, .. } => vec![held, then],
            Self::Repeat { request, .. } | Self::Ruin(Ruin::TrapInRequest { request }) => {
                vec![request]
            }
            Self::Send { requests } => requests.iter().collect(),
            Self::HandOn(_) | Self::Ruin(_) | Self::Write { .. } => Vec::new(),
        }
    }
}

/// As it stands in an argument of a call.
impl fmt::Display for Instruction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// A request, described as far as it is to differ from an ordinary one.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Scheme; the forge's own where `None`.
    pub scheme: Option<String>,
    /// Host and port, with whatever else; the forge's own where `None`.
    pub authority: Option<String>,
    /// Path and query, as they are to be on the wire.
    pub path_with_query: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<String>,
    /// Trailers, sent where there is a body.
    #[serde(default)]
    pub trailers: Vec<(String, String)>,
}

impl Request {
    /// An ordinary request.
    pub fn get(path_with_query: impl Into<String>) -> Self {
        Self {
            method: "GET".to_owned(),
            scheme: None,
            authority: None,
            path_with_query: path_with_query.into(),
            headers: Vec::new(),
            body: None,
            trailers: Vec::new(),
        }
    }

    /// A request that writes, with its body in JSON.
    pub fn post(path_with_query: impl Into<String>, body: impl Into<String>) -> Self {
        Self::get(path_with_query)
            .method("POST")
            .header("content-type", "application/json")
            .body(body)
    }

    /// The same with another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The same with another scheme.
    #[must_use]
    pub fn scheme(mut self, scheme: &str) -> Self {
        self.scheme = Some(scheme.to_owned());
        self
    }

    /// The same for another authority.
    #[must_use]
    pub fn authority(mut self, authority: impl Into<String>) -> Self {
        self.authority = Some(authority.into());
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The same with one more trailer behind its body.
    #[must_use]
    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Which stream is returned as content. Targets are paths with queries of GET requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "stream", rename_all = "kebab-case")]
pub enum Handing {
    /// The body of an answer, from which a byte was read.
    HalfRead {
        /// Of which request.
        target: String,
    },
    /// The standard input.
    Stdin,
    /// The body of one answer, while another request is under way.
    UnderWay {
        /// Of which request.
        target: String,
        /// The other request.
        other: String,
    },
    /// The body of an answer as it came: what a plugin is expected to return.
    Untouched {
        /// Of which request.
        target: String,
        /// What the plugin says of its size; the answer's `content-length` where `None`.
        size: Option<u64>,
    },
    /// The body of one answer, while that of another is held too.
    WithAnother {
        /// Of which request.
        target: String,
        /// The other request.
        other: String,
    },
    /// The body of an answer, with a pollable of it that is alive.
    WithPollable {
        /// Of which request.
        target: String,
    },
}

impl Handing {
    /// The body of an answer as it came, with its true size.
    pub fn untouched(target: impl Into<String>) -> Self {
        Self::Untouched {
            target: target.into(),
            size: None,
        }
    }
}

/// A way to break something.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Ruin {
    /// Take memory until there is none.
    Allocate,
    /// End the process.
    Exit,
    /// Make handles until there are none.
    Handles,
    /// Pass more to the host in one call than it takes.
    Hostcall,
    /// Compute for ever.
    Loop,
    /// Call the host for ever.
    LoopThroughHost,
    /// Panic.
    Panic,
    /// Call oneself for ever.
    Recurse,
    /// Wait.
    Sleep {
        /// For how long.
        milliseconds: u64,
    },
    /// Begin to read an answer, and trap.
    TrapInBody {
        /// Of which request.
        target: String,
    },
    /// Begin to write a request, and trap.
    TrapInRequest {
        /// Which request.
        request: Request,
    },
    /// Execute the instruction that traps.
    Unreachable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_test_writes_is_what_the_component_reads() {
        let request = Request::get("/a?b")
            .method("POST")
            .scheme("http")
            .authority("u@h")
            .header("x", "y")
            .body("z")
            .trailer("x-end", "y");
        for instruction in [
            Instruction::send(request.clone()),
            Instruction::Hold {
                held: Request::post("/a", "{}"),
                times: 2,
                then: request.clone(),
            },
            Instruction::Repeat {
                request,
                times: 3,
                at_once: true,
            },
            Instruction::HandOn(Handing::Stdin),
            Instruction::HandOn(Handing::untouched("/a")),
            Instruction::Ruin(Ruin::Sleep { milliseconds: 5 }),
            Instruction::Write {
                text: "\u{1b}[2J".into(),
                times: 2,
            },
        ] {
            let text = instruction.to_string();
            let read: Instruction = serde_json::from_str(&text).unwrap();
            assert_eq!(read.to_string(), text);
        }
    }
}
