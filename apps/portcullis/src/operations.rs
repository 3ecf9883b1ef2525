//! The second listener, for those who run the machine: `/healthz`, `/readyz` and `/metrics`, never on the public one.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{Endpoint, IntoResponse, Response, Route, endpoint::make, get};
use portcullis_core::Access;

use crate::metrics::{MEDIA_TYPE, Metrics, PATIENCE};

/// `/healthz` answers while the process lives; `/readyz` while storage answers too; `/metrics` says what was measured.
pub(crate) fn endpoints(access: Access, metrics: Arc<Metrics>) -> impl Endpoint {
    let healthz = make(|_| async { "alive\n" });
    let asked = access.clone();
    let readyz = make(move |_| ready(asked.clone()));
    let metrics = make(move |_| measured(access.clone(), Arc::clone(&metrics)));
    Route::new().at("/healthz", get(healthz)).at("/readyz", get(readyz)).at("/metrics", get(metrics))
}

async fn ready(access: Access) -> Response {
    let asked = async { access.ports().storage.view().await?.set_up_at().await };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(_)) => return "ready\n".into_response(),
        Ok(Err(error)) => tracing::warn!(%error, "not ready"),
        Err(_) => tracing::warn!("not ready: storage does not answer"),
    }
    (StatusCode::SERVICE_UNAVAILABLE, "storage is unavailable\n").into_response()
}

async fn measured(access: Access, metrics: Arc<Metrics>) -> Response {
    match metrics.text(&access).await {
        Ok(text) => text.with_content_type(MEDIA_TYPE).with_header(header::CACHE_CONTROL, "no-store").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into(),
    }
}
