//! The sandbox around whatever handles what tenants sent.

use gildhall_sandbox::Mode;

/// How much of the sandbox has to be there.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Sandbox")]
pub struct Sandbox {
    /// What a kernel without a part of the sandbox means: required (this process does not start) or best-effort (the other
    /// parts have to do).
    #[arg(
        long,
        env = "GILDHALL_SANDBOX",
        value_name = "MODE",
        default_value = "required"
    )]
    pub sandbox: Mode,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, parse};

    #[test]
    fn it_is_required_unless_told_otherwise() {
        let default: Sandbox = parse(&[]).expect("there is a default");
        assert!(matches!(default.sandbox, Mode::Required));
        let told: Sandbox = parse(&["--sandbox", "best-effort"]).expect("a mode");
        assert!(matches!(told.sandbox, Mode::BestEffort));
    }

    #[test]
    fn it_cannot_be_switched_off() {
        for word in ["", "off", "none", "false", "Required"] {
            assert!(!accepts::<Sandbox>(&["--sandbox", word]), "{word:?}");
        }
    }
}
