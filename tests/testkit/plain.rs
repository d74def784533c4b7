//! A minimal HTTP and JSON client without retries or limits: tests read the state with it, or write and learn what was
//! acknowledged. Blocking; one for each thread.

use std::sync::Once;
use std::time::Duration;

use serde_json::{Value, json};

use super::serving::{CLIENT_ID, CLIENT_SECRET};

pub struct Plain {
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Plain {
    pub fn connect(url: &str) -> Self {
        Self::connect_as("plain", url)
    }

    /// Connects with a user agent, which the catalog records as the writer.
    pub fn connect_as(agent: &str, url: &str) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // The library's client may have installed it before.
            let _installed = rustls::crypto::ring::default_provider().install_default();
        });
        let http = reqwest::Client::builder().user_agent(agent).no_proxy().timeout(Duration::from_secs(60));
        let mut plain = Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts"),
            http: http.build().expect("a client can be made"),
            url: url.to_owned(),
            token: String::new(),
        };
        let credentials = json!({"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET});
        let (status, answer) = plain.call("POST", "auth/access_token", Some(&credentials)).expect("the server answers");
        assert_eq!(status, 200, "{answer}");
        answer["accessToken"].as_str().expect("a token").clone_into(&mut plain.token);
        plain
    }

    /// Sends a request; `path` follows `/v1/` and must be encoded. An error means that no complete response arrived.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), reqwest::Error> {
        let url = format!("{}/v1/{path}", self.url);
        let request = self.http.request(method.parse().expect("a method"), url).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        self.runtime.block_on(async {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let bytes = answer.bytes().await?;
            Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
        })
    }

    /// Sends a request that must succeed.
    #[track_caller]
    pub fn must(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.call(method, path, body).expect("the server answers");
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Every entity of a blueprint, sorted by identifier. It uses another route than the library's client.
    pub fn all(&self, blueprint: &str) -> Vec<Value> {
        let mut listed = self.must("GET", &format!("blueprints/{blueprint}/entities"), None);
        let mut found = std::mem::take(listed["entities"].as_array_mut().expect("a list"));
        found.sort_by(|a, b| a["identifier"].as_str().cmp(&b["identifier"].as_str()));
        found
    }

    pub fn count(&self, blueprint: &str) -> usize {
        let answer = self.must("GET", &format!("blueprints/{blueprint}/entities-count"), None);
        answer["count"].as_u64().and_then(|count| count.try_into().ok()).expect("a count")
    }
}
