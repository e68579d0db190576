//! `gildhall doctor`.

use super::exit::Incomplete;
use gildhall_render::doctor::{Findings, examine};
use gildhall_render::encode::EncoderChoice;
use gildhall_sandbox::{Available, Mode, available};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Arguments of `gildhall doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
    /// How the API and workers of this machine are started: required or best-effort.
    #[arg(
        long,
        env = "GILDHALL_SANDBOX",
        value_name = "MODE",
        default_value = "required"
    )]
    sandbox: Mode,
    /// The encoder that workers of this machine are started with: x264, auto, nvenc, vaapi or qsv.
    #[arg(long, env = "GILDHALL_ENCODER", default_value = "x264")]
    encoder: EncoderChoice,
}

/// Prints the findings; fails if nothing can be rendered here.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let findings = examine();
    let guards = Guards {
        mode: args.sandbox,
        available: available(),
        encoder: args.encoder,
    };
    let text = match args.json {
        true => serde_json::to_string_pretty(&object(&findings, &guards)?)?,
        false => text(&findings, &guards),
    };
    writeln!(io::stdout(), "{}", text.trim_end())?;
    match findings.can_render() {
        true => Ok(()),
        false => Err(Incomplete.into()),
    }
}

/// What would hold renders and inspections of a fleet on this machine. It is not needed to render one's own files.
struct Guards {
    mode: Mode,
    available: Available,
    encoder: EncoderChoice,
}

impl Guards {
    /// Whether the encoder needs what the whole sandbox keeps closed.
    fn leaves_devices_open(&self) -> bool {
        self.encoder != EncoderChoice::X264
    }

    fn is_whole(&self) -> bool {
        self.available.is_whole() && !self.leaves_devices_open()
    }

    fn object(&self) -> Value {
        json!({
            "mode": self.mode.to_string(),
            "landlock_abi": self.available.landlock_abi,
            "seccomp": self.available.seccomp,
            "devices": self.leaves_devices_open(),
            "whole": self.is_whole(),
        })
    }

    fn text(&self) -> String {
        let available = self.available;
        if self.is_whole() {
            return available.to_string();
        }
        let open = match self.leaves_devices_open() {
            true => ", devices and drivers open to a hardware encoder",
            false => "",
        };
        // The API encodes nothing.
        let who = match available.is_whole() {
            true => "workers",
            false => "workers and the API",
        };
        let start = match self.mode {
            Mode::Required => "start with GILDHALL_SANDBOX=best-effort only",
            Mode::BestEffort => "start all the same: GILDHALL_SANDBOX is best-effort",
        };
        format!("INCOMPLETE: {available}{open}; {who} {start}")
    }
}

fn object(findings: &Findings, guards: &Guards) -> serde_json::Result<Value> {
    let mut object = serde_json::to_value(findings)?;
    object["sandbox"] = guards.object();
    Ok(object)
}

fn text(findings: &Findings, guards: &Guards) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let mut line = |text: &str| {
        let _ = writeln!(out, "{text}");
    };
    let libraries: Vec<String> = findings
        .ffmpeg
        .iter()
        .map(|library| format!("{} {}", library.name, library.version))
        .collect();
    line(&format!("FFmpeg    {}", libraries.join(", ")));
    line(&format!("threads   {}", findings.threads));
    for encoder in findings.encoders.iter().chain([&findings.audio_encoder]) {
        let state = encoder.fault.as_deref().unwrap_or("usable");
        line(&format!("encoder   {:<8} {state}", encoder.name));
    }
    for font in &findings.fonts {
        let found = font
            .found
            .as_deref()
            .unwrap_or("MISSING: such text shows boxes");
        line(&format!("font      {:<14} {found}", font.role));
    }
    if findings.fonts.is_empty() {
        line(
            "font      MISSING: install fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji",
        );
    }
    if !findings.missing_decoders.is_empty() {
        line(&format!(
            "decoders  MISSING: {}",
            findings.missing_decoders.join(", ")
        ));
    }
    line(&format!("sandbox   {}", guards.text()));
    line(match findings.can_render() {
        true => "ready to render",
        false => "not ready to render: see above",
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse;

    const WHOLE: Guards = Guards {
        mode: Mode::Required,
        available: Available {
            landlock_abi: Some(7),
            seccomp: true,
        },
        encoder: EncoderChoice::X264,
    };

    /// Such guards where the kernel lacks Landlock, or seccomp.
    fn lacking(mode: Mode, landlock_abi: Option<u8>, seccomp: bool) -> Guards {
        let available = Available {
            landlock_abi,
            seccomp,
        };
        Guards {
            mode,
            available,
            ..WHOLE
        }
    }

    fn with_encoder(mode: Mode) -> Guards {
        Guards {
            mode,
            encoder: EncoderChoice::Auto,
            ..WHOLE
        }
    }

    #[test]
    fn programs_get_what_would_be_in_force() {
        let expected = json!({
            "mode": "required", "landlock_abi": 7, "seccomp": true, "devices": false, "whole": true,
        });
        assert_eq!(WHOLE.object(), expected);
        let without_landlock = json!({
            "mode": "best-effort", "landlock_abi": null, "seccomp": true, "devices": false, "whole": false,
        });
        let guards = lacking(Mode::BestEffort, None, true);
        assert_eq!(guards.object(), without_landlock);
        let without_seccomp = json!({
            "mode": "required", "landlock_abi": 7, "seccomp": false, "devices": false, "whole": false,
        });
        let guards = lacking(Mode::Required, Some(7), false);
        assert_eq!(guards.object(), without_seccomp);
        let devices = json!({
            "mode": "best-effort", "landlock_abi": 7, "seccomp": true, "devices": true, "whole": false,
        });
        assert_eq!(with_encoder(Mode::BestEffort).object(), devices);
    }

    #[test]
    fn people_read_what_is_missing_and_what_starts_nevertheless() {
        use Mode::{BestEffort, Required};
        assert_eq!(WHOLE.text(), "Landlock 7, seccomp");
        let only = "start with GILDHALL_SANDBOX=best-effort only";
        let nevertheless = "start all the same: GILDHALL_SANDBOX is best-effort";
        let both = "workers and the API";
        let open = "devices and drivers open to a hardware encoder; workers";
        for (guards, expected) in [
            (
                lacking(Required, None, true),
                format!("no Landlock, seccomp; {both} {only}"),
            ),
            (
                lacking(BestEffort, None, true),
                format!("no Landlock, seccomp; {both} {nevertheless}"),
            ),
            (
                lacking(Required, Some(7), false),
                format!("Landlock 7, no seccomp; {both} {only}"),
            ),
            (
                lacking(BestEffort, None, false),
                format!("no Landlock, no seccomp; {both} {nevertheless}"),
            ),
            (
                with_encoder(Required),
                format!("Landlock 7, seccomp, {open} {only}"),
            ),
            (
                with_encoder(BestEffort),
                format!("Landlock 7, seccomp, {open} {nevertheless}"),
            ),
        ] {
            assert_eq!(guards.text(), format!("INCOMPLETE: {expected}"));
        }
    }

    #[test]
    fn every_finding_has_its_place() {
        let findings = examine();
        for guards in [
            WHOLE,
            lacking(Mode::Required, None, true),
            with_encoder(Mode::BestEffort),
        ] {
            let object = object(&findings, &guards).expect("plain data");
            assert_eq!(object["sandbox"], guards.object());
            assert!(object["encoders"].is_array(), "{object}");
            let text = text(&findings, &guards);
            let line = format!("\nsandbox   {}\n", guards.text());
            assert!(text.contains(&line), "{text}");
        }
    }

    #[test]
    fn it_asks_for_what_workers_are_started_with() {
        let none: Args = parse(&[]).expect("there are defaults");
        assert_eq!(
            (none.sandbox, none.encoder),
            (Mode::Required, EncoderChoice::X264)
        );
        let told: Args = parse(&["--sandbox", "best-effort", "--encoder", "auto"]).expect("words");
        assert_eq!(told.sandbox, Mode::BestEffort);
        assert_ne!(told.encoder, EncoderChoice::X264);
        assert!(parse::<Args>(&["--sandbox", "off"]).is_err());
        assert!(parse::<Args>(&["--encoder", "theora"]).is_err());
    }
}
