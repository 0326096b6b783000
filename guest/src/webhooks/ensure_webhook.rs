//! `webhooks.ensure-webhook`; apart as every function of the contract is.

use super::{
    hooks::{self, HookId, ROLE},
    wish::Wish,
};
use crate::{
    bindings::{
        types::{ErrorCode, Outcome, RepositoryId, Subject},
        webhooks::{Ensured, Wanted},
    },
    call::{Call, Written},
    endpoint::Project,
    error::{Failure, Purpose},
    model::Hook,
    transport::{Request, Transport},
    writing,
};

/// Make a webhook, or change the one that leads there.
pub(crate) async fn ensure_webhook<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    wanted: &Wanted,
) -> Result<Ensured, Failure> {
    let project = Project::new(repository)?;
    let wish = Wish::new(wanted)?;
    let ensuring = Ensuring {
        call,
        project: &project,
        wish: &wish,
    };
    match ensuring.ensure().await {
        Ok((hook, outcome)) => Ok(Ensured {
            webhook: hook.into_webhook(),
            outcome,
        }),
        Err(failure) => {
            let failure = writing::explain_refusal(call, &project, ROLE, failure).await;
            Err(with_hint(failure))
        }
    }
}

struct Ensuring<'a, T> {
    call: &'a Call<T>,
    project: &'a Project,
    wish: &'a Wish<'a>,
}

impl<T: Transport> Ensuring<'_, T> {
    async fn ensure(&self) -> Result<(Hook, Outcome), Failure> {
        let current = self.find().await?;
        if let Some(hook) = current.as_ref().filter(|hook| self.wish.is_met_by(hook)) {
            let hook = hook.clone();
            return Ok((hook, Outcome::Already));
        }
        let failure = match self.write(current.as_ref()).await? {
            Written::Done(done) => match done.json::<Hook>() {
                Some(hook) => return Ok((hook, Outcome::Applied)),
                // It is done, only not told: the list tells.
                None => {
                    Failure::malformed(self.purpose(current.as_ref()).action).with_head(&done.head)
                }
            },
            // No forge tells which secrets a webhook has. Where nothing else was to change, nothing
            // shows whether it was given them.
            Written::Unsettled(failure)
                if current.as_ref().is_some_and(|hook| self.wish.fits(hook)) =>
            {
                return Err(failure.into_unknown_outcome());
            }
            Written::Unsettled(failure) => failure,
        };
        let look = async || Ok(self.find().await?.filter(|hook| self.wish.fits(hook)));
        let hook = writing::settle(self.call, failure, look).await?;
        Ok((hook, Outcome::Applied))
    }

    async fn find(&self) -> Result<Option<Hook>, Failure> {
        let hooks = hooks::all(self.call, self.project).await?;
        Ok(hooks.into_iter().find(|hook| hook.url == self.wish.url))
    }

    /// Ask GitLab with both secrets. Which of them the host has is not for a plugin to know; where it
    /// lacks the one for signing it refuses the request, so that nothing was sent.
    async fn write(&self, current: Option<&Hook>) -> Result<Written, Failure> {
        let purpose = self.purpose(current);
        let both = self.request(current, true)?;
        match self.call.write(&both, &purpose).await {
            Err(failure) if matches!(failure.code(), ErrorCode::Denied) => {
                let one = self.request(current, false)?;
                self.call.write(&one, &purpose).await
            }
            result => result,
        }
    }

    fn request(&self, current: Option<&Hook>, with_signing: bool) -> Result<Request, Failure> {
        let body = self.wish.body(current, with_signing);
        Ok(match current {
            Some(hook) => {
                let id = hook.id.to_string();
                // It is GitLab's, not the caller's.
                let id = HookId::new(&id)
                    .map_err(|_| Failure::malformed(format!("{}: the identity", hooks::LISTING)))?;
                Request::put(id.target(self.project), &body)
            }
            None => Request::post(hooks::target(self.project), &body),
        })
    }

    fn purpose(&self, current: Option<&Hook>) -> Purpose {
        let project = self.project.id();
        match current {
            Some(hook) => {
                let action = format!("changing the webhook {} of repository {project}", hook.id);
                Purpose::new(action, Subject::Webhook)
            }
            None => {
                let action = format!("creating a webhook of repository {project}");
                Purpose::new(action, Subject::Repository)
            }
        }
    }
}

fn with_hint(failure: Failure) -> Failure {
    let words = writing::words(&failure).to_lowercase();
    match words.contains("invalid url") || words.contains("blocked") {
        true => failure.with_hint(
            "an administrator of GitLab allows requests to the local network from webhooks, under \
             Settings, Network, Outbound requests",
        ),
        false => failure,
    }
}
