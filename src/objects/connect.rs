//! The client of the object store.

use super::error::Source;
use super::{Objects, ObjectsError, numbers};
use crate::config;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation,
    ResponseChecksumValidation, SharedHttpClient,
};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// For one try of one request, until its reply begins; the longest send 16 MiB. The bytes of a reply may take longer: the
/// client library gives up on a stream that stalls.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Tries of one request. Small, since whoever calls has a policy for outages.
const TRIES: u32 = 2;

const FIRST_WAIT: Duration = Duration::from_millis(100);

impl Objects {
    /// A client of the configured bucket. It connects when it is first used; see [`Objects::ping`].
    ///
    /// # Errors
    /// When the TLS settings cannot be used, which does not depend on the store.
    pub fn connect(config: &config::Objects) -> Result<Objects, ObjectsError> {
        let is_plain = config
            .endpoint
            .as_deref()
            .is_some_and(|endpoint| endpoint.starts_with("http://"));
        let http = http_client(is_plain).map_err(|source| ObjectsError::Refused {
            action: "take our TLS settings",
            code: None,
            source,
        })?;
        let settings = settings(config, http);
        let with_endpoint = |endpoint: &Option<String>| {
            let mut settings = settings.clone();
            settings.set_endpoint_url(endpoint.clone());
            Client::from_conf(settings.build())
        };
        let public = match config.public_endpoint {
            Some(_) => &config.public_endpoint,
            None => &config.endpoint,
        };
        numbers::begin();
        Ok(Objects {
            client: with_endpoint(&config.endpoint),
            signer: with_endpoint(public),
            bucket: config.bucket.clone(),
        })
    }
}

fn settings(config: &config::Objects, http: SharedHttpClient) -> Builder {
    let keys = Credentials::new(
        config.access_key.expose(),
        config.secret_key.expose(),
        None,
        None,
        "gildhall",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(TRIES)
        .with_initial_backoff(FIRST_WAIT);
    Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(config.region.clone()))
        .credentials_provider(keys)
        .force_path_style(config.path_style)
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(retries)
        // Many servers other than Amazon's know no checksums in trailers.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
}

/// Without TLS the machine's root certificates are not loaded: a container may have none.
fn http_client(is_plain: bool) -> Result<SharedHttpClient, Source> {
    let trusted = match is_plain {
        true => TrustStore::empty(),
        false => TrustStore::default(),
    };
    let tls = TlsContext::builder().with_trust_store(trusted).build()?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https())
}
