//! A tenant and a key for the demo.

use crate::error::DemoError;
use crate::gildhall::Gildhall;

/// The tenant's name.
pub const TENANT: &str = "demo";

/// Makes the tenant, unless a named folder has it from an earlier time, and a new key for it, since keys are shown
/// once.
pub fn prepare(gildhall: &Gildhall) -> Result<String, DemoError> {
    if gildhall.ask(&["tenant", "show", TENANT]).is_err() {
        gildhall.ask(&["tenant", "create", TENANT])?;
    }
    let args = ["key", "create", TENANT, "--label", "demo"];
    let answer = gildhall.ask(&args)?;
    let key = answer["key"].as_str();
    key.map(str::to_owned).ok_or_else(|| DemoError::Answer {
        request: format!("gildhall {} --json", args.join(" ")),
        why: "it has no field \"key\"".to_owned(),
    })
}
