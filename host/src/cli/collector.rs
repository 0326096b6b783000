//! Spans for a collector of OpenTelemetry: apart because it is the one thing that the command sends
//! anywhere else than to a forge. It goes where the operator's environment says, and holds what the
//! audit holds.

use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tonic::transport::ClientTlsConfig;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// A collector that spans are sent to.
pub(super) struct Collector(SdkTracerProvider);

impl Collector {
    /// The collector that the environment names, in OpenTelemetry's own variables. Without one
    /// nothing is sent.
    pub(super) fn from_environment() -> Option<Self> {
        ENDPOINTS.iter().find_map(std::env::var_os)?;
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_tls_config(ClientTlsConfig::new().with_native_roots())
            .build();
        match exporter {
            Ok(exporter) => Some(Self(
                SdkTracerProvider::builder()
                    .with_batch_exporter(exporter)
                    .with_resource(Resource::builder().with_service_name(NAME).build())
                    .build(),
            )),
            Err(error) => {
                // A collector that cannot be used is no reason not to work.
                anstream::eprintln!("warning: no spans are sent: {error}");
                None
            }
        }
    }

    /// What sends the spans there.
    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, Tracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            // Which line of this program made a span is nothing to an operator.
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
    }

    /// Hand over what was not handed over yet, for a moment at most.
    pub(super) fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(PATIENCE) {
            anstream::eprintln!("warning: some spans were not sent: {error}");
        }
    }
}

const NAME: &str = "code-source";
const PATIENCE: Duration = Duration::from_secs(3);

/// Where OpenTelemetry's exporters look for the collector.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];
