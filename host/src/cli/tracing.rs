//! What the library itself has to say, for people with `-vv` and for a collector: apart because the
//! collector is there in some builds only.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[cfg(feature = "otlp")]
use super::collector::Collector;

/// What was started to trace with.
pub(super) struct Tracing {
    #[cfg(feature = "otlp")]
    collector: Option<Collector>,
}

impl Tracing {
    /// Begin to trace, where somebody wants to know.
    pub(super) fn start(verbosity: u8) -> Self {
        let lines = (verbosity > 1).then(|| {
            tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .without_time()
                .with_writer(|| Aside)
                .with_filter(own(LevelFilter::DEBUG))
        });
        let registry = tracing_subscriber::registry().with(lines);
        #[cfg(feature = "otlp")]
        let collector = Collector::from_environment();
        #[cfg(feature = "otlp")]
        let registry = {
            let spans = collector.as_ref().map(Collector::layer);
            registry.with(spans.map(|layer| layer.with_filter(own(LevelFilter::INFO))))
        };
        // It fails only if there is a subscriber already, and then that one is meant.
        let _ = registry.try_init();
        Self {
            #[cfg(feature = "otlp")]
            collector,
        }
    }

    /// Hand over what was not handed over yet.
    pub(super) fn end(self) {
        #[cfg(feature = "otlp")]
        if let Some(collector) = self.collector {
            collector.end();
        }
    }
}

/// Standard error, past the line of progress.
struct Aside;

impl std::io::Write for Aside {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        super::notes::write(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the library says, and nobody else: other libraries may log headers. The audit and the opening
/// of a connection say nothing that the notes do not.
fn own(level: LevelFilter) -> Targets {
    Targets::new()
        .with_target("code_source", level)
        .with_target("code_source::audit", LevelFilter::OFF)
        .with_target("code_source::source::opening", LevelFilter::OFF)
}
