//! The sandbox of children, as far as this machine has it: looked at before a role connects to anything.

use crate::api::SandboxState;
use crate::config;
use gildhall_render::encode::EncoderChoice;
use gildhall_sandbox::{Available, Mode, available};

/// Why a role does not start.
#[derive(Debug, thiserror::Error)]
pub(super) enum SandboxMissing {
    /// The kernel lacks a part.
    #[error(
        "this machine does not have the whole sandbox ({available}), without which tenants' files are not touched; \
         GILDHALL_SANDBOX=best-effort goes on with what is there"
    )]
    Kernel {
        /// What it has.
        available: String,
    },
    /// A hardware encoder needs what the sandbox keeps closed.
    #[error(
        "the encoder {encoder} may use devices and drivers that the whole sandbox keeps closed; take x264, or set \
         GILDHALL_SANDBOX=best-effort, which opens them to renders"
    )]
    Encoder {
        /// Its word.
        encoder: String,
    },
}

/// Looks whether children can be held as the configuration wants it, and writes down what holds them.
///
/// # Errors
/// Where they cannot.
pub(super) fn look(
    config: &config::Sandbox,
    encoder: Option<&str>,
) -> Result<SandboxState, SandboxMissing> {
    let available = available();
    let state = decide(config.sandbox, &available, encoder)?;
    let (mode, devices) = (config.sandbox, state.devices);
    match available.is_whole() && !devices {
        true => {
            tracing::info!(%mode, %available, devices, "tenants' files are handled in the sandbox")
        }
        false => {
            tracing::warn!(%mode, %available, devices, "only a part of the sandbox is in force")
        }
    }
    Ok(state)
}

/// What is in force with this mode on this kernel, for renders by this encoder if there are any.
fn decide(
    mode: Mode,
    available: &Available,
    encoder: Option<&str>,
) -> Result<SandboxState, SandboxMissing> {
    let needs_devices = |word: &&str| word.parse() != Ok(EncoderChoice::X264);
    let hardware = encoder.filter(needs_devices);
    if matches!(mode, Mode::Required) {
        if !available.is_whole() {
            return Err(SandboxMissing::Kernel {
                available: available.to_string(),
            });
        }
        if let Some(encoder) = hardware {
            return Err(SandboxMissing::Encoder {
                encoder: encoder.to_owned(),
            });
        }
    }
    Ok(SandboxState {
        mode: mode.to_string(),
        landlock_abi: available.landlock_abi,
        seccomp: available.seccomp,
        devices: hardware.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Available = Available {
        landlock_abi: None,
        seccomp: false,
    };
    const WHOLE: Available = Available {
        landlock_abi: Some(7),
        seccomp: true,
    };

    #[test]
    fn a_kernel_without_a_part_is_refused_unless_that_is_allowed() {
        for lacking in [
            NOTHING,
            Available {
                seccomp: true,
                ..NOTHING
            },
            Available {
                landlock_abi: Some(7),
                ..NOTHING
            },
        ] {
            let refused = decide(Mode::Required, &lacking, None);
            assert!(
                matches!(refused, Err(SandboxMissing::Kernel { .. })),
                "{lacking}"
            );
            assert!(decide(Mode::BestEffort, &lacking, Some("nvenc")).is_ok());
        }
    }

    #[test]
    fn hardware_encoders_are_refused_unless_that_is_allowed() {
        assert!(decide(Mode::Required, &WHOLE, Some("x264")).is_ok());
        for encoder in ["auto", "nvenc", "vaapi", "qsv"] {
            let refused = decide(Mode::Required, &WHOLE, Some(encoder));
            assert!(matches!(refused, Err(SandboxMissing::Encoder { .. })));
            assert!(decide(Mode::BestEffort, &WHOLE, Some(encoder)).is_ok());
        }
    }

    #[test]
    fn what_is_in_force_is_told_with_what_was_left_open() {
        let told = |mode, available: &Available, encoder| {
            let state = decide(mode, available, encoder).expect("it may start");
            (state.mode, state.landlock_abi, state.seccomp, state.devices)
        };
        let whole = |mode: Mode, devices| (mode.to_string(), Some(7), true, devices);
        for mode in [Mode::Required, Mode::BestEffort] {
            assert_eq!(told(mode, &WHOLE, None), whole(mode, false));
            assert_eq!(told(mode, &WHOLE, Some("x264")), whole(mode, false));
        }
        // Landlock is in force then as well, and says nothing of devices.
        for encoder in ["auto", "nvenc", "vaapi", "qsv"] {
            let open = told(Mode::BestEffort, &WHOLE, Some(encoder));
            assert_eq!(open, whole(Mode::BestEffort, true), "{encoder}");
        }
        let nothing = told(Mode::BestEffort, &NOTHING, None);
        assert_eq!(nothing, ("best-effort".to_owned(), None, false, false));
    }
}
