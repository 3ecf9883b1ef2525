//! The second listener, for those who run the machine: `/healthz` and `/readyz`, never on the public one.

use poem::http::StatusCode;
use poem::{Endpoint, Route, endpoint::make, get};
use portcullis_core::Access;

/// `/healthz` answers while the process lives; `/readyz` while storage answers too.
pub(crate) fn endpoints(access: Access) -> impl Endpoint {
    let healthz = make(|_| async { "alive\n" });
    let readyz = make(move |_| {
        let access = access.clone();
        async move {
            let answers = match access.ports().storage.view().await {
                Ok(mut view) => view.set_up_at().await.map(|_| ()),
                Err(error) => Err(error),
            };
            match answers {
                Ok(()) => (StatusCode::OK, "ready\n"),
                Err(error) => {
                    tracing::warn!(%error, "not ready");
                    (StatusCode::SERVICE_UNAVAILABLE, "storage is unavailable\n")
                }
            }
        }
    });
    Route::new().at("/healthz", get(healthz)).at("/readyz", get(readyz))
}
