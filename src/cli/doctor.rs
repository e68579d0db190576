//! `gildhall doctor`.

use super::exit::Incomplete;
use gildhall_render::doctor::{Findings, examine};
use gildhall_sandbox::{Available, available};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Arguments of `gildhall doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the findings; fails if nothing can be rendered here.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let findings = examine();
    let sandbox = available();
    let text = match args.json {
        true => serde_json::to_string_pretty(&object(&findings, &sandbox)?)?,
        false => text(&findings, &sandbox),
    };
    writeln!(io::stdout(), "{}", text.trim_end())?;
    match findings.can_render() {
        true => Ok(()),
        false => Err(Incomplete.into()),
    }
}

/// The findings with what there is of the sandbox. It is not needed to render one's own files.
fn object(findings: &Findings, sandbox: &Available) -> serde_json::Result<Value> {
    let mut object = serde_json::to_value(findings)?;
    object["sandbox"] = json!({
        "landlock_abi": sandbox.landlock_abi,
        "seccomp": sandbox.seccomp,
        "whole": sandbox.is_whole(),
    });
    Ok(object)
}

fn text(findings: &Findings, sandbox: &Available) -> String {
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
    line(&match sandbox.is_whole() {
        true => format!("sandbox   {sandbox}"),
        false => format!(
            "sandbox   INCOMPLETE: {sandbox}; workers and the API start with GILDHALL_SANDBOX=best-effort only"
        ),
    });
    line(match findings.can_render() {
        true => "ready to render",
        false => "not ready to render: see above",
    });
    out
}
