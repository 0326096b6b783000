//! What answers in the place of a forge, or changes what it is asked and says.

use code_source_stand_in::{Effect, Feature, RetryAfter, StandIn};
use code_source_tests::{Piece, Rig, Site, WireRequest, WireServer};
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use super::cause::{Cause, Expected, Trouble, Who};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a page to sign in",
        trouble: Trouble::Authorisation,
        produced_by: "a page to sign in with status 200 instead of every answer",
        produce: || Box::pin(with(Effect::SignInPage)),
        expected: Expected {
            says: "a page to sign in at answers, and not the forge's API…",
            code: "sign-in-page",
            hint: "whoever runs the sign-in page has to let requests for `/api/` through",
            ..STRANGE
        },
    },
    Cause {
        name: "the way to a page to sign in",
        trouble: Trouble::Authorisation,
        produced_by: "a redirect to `/users/sign_in` instead of every answer",
        produce: || Box::pin(with(Effect::SignInRedirect)),
        expected: Expected {
            says: "a page to sign in at answers, and not the forge's API…",
            code: "sign-in-page",
            hint: "/users/sign_in` to sign in: whoever runs that has to let requests for `/api/` through without it",
            ..STRANGE
        },
    },
    Cause {
        name: "another server instead of the forge",
        trouble: Trouble::Authorisation,
        produced_by: "a redirect to another server instead of every answer",
        produce: || {
            Box::pin(with(Effect::RedirectTo(
                "https://www.acme.example/welcome?from=git".to_owned(),
            )))
        },
        expected: Expected {
            says: "the forge's API is not there: what answers leads to `https://www.acme.example/welcome`: …",
            code: "redirected",
            hint: "check the address of the connection",
            who: Who::User,
            ..STRANGE
        },
    },
    Cause {
        name: "single sign-on before the forge",
        trouble: Trouble::Authorisation,
        produced_by: "a redirect to an identity provider instead of every answer",
        produce: || {
            Box::pin(with(Effect::RedirectTo(
                "https://login.acme.example/saml?request=1".to_owned(),
            )))
        },
        expected: Expected {
            says: "a page to sign in at answers, and not the forge's API…",
            code: "sign-in-page",
            hint: "people are sent to `https://login.acme.example/saml` to sign in",
            ..STRANGE
        },
    },
    Cause {
        name: "a web firewall",
        trouble: Trouble::Authorisation,
        produced_by: "a web firewall's page with status 403 instead of every answer",
        produce: || Box::pin(with(Effect::WebFirewall)),
        expected: Expected {
            says: "a web firewall answers, and not the forge's API…",
            code: "web-firewall",
            hint: "whoever runs the web firewall has to let this machine's requests for `/api/` through",
            ..STRANGE
        },
    },
    Cause {
        name: "a page for people",
        trouble: Trouble::Authorisation,
        produced_by: "a page with status 200 instead of every answer",
        produce: || Box::pin(with(Effect::Html)),
        expected: Expected {
            says: "what answers is not the forge's API…text/html…",
            code: "not-the-api",
            hint: "check the address of the connection: what answers there is not GitLab's API",
            who: Who::User,
            ..STRANGE
        },
    },
    Cause {
        name: "another product",
        trouble: Trouble::Authorisation,
        produced_by: "a server that answers every question with a 404 of its own, in JSON",
        produce: || {
            Box::pin(async {
                let body = r#"{"errors":["not found"]}"#;
                playing(move |_| {
                    let json = [("content-type", "application/json")];
                    Piece::answer("404 Not Found", &json, body)
                })
                .await
            })
        },
        expected: Expected {
            says: "what answers is not the forge's API: …another product…",
            code: "not-the-api",
            hint: "check the address of the connection",
            who: Who::User,
            not_reached: "version token account repositories rate-limit clock",
            ..STRANGE
        },
    },
    Cause {
        name: "another path of the server",
        trouble: Trouble::Authorisation,
        produced_by: "the address of a repository's page instead of the forge's",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                rig.forge.allow_unexpected();
                let url = format!("{}/web/shop", rig.forge.url());
                Scene::of(rig).text("url", url)
            })
        },
        expected: Expected {
            says: "what answers is not the forge's API…",
            code: "not-the-api",
            hint: "check the address of the connection",
            who: Who::User,
            ..STRANGE
        },
    },
    Cause {
        name: "a proxy that decodes `%2F`",
        trouble: Trouble::Authorisation,
        produced_by: "a proxy before the forge that decodes `%2F` in paths",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                rig.forge.feature(Feature::DecodePercent2f);
                rig.forge.allow_unexpected();
                Scene::of(rig)
            })
        },
        expected: Expected {
            says: "a proxy between here and GitLab decodes `%2F` in addresses, …",
            code: "encoded-slash-decoded",
            hint: "AllowEncodedSlashes NoDecode",
            status: 6,
            not_reached: "",
            ..STRANGE
        },
    },
    Cause {
        name: "a firewall that refuses `%2F`",
        trouble: Trouble::Authorisation,
        produced_by: "a page with status 400 for every path with `%2F` in it",
        produce: || {
            Box::pin(async {
                let page = "<html><title>Bad Request</title></html>".to_owned();
                let html = ("content-type", "text/html".to_owned());
                let effect = Effect::Status(400, page, vec![html]);
                Scene::of(Rig::new().await).on("%2F", effect)
            })
        },
        expected: Expected {
            says: "something between here and GitLab refuses addresses with `%2F`, …",
            code: "encoded-slash-refused",
            hint: "AllowEncodedSlashes NoDecode",
            status: 6,
            not_reached: "",
            ..STRANGE
        },
    },
    Cause {
        name: "a forge that is down",
        trouble: Trouble::TimeOut,
        produced_by: "a proxy's page with status 502 instead of every answer",
        produce: || Box::pin(with(Effect::BadGateway)),
        expected: Expected {
            says: "the forge cannot serve now: …502…",
            hint: "look at GitLab's own logs",
            ..UNAVAILABLE
        },
    },
    Cause {
        name: "a forge that cannot serve",
        trouble: Trouble::TimeOut,
        produced_by: "the status 503 instead of every answer",
        produce: || Box::pin(with(Effect::status(503))),
        expected: Expected {
            says: "the forge cannot serve now: …503…",
            hint: "look at GitLab's own logs",
            ..UNAVAILABLE
        },
    },
    Cause {
        name: "too many requests",
        trouble: Trouble::TimeOut,
        produced_by: "a refusal of the throttle instead of every answer, for an hour",
        produce: || {
            Box::pin(with(Effect::TooManyRequests {
                json: false,
                retry_after: RetryAfter::Seconds(3600),
            }))
        },
        expected: Expected {
            says: "the forge asks to slow down: …429…",
            code: "rate-limited",
            station: "rate-limit",
            hint: "an administrator can raise GitLab's rate limits for this account",
            status: 21,
            not_reached: "version token account repositories",
            ..UNAVAILABLE
        },
    },
    Cause {
        name: "hardly any requests left",
        trouble: Trouble::TimeOut,
        produced_by: "a forge that takes 7 more requests of 1000; all works",
        produce: || {
            Box::pin(playing(|request| {
                let limit = [("ratelimit-limit", "1000"), ("ratelimit-remaining", "7")];
                small_forge(request, 0, &limit)
            }))
        },
        expected: Expected {
            says: "of 1000 requests GitLab answers 7 more before it refuses for a while",
            code: "rate-limit-nearly-used-up",
            station: "rate-limit",
            hint: "raise GitLab's rate limits for this account",
            status: 0,
            not_reached: "",
            ..UNAVAILABLE
        },
    },
    Cause {
        name: "a version that is too old",
        trouble: Trouble::Authorisation,
        produced_by: "GitLab 16.7",
        produce: || {
            Box::pin(async { Scene::of(Rig::with(StandIn::builder().version("16.7.0")).await) })
        },
        expected: Expected {
            says: "GitLab is version 16.7, and 16.8 is the oldest that works",
            code: "version-too-old",
            station: "version",
            hint: "update GitLab",
            who: Who::ForgeAdministrator,
            status: 6,
            not_reached: "",
            also: &[],
            why: None,
        },
    },
    Cause {
        name: "a clock that is wrong",
        trouble: Trouble::Authorisation,
        produced_by: "a forge whose answers are an hour ahead; all works",
        produce: || Box::pin(playing(|request| small_forge(request, 1, &[]))),
        expected: Expected {
            says: "the clock of this machine is …35… s behind the forge's: …",
            code: "clock-skew",
            station: "clock",
            hint: "machines that ask a time server (NTP) agree",
            who: Who::User,
            status: 0,
            not_reached: "",
            also: &[],
            why: None,
        },
    },
];

/// Something that is not the forge answers.
pub(super) const STRANGE: Expected = Expected {
    says: "",
    code: "",
    station: "http",
    hint: "",
    who: Who::NetworkAdministrator,
    status: 27,
    not_reached: "version token account repositories rate-limit",
    also: &[],
    why: None,
};

/// The forge is there, and does not serve.
const UNAVAILABLE: Expected = Expected {
    says: "",
    code: "unavailable",
    station: "http",
    hint: "",
    who: Who::ForgeAdministrator,
    status: 22,
    not_reached: "version token account repositories rate-limit",
    also: &[],
    why: None,
};

/// A connection to a forge all of whose answers are replaced by this.
async fn with(effect: Effect) -> Scene {
    let scene = Scene::of(Rig::new().await).always(effect);
    scene.set("limits", r#"{ call = "4s" }"#)
}

/// A connection to a server that answers so.
pub(super) async fn playing<F>(answer: F) -> Scene
where
    F: Fn(&WireRequest) -> Vec<Piece> + Clone + Send + Sync + 'static,
{
    let site = Site::new();
    let server = WireServer::start(&site, answer).await;
    Scene::at(server.url())
        .trusting(&site.authority.pem())
        .holding((site, server))
}

/// What a forge answers to a check, with these headers more, whose clock is so many hours ahead.
pub(super) fn small_forge(request: &WireRequest, hours: i64, more: &[(&str, &str)]) -> Vec<Piece> {
    let time = OffsetDateTime::now_utc() + Duration::hours(hours);
    let date = time.format(&Rfc2822).expect("a date");
    let date = date.replace("+0000", "GMT");
    let (status, body) = match request.line() {
        "GET /api/v4/version" => ("200 OK", r#"{"version":"18.0.0","enterprise":true}"#),
        "GET /api/v4/user" => (
            "200 OK",
            r#"{"username":"root","name":"Root","state":"active","is_admin":true}"#,
        ),
        "GET /api/v4/personal_access_tokens/self" => (
            "200 OK",
            r#"{"name":"work","scopes":["api","admin_mode"],"expires_at":null}"#,
        ),
        _ => ("404 Not Found", r#"{"message":"404 Project Not Found"}"#),
    };
    let headers = [("content-type", "application/json"), ("date", &*date)];
    Piece::answer(status, &[&headers, more].concat(), body)
}
