//! What has one answer to everything: apart from others in a forge's place, because no answer of it
//! alone tells that it is no forge.

use code_source_tests::Piece;

use super::cause::{Cause, Expected, Trouble, Who};
use super::scene::Scene;
use super::strangers::{STRANGE, playing};

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a gateway that refuses everything",
        trouble: Trouble::Authorisation,
        produced_by: "a server that answers every question with 403 and `{\"message\":\"Forbidden\"}`",
        produce: || Box::pin(refusing("application/json", r#"{"message":"Forbidden"}"#)),
        expected: REFUSED,
    },
    Cause {
        name: "a gateway that refuses everything in plain text",
        trouble: Trouble::Authorisation,
        produced_by: "a server that answers every question with 403 and `Forbidden`, asked for a repository",
        produce: || {
            Box::pin(async {
                let scene = refusing("text/plain", "Forbidden").await;
                scene.examining("web/shop")
            })
        },
        expected: REFUSED,
    },
    Cause {
        name: "a server with one answer",
        trouble: Trouble::Authorisation,
        produced_by: "a server that answers every question with 200 and `{}`",
        produce: || Box::pin(answering("200 OK", "application/json", "{}")),
        expected: NO_FORGE,
    },
    Cause {
        name: "a server that answers nothing",
        trouble: Trouble::Authorisation,
        produced_by: "a server that answers every question with 200 and `null`",
        produce: || Box::pin(answering("200 OK", "application/json", "null")),
        expected: NO_FORGE,
    },
];

/// Something refuses everything, and is nobody that is known.
const REFUSED: Expected = Expected {
    says: "a web firewall answers, and not the forge's API: reading GitLab's version is refused with status 403, …",
    code: "web-firewall",
    hint: "ask whoever runs what stands before GitLab",
    not_reached: "version token account repositories rate-limit clock",
    ..STRANGE
};

/// Something answers, and says nothing that a forge says.
const NO_FORGE: Expected = Expected {
    says: "what answers is not the forge's API: …another product…",
    code: "not-the-api",
    hint: "check the address of the connection",
    who: Who::User,
    not_reached: "version token account repositories rate-limit clock",
    ..STRANGE
};

/// A connection to a server that has one answer to everything.
async fn answering(status: &'static str, kind: &'static str, body: &'static str) -> Scene {
    playing(move |_| Piece::answer(status, &[("content-type", kind)], body)).await
}

/// A connection to a server that refuses everything in these words.
async fn refusing(kind: &'static str, body: &'static str) -> Scene {
    answering("403 Forbidden", kind, body).await
}
