//! The two requests that a stack makes: is the server there, and make a bucket.

use std::time::Duration;

use time::OffsetDateTime;
use ureq::http::Response;
use ureq::{Agent, Body, RequestBuilder};

use super::{NAME, sign};
use crate::error::DevstackError;
use crate::fresh::S3Settings;
use crate::http;

/// The answer to a request for a bucket that is there already.
const CONFLICT: u16 = 409;

#[derive(Clone)]
pub(crate) struct S3Client {
    /// The bucket in it is not used.
    settings: S3Settings,
    /// `host:port` as the Host header has it.
    host: String,
    agent: Agent,
    /// Gives up soon: a server that is down, paused or starting is asked again.
    asking: Agent,
}

impl S3Client {
    pub(crate) fn new(settings: S3Settings) -> Result<Self, DevstackError> {
        let endpoint = settings.endpoint.trim_end_matches('/');
        let host = endpoint
            .strip_prefix("http://")
            .filter(|host| !host.is_empty() && !host.contains('/'));
        let Some(host) = host.map(str::to_owned) else {
            let why = format!("{endpoint:?} is not http://host:port");
            return Err(DevstackError::BadSetting {
                setting: "GILDHALL_TEST_S3_ENDPOINT",
                why,
            });
        };
        let (agent, asking) = (
            http::agent(Duration::from_secs(30)),
            http::agent(Duration::from_secs(1)),
        );
        Ok(Self {
            settings,
            host,
            agent,
            asking,
        })
    }

    pub(crate) fn settings(&self) -> &S3Settings {
        &self.settings
    }

    /// Whether the server accepts our key.
    pub(crate) fn answers(&self) -> bool {
        let request = self.asking.get(format!("http://{}/", self.host));
        self.sign(request, "GET", "/")
            .call()
            .is_ok_and(|answer| answer.status().as_u16() == 200)
    }

    /// Makes the bucket unless it is there, and returns the settings with it.
    pub(crate) fn make_bucket(&self, name: &str) -> Result<S3Settings, DevstackError> {
        let path = format!("/{name}");
        let request = self.agent.put(format!("http://{}{path}", self.host));
        let answer = self.sign(request, "PUT", &path).send_empty();
        let answer = answer.map_err(|source| DevstackError::Unanswered {
            service: NAME,
            request: format!("PUT {path}"),
            source: Box::new(source),
        })?;
        accept(&path, answer)?;
        Ok(S3Settings {
            bucket: name.to_owned(),
            ..self.settings.clone()
        })
    }

    /// Adds the signature of a request without a body.
    fn sign<B>(&self, request: RequestBuilder<B>, method: &str, path: &str) -> RequestBuilder<B> {
        let signed = sign::headers(
            &self.settings,
            &self.host,
            method,
            path,
            OffsetDateTime::now_utc(),
        );
        signed.into_iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }
}

fn accept(path: &str, mut answer: Response<Body>) -> Result<(), DevstackError> {
    let status = answer.status();
    if status.is_success() || status.as_u16() == CONFLICT {
        return Ok(());
    }
    Err(DevstackError::Refused {
        service: NAME,
        request: format!("PUT {path}"),
        status: status.as_u16(),
        body: answer.body_mut().read_to_string().unwrap_or_default(),
    })
}
