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
    decide(config.sandbox, &available, encoder)?;
    let mode = config.sandbox;
    match available.is_whole() {
        true => tracing::info!(%mode, %available, "tenants' files are handled in the sandbox"),
        false => tracing::warn!(%mode, %available, "only a part of the sandbox is in force"),
    }
    Ok(SandboxState {
        mode: mode.to_string(),
        landlock_abi: available.landlock_abi,
        seccomp: available.seccomp,
    })
}

fn decide(mode: Mode, available: &Available, encoder: Option<&str>) -> Result<(), SandboxMissing> {
    if matches!(mode, Mode::BestEffort) {
        return Ok(());
    }
    if !available.is_whole() {
        return Err(SandboxMissing::Kernel {
            available: available.to_string(),
        });
    }
    let needs_devices = |word: &&str| word.parse() != Ok(EncoderChoice::X264);
    match encoder.filter(needs_devices) {
        None => Ok(()),
        Some(encoder) => Err(SandboxMissing::Encoder {
            encoder: encoder.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Available = Available {
        landlock_abi: None,
        seccomp: false,
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
        let here = available();
        if !here.is_whole() {
            return;
        }
        assert!(decide(Mode::Required, &here, Some("x264")).is_ok());
        for encoder in ["auto", "nvenc", "vaapi", "qsv"] {
            let refused = decide(Mode::Required, &here, Some(encoder));
            assert!(matches!(refused, Err(SandboxMissing::Encoder { .. })));
            assert!(decide(Mode::BestEffort, &here, Some(encoder)).is_ok());
        }
    }
}
