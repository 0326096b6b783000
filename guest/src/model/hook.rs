//! A webhook as GitLab writes it; apart because what it tells of is spread over flags, of which new
//! versions have more.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{lenient, timestamp};
use crate::bindings::webhooks::{Authentication, Health, Topic, Webhook};

/// A webhook. Only `id` and `url` have to be there.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Hook {
    pub(crate) id: u64,
    pub(crate) url: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) enable_ssl_verification: bool,
    #[serde(default, deserialize_with = "lenient")]
    alert_status: String,
    #[serde(default, deserialize_with = "lenient")]
    disabled_until: String,
    #[serde(default, deserialize_with = "lenient")]
    push_events_branch_filter: String,
    #[serde(default, deserialize_with = "lenient")]
    branch_filter_strategy: String,
    /// From 19.0 on.
    #[serde(default)]
    pub(crate) token_present: Option<bool>,
    /// From 19.0 on.
    #[serde(default)]
    signing_token_present: Option<bool>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Hook {
    /// Whether it has that flag.
    pub(crate) fn tells_of(&self, flag: &str) -> bool {
        self.rest.get(flag) == Some(&Value::Bool(true))
    }

    /// Whether it tells of some branches only.
    pub(crate) fn is_filtered(&self) -> bool {
        self.branch_filter_strategy != "all_branches" && !self.push_events_branch_filter.is_empty()
    }

    pub(crate) fn into_webhook(self) -> Webhook {
        let known = TOPICS.iter().filter(|(flag, _)| self.tells_of(flag));
        let known = known.map(|(_, topic)| topic.clone());
        let is_known = |flag: &str| TOPICS.iter().any(|(known, _)| *known == flag);
        let others = self.rest.iter().filter(|(flag, value)| {
            flag.ends_with("_events") && **value == Value::Bool(true) && !is_known(flag)
        });
        let others = others.map(|(flag, _)| Topic::Other(flag.clone()));
        Webhook {
            topics: known.chain(others).collect(),
            authentication: self.authentication(),
            health: self.health(),
            id: self.id.to_string(),
            url: self.url,
            verifies_tls: self.enable_ssl_verification,
        }
    }

    fn authentication(&self) -> Authentication {
        match (self.signing_token_present, self.token_present) {
            (Some(true), _) => Authentication::Signature,
            (_, Some(true)) => Authentication::Token,
            (Some(false), Some(false)) => Authentication::None,
            _ => Authentication::Unknown,
        }
    }

    /// GitLab says nothing where it never stops to call webhooks.
    fn health(&self) -> Health {
        match self.alert_status.as_str() {
            "" | "executable" => Health::Enabled,
            "temporarily_disabled" => Health::Suspended(timestamp(&self.disabled_until)),
            "disabled" => Health::Disabled,
            other => Health::Other(other.to_owned()),
        }
    }
}

/// The flags of what the contract names.
pub(crate) static TOPICS: [(&str, Topic); 4] = [
    ("push_events", Topic::Push),
    ("tag_push_events", Topic::Tag),
    ("merge_requests_events", Topic::PullRequest),
    ("note_events", Topic::Comment),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &str) -> Webhook {
        let json = format!(r#"{{"id":7,"url":"https://h/in"{fields}}}"#);
        let hook: Hook = serde_json::from_str(&json).expect("is one");
        hook.into_webhook()
    }

    #[test]
    fn only_identity_and_address_are_needed() {
        let hook = read("");
        assert_eq!((hook.id.as_str(), hook.url.as_str()), ("7", "https://h/in"));
        assert!(hook.topics.is_empty() && !hook.verifies_tls);
        assert!(matches!(hook.health, Health::Enabled));
        assert!(matches!(hook.authentication, Authentication::Unknown));
        assert!(serde_json::from_str::<Hook>(r#"{"id":7}"#).is_err());
        assert!(serde_json::from_str::<Hook>(r#"{"url":"https://h"}"#).is_err());
    }

    #[test]
    fn null_is_absent_and_a_flag_of_another_type_is_not_set() {
        let hook = read(
            r#","enable_ssl_verification":null,"alert_status":null,"disabled_until":null,
            "push_events_branch_filter":null,"branch_filter_strategy":null,"token_present":null,
            "signing_token_present":null,"push_events":null,"note_events":"true""#,
        );
        assert!(hook.topics.is_empty());
    }

    #[test]
    fn topics_without_a_name_in_the_contract_keep_gitlabs() {
        let hook = read(
            r#","note_events":true,"push_events":true,"emoji_events":true,"tag_push_events":false,
            "other":true"#,
        );
        let [Topic::Push, Topic::Comment, Topic::Other(word)] = hook.topics.as_slice() else {
            panic!("{:?}", hook.topics);
        };
        assert_eq!(word, "emoji_events");
    }

    #[test]
    fn health_is_told_in_gitlabs_words() {
        let health = |fields: &str| read(fields).health;
        assert!(matches!(
            health(
                r#","alert_status":"temporarily_disabled","disabled_until":"2026-01-01T00:00:00Z""#
            ),
            Health::Suspended(Some(1_767_225_600))
        ));
        assert!(matches!(
            health(r#","alert_status":"temporarily_disabled""#),
            Health::Suspended(None)
        ));
        assert!(matches!(
            health(r#","alert_status":"disabled""#),
            Health::Disabled
        ));
        assert!(matches!(
            health(r#","alert_status":"executable""#),
            Health::Enabled
        ));
        assert!(matches!(health(r#","alert_status":"odd""#), Health::Other(word) if word == "odd"));
    }

    #[test]
    fn authentication_is_unknown_before_gitlab_tells() {
        let of = |fields: &str| read(fields).authentication;
        let both = r#","token_present":true,"signing_token_present":true"#;
        assert!(matches!(of(both), Authentication::Signature));
        let token = r#","token_present":true,"signing_token_present":false"#;
        assert!(matches!(of(token), Authentication::Token));
        let none = r#","token_present":false,"signing_token_present":false"#;
        assert!(matches!(of(none), Authentication::None));
    }
}
