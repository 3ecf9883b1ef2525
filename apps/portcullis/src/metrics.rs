//! What is measured for whoever watches the machine, in the `OpenMetrics` text format that Prometheus reads. No label holds a
//! path, an address or a name: the alias is a secret, and people are nobody's time series.

use std::fmt;
use std::time::{Duration, Instant};

use poem::http::Method;
use poem::{Endpoint, IntoResponse, Request, Response};
use portcullis_core::Access;
use portcullis_core::tally::Tally;
use portcullis_domain::mail_message::MailState;
use portcullis_domain::ports::storage::Stored;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// The media type of what [`Metrics::text`] gives.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long storage may take before it counts as away: whoever reads this does not wait for long either.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Upper bounds of the buckets of a request's duration, in seconds: from an answer out of memory to one that waits for a hash in a
/// long queue.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Method and status of an answer.
type Answer = [(&'static str, String); 2];

/// The measurements of one instance, in a registry of its own.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Requests,
    mails: Family<[(&'static str, &'static str); 1], Gauge>,
    storage_up: Gauge,
}

impl Metrics {
    /// Measures what `access` does.
    pub(crate) fn of(access: &Access) -> Self {
        let mut registry = Registry::with_prefix("portcullis");
        let requests = Requests { answered: Family::default(), duration: Histogram::new(DURATIONS) };
        let (mails, storage_up) = (Family::default(), Gauge::default());
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "Which version runs", build);
        registry.register(
            "http_requests",
            "Requests that were answered, by method and status",
            requests.answered.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "From a request's head to its answer's",
            Unit::Seconds,
            requests.duration.clone(),
        );
        registry.register("outbox_mails", "Mails that wait, and mails that were given up", mails.clone());
        registry.register("storage_up", "Whether storage answered when this was read", storage_up.clone());
        registry.register_collector(Box::new(Decisions(access.tally().clone())));
        Self { registry, requests, mails, storage_up }
    }

    /// Counts and times what an endpoint answers.
    pub(crate) fn around<E: Endpoint>(&self, endpoint: E) -> Measured<E> {
        Measured { endpoint, requests: self.requests.clone() }
    }

    /// All of it as text, with what storage says at present.
    pub(crate) async fn text(&self, access: &Access) -> Result<String, fmt::Error> {
        let counted = tokio::time::timeout(PATIENCE, self.count_mails(access)).await;
        let up = match counted {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the mails could not be counted for the metrics");
                false
            }
            Err(_) => false,
        };
        self.storage_up.set(i64::from(up));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    async fn count_mails(&self, access: &Access) -> Stored<()> {
        let mut view = access.ports().storage.view().await?;
        for state in [MailState::Waiting, MailState::Failed] {
            let count = view.count_mails(Some(state)).await?;
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.mails.get_or_create(&[("state", state.as_str())]).set(count);
        }
        Ok(())
    }
}

#[derive(Clone)]
struct Requests {
    answered: Family<Answer, Counter>,
    duration: Histogram,
}

impl Requests {
    fn count(&self, method: &Method, status: u16, took: Duration) {
        // Anybody can make up a method.
        let known = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        let labels = [("method", method.to_owned()), ("status", status.to_string())];
        self.answered.get_or_create(&labels).inc();
        self.duration.observe(took.as_secs_f64());
    }
}

/// An endpoint whose answers are counted and timed.
pub(crate) struct Measured<E> {
    endpoint: E,
    requests: Requests,
}

impl<E: Endpoint> Endpoint for Measured<E> {
    type Output = Response;

    #[expect(clippy::disallowed_methods, reason = "measures how long an answer takes, and decides nothing by it")]
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (method, began) = (request.method().clone(), Instant::now());
        let answer =
            self.endpoint.call(request).await.map_or_else(poem::Error::into_response, IntoResponse::into_response);
        self.requests.count(&method, answer.status().as_u16(), began.elapsed());
        Ok(answer)
    }
}

/// The audit events that this instance wrote.
struct Decisions(Tally);

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decisions")
    }
}

impl Collector for Decisions {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "Audit events that this process wrote since it started, by action";
        let kind = ConstCounter::new(0_u64).metric_type();
        let mut family = encoder.encode_descriptor("audit_events", help, None, kind)?;
        for (action, count) in self.0.counts() {
            ConstCounter::new(count).encode(family.encode_family(&[("action", action.code())])?)?;
        }
        Ok(())
    }
}
