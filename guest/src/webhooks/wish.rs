//! What a webhook is to be like; apart because GitLab has a flag for each thing to tell of, and sets
//! one of them where nobody says anything.

use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    bindings::webhooks::{Topic, Wanted},
    error::Failure,
    model::{Hook, TOPICS},
};

/// A webhook that is wanted, checked.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub(super) url: &'a str,
    flags: Vec<(&'static str, bool)>,
    renew_secrets: bool,
}

impl<'a> Wish<'a> {
    pub(super) fn new(wanted: &'a Wanted) -> Result<Self, Failure> {
        check_url(&wanted.url)?;
        let is_other = |topic: &Topic| matches!(topic, Topic::Other(_));
        if wanted.topics.is_empty() || wanted.topics.iter().any(is_other) {
            return Err(Failure::invalid(
                "wanted.topics: there is one at least, and the contract names each",
            ));
        }
        let is_wanted = |one: &Topic| {
            let kind = std::mem::discriminant(one);
            wanted
                .topics
                .iter()
                .any(|topic| std::mem::discriminant(topic) == kind)
        };
        let topics = TOPICS.iter().map(|(flag, topic)| (*flag, is_wanted(topic)));
        let others = OTHERS.iter().map(|flag| (*flag, false));
        Ok(Self {
            url: &wanted.url,
            flags: topics.chain(others).collect(),
            renew_secrets: wanted.renew_secrets,
        })
    }

    /// Whether nothing is to be done.
    pub(super) fn is_met_by(&self, hook: &Hook) -> bool {
        !self.renew_secrets && self.fits(hook)
    }

    /// Whether a webhook is as wanted, as far as GitLab shows.
    pub(super) fn fits(&self, hook: &Hook) -> bool {
        hook.enable_ssl_verification
            && hook.token_present != Some(false)
            && !self.hears_less(hook)
            && self
                .flags
                .iter()
                .all(|(flag, wanted)| hook.tells_of(flag) == *wanted)
    }

    /// What GitLab is sent. `current` is the webhook that is to be changed.
    ///
    /// A version before 19.0 does not know the second secret, and ignores it.
    pub(super) fn body(&self, current: Option<&Hook>, with_signing: bool) -> Value {
        let mut body = Map::new();
        let mut put = |key: &str, value: Value| body.insert(key.to_owned(), value);
        put("url", json!(self.url));
        put("enable_ssl_verification", json!(true));
        put("token", json!("{secret:webhook}"));
        if with_signing {
            put("signing_token", json!("{secret:webhook-signing}"));
        }
        for (flag, wanted) in &self.flags {
            put(flag, json!(wanted));
        }
        if current.is_some_and(|hook| self.hears_less(hook)) {
            put("push_events_branch_filter", json!(""));
            put("branch_filter_strategy", json!("all_branches"));
        }
        Value::Object(body)
    }

    /// Whether the webhook is to tell of all branches and does not.
    fn hears_less(&self, hook: &Hook) -> bool {
        self.flags.contains(&("push_events", true)) && hook.is_filtered()
    }
}

fn check_url(url: &str) -> Result<(), Failure> {
    let is_plain = |text: &str| !text.contains(|c: char| c.is_control() || c.is_whitespace());
    let parsed = match url.len() <= LONGEST_URL && is_plain(url) {
        true => Url::parse(url).ok(),
        false => None,
    };
    let is_web = parsed.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|h| !h.is_empty())
    });
    match is_web {
        true => Ok(()),
        false => Err(Failure::invalid("wanted.url: it is no address of the web")),
    }
}

/// Flags that the contract has no name for.
const OTHERS: &[&str] = &[
    "confidential_issues_events",
    "confidential_note_events",
    "deployment_events",
    "issues_events",
    "job_events",
    "pipeline_events",
    "releases_events",
    "wiki_page_events",
];

/// GitLab takes no longer ones.
const LONGEST_URL: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(url: &str, topics: Vec<Topic>) -> Wanted {
        Wanted {
            url: url.to_owned(),
            topics,
            renew_secrets: false,
        }
    }

    fn hook(fields: &str) -> Hook {
        let json = format!(
            r#"{{"id":7,"url":"https://h/in","enable_ssl_verification":true,"push_events":true{fields}}}"#
        );
        serde_json::from_str(&json).expect("is one")
    }

    #[test]
    fn an_address_is_one_of_the_web() {
        for good in ["https://h/in", "http://h:8080/a?b=c", "https://[::1]/x"] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        let long = format!("https://h/{}", "a".repeat(3_000));
        for bad in [
            "",
            "h/in",
            "ftp://h/x",
            "https://",
            "https://h/a b",
            "https://h/\n",
            &long,
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn topics_are_named_and_at_least_one() {
        assert!(Wish::new(&wanted("https://h", Vec::new())).is_err());
        let other = vec![Topic::Push, Topic::Other("x".to_owned())];
        assert!(Wish::new(&wanted("https://h", other)).is_err());
    }

    #[test]
    fn every_flag_is_sent_because_gitlab_sets_one_by_itself() {
        let wanted = wanted("https://h/in", vec![Topic::Tag, Topic::Tag]);
        let wish = Wish::new(&wanted).expect("is fine");
        let body = wish.body(None, true);
        assert_eq!(body["tag_push_events"], true);
        for flag in [
            "push_events",
            "merge_requests_events",
            "note_events",
            "issues_events",
        ] {
            assert_eq!(body[flag], false, "{flag}");
        }
        assert_eq!(body["token"], "{secret:webhook}");
        assert_eq!(body["signing_token"], "{secret:webhook-signing}");
        assert_eq!(wish.body(None, false).get("signing_token"), None);
    }

    #[test]
    fn a_webhook_is_as_wanted_only_in_every_respect() {
        let plain = wanted("https://h/in", vec![Topic::Push]);
        let wish = Wish::new(&plain).expect("is fine");
        for met in [
            "",
            r#","note_events":null"#,
            r#","emoji_events":true"#,
            r#","push_events_branch_filter":"x","branch_filter_strategy":"all_branches""#,
            r#","token_present":true"#,
        ] {
            assert!(wish.is_met_by(&hook(met)), "{met}");
        }
        for unmet in [
            r#","note_events":true"#,
            r#","issues_events":true"#,
            r#","push_events_branch_filter":"main""#,
            r#","token_present":false"#,
        ] {
            assert!(!wish.is_met_by(&hook(unmet)), "{unmet}");
        }
        let filtered = hook(r#","push_events_branch_filter":"main""#);
        let body = wish.body(Some(&filtered), true);
        assert_eq!(body["branch_filter_strategy"], "all_branches");
        let renewing = Wanted {
            renew_secrets: true,
            ..wanted("https://h/in", vec![Topic::Push])
        };
        assert!(!Wish::new(&renewing).expect("is fine").is_met_by(&hook("")));
    }
}
