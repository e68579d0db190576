//! The fleet as a whole: real processes of the `gildhall` command on real services.
//!
//! Each test has a database, a virtual host and a bucket of its own. Most share one set of services; those that kill,
//! restart or wipe a service start a set of their own, two at a time at most. A test that fails prints the ends of the logs of
//! its processes.
//!
//! Reading order: [`support`] is what the tests are written with; then the way of a job over HTTP ([`http`], [`access`],
//! [`stream`], and [`hardening`] and [`tenancy`] for whoever means harm), through the fleet ([`lifecycle`], [`messages`],
//! [`tenants`]), out of it ([`drain`]), what becomes of uploads ([`scan`], [`quarantine`]) and of what is old ([`janitor`]), what the
//! fleet tells of itself ([`health`], [`health_command`], [`readiness`], [`logs`], [`metrics`], [`metrics_values`],
//! [`prometheus`]), what operators do to it ([`operator`]), how it
//! grows, shrinks and changes its release ([`scaling`], [`rolling`], [`upgrade`]), and what it survives ([`crashes`], [`outages`], [`sandbox`],
//! [`sandbox_partial`]).
//! [`traces`] follows a job by its spans. [`ledger`] asks the database directly.

mod access;
mod crashes;
mod discretion;
mod drain;
mod hardening;
mod health;
mod health_command;
mod http;
mod janitor;
mod ledger;
mod lifecycle;
mod logs;
mod messages;
mod metrics;
mod metrics_values;
mod operator;
mod outages;
mod prometheus;
mod quarantine;
mod readiness;
mod rolling;
mod sandbox;
mod sandbox_partial;
mod scaling;
mod scan;
mod stream;
mod support;
mod tenancy;
mod tenants;
mod traces;
mod upgrade;
