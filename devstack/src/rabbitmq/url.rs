//! AMQP addresses.

use crate::error::DevstackError;

/// A broker without a virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AmqpServer {
    scheme: String,
    /// `user:password@host:port`, still percent-encoded.
    authority: String,
    user: String,
}

impl AmqpServer {
    pub(crate) fn new(user: &str, password: &str, port: u16) -> Self {
        let authority = format!("{user}:{password}@127.0.0.1:{port}");
        Self {
            scheme: "amqp".to_owned(),
            authority,
            user: user.to_owned(),
        }
    }

    /// Reads `amqp://user:password@host:port`, with or without a virtual host.
    pub(crate) fn parse(url: &str) -> Result<Self, DevstackError> {
        Self::parts(url).ok_or_else(|| DevstackError::BadSetting {
            setting: "GILDHALL_TEST_AMQP_URL",
            why: "it is not amqp://user:password@host:port".to_owned(),
        })
    }

    fn parts(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?']).next()?;
        let (credentials, host) = authority.rsplit_once('@')?;
        let (user, _) = credentials.split_once(':')?;
        let known = matches!(scheme, "amqp" | "amqps") && !user.is_empty() && !host.is_empty();
        known.then(|| Self {
            scheme: scheme.to_owned(),
            authority: authority.to_owned(),
            user: user.to_owned(),
        })
    }

    /// The user's name, still percent-encoded.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The URL of a virtual host whose name needs no encoding.
    pub(crate) fn url(&self, vhost: &str) -> String {
        format!("{}://{}/{vhost}", self.scheme, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_host_is_put_in_place_of_any_other() {
        for url in [
            "amqp://me:p%40ss@broker:5673",
            "amqp://me:p%40ss@broker:5673/",
            "amqp://me:p%40ss@broker:5673/old?x=1",
        ] {
            let server = AmqpServer::parse(url).expect("it is well formed");
            assert_eq!(
                (server.user(), server.url("new").as_str()),
                ("me", "amqp://me:p%40ss@broker:5673/new")
            );
        }
        for url in [
            "",
            "amqp://broker",
            "http://me:it@broker",
            "amqp://me@broker",
            "amqp://:x@broker",
        ] {
            assert!(AmqpServer::parse(url).is_err(), "{url:?}");
        }
    }
}
