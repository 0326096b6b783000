//! The routes of webhooks; apart, because they are for maintainers and administrators.

use super::super::{
    hooks::{self, events, trigger},
    route::{Route, Scope, delete, get, list, post, put},
};

pub(super) static ROUTES: &[Route] = &[
    list("/projects/:id/hooks", &[], hooks::list),
    post("/projects/:id/hooks", Scope::Write, hooks::create),
    get("/projects/:id/hooks/:hook_id", Scope::Api, hooks::read),
    put("/projects/:id/hooks/:hook_id", Scope::Write, hooks::update),
    delete("/projects/:id/hooks/:hook_id", Scope::Write, hooks::remove),
    post(
        "/projects/:id/hooks/:hook_id/test/:trigger",
        Scope::Write,
        trigger::test,
    ),
    list("/projects/:id/hooks/:hook_id/events", &[], events::list),
    post(
        "/projects/:id/hooks/:hook_id/events/:event_id/resend",
        Scope::Write,
        trigger::resend,
    ),
];
