//! The names that the fleet and those who integrate it use on the broker.

/// Direct exchange that jobs are published to, under [`JOBS_KEY`].
pub const JOBS_EXCHANGE: &str = "gildhall.jobs";
/// Topic exchange of events; the routing key is `{tenant}.{event type}`.
pub const EVENTS_EXCHANGE: &str = "gildhall.events";
/// Fanout exchange of dead letters.
pub const DEAD_EXCHANGE: &str = "gildhall.dead";

/// Queue of runnable jobs.
pub const JOBS_QUEUE: &str = "gildhall.jobs";
/// Queue of dead letters.
pub const DEAD_QUEUE: &str = "gildhall.dead";
/// Routing key of jobs.
pub const JOBS_KEY: &str = "jobs";

/// Header with the W3C trace context (Trace Context, 3.2).
pub const TRACEPARENT: &str = "traceparent";
/// What stands before the name of a CloudEvents attribute to make it a header. The AMQP binding knows two separators;
/// this one can also be written in the selectors of JMS clients.
pub const CLOUDEVENTS_PREFIX: &str = "cloudEvents_";

/// Header of a dead letter: the failure's code.
pub const REASON: &str = "x-gildhall-reason";
/// Header of a dead letter: the failure's class.
pub const CLASS: &str = "x-gildhall-class";
/// Header of a dead letter: what failed, for people.
pub const MESSAGE: &str = "x-gildhall-message";
/// Header of a dead letter: when it was put away (RFC 3339).
pub const DEAD_AT: &str = "x-gildhall-dead-at";
