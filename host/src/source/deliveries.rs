//! Deliveries of webhooks, read: apart from the rest of the contract's `webhooks` because nothing is
//! asked of the forge, and what comes in is anybody's until it is verified.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use code_source_egress::FieldBlanker;

use super::Source;
use crate::audit::{self, Line};
use crate::call::begin_as;
use crate::contract::webhooks::{Event, Header};
use crate::delivery::{
    DeliveryRefusal, Keys, RawDelivery, Verification, VerifiedDelivery, is_shown, verify,
};
use crate::error::Error;
use crate::exchange::next_id;
use crate::outcome::{Failure, Outcome};
use crate::report::Report;

impl Source {
    /// Verify a delivery of a webhook, and let the plugin read it.
    ///
    /// The host verifies it as the provider's profile says, with the connection's secrets: by its
    /// signature where it has one, otherwise by the secret that it carries. A wrong signature is not
    /// made good by the right secret. As long as the connection has a secret that is carried, a
    /// delivery without a signature is accepted with it, also where the connection has a secret for
    /// signatures: take it out of the configuration when all webhooks are signed. Each secret may
    /// have a [previous](crate::Connection::previous_secret) one that is accepted as well.
    ///
    /// A signature holds for as long as the profile lets clocks differ. Within that time, and
    /// without an end where there is none, a delivery can be sent once more by whoever overheard
    /// it; the [id](crate::contract::webhooks::Delivery::id) tells a repetition.
    ///
    /// Of what verifies it, the plugin sees nothing. Events are about repositories that are
    /// connected.
    ///
    /// ```no_run
    /// # async fn take(
    /// #     source: code_source::Source,
    /// #     headers: http::HeaderMap,
    /// #     body: Vec<u8>,
    /// # ) -> Result<(), code_source::Failure> {
    /// use code_source::RawDelivery;
    /// use code_source::contract::webhooks::Event;
    ///
    /// let fields = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    /// let read = source.read_delivery(RawDelivery::new(fields, body)).await.answer?;
    /// if let Event::Push(push) = read.delivery.event {
    ///     // It is a hint: what is so, the forge says.
    ///     println!("look at `{}` of repository {}", push.name, push.repository);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Failures
    ///
    /// [`Error::DeliveryRefused`] if it is not verified or out of bounds, [`Error::Credential`] if a
    /// secret cannot be read any more, [`Error::ForeignRepository`] if it is about a repository that
    /// is not connected, and what the plugin answers.
    pub async fn read_delivery(&self, delivery: RawDelivery) -> Outcome<VerifiedDelivery> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_secs().cast_signed());
        let call = next_id();
        let verification = match self.admit(&call, &delivery, now) {
            Ok(verification) => verification,
            Err(error) => return unread(call, error),
        };
        let (headers, body) = self.shown(delivery);
        let mut running = match begin_as(call.clone(), self, OPERATION, None).await {
            Ok(running) => running,
            Err(refused) => {
                let mut outcome = refused.outcome();
                outcome.report.call = call;
                return outcome;
            }
        };
        let returned = match running.exports.webhooks() {
            Ok(webhooks) => {
                let read = webhooks.call_read_delivery(&mut running.store, &headers, &body);
                tokio::time::timeout_at(running.deadline, read).await
            }
            Err(failure) => return running.abandon(failure),
        };
        let mut outcome = running.end(returned).outcome;
        outcome.report.verification = Some(verification);
        let answer = outcome.answer.and_then(|delivery| {
            self.confirm_event(&delivery.event)?;
            Ok(VerifiedDelivery {
                delivery,
                verification,
            })
        });
        Outcome {
            answer,
            report: outcome.report,
        }
    }

    /// Verify a delivery, and write down what came of it. A delivery whose line cannot be written
    /// is not read.
    fn admit(&self, call: &str, delivery: &RawDelivery, now: i64) -> Result<Verification, Error> {
        let shared = self.shared();
        let limits = &shared.limits;
        let lengths = delivery.headers.iter();
        let lengths = lengths.map(|(name, value)| name.len() + value.len());
        let fits = delivery.headers.len() <= limits.headers
            && lengths.sum::<usize>() <= limits.header_bytes;
        let form = shared.plugin.profile().deliveries();
        let verified = match form.map(|form| Keys::read(form, &shared.credential)) {
            _ if !fits => Err(Error::DeliveryRefused(DeliveryRefusal::HeadersTooLarge)),
            Some(Err(error)) => Err(error),
            keys => {
                let keys = keys.and_then(Result::ok).unwrap_or_default();
                let allowed = shared.allow_unauthenticated_deliveries;
                verify(form, &keys, allowed, delivery, now).map_err(Error::DeliveryRefused)
            }
        };
        let reason = match &verified {
            Ok(_) => "allowed",
            Err(Error::DeliveryRefused(refusal)) => refusal.label(),
            Err(_) => "credential-unusable",
        };
        let line = Line::Delivery {
            time: audit::now(),
            call,
            connection: &shared.name,
            plugin: shared.plugin.digest(),
            bytes: delivery.body.len(),
            decision: if verified.is_ok() { "allow" } else { "deny" },
            verified: verified.as_ref().ok().map(|one| one.label()),
            reason,
        };
        if let Err(error) = audit::write(shared.audit.as_ref(), &line) {
            tracing::error!("the audit lost the delivery {call}: {error}");
            verified?;
            return Err(Error::DeliveryRefused(DeliveryRefusal::AuditFailed));
        }
        verified
    }

    /// What the plugin gets to see: nothing that verifies a delivery, and what is secret covered as
    /// it is in answers.
    fn shown(&self, delivery: RawDelivery) -> (Vec<Header>, Vec<u8>) {
        let shared = self.shared();
        let form = shared.plugin.profile().deliveries();
        let patterns = shared.credential.patterns();
        let is_shown = |name: &str| {
            let lower = name.to_ascii_lowercase();
            is_shown(form, name) && !patterns.names.is_in(lower.as_bytes())
        };
        let fields = delivery.headers.into_iter();
        let headers: Vec<_> = fields
            .filter(|(name, _)| is_shown(name))
            .map(|(name, mut value)| {
                patterns.text.mask(&mut value);
                Header { name, value }
            })
            .collect();
        let mut blanker = FieldBlanker::new(shared.secret_fields.clone());
        let mut body = blanker.push(Bytes::from(delivery.body)).bytes.to_vec();
        patterns.text.mask(&mut body);
        if let Some(inspector) = shared.plugin.engine().inspector() {
            for Header { name, value } in &headers {
                inspector.handed(name.as_bytes());
                inspector.handed(value);
            }
            inspector.handed(&body);
        }
        (headers, body)
    }

    /// Whoever makes a webhook chooses what it tells of; the operator chooses the repositories.
    fn confirm_event(&self, event: &Event) -> Result<(), Failure> {
        let id = match event {
            Event::Push(event) | Event::Tag(event) => &event.repository,
            Event::PullRequest(event) => &event.repository,
            Event::Comment(event) => &event.repository,
            Event::Other(_) => return Ok(()),
        };
        match self.repositories().iter().any(|one| one.id == *id) {
            true => Ok(()),
            false => Err(Error::ForeignRepository { id: id.clone() }.into()),
        }
    }
}

fn unread(call: String, error: Error) -> Outcome<VerifiedDelivery> {
    Outcome {
        answer: Err(error.into()),
        report: Report {
            call,
            operation: OPERATION.to_owned(),
            ..Report::default()
        },
    }
}

const OPERATION: &str = "webhooks.read-delivery";
