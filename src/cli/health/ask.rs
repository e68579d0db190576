//! Asking over HTTP.

use super::HealthError;
use reqwest::{Client, Response, StatusCode, redirect};
use std::error::Error;

/// Most that is read of an answer, in bytes. A role's has a few hundred.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// What somebody answered.
pub struct Answer {
    /// Who it was: scheme, host and port.
    pub place: String,
    /// How the request ended.
    pub status: StatusCode,
    /// Cut off where it is longer than any role's.
    pub body: Vec<u8>,
}

/// The answer of the first one that somebody listens at.
pub async fn ask(places: &[String], path: &str) -> Result<Answer, HealthError> {
    let client = client(places).map_err(HealthError::Client)?;
    let mut why = String::new();
    for place in places {
        match answer(&client, place, path).await {
            Ok(answer) => return Ok(answer),
            Err(error) if error.is_connect() => why = cause(&error),
            Err(error) => {
                return Err(HealthError::Broken {
                    place: place.clone(),
                    why: cause(&error),
                });
            }
        }
    }
    let places = places.join(" or ");
    Err(HealthError::Nobody { places, why })
}

/// What an error comes from in the end.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// A client that goes where it is told to: past every proxy, and after no redirect.
fn client(places: &[String]) -> reqwest::Result<Client> {
    // It fails where there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none());
    // Without TLS the machine's root certificates are not loaded: a container may have none.
    match places.iter().any(|place| place.starts_with("https://")) {
        true => builder.build(),
        false => builder.tls_certs_only(std::iter::empty()).build(),
    }
}

async fn answer(client: &Client, place: &str, path: &str) -> reqwest::Result<Answer> {
    let response = client.get(format!("{place}{path}")).send().await?;
    Ok(Answer {
        place: place.to_owned(),
        status: response.status(),
        body: body(response).await?,
    })
}

async fn body(mut response: Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            break;
        }
    }
    Ok(body)
}
