//! `webhooks`: registered with secrets that the plugin never sees, called for real, and verified.

use std::collections::BTreeSet;
use std::sync::Arc;

use code_source::contract::types::Outcome;
use code_source::contract::webhooks::{Authentication, Event, Health, Topic, Wanted};
use code_source::egress::Access;
use code_source::{RawDelivery, Secret, Source, TokenSource, VerifiedDelivery};
use code_source_stand_in::{
    Builder, Change, Effect, Fault, Feature, Matcher, Project, StandIn, When,
};
use code_source_tests::{
    Piece, Rig, Site, WireRequest, WireServer, code, connected, expect, first_page, played, plugin,
    writes,
};
use http::Method;

const TOKEN: &str = "a-shared-secret-of-the-webhook";
const SIGNING: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A forge, a place that its webhooks lead to, and a connection that may register them.
struct Shop {
    rig: Rig,
    receiver: Arc<WireServer>,
    project: Project,
    source: Source,
    id: String,
    url: String,
}

impl Shop {
    async fn open(builder: Builder) -> Self {
        Self::answered(builder, "200 OK").await
    }

    /// With a place that answers so.
    async fn answered(builder: Builder, status: &'static str) -> Self {
        let rig = Rig::with(builder).await;
        let site = Site::new();
        let receiver =
            WireServer::start(&site, move |_: &WireRequest| Piece::answer(status, &[], "")).await;
        rig.forge
            .feature(Feature::HookAuthority(site.authority.pem()));
        let url = format!("{}/hook?x=1", receiver.url());
        let project = rig.forge.project("web/shop");
        project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
        let secret = |text: &str| TokenSource::Value(Secret::new(text));
        let connection = rig
            .connection()
            .repositories([connected(&project)])
            .access(Access::ALL)
            .webhook_urls([url.clone()])
            .secret("webhook", secret(TOKEN))
            .secret("webhook-signing", secret(SIGNING));
        let source = Source::open(plugin(), connection).expect("the connection opens");
        let id = project.id().to_string();
        Self {
            rig,
            receiver: Arc::new(receiver),
            project,
            source,
            id,
            url,
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            url: self.url.clone(),
            topics: vec![Topic::Push, Topic::Tag, Topic::PullRequest, Topic::Comment],
            renew_secrets: false,
        }
    }

    /// What arrived so far, verified and read.
    async fn delivered(&self) -> Vec<VerifiedDelivery> {
        self.rig.forge.deliveries().idle().await;
        let mut all = Vec::new();
        for request in self.receiver.requests() {
            all.push(expect(self.source.read_delivery(raw(&request)).await));
        }
        all
    }
}

fn raw(request: &WireRequest) -> RawDelivery {
    let fields = request
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    RawDelivery::new(fields, request.body.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_once_and_its_secrets_are_the_hosts() {
    let shop = Shop::open(played()).await;
    let first = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    assert_eq!(first.outcome, Outcome::Applied);
    assert_eq!(first.webhook.url, shop.url);
    assert_eq!(first.webhook.topics.len(), 4);
    assert!(first.webhook.verifies_tls);
    assert!(matches!(first.webhook.health, Health::Enabled));
    shop.rig.forge.clear_requests();
    let again = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    assert_eq!(
        (again.outcome, &again.webhook.id),
        (Outcome::Already, &first.webhook.id)
    );
    assert_eq!(writes(&shop.rig), 0);
    let mut fewer = shop.wanted();
    fewer.topics = vec![Topic::Push];
    let changed = expect(shop.source.ensure_webhook(&shop.id, &fewer).await);
    assert_eq!(
        (changed.outcome, changed.webhook.topics.len()),
        (Outcome::Applied, 1)
    );
    fewer.renew_secrets = true;
    let renewed = expect(shop.source.ensure_webhook(&shop.id, &fewer).await);
    assert_eq!(renewed.outcome, Outcome::Applied);
    let listed = expect(shop.source.list_webhooks(&shop.id, &first_page()).await);
    assert_eq!(listed.items.len(), 1);
    let read = expect(shop.source.read_webhook(&shop.id, &first.webhook.id).await);
    assert_eq!(read.id, first.webhook.id);
    for expected in [Outcome::Applied, Outcome::Already] {
        let removed = shop
            .source
            .remove_webhook(&shop.id, &first.webhook.id)
            .await;
        assert_eq!(expect(removed), expected);
    }
    assert_eq!(
        code(shop.source.read_webhook(&shop.id, &first.webhook.id).await),
        "NotFound(Webhook)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_delivered_and_verified_by_token_before_19_and_by_signature_from_then_on() {
    for (version, expected, told) in [
        ("16.8.0", "token", Authentication::Unknown),
        ("18.6.0", "token", Authentication::Unknown),
        ("19.0.0", "signature", Authentication::Signature),
    ] {
        let shop = Shop::open(StandIn::builder().version(version)).await;
        let made = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
        assert_eq!(made.webhook.authentication, told, "{version}");
        let tip = shop.project.tip("main");
        expect(shop.source.create_branch(&shop.id, "topic/ä#1", &tip).await);
        expect(shop.source.create_tag(&shop.id, "v1", &tip, None).await);
        expect(shop.source.delete_branch(&shop.id, "topic/ä#1", None).await);
        let all = shop.delivered().await;
        let labels: Vec<_> = all.iter().map(|one| one.verification.label()).collect();
        assert_eq!(labels, [expected; 3], "{version}");
        let ids: BTreeSet<_> = all.iter().map(|one| &one.delivery.id).collect();
        match version {
            // A name of the delivery itself comes from 17.4 on.
            "16.8.0" => assert_eq!(ids, BTreeSet::from([&None])),
            _ => assert!(ids.len() == 3 && !ids.contains(&None), "{ids:?}"),
        }
        let Event::Push(push) = &all[0].delivery.event else {
            panic!("{all:?}")
        };
        assert_eq!((&*push.repository, &*push.name), (&*shop.id, "topic/ä#1"));
        assert_eq!(
            (push.before.as_ref(), push.after.as_ref()),
            (None, Some(&tip))
        );
        let Event::Tag(tag) = &all[1].delivery.event else {
            panic!("{all:?}")
        };
        assert_eq!((&*tag.name, tag.after.as_ref()), ("v1", Some(&tip)));
        let Event::Push(gone) = &all[2].delivery.event else {
            panic!("{all:?}")
        };
        assert_eq!(
            (gone.before.as_ref(), gone.after.as_ref()),
            (Some(&tip), None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_was_changed_or_is_anothers_is_refused() {
    let shop = Shop::open(played()).await;
    expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    let tip = shop.project.tip("main");
    expect(shop.source.create_branch(&shop.id, "topic", &tip).await);
    assert_eq!(shop.delivered().await.len(), 1);
    let request = shop.receiver.requests().remove(0);
    let mut changed = request.clone();
    changed.head = changed.head.replace(TOKEN, "another-secret");
    changed.body.push(b' ');
    assert!(
        shop.source
            .read_delivery(raw(&changed))
            .await
            .answer
            .is_err()
    );
    let bare = RawDelivery::new([("content-type", "application/json")], request.body.clone());
    assert!(shop.source.read_delivery(bare).await.answer.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_delivered_from_16_11_on_and_unsupported_before() {
    let shop = Shop::open(StandIn::builder().version("16.8.0")).await;
    let made = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    let refused = code(
        shop.source
            .test_webhook(&shop.id, &made.webhook.id, &Topic::Push)
            .await,
    );
    assert!(refused.starts_with("Unsupported"), "{refused}");
    let shop = Shop::open(StandIn::builder().version("17.0.0")).await;
    let made = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    expect(
        shop.source
            .test_webhook(&shop.id, &made.webhook.id, &Topic::Push)
            .await,
    );
    assert!(matches!(
        shop.delivered().await[0].delivery.event,
        Event::Push(_)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_keeps_failing_is_told_as_suspended() {
    let shop = Shop::answered(played(), "500 Internal Server Error").await;
    let made = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    let tip = shop.project.tip("main");
    for number in 0..4 {
        expect(
            shop.source
                .create_branch(&shop.id, &format!("b{number}"), &tip)
                .await,
        );
    }
    shop.rig.forge.deliveries().idle().await;
    let read = expect(shop.source.read_webhook(&shop.id, &made.webhook.id).await);
    assert!(
        matches!(read.health, Health::Suspended(Some(_))),
        "{:?}",
        read.health
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_instance_does_not_call_is_refused_with_what_to_do() {
    let shop = Shop::open(played()).await;
    shop.rig.forge.feature(Feature::BlockLocalHooks);
    let outcome = shop.source.ensure_webhook(&shop.id, &shop.wanted()).await;
    let error = code_source_tests::expect_error(outcome);
    assert!(
        format!("{:?}", error.code).contains("Rejected"),
        "{error:?}"
    );
    let hint = error.hint.expect("it says what to do");
    assert!(hint.contains("local network"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_a_webhook_was_made_makes_no_second_one() {
    let shop = Shop::open(played()).await;
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/hooks").method(Method::POST),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let made = expect(shop.source.ensure_webhook(&shop.id, &shop.wanted()).await);
    assert_eq!(made.outcome, Outcome::Applied);
    let listed = expect(shop.source.list_webhooks(&shop.id, &first_page()).await);
    assert_eq!(listed.items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_signing_secret_still_registers_with_the_shared_one() {
    let shop = Shop::open(StandIn::builder().version("19.0.0")).await;
    let connection = shop
        .rig
        .connection()
        .repositories([connected(&shop.project)])
        .access(Access::ALL)
        .webhook_urls([shop.url.clone()])
        .secret("webhook", TokenSource::Value(Secret::new(TOKEN)));
    let source = Source::open(plugin(), connection).expect("the connection opens");
    let made = expect(source.ensure_webhook(&shop.id, &shop.wanted()).await);
    assert_eq!(made.webhook.authentication, Authentication::Token);
    let tip = shop.project.tip("main");
    expect(source.create_branch(&shop.id, "topic", &tip).await);
    shop.rig.forge.deliveries().idle().await;
    let request = shop.receiver.requests().remove(0);
    let read = expect(source.read_delivery(raw(&request)).await);
    assert_eq!(read.verification.label(), "token");
}
