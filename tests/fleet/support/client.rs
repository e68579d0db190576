//! A caller of the API.

use std::net::SocketAddr;
use std::time::Duration;

use gildhall_proto::JobId;
use serde_json::Value;
use ureq::http::{HeaderMap, Request, Response};
use ureq::{Agent, Body};

use super::sse::Sse;
use super::{jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody with an API key, or without one. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// Calls `base`, as `http://host:port`, without a key. Redirects are answers, and so are errors.
    pub fn new(base: &str) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .max_idle_connections_per_host(100)
            .timeout_global(Some(PATIENCE));
        Client {
            agent: Agent::new_with_config(config.build()),
            base: base.to_owned(),
            token: None,
        }
    }

    /// Where it calls.
    #[track_caller]
    pub fn address(&self) -> SocketAddr {
        let address = self.base.trim_start_matches("http://").parse();
        address.expect("the tests name servers by their addresses")
    }

    /// The same with another key.
    pub fn with_token(&self, token: &str) -> Client {
        Client {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same without a key.
    pub fn anonymous(&self) -> Client {
        Client {
            token: None,
            ..self.clone()
        }
    }

    /// The same to another replica.
    pub fn at(&self, base: &str) -> Client {
        Client {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.try_get(path, headers)
            .unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// As [`Client::get_with`], where nobody may be listening.
    pub fn try_get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        Answer::read(self.call_get(path, headers)?)
    }

    /// Opens a stream of events; `None` where there is nothing to tell (204).
    pub fn follow(&self, path: &str, last_event_id: Option<&str>) -> Option<Sse> {
        let resume: Vec<_> = last_event_id
            .map(|id| ("last-event-id", id))
            .into_iter()
            .collect();
        let response = self
            .call_get(path, &resume)
            .unwrap_or_else(|error| panic!("GET {path}: {error}"));
        match response.status().as_u16() {
            200 => Some(Sse::new(response.into_body())),
            204 => None,
            other => panic!("GET {path}: {other}"),
        }
    }

    /// Posts bytes.
    pub fn post(&self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        self.try_post(path, body, headers)
            .unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// As [`Client::post`], where nobody may be listening.
    pub fn try_post(
        &self,
        path: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send(body)?)
    }

    /// Sends a request just so, with the caller's own key unless `headers` bring one.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, Vec<u8>)],
        body: Option<&[u8]>,
    ) -> Answer {
        let address = format!("{}{path}", self.base);
        let mut request = Request::builder().method(method).uri(&address);
        let brings_key = headers.iter().any(|(name, _)| *name == "authorization");
        if let Some(token) = self.token.as_ref().filter(|_| !brings_key) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, value.as_slice());
        }
        let no_request = "its method, address and headers are well-formed";
        let sent = match body {
            Some(body) => self.agent.run(request.body(body).expect(no_request)),
            None => self.agent.run(request.body(()).expect(no_request)),
        };
        let answer = sent.and_then(Answer::read);
        answer.unwrap_or_else(|error| panic!("{method} {address}: {error}"))
    }

    /// Deletes something.
    pub fn delete(&self, path: &str) -> Answer {
        let mut request = self.agent.delete(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.call().and_then(Answer::read);
        answer.unwrap_or_else(|error| panic!("DELETE {path}: {error}"))
    }

    /// Submits a job.
    pub fn submit(&self, job: &Value, headers: &[(&str, &str)]) -> Answer {
        self.try_submit(job, headers)
            .unwrap_or_else(|error| panic!("submitting: {error}"))
    }

    /// As [`Client::submit`], where nobody may be listening.
    pub fn try_submit(&self, job: &Value, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        let headers = [&[("content-type", "application/json")][..], headers].concat();
        self.try_post(
            "/api/v1/video/process",
            job.to_string().as_bytes(),
            &headers,
        )
    }

    /// Submits a job for workers that pretend until there is an answer; requests whose answer got lost are repeated by this
    /// key.
    #[track_caller]
    pub fn insist(&self, key: &str) -> JobId {
        let answer = until("the job is accepted", PATIENCE, || {
            let answer = self.try_submit(&jobs::any(), &[("idempotency-key", key)]);
            let accepted = |answer: &Answer| matches!(answer.status, 200 | 202);
            answer.ok().filter(accepted)
        });
        answer.job()
    }

    fn call_get(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Response<Body>, ureq::Error> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call()
    }
}

impl Answer {
    fn read(mut response: Response<Body>) -> Result<Answer, ureq::Error> {
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.body_mut().with_config().read_to_vec()?,
        })
    }

    /// A header's text; nothing where there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {text}: {error}", self.status))
    }

    /// The job that was accepted, now or before.
    #[track_caller]
    pub fn job(&self) -> JobId {
        let body = self.json();
        assert!(matches!(self.status, 200 | 202), "{} {body}", self.status);
        let id = body["job_id"].as_str().and_then(|id| id.parse().ok());
        id.unwrap_or_else(|| panic!("no job in {body}"))
    }

    /// That it is a refusal of this kind.
    #[track_caller]
    pub fn is_problem(&self, status: u16, slug: &str) {
        let body = self.json();
        assert_eq!(self.status, status, "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["type"], format!("/problems/{slug}"), "{body}");
        assert_eq!(body["status"], status, "{body}");
    }
}
