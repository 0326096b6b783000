//! The routes of merge requests; apart, because they are a world of their own.

use super::super::{
    merge_requests::{changes, create, discussions, listing, merge, notes, read, update},
    route::{Route, Scope, delete, get, list, post, put},
};

pub(super) static ROUTES: &[Route] = &[
    list(
        "/projects/:id/merge_requests",
        &[
            ("order_by", "created_at"),
            ("scope", "all"),
            ("sort", "desc"),
            ("state", "all"),
            ("with_labels_details", "false"),
            ("with_merge_status_recheck", "false"),
        ],
        listing::list,
    ),
    post("/projects/:id/merge_requests", Scope::Write, create::create),
    get(
        "/projects/:id/merge_requests/:merge_request_iid",
        Scope::Api,
        read,
    ),
    put(
        "/projects/:id/merge_requests/:merge_request_iid",
        Scope::Write,
        update::update,
    ),
    put(
        "/projects/:id/merge_requests/:merge_request_iid/merge",
        Scope::Write,
        merge::merge,
    ),
    list(
        "/projects/:id/merge_requests/:merge_request_iid/commits",
        &[],
        changes::commits,
    ),
    list(
        "/projects/:id/merge_requests/:merge_request_iid/diffs",
        &[("unidiff", "false")],
        changes::diffs,
    ),
    get(
        "/projects/:id/merge_requests/:merge_request_iid/raw_diffs",
        Scope::Api,
        changes::raw_diffs,
    ),
    list(
        "/projects/:id/merge_requests/:merge_request_iid/versions",
        &[],
        changes::versions,
    ),
    get(
        "/projects/:id/merge_requests/:merge_request_iid/versions/:version_id",
        Scope::Api,
        changes::version,
    ),
    list(
        "/projects/:id/merge_requests/:merge_request_iid/notes",
        &[
            ("activity_filter", "all_notes"),
            ("order_by", "created_at"),
            ("sort", "desc"),
        ],
        notes::list,
    ),
    post(
        "/projects/:id/merge_requests/:merge_request_iid/notes",
        Scope::Write,
        notes::create,
    ),
    get(
        "/projects/:id/merge_requests/:merge_request_iid/notes/:note_id",
        Scope::Api,
        notes::read,
    ),
    put(
        "/projects/:id/merge_requests/:merge_request_iid/notes/:note_id",
        Scope::Write,
        notes::update,
    ),
    delete(
        "/projects/:id/merge_requests/:merge_request_iid/notes/:note_id",
        Scope::Write,
        notes::remove,
    ),
    list(
        "/projects/:id/merge_requests/:merge_request_iid/discussions",
        &[],
        discussions::list,
    ),
    post(
        "/projects/:id/merge_requests/:merge_request_iid/discussions",
        Scope::Write,
        discussions::create,
    ),
    get(
        "/projects/:id/merge_requests/:merge_request_iid/discussions/:discussion_id",
        Scope::Api,
        discussions::read,
    ),
    put(
        "/projects/:id/merge_requests/:merge_request_iid/discussions/:discussion_id",
        Scope::Write,
        discussions::resolve,
    ),
    post(
        "/projects/:id/merge_requests/:merge_request_iid/discussions/:discussion_id/notes",
        Scope::Write,
        discussions::reply,
    ),
    get(
        "/projects/:id/merge_requests/:merge_request_iid/discussions/:discussion_id/notes/:note_id",
        Scope::Api,
        discussions::read_note,
    ),
    put(
        "/projects/:id/merge_requests/:merge_request_iid/discussions/:discussion_id/notes/:note_id",
        Scope::Write,
        discussions::update_note,
    ),
    delete(
        "/projects/:id/merge_requests/:merge_request_iid/discussions/:discussion_id/notes/:note_id",
        Scope::Write,
        discussions::remove_note,
    ),
];
