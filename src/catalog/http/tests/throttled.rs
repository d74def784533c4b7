//! Tests a catalog with a rate limit: the client stays within it and reports why it waits.

use std::sync::Mutex;
use std::time::Instant;

use super::scripted::{Scripted, answer, json};
use super::*;
use crate::catalog::Catalog;

#[test]
fn a_wait_that_the_catalog_asks_for_is_waited_and_told() {
    let server = Scripted::with_token(|_, number| match number {
        0 => answer(429, "content-type: application/json\nretry-after: 1\n", r#"{"ok":false,"error":"rate_limit"}"#),
        _ => json(200, r#"{"ok":true,"blueprints":[]}"#),
    });
    let (client, heard) = client_with(&server.url, POLICY, TIMEOUTS);
    let begun = Instant::now();
    client.blueprints().expect("the second try is right");
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(matches!(&heard[..], [waiting] if waiting.why.contains("429")), "{heard:?}");
}

#[test]
fn the_announced_limit_is_not_passed_with_many_calls_at_once() {
    const QUOTA: u64 = 12;
    let window = Mutex::new((Instant::now(), 0));
    let passed = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&passed);
    // A window starts with the first call after the end of the previous one. No call may exceed the quota.
    let server = Scripted::start(move |seen, _| {
        let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.0.elapsed() >= Duration::from_secs(2) {
            *window = (Instant::now(), 0);
        }
        window.1 += 1;
        if window.1 > QUOTA {
            *counted.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        // The reset is in whole seconds, rounded up so that it is never too early.
        let reset = (2.0 - window.0.elapsed().as_secs_f64()).ceil().max(0.0) + 1.0;
        let limit = format!(
            "content-type: application/json\nx-ratelimit-limit: {QUOTA}\nx-ratelimit-remaining: {}\nx-ratelimit-reset: {reset}\n",
            QUOTA.saturating_sub(window.1)
        );
        match seen.is("POST", "/v1/auth/access_token") {
            true => answer(200, &limit, r#"{"accessToken":"token-of-the-tests","expiresIn":3600}"#),
            false => answer(200, &limit, r#"{"ok":true,"count":1}"#),
        }
    });
    let (client, heard) = client_with(&server.url, POLICY, TIMEOUTS);
    client.runtime.block_on(async {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..30 {
            let session = Arc::clone(&client.session);
            calls.spawn(async move {
                session.send(&crate::catalog::http::call::ApiCall::get("/v1/x".to_owned()), |_| Ok(())).await
            });
        }
        assert!(calls.join_all().await.iter().all(Result::is_ok));
    });
    assert_eq!(*passed.lock().unwrap_or_else(PoisonError::into_inner), 0);
    let heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(heard.iter().any(|waiting| waiting.why.contains("rate limit")), "{heard:?}");
}

#[test]
fn a_limit_that_ends_too_late_is_told_instead_of_waited_for() {
    let server = Scripted::with_token(|_, _| {
        let headers = "content-type: application/json\nretry-after: 3000\n";
        answer(429, headers, r#"{"ok":false,"error":"rate_limit"}"#)
    });
    let error = client_error(client(&server.url).blueprints());
    assert_eq!(error.status(), Some(429));
}
