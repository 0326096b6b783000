//! The contract's errors in the command's own words: apart from the plugin's, which are a
//! description and differ from plugin to plugin.

use crate::contract::types::{Conflict, CredentialProblem, Denial, ErrorCode, Stranger, Subject};

/// What happened, as far as the case of the error says it.
pub(crate) fn happened(code: &ErrorCode) -> String {
    match code {
        ErrorCode::Unauthenticated(problem) => token(problem),
        ErrorCode::Forbidden(denial) => refused(denial),
        ErrorCode::NotFound(subject) => {
            format!("there is no such {}, or no access to it", thing(subject))
        }
        ErrorCode::EmptyRepository => "the repository has no commit yet".into(),
        ErrorCode::Moved(id) => format!("it has moved: it is the repository `{id}`"),
        ErrorCode::ReadOnly(why) => reason("it can only be read now", why),
        ErrorCode::Conflict(conflict) => differs(conflict),
        ErrorCode::InvalidArgument(which) => reason("an argument cannot be right", which),
        ErrorCode::Rejected(why) => reason("the forge refused what was sent", why),
        ErrorCode::TooLarge(limit) => {
            format!("it is more than is allowed at once: {limit} bytes or items")
        }
        ErrorCode::NotReady => "the forge is still working on it".into(),
        ErrorCode::RateLimited => "the forge asks to slow down".into(),
        ErrorCode::Unavailable => "the forge cannot serve now".into(),
        ErrorCode::Timeout => "there was no answer in time".into(),
        ErrorCode::Unreachable => "there is no connection to the forge".into(),
        ErrorCode::Untrusted => "the forge did not prove who it is".into(),
        ErrorCode::Denied => "the host does not allow the request".into(),
        ErrorCode::NotTheApi(stranger) => answers_instead(stranger),
        ErrorCode::Unsupported(needs) => needs_for(needs),
        ErrorCode::Malformed(place) => reason("the forge's answer makes no sense", place),
        ErrorCode::BaseMissing(base) => {
            format!("the forge does not know the commit `{base}` any more")
        }
        ErrorCode::OutcomeUnknown => "whether it took effect is not known".into(),
        ErrorCode::Other(text) => reason("the plugin failed", text),
    }
}

fn token(problem: &CredentialProblem) -> String {
    match problem {
        CredentialProblem::Missing => "no token arrived at the forge".into(),
        CredentialProblem::Invalid => "the forge does not know the token".into(),
        CredentialProblem::Expired => "the token has expired".into(),
        CredentialProblem::Revoked => "the token was revoked".into(),
        CredentialProblem::Other(why) => reason("the forge does not accept the token", why),
    }
}

/// What the forge would need is a name or a version, and no reason by itself.
fn needs_for(needs: &str) -> String {
    match needs.is_empty() {
        true => "the forge cannot do that".into(),
        false => format!("the forge cannot do that: it would need {needs}"),
    }
}

fn refused(denial: &Denial) -> String {
    match denial {
        Denial::Scope(scope) => format!("the token lacks the scope `{scope}`"),
        Denial::Role(role) if role.is_empty() => "the account's role is too low".into(),
        Denial::Role(role) => format!("the account's role is too low: `{role}` is needed"),
        Denial::AdminMode => {
            "the forge asks for its admin mode, which the token does not have".into()
        }
        Denial::Account(why) => reason("the account cannot be used", why),
        Denial::IpAddress => "the forge does not accept this machine's address".into(),
        Denial::Other(why) => reason("the forge refuses", why),
    }
}

fn thing(subject: &Subject) -> &str {
    match subject {
        Subject::Repository => "repository",
        Subject::Reference => "branch or tag",
        Subject::Path => "path",
        Subject::Commit => "commit",
        Subject::Blob => "blob",
        Subject::PullRequest => "pull request",
        Subject::Comment => "comment",
        Subject::Webhook => "webhook",
        Subject::Other(text) => text,
    }
}

fn differs(conflict: &Conflict) -> String {
    match conflict {
        Conflict::AlreadyExists => "it exists already".into(),
        Conflict::HeadMoved(commit) => format!("the branch has moved to `{commit}`"),
        Conflict::FileChanged(path) => format!("`{path}` has changed"),
        Conflict::Locked => "another operation holds it".into(),
        Conflict::NotMergeable(why) => reason("it cannot be merged", why),
        Conflict::Other(why) => reason("it is not as expected", why),
    }
}

/// The same, where `message` follows: nothing is told twice.
pub(super) fn happened_beside(code: &ErrorCode, message: &str) -> String {
    match code {
        ErrorCode::NotTheApi(Stranger::Other(kind)) if message.contains(&**kind) => {
            answers_instead(&Stranger::Other(String::new()))
        }
        ErrorCode::NotTheApi(Stranger::Redirect(place)) if message.contains(&**place) => {
            answers_instead(&Stranger::Redirect(String::new()))
        }
        code => happened(code),
    }
}

fn answers_instead(stranger: &Stranger) -> String {
    match stranger {
        Stranger::SignInPage => "a page to sign in answered, not the forge's API".into(),
        Stranger::WebFirewall => "a web firewall answered, not the forge's API".into(),
        Stranger::Redirect(place) => reason("a redirect answered, and not the forge's API", place),
        Stranger::Other(kind) => reason("what answered is not the forge's API", kind),
    }
}

fn reason(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {why}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_case_carries_is_told_where_there_is_something() {
        let role = |role: &str| happened(&ErrorCode::Forbidden(Denial::Role(role.into())));
        assert_eq!(role(""), "the account's role is too low");
        assert_eq!(
            role("maintainer"),
            "the account's role is too low: `maintainer` is needed"
        );
        let missing = happened(&ErrorCode::NotFound(Subject::Reference));
        assert_eq!(
            missing,
            "there is no such branch or tag, or no access to it"
        );
    }

    #[test]
    fn what_answers_in_the_forges_place_is_told_apart() {
        let page = ErrorCode::NotTheApi(Stranger::Other("text/html".into()));
        assert_eq!(
            happened_beside(&page, "the answer is `text/html`"),
            "what answered is not the forge's API"
        );
        let stranger = |stranger| happened(&ErrorCode::NotTheApi(stranger));
        assert_eq!(
            stranger(Stranger::Redirect("https://h.example/x".into())),
            "a redirect answered, and not the forge's API: https://h.example/x"
        );
        assert_eq!(
            stranger(Stranger::WebFirewall),
            "a web firewall answered, not the forge's API"
        );
        assert_eq!(
            stranger(Stranger::Other("text/html".into())),
            "what answered is not the forge's API: text/html"
        );
    }
}
