//! What an event says, in one line.

use anyhow::Result;
use serde_json::Value;

/// Fields that are not known are ignored: events may gain some.
pub fn line(kind: &str, body: &[u8]) -> Result<String> {
    let data: Value = serde_json::from_slice(body)?;
    let job = data["job_id"].as_str().unwrap_or_default();
    Ok(format!("{job} {} {}", data["metadata"], end(kind, &data)))
}

fn end(kind: &str, data: &Value) -> String {
    if kind == "video.completed" {
        let video = &data["output"]["video"];
        let length_ms = data["output"]["duration_ms"].as_f64().unwrap_or_default();
        let key = video["key"].as_str().unwrap_or_default();
        format!("{key}, {} bytes, {} s", video["bytes"], length_ms / 1000.0)
    } else {
        let failure = &data["failure"];
        let message = failure["message"].as_str().unwrap_or_default();
        format!(
            "{}: {message}",
            failure["code"].as_str().unwrap_or_default()
        )
    }
}
