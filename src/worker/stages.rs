//! The stages of a render, as spans.
//!
//! A render tells of each stage how long it was busy, not when. Measuring comes first and alone, drawing the layers comes
//! before composing on the same thread, and everything else begins when measuring is done; so the beginnings are right. From
//! there on a stage waits for its neighbours as often as it works, and its span is as long as its work: it may have
//! ended later.

use crate::telemetry::{self, Past};
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime};

/// A stage, in milliseconds since the beginning of the render.
#[derive(Debug, PartialEq, Eq)]
struct Stage<'t> {
    name: &'t str,
    began_ms: u64,
    busy_ms: u64,
}

/// Puts the stages of a render that ended at this moment into the current span. `timings` are as the render reports them.
pub fn tell(timings: &Map<String, Value>, ended: SystemTime) {
    if !telemetry::is_traced() {
        return;
    }
    let Some(began) = ended.checked_sub(Duration::from_millis(ms(timings, "total_ms"))) else {
        return;
    };
    for stage in stages(timings) {
        let from = began + Duration::from_millis(stage.began_ms);
        telemetry::tell_past(Past {
            name: format!("render {}", stage.name),
            began: from,
            ended: from + Duration::from_millis(stage.busy_ms),
            numbers: vec![(
                "gildhall.busy_ms",
                stage.busy_ms.try_into().unwrap_or(i64::MAX),
            )],
        });
    }
}

/// Every stage that was busy for a millisecond at least. None is told to go beyond the end of the render.
fn stages(timings: &Map<String, Value>) -> Vec<Stage<'_>> {
    let total_ms = ms(timings, "total_ms");
    let measured_ms = ms(timings, "measure_ms");
    let names = timings.keys().filter_map(|key| key.strip_suffix("_ms"));
    let stages = names.filter(|name| *name != "total").map(|name| {
        let began_ms = match name {
            "measure" => 0,
            "compose" => measured_ms.saturating_add(ms(timings, "layers_ms")),
            _ => measured_ms,
        };
        let left_ms = total_ms.saturating_sub(began_ms);
        Stage {
            name,
            began_ms: began_ms.min(total_ms),
            busy_ms: ms(timings, &format!("{name}_ms")).min(left_ms),
        }
    });
    stages.filter(|stage| stage.busy_ms > 0).collect()
}

/// A timing; 0 where it is missing or no number.
fn ms(timings: &Map<String, Value>, key: &str) -> u64 {
    timings.get(key).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stages_of(timings: &Value) -> Vec<(String, u64, u64)> {
        let timings = timings.as_object().expect("an object");
        let stages = stages(timings).into_iter();
        let mut told: Vec<_> = stages
            .map(|stage| (stage.name.to_owned(), stage.began_ms, stage.busy_ms))
            .collect();
        told.sort();
        told
    }

    #[test]
    fn stages_begin_when_what_they_wait_for_is_done() {
        let told = stages_of(&json!({
            "measure_ms": 100, "photos_ms": 300, "atmosphere_ms": 0, "layers_ms": 50,
            "compose_ms": 600, "sound_ms": 20, "encode_ms": 700, "total_ms": 1000,
        }));
        let expected = [
            ("compose", 150, 600),
            ("encode", 100, 700),
            ("layers", 100, 50),
            ("measure", 0, 100),
            ("photos", 100, 300),
            ("sound", 100, 20),
        ];
        let expected = expected.map(|(name, began, busy)| (name.to_owned(), began, busy));
        assert_eq!(told, expected);
    }

    #[test]
    fn nothing_goes_beyond_the_end_of_the_render() {
        let told = stages_of(&json!({
            "measure_ms": 90, "encode_ms": u64::MAX, "photos_ms": "soon", "total_ms": 100,
        }));
        let expected = [("encode", 90, 10), ("measure", 0, 90)];
        let expected = expected.map(|(name, began, busy)| (name.to_owned(), began, busy));
        assert_eq!(told, expected);
        assert!(stages_of(&json!({"encode_ms": 5})).is_empty());
    }
}
