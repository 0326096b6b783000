//! What a webhook tells of, as people write it: apart because two commands take it.

use clap::ValueEnum;

use crate::contract::webhooks::Topic;

/// What a webhook tells of, as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum TopicArgument {
    /// Branches that change.
    Push,
    /// Tags that come and go.
    Tag,
    /// Pull requests that are opened or change.
    PullRequest,
    /// Comments.
    Comment,
}

impl From<TopicArgument> for Topic {
    fn from(topic: TopicArgument) -> Self {
        match topic {
            TopicArgument::Push => Self::Push,
            TopicArgument::Tag => Self::Tag,
            TopicArgument::PullRequest => Self::PullRequest,
            TopicArgument::Comment => Self::Comment,
        }
    }
}

/// A topic in one word.
pub(super) fn word(topic: Topic) -> String {
    match topic {
        Topic::Push => "push".into(),
        Topic::Tag => "tag".into(),
        Topic::PullRequest => "pull-request".into(),
        Topic::Comment => "comment".into(),
        Topic::Other(word) => word,
    }
}
