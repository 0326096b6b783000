//! The one-time right to follow an answer to another origin.
//!
//! It is apart because it is the only way to an origin that is not the connection's own, and
//! depends on what the host itself saw in an answer, never on what a plugin says of one.

use std::time::Duration;

use crate::{
    authority::{Origin, Scheme},
    call::{Permit, RequestHead},
    denial::{Denial, Layer, Reason},
    remedy::line,
    rule::Answer,
    url::SplitUrl,
};

/// Where the answers of one call led, and what has become of that.
#[derive(Clone, Debug)]
pub struct Tickets {
    origins: Vec<Origin>,
    seen: Vec<Seen>,
}

/// The right to follow an answer, redeemed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ticket {
    /// Where the request goes; it carries neither credential nor cookie, nor a header of the
    /// plugin's.
    pub origin: Origin,
    /// Path template of the rule that led there, which the record takes.
    pub template: String,
    /// Identity of the connected repository that the rule's request was about.
    pub repository: Option<String>,
    /// What the answer holds.
    pub answer: Answer,
}

/// One place that an answer led to.
#[derive(Clone, Debug)]
struct Seen {
    url: SplitUrl,
    issued: Duration,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Open(Ticket),
    Used,
    Refused(Denial),
}

impl Tickets {
    /// How long a ticket is good for.
    pub const VALID: Duration = Duration::from_secs(60);

    /// Begins a call without any ticket, with the origins that the operator lists.
    pub fn new(origins: Vec<Origin>) -> Self {
        Self {
            origins,
            seen: Vec::new(),
        }
    }

    /// Takes note of an answer of the connection's own origin that has a `Location`. `now` is the
    /// time since any fixed moment. What leads nowhere else is none of this module's business.
    pub fn issue(&mut self, now: Duration, permit: &Permit<'_>, status: u16, location: &str) {
        if !REDIRECTS.contains(&status) {
            return;
        }
        let Some(url) = SplitUrl::new(location) else {
            return;
        };
        let state = match self.judge(permit, &url) {
            Ok(None) => return,
            Ok(Some(ticket)) => State::Open(ticket),
            Err(denial) => State::Refused(denial),
        };
        if self.seen.len() == MAX_SEEN {
            self.seen.remove(0);
        }
        self.seen.push(Seen {
            url,
            issued: now,
            state,
        });
    }

    /// Takes the ticket of a request. `None` is a request for a place that no answer of this call
    /// led to: the ordinary decision says what becomes of it.
    pub fn redeem(
        &mut self,
        now: Duration,
        request: &RequestHead<'_>,
    ) -> Option<Result<Ticket, Denial>> {
        // Among several tickets for one place the first that is still good counts.
        let fits = |seen: &&mut Seen| seen.url.is(request);
        let mut fitting: Vec<_> = self.seen.iter_mut().filter(fits).collect();
        let good = fitting.iter().position(|seen| seen.is_good(now));
        let last = fitting.len().checked_sub(1)?;
        let seen = &mut fitting[good.unwrap_or(last)];
        Some(seen.redeem(now, request.method))
    }

    /// Whether an origin is one that an answer may lead to.
    fn judge(&self, permit: &Permit<'_>, url: &SplitUrl) -> Result<Option<Ticket>, Denial> {
        let deny = |reason, detail: String| Denial::new(Layer::Redirect, reason, detail);
        let template = permit.template();
        let malformed = || {
            let detail = format!("an answer of `{template}` led to a URL that is not canonical");
            deny(Reason::RedirectMalformed, detail)
        };
        let origin = Origin::parse(url.scheme(), url.authority()).map_err(|_| malformed())?;
        if origin == *permit.origin() {
            return Ok(None);
        }
        if !url.is_sendable() {
            return Err(malformed());
        }
        if !permit.rule().may_redirect() {
            let detail = format!("an answer of `{template}` led to `{origin}`, which it may not");
            return Err(deny(Reason::RedirectNotAllowed, detail));
        }
        if origin.scheme() != Scheme::Https {
            let detail = format!("an answer of `{template}` led to plain HTTP at `{origin}`");
            return Err(deny(Reason::RedirectPlainHttp, detail));
        }
        if !self.origins.contains(&origin) {
            let detail =
                format!("an answer of `{template}` led to `{origin}`, which is not listed");
            let remedy = line("redirect-origins", self.origins.iter().chain([&origin]));
            return Err(deny(Reason::RedirectOriginNotListed, detail).with_remedy(remedy));
        }
        Ok(Some(Ticket {
            origin,
            template: template.to_owned(),
            repository: permit.repository().map(str::to_owned),
            answer: permit.rule().answer(),
        }))
    }
}

impl Seen {
    fn is_good(&self, now: Duration) -> bool {
        matches!(self.state, State::Open(_)) && !self.is_expired(now)
    }

    fn is_expired(&self, now: Duration) -> bool {
        now.saturating_sub(self.issued) > Tickets::VALID
    }

    fn redeem(&mut self, now: Duration, method: &str) -> Result<Ticket, Denial> {
        let deny = |reason, detail: &str| Err(Denial::new(Layer::Redirect, reason, detail));
        let State::Open(ticket) = &self.state else {
            return match &self.state {
                State::Refused(denial) => Err(denial.clone()),
                _ => deny(Reason::TicketUsed, "what an answer led to is read once"),
            };
        };
        if method != "GET" {
            return deny(
                Reason::TicketMethod,
                "what an answer led to is read with GET alone",
            );
        }
        if self.is_expired(now) {
            return deny(
                Reason::TicketExpired,
                "the answer that led there is too old",
            );
        }
        let ticket = ticket.clone();
        self.state = State::Used;
        Ok(ticket)
    }
}

/// The statuses whose `Location` is somewhere else to ask.
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];
/// A plugin that makes a forge lead it everywhere does not fill the host's memory.
const MAX_SEEN: usize = 32;

#[cfg(test)]
mod tests;
