//! The API as its users see it: HTTP with a bearer key.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use gildhall_proto::{Failure, JobSpec, JobStatus};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::{Agent, Body, BodyReader, RequestBuilder};

use crate::error::DemoError;

/// How long a request may take, an upload of 100 MB included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long an event stream may be silent: four of the API's heartbeats.
const SILENCE: Duration = Duration::from_secs(60);
const NO_CONTENT: u16 = 204;

/// A client of the API for one tenant.
#[derive(Clone)]
pub struct Api {
    base: String,
    key: String,
    agent: Agent,
    /// For streams, which may last as long as they are not silent.
    streams: Agent,
}

/// What the API says of a job that it took.
#[derive(Debug, Deserialize)]
pub struct Accepted {
    /// The job's id.
    pub job_id: String,
    /// Where to go from here.
    pub links: Links,
}

/// Addresses of a job.
#[derive(Debug, Deserialize)]
pub struct Links {
    /// The job itself.
    #[serde(rename = "self")]
    pub this: String,
    /// Its events.
    pub events: String,
}

/// An asset that was uploaded.
#[derive(Debug, Deserialize)]
pub struct Asset {
    /// The key by which jobs name it.
    pub key: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A job.
#[derive(Debug, Deserialize)]
pub struct Job {
    /// Where it stands.
    pub status: JobStatus,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it gave.
    pub output: Option<Output>,
}

/// What a job gave.
#[derive(Debug, Deserialize)]
pub struct Output {
    /// The video.
    pub video: OutputFile,
    /// The poster.
    pub poster: Option<OutputFile>,
    /// Frames of the video.
    pub frames: u32,
    /// What was degraded.
    #[serde(default)]
    pub warnings: Vec<serde_json::Value>,
}

/// A file of a job.
#[derive(Debug, Deserialize)]
pub struct OutputFile {
    /// The address that gives a signed URL of it.
    pub link: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Where to fetch a file.
#[derive(Debug, Deserialize)]
pub struct Download {
    /// A signed URL, which opens the file without a key.
    pub url: String,
}

impl Api {
    /// A client of the API at `base`.
    pub fn new(base: String, key: String) -> Api {
        let config = || {
            // A proxy that the environment may name has no business here, and a refusal is an answer.
            let config = Agent::config_builder().proxy(None);
            config.http_status_as_error(false)
        };
        Api {
            base,
            key,
            agent: config().timeout_global(Some(PATIENCE)).build().into(),
            streams: config().timeout_per_read(Some(SILENCE)).build().into(),
        }
    }

    /// `http://host:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The API key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Uploads a file under a kind and a name.
    pub fn upload(&self, kind: &str, name: &str, file: &Path) -> Result<Asset, DemoError> {
        let body = File::open(file).map_err(DemoError::io(format!("read {}", file.display())))?;
        let path = "/api/v1/video/assets";
        let request = self.agent.post(self.url(path));
        let request = request.query("kind", kind).query("name", name);
        let answer = self
            .signed(request)
            .content_type("application/octet-stream")
            .send(body);
        json(&format!("POST {path}?kind={kind}&name={name}"), answer)
    }

    /// Submits a job. Sent again with the same idempotency key, it is the same job.
    pub fn submit(&self, job: &JobSpec, idempotency_key: &str) -> Result<Accepted, DemoError> {
        let path = "/api/v1/video/process";
        let answer = self
            .signed(self.agent.post(self.url(path)))
            .header("idempotency-key", idempotency_key)
            .content_type("application/json")
            .send(job.to_json());
        json(&format!("POST {path}"), answer)
    }

    /// Looks at a job.
    pub fn job(&self, link: &str) -> Result<Job, DemoError> {
        let answer = self.signed(self.agent.get(self.url(link))).call();
        json(&format!("GET {link}"), answer)
    }

    /// Asks for the signed URL of a file, as JSON instead of a redirection.
    pub fn download(&self, link: &str) -> Result<Download, DemoError> {
        let request = self.signed(self.agent.get(self.url(link)));
        let answer = request.header("accept", "application/json").call();
        json(&format!("GET {link}"), answer)
    }

    /// Opens a job's event stream behind the event `last`; nothing where there is nothing left to tell.
    pub fn events(
        &self,
        link: &str,
        last: Option<&str>,
    ) -> Result<Option<BodyReader<'static>>, DemoError> {
        let request = self.signed(self.streams.get(self.url(link)));
        let request = request.header("accept", "text/event-stream");
        let request = match last {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let answer = good(&format!("GET {link}"), request.call())?;
        match answer.status().as_u16() {
            NO_CONTENT => Ok(None),
            _ => Ok(Some(answer.into_body().into_reader())),
        }
    }

    /// Fetches from anywhere, without the key.
    pub fn fetch(&self, url: &str) -> Result<BodyReader<'static>, DemoError> {
        // What follows the question mark is a signature, which opens the file.
        let shown = url.split('?').next().unwrap_or(url);
        let answer = good(&format!("GET {shown}"), self.agent.get(url).call())?;
        Ok(answer.into_body().into_reader())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn signed<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        request.header("authorization", format!("Bearer {}", self.key))
    }
}

/// An answer of success.
pub fn good(
    request: &str,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<Response<Body>, DemoError> {
    let mut answer = answer.map_err(|source| DemoError::Unanswered {
        request: request.to_owned(),
        source: Box::new(source),
    })?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    Err(DemoError::Refused {
        request: request.to_owned(),
        status: answer.status().as_u16(),
        body: answer.body_mut().read_to_string().unwrap_or_default(),
    })
}

/// The JSON of an answer of success.
pub fn json<T: DeserializeOwned>(
    request: &str,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<T, DemoError> {
    let answer = good(request, answer)?;
    let text = answer.into_body().read_to_string();
    let text = text.map_err(|source| DemoError::Unanswered {
        request: request.to_owned(),
        source: Box::new(source),
    })?;
    serde_json::from_str(&text).map_err(|error| DemoError::Answer {
        request: request.to_owned(),
        why: error.to_string(),
    })
}
