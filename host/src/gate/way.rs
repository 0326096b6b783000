//! Where a permitted request goes: apart because there are two ways out, and only one of them
//! carries a credential.

use code_source_egress::{Answer, Denial, Layer, Permit, Reason, RequestHead, Ticket};
use http::HeaderMap;

use super::Gate;
use crate::exchange::Head;
use crate::transport::Transport;

/// The way of a request that may leave.
pub(super) enum Way<'g> {
    /// To the target of a redirect that the host itself saw: without a credential, and without
    /// anything else that the plugin says.
    Elsewhere {
        ticket: Ticket,
        origin: String,
        transport: &'g Transport,
    },
    /// To the forge.
    Forge { permit: Permit<'g>, rule: String },
}

impl Way<'_> {
    pub(super) fn head<'h>(&'h self, gate: &'h Gate, method: &'h str) -> Head<'h> {
        match self {
            Self::Elsewhere { ticket, origin, .. } => Head {
                method,
                origin,
                template: &ticket.template,
                repository: ticket.repository.as_deref(),
                rule: None,
            },
            Self::Forge { permit, rule } => Head {
                method,
                origin: &gate.origin,
                template: permit.template(),
                repository: permit.repository(),
                rule: Some(rule),
            },
        }
    }

    /// What the answer holds, if it is the one that was asked for.
    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::Elsewhere { ticket, .. } => ticket.answer,
            Self::Forge { permit, .. } => permit.rule().answer(),
        }
    }

    /// Most bytes that the request's body may have.
    pub(super) fn body_bytes(&self) -> usize {
        match self {
            Self::Elsewhere { .. } => 0,
            Self::Forge { permit, .. } => permit.rule().body().map_or(0, |rule| rule.max_bytes()),
        }
    }
}

impl Gate {
    /// Decide about a request, as far as its head goes.
    pub(super) fn way(
        &self,
        asked: &RequestHead<'_>,
        headers: &HeaderMap,
    ) -> Result<Way<'_>, Denial> {
        if let Some(redeemed) = self.tickets().redeem(self.record.age(), asked) {
            return self.elsewhere(redeemed?);
        }
        let permit = self.grant.decide(asked)?;
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        self.grant.check_headers(&permit, headers)?;
        Ok(Way::Forge {
            rule: permit.rule().endpoint().to_string(),
            permit,
        })
    }

    fn elsewhere(&self, ticket: Ticket) -> Result<Way<'_>, Denial> {
        let transports = &self.shared.elsewhere;
        let found = transports
            .iter()
            .find(|(origin, _)| *origin == ticket.origin);
        // Tickets are given for these origins alone; should that ever be wrong, it ends here.
        let (origin, transport) = found.ok_or_else(|| {
            let detail = format!("no redirect may lead to `{}`", ticket.origin);
            Denial::new(Layer::Redirect, Reason::RedirectOriginNotListed, detail)
        })?;
        Ok(Way::Elsewhere {
            origin: origin.to_string(),
            transport,
            ticket,
        })
    }
}
