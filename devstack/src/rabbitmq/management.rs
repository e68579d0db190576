//! RabbitMQ's management plugin over HTTP: much faster than its command line, which starts an Erlang machine each time.

use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

use crate::error::DevstackError;
use crate::http;

use super::NAME;

/// A client of the management plugin.
#[derive(Clone)]
pub(crate) struct Management {
    /// `http://user:password@host:port`.
    base: String,
    agent: Agent,
    /// Gives up soon: a node that is down, paused or starting is asked again.
    asking: Agent,
}

impl Management {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            agent: http::agent(Duration::from_secs(30)),
            asking: http::agent(Duration::from_secs(1)),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.base
    }

    /// Whether the plugin serves our user.
    pub(crate) fn answers(&self) -> bool {
        let url = format!("{}/api/whoami", self.base);
        self.asking
            .get(url)
            .call()
            .is_ok_and(|answer| answer.status().as_u16() == 200)
    }

    /// Makes the virtual host unless it is there, and gives `user` everything in it.
    pub(crate) fn make_vhost(&self, name: &str, user: &str) -> Result<(), DevstackError> {
        self.put(&format!("/api/vhosts/{name}"), "{}")?;
        let everything = r#"{"configure":".*","write":".*","read":".*"}"#;
        self.put(&format!("/api/permissions/{name}/{user}"), everything)
    }

    /// Deletes the virtual host with all its queues; its connections are closed. One that is gone is no error.
    pub(crate) fn delete_vhost(&self, name: &str) -> Result<(), DevstackError> {
        let path = format!("/api/vhosts/{name}");
        let answer = self.agent.delete(format!("{}{path}", self.base)).call();
        judge(&format!("DELETE {path}"), answer, &[404])
    }

    fn put(&self, path: &str, body: &str) -> Result<(), DevstackError> {
        let request = self.agent.put(format!("{}{path}", self.base));
        judge(
            &format!("PUT {path}"),
            request.content_type("application/json").send(body),
            &[],
        )
    }
}

/// Any status of success, or one of `also`, is good.
fn judge(
    request: &str,
    answer: Result<Response<ureq::Body>, ureq::Error>,
    also: &[u16],
) -> Result<(), DevstackError> {
    let mut answer = answer.map_err(|source| DevstackError::Unanswered {
        service: NAME,
        request: request.to_owned(),
        source: Box::new(source),
    })?;
    let status = answer.status();
    if status.is_success() || also.contains(&status.as_u16()) {
        return Ok(());
    }
    Err(DevstackError::Refused {
        service: NAME,
        request: request.to_owned(),
        status: status.as_u16(),
        body: answer.body_mut().read_to_string().unwrap_or_default(),
    })
}
