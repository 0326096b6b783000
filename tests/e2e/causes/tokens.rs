//! Tokens that cannot be read, or that are none.

use code_source_tests::Rig;

use super::cause::{Cause, Expected, Trouble, Who};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "the token's file is not there",
        trouble: Trouble::Authorisation,
        produced_by: "a connection whose token's file does not exist",
        produce: || Box::pin(sourced("{ file = \"gone\" }")),
        expected: Expected {
            says: "the token from the file …gone` cannot be used: No such file or directory…",
            code: "token-file-unreadable",
            hint: "check the path, and that the account of this process may read the file",
            ..UNUSABLE
        },
    },
    Cause {
        name: "the token's file is a directory",
        trouble: Trouble::Authorisation,
        produced_by: "a connection that names the folder with the token's file",
        produce: || Box::pin(sourced("{ file = \".\" }")),
        expected: Expected {
            says: "the token from the file … cannot be used: Is a directory…",
            code: "token-file-unreadable",
            hint: "check the path",
            ..UNUSABLE
        },
    },
    Cause {
        name: "the token's variable is not set",
        trouble: Trouble::Authorisation,
        produced_by: "a connection that names a variable which the environment does not have",
        produce: || Box::pin(sourced("{ env = \"GITLAB_TOKEN\" }")),
        expected: Expected {
            says: "the token from the environment variable `GITLAB_TOKEN` cannot be used: it is not set",
            code: "token-variable-missing",
            hint: "set the variable in the environment of this process",
            ..UNUSABLE
        },
    },
    Cause {
        name: "an empty file",
        trouble: Trouble::Authorisation,
        produced_by: "a token's file without a byte",
        produce: || Box::pin(written("")),
        expected: Expected {
            says: "the token from the file … cannot be used: it is empty",
            code: "token-empty",
            hint: "put the token there",
            ..UNUSABLE
        },
    },
    Cause {
        name: "nothing but white space",
        trouble: Trouble::Authorisation,
        produced_by: "a token's file with a space and a line break",
        produce: || Box::pin(written(" \n")),
        expected: Expected {
            says: "the token from the file … cannot be used: there is nothing but white space in it",
            code: "token-empty",
            hint: "put the token there",
            ..UNUSABLE
        },
    },
    Cause {
        name: "a line break inside",
        trouble: Trouble::Authorisation,
        produced_by: "a token that an editor broke into two lines",
        produce: || Box::pin(written("glpat-an-0rdinary\n-t0ken-and-more\n")),
        expected: Expected {
            says: "the token from the file … cannot be used: there is a line break in the middle of it",
            ..MALFORMED
        },
    },
    Cause {
        name: "white space around",
        trouble: Trouble::Authorisation,
        produced_by: "a token with a space behind it",
        produce: || Box::pin(written("glpat-an-0rdinary-t0ken \n")),
        expected: Expected {
            says: "the token from the file … cannot be used: there is white space after it",
            ..MALFORMED
        },
    },
    Cause {
        name: "a header instead of a token",
        trouble: Trouble::Authorisation,
        produced_by: "a token with `Bearer` before it",
        produce: || Box::pin(written("Bearer glpat-an-0rdinary-t0ken\n")),
        expected: Expected {
            says: "the token from the file … cannot be used: it begins with `bearer`",
            ..MALFORMED
        },
    },
    Cause {
        name: "a token in quotes",
        trouble: Trouble::Authorisation,
        produced_by: "a token in quotation marks, as it stood in a script",
        produce: || Box::pin(written("\"glpat-an-0rdinary-t0ken\"")),
        expected: Expected {
            says: "the token from the file … cannot be used: it stands in quotes: …",
            ..MALFORMED
        },
    },
    Cause {
        name: "an assignment instead of a token",
        trouble: Trouble::Authorisation,
        produced_by: "a line of a file with variables",
        produce: || Box::pin(written("GITLAB_TOKEN=glpat-an-0rdinary-t0ken\n")),
        expected: Expected {
            says: "the token from the file … cannot be used: it begins with a name and `=`",
            ..MALFORMED
        },
    },
    Cause {
        name: "half a token",
        trouble: Trouble::Authorisation,
        produced_by: "the first ten letters of a token",
        produce: || Box::pin(written("glpat-an-0")),
        expected: Expected {
            says: "the token from the file … cannot be used: …shorter than 16…",
            ..MALFORMED
        },
    },
];

/// A token that never leaves.
const UNUSABLE: Expected = Expected {
    says: "",
    code: "",
    station: "token-source",
    hint: "",
    who: Who::User,
    status: 9,
    not_reached: "http version token account repositories rate-limit clock",
    also: &[],
    why: None,
};

/// Something that is no token.
const MALFORMED: Expected = Expected {
    code: "token-malformed",
    hint: "put nothing there but the token itself, in one line",
    ..UNUSABLE
};

/// A connection whose token comes from elsewhere.
async fn sourced(from: &str) -> Scene {
    Scene::of(Rig::new().await).set("token", from)
}

/// A connection with this in the token's file.
async fn written(content: &'static str) -> Scene {
    Scene::of(Rig::new().await).token(content)
}
