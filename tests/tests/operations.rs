//! The second listener, for those who run the machine.
#![expect(clippy::expect_used, reason = "a test that finds no alias has failed")]

use portcullis_tests::engine::Engine;
use portcullis_tests::{Browser, Product, free_port};

const ADA: &str = "ada@shop.example";

async fn the_second_listener_says_how_it_goes_and_nothing_of_people_or_the_alias(engine: Engine) {
    let operations = format!("127.0.0.1:{}", free_port());
    let product = Product::start_on(engine, &[("PORTCULLIS_OPERATIONS_LISTEN", &operations)]).await;
    let at = |path: &str| format!("{}{path}", product.back_office);
    let visitor = Browser::default();
    let here = |path: &str| format!("http://{operations}{path}");
    assert_eq!(visitor.get(&here("/healthz")).await.body, "alive\n");
    assert_eq!(visitor.get(&here("/readyz")).await.body, "ready\n");

    let fields = [("email", ADA), ("name", "Ada"), ("password", "violet kettle orbit lantern")];
    assert_eq!(visitor.post(&product.set_up_link, &at("/setup"), &fields).await.status, 303);
    let wrong = [("email", ADA), ("password", "seven marble otters whistle")];
    for _ in 0..2 {
        assert_eq!(visitor.post(&at("/login"), &at("/login"), &wrong).await.status, 422);
    }
    assert_eq!(visitor.request("BREW", &at("/login")).await.status, 404);

    let found = visitor.get(&here("/metrics")).await;
    assert_eq!(found.status, 200);
    assert!(found.header("content-type").concat().starts_with("application/openmetrics-text; version=1.0.0"));
    for line in [
        "portcullis_audit_events_total{action=\"sign_in.refused\"} 2",
        "portcullis_audit_events_total{action=\"sign_in.succeeded\"} 0",
        "portcullis_http_requests_total{method=\"POST\",status=\"422\"} 2",
        "portcullis_http_requests_total{method=\"other\",status=\"404\"} 1",
        "portcullis_outbox_mails{state=\"failed\"} 0",
        "portcullis_storage_up 1",
    ] {
        assert!(found.body.lines().any(|found| found == line), "{line} is not in\n{}", found.body);
    }
    assert!(found.body.contains("portcullis_http_request_duration_seconds_bucket") && found.body.ends_with("# EOF\n"));
    let alias = product.back_office.rsplit('/').next().expect("an alias");
    assert!(!found.body.contains(alias) && !found.body.contains("shop.example") && !found.body.contains("Ada"));

    // On the public listener there is nothing of it.
    let near = visitor.request("GET", &product.back_office.replace(alias, "metrics")).await;
    let far = visitor.request("GET", &product.back_office.replace(alias, "nothing-at-all")).await;
    assert_eq!((near.status, &near.body), (404, &far.body));
    for path in ["/metrics", "/readyz", "/healthz"] {
        assert_eq!(visitor.request("GET", &at(path)).await.status, 404, "{path}");
    }
}

portcullis_tests::on_each_engine![the_second_listener_says_how_it_goes_and_nothing_of_people_or_the_alias];
