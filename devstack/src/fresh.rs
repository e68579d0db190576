//! What one test gets.

/// An empty database, virtual host and bucket that nobody else uses.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The name that database, virtual host and bucket share.
    pub name: String,
    /// `postgres://…/name`, for a user that owns the database, is no superuser, and may create roles.
    pub database_url: String,
    /// `amqp://…/name`, for a user that may do everything in the virtual host.
    pub amqp_url: String,
    /// `http://user:password@host:port` of RabbitMQ's management plugin; its API begins at `/api`.
    pub management_url: String,
    /// The bucket, and how to reach it.
    pub s3: S3Settings,
    /// `tcp://host:port` of the scanner, which is nobody's own.
    pub clamd_url: String,
}

/// A bucket and what an S3 client needs to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Settings {
    /// `http://host:port`.
    pub endpoint: String,
    /// The region that signatures name.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// Access key id.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
    /// Whether the bucket stands in the path (`http://host/bucket/key`) and not in the host name.
    pub path_style: bool,
}
