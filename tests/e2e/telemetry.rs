//! Spans: what somebody who watches the process gets to see of a call, and what not.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use code_source_stand_in::Effect;
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{Shop, tell};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Every span that was made, with its fields as texts.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Made>>);

#[derive(Debug, Default)]
struct Made {
    spans: Vec<BTreeMap<String, String>>,
    /// Which span has a number now: numbers are used again.
    numbers: BTreeMap<u64, usize>,
}

impl Spans {
    /// The spans of that name, in the order in which they were made.
    fn named(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let made = self.0.lock().unwrap();
        let named = made.spans.iter().filter(|fields| fields["name"] == name);
        named.cloned().collect()
    }
}

impl<S: tracing::Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let name = attributes.metadata().name().to_owned();
        fields.0.insert("name".to_owned(), name);
        let mut made = self.0.lock().unwrap();
        let place = made.spans.len();
        made.numbers.insert(id.into_u64(), place);
        made.spans.push(fields.0);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        record.record(&mut fields);
        let mut made = self.0.lock().unwrap();
        let place = made.numbers[&id.into_u64()];
        made.spans[place].extend(fields.0);
    }
}

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}").trim_matches('"').to_owned();
        self.0.insert(field.name().to_owned(), text);
    }
}

/// The spans of one call that sends these requests. One thread, so that nobody else's are seen.
async fn spans(shop: &Shop, requests: Vec<Request>) -> Spans {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let _ = tell(&shop.source(), Instruction::Send { requests }).await;
    spans
}

#[tokio::test]
async fn a_call_and_its_requests_have_the_names_of_the_conventions() {
    let shop = Shop::open().await;
    let spans = spans(&shop, vec![shop.tree()]).await;
    let call = &spans.named("call")[0];
    assert_eq!(call["otel.name"], "git.link");
    assert_eq!(call["code_source.operation"], "git.link");
    let request = &spans.named("request")[0];
    for (field, value) in [
        ("otel.name", "GET /projects/{project}/repository/tree"),
        ("otel.kind", "client"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("network.peer.address", "127.0.0.1"),
        ("server.address", "localhost"),
        ("server.port", &shop.rig.forge.address().port().to_string()),
        ("url.scheme", "https"),
        ("url.template", "/projects/{project}/repository/tree"),
        ("code_source.repository", &shop.project.id().to_string()),
        ("code_source.call", &call["code_source.call"]),
    ] {
        let found = request.get(field).or_else(|| call.get(field));
        assert_eq!(found.map(String::as_str), Some(value), "{field}");
    }
    assert_eq!(request.get("error.type"), None);
}

#[tokio::test]
async fn no_span_holds_a_path_a_query_or_a_token() {
    let shop = Shop::open().await;
    let secret = Request::get(shop.api("/repository/tree?ref=very-private"));
    let foreign = Request::get(shop.rig.api("/projects/rivals%2Fplans/repository/tree"));
    let spans = spans(&shop, vec![secret, foreign]).await;
    let text = format!("{:?}", spans.0.lock().unwrap());
    for part in [
        "very-private",
        "rivals",
        "ref=",
        "url.full",
        &shop.rig.token,
    ] {
        assert!(!text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn what_goes_wrong_is_an_error_of_its_own_type() {
    let shop = Shop::open().await;
    shop.always(Effect::Status(502, "no".to_owned(), Vec::new()));
    let refused = Request::get(shop.api("/variables"));
    let spans = spans(&shop, vec![shop.tree(), refused]).await;
    let requests = spans.named("request");
    assert_eq!(requests[0]["error.type"], "502");
    assert_eq!(requests[1]["error.type"], "endpoint-refused-by-name");
    for request in &requests {
        assert_eq!(request["otel.status_code"], "ERROR");
    }
}
