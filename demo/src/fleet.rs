//! Everything that runs: services, API with its relay, two workers. The first steps of both the demo and `--up`.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;

use crate::api::Api;
use crate::error::DemoError;
use crate::gildhall::Gildhall;
use crate::options::Options;
use crate::roles::Roles;
use crate::services::Services;
use crate::steps::Steps;
use crate::stop::Stop;
use crate::{port, tenant};

/// How long the API may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// A running fleet. The roles end before the services that they use.
pub struct Fleet {
    /// The processes of Gildhall.
    pub roles: Roles,
    /// The command, with the settings of this fleet.
    pub gildhall: Gildhall,
    /// A client of the API.
    pub api: Api,
    /// What the fleet stands on.
    pub services: Services,
}

impl Fleet {
    /// Starts everything and returns when requests are served.
    pub fn start(options: &Options, steps: &mut Steps, stop: &Stop) -> Result<Fleet, DemoError> {
        let logs = options.logs();
        fs::create_dir_all(&logs).map_err(DemoError::io(format!("make {}", logs.display())))?;
        let services = steps.run("Starting RabbitMQ, PostgreSQL, S3 and clamd", |_| {
            let services = Services::start(options.folder.as_deref(), &options.out)?;
            Ok((
                services,
                "RabbitMQ, PostgreSQL, an S3 server and clamd run".to_owned(),
            ))
        })?;
        stop.check()?;
        let gildhall = Gildhall::find(services.settings.clone())?;
        steps.run("Migrating the database", |_| {
            gildhall.run(&["migrate"])?;
            Ok(((), "The database is migrated".to_owned()))
        })?;
        let key = steps.run("Making a tenant", |_| {
            let key = tenant::prepare(&gildhall)?;
            Ok((key, format!("Tenant {} has an API key", tenant::TENANT)))
        })?;
        stop.check()?;
        let (roles, base) = steps.run("Starting the API and two workers", |_| {
            let started = start_roles(&gildhall, options, stop)?;
            let done = format!("The API with its relay and two workers run: {}", started.1);
            Ok((started, done))
        })?;
        Ok(Fleet {
            roles,
            gildhall,
            api: Api::new(base, key),
            services,
        })
    }

    /// Stops the roles, keeps the services' logs, and ends the services.
    pub fn end(self, options: &Options) -> Result<(), DemoError> {
        drop(self.roles);
        self.services.keep_logs(&options.logs());
        self.services.end(options.folder.is_some())
    }
}

fn start_roles(
    gildhall: &Gildhall,
    options: &Options,
    stop: &Stop,
) -> Result<(Roles, String), DemoError> {
    let address = port::choose(options.port)?;
    let (logs, listen) = (options.logs(), address.to_string());
    let mut roles = Roles::default();
    roles.start("api", gildhall, &["api", "--listen", &listen], &logs)?;
    for worker in ["worker-1", "worker-2"] {
        roles.start(worker, gildhall, &["worker"], &logs)?;
    }
    let base = format!("http://{address}");
    wait_until_ready(&base, &mut roles, stop)?;
    Ok((roles, base))
}

fn wait_until_ready(base: &str, roles: &mut Roles, stop: &Stop) -> Result<(), DemoError> {
    let agent: Agent = Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(PROBE_PATIENCE))
        .build()
        .into();
    let deadline = Instant::now() + PATIENCE;
    let mut missing = String::new();
    while Instant::now() < deadline {
        roles.check()?;
        if let Ok(mut answer) = agent.get(format!("{base}/readyz")).call() {
            if answer.status().is_success() {
                // Whether it is ours that answers: another program's port makes our API end.
                return roles.check();
            }
            missing = away(&answer.body_mut().read_to_string().unwrap_or_default());
        }
        stop.pause(POLL)?;
    }
    Err(DemoError::TooLate {
        what: format!("the API is not ready{missing}"),
        waited_s: PATIENCE.as_secs(),
    })
}

/// The dependencies that `/readyz` does not find.
fn away(state: &str) -> String {
    let state: Value = serde_json::from_str(state).unwrap_or_default();
    let dependencies = state["dependencies"].as_array().into_iter().flatten();
    let names: Vec<&str> = dependencies
        .filter(|one| one["ok"] == false)
        .filter_map(|one| one["name"].as_str())
        .collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(" (missing: {})", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_away_is_named() {
        let state = r#"{"ready":false,"dependencies":[
            {"name":"postgresql","ok":true,"required":true},{"name":"s3","ok":false,"required":true}]}"#;
        assert_eq!(away(state), " (missing: s3)");
        assert_eq!(away("no JSON"), "");
    }
}
