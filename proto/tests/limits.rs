//! Every limit of the job spec at, below and above, in both encodings.

use gildhall_proto::{FaultCode, JobSpec, limits};
use serde_json::{Map, Value, json};

/// The first fault of a job with `field` set to `value` in both encodings; `None` if it is accepted.
fn code(field: &str, value: Value) -> Option<FaultCode> {
    let mut job = json!({"images": ["a.jpg"]});
    job[field] = value;
    let packed = rmp_serde::to_vec_named(&job).expect("JSON fits MessagePack");
    let from_json = JobSpec::from_json(job.to_string().as_bytes());
    assert_eq!(from_json, JobSpec::from_msgpack(&packed), "{job}");
    from_json.err().map(|report| report.faults[0].code)
}

fn output(field: &str, value: Value) -> Option<FaultCode> {
    code("output", json!({field: value}))
}

fn images(count: usize) -> Value {
    (0..count).map(|n| format!("photo-{n}.jpg")).collect()
}

#[test]
fn images_1_to_50() {
    assert_eq!(code("images", images(0)), Some(FaultCode::TooFew));
    assert_eq!(code("images", images(1)), None);
    assert_eq!(code("images", images(limits::MAX_IMAGES)), None);
    assert_eq!(
        code("images", images(limits::MAX_IMAGES + 1)),
        Some(FaultCode::TooMany)
    );
}

#[test]
fn duration_1_to_180() {
    for good in [
        json!(1),
        json!(1.0),
        json!(1.001),
        json!(179.999),
        json!(180),
        json!(180.0),
        json!(null),
    ] {
        assert_eq!(code("duration_s", good), None);
    }
    for bad in [
        json!(0.999),
        json!(0.9999),
        json!(180.0001),
        json!(181),
        json!(0),
        json!(-30),
        json!(1e300),
    ] {
        assert_eq!(code("duration_s", bad), Some(FaultCode::OutOfRange));
    }
    assert_eq!(code("duration_s", json!("30")), Some(FaultCode::WrongType));
}

#[test]
fn crf_15_to_35() {
    for (crf, expected) in [
        (14, Some(FaultCode::OutOfRange)),
        (15, None),
        (35, None),
        (36, Some(FaultCode::OutOfRange)),
    ] {
        assert_eq!(output("crf", json!(crf)), expected, "{crf}");
    }
}

#[test]
fn priority_0_to_9() {
    for (priority, expected) in [
        (-1, Some(FaultCode::OutOfRange)),
        (0, None),
        (9, None),
        (10, Some(FaultCode::OutOfRange)),
    ] {
        assert_eq!(code("priority", json!(priority)), expected, "{priority}");
    }
}

#[test]
fn thumbnails_0_to_10() {
    for (count, expected) in [
        (-1, Some(FaultCode::OutOfRange)),
        (0, None),
        (10, None),
        (11, Some(FaultCode::OutOfRange)),
    ] {
        assert_eq!(output("thumbnails", json!(count)), expected, "{count}");
    }
}

#[test]
fn renditions_up_to_5_without_repeats() {
    let sizes = [
        "360x640",
        "540x960",
        "720x1280",
        "900x1600",
        "1080x1920",
        "378x672",
    ];
    assert_eq!(output("renditions", json!([])), None);
    assert_eq!(
        output("renditions", json!(sizes[..limits::MAX_RENDITIONS])),
        None
    );
    assert_eq!(output("renditions", json!(sizes)), Some(FaultCode::TooMany));
    let twice = json!(["720x1280", {"width": 720, "height": 1280}]);
    assert_eq!(output("renditions", twice), Some(FaultCode::DuplicateEntry));
    assert_eq!(
        output("renditions", json!(["342x608"])),
        Some(FaultCode::InvalidSize)
    );
    assert_eq!(
        output("renditions", json!(["1098x1952"])),
        Some(FaultCode::InvalidSize)
    );
}

#[test]
fn focus_0_to_1() {
    let focus = |x: f64| code("images", json!([{"asset": "a.jpg", "focus": {"x": x}}]));
    assert_eq!(focus(-0.001), Some(FaultCode::OutOfRange));
    assert_eq!(focus(0.0), None);
    assert_eq!(focus(1.0), None);
    assert_eq!(focus(1.001), Some(FaultCode::OutOfRange));
}

#[test]
fn hook_of_500_characters() {
    assert_eq!(
        code("text_overlay", json!("é".repeat(limits::MAX_HOOK_CHARS))),
        None
    );
    let long = "é".repeat(limits::MAX_HOOK_CHARS + 1);
    assert_eq!(code("text_overlay", json!(long)), Some(FaultCode::TooLong));
    // 25 bytes a family: the ceiling on bytes comes before the one on characters.
    let family = "👨‍👩‍👧‍👦";
    let most = limits::MAX_HOOK_BYTES / family.len();
    assert_eq!(code("text_overlay", json!(family.repeat(most))), None);
    assert_eq!(
        code("text_overlay", json!(family.repeat(most + 1))),
        Some(FaultCode::TooLong)
    );
}

#[test]
fn version_1_only() {
    assert_eq!(code("version", json!(1)), None);
    assert_eq!(code("version", json!(1.0)), None);
    for other in [json!(0), json!(2), json!(-1), json!(u64::MAX)] {
        assert_eq!(code("version", other), Some(FaultCode::UnsupportedVersion));
    }
    assert_eq!(code("version", json!("1")), Some(FaultCode::WrongType));
}

#[test]
fn metadata_of_4_kib() {
    // {"k":"…"} takes 8 bytes beside the text.
    let of_bytes = |bytes: usize| json!({"k": "x".repeat(bytes - 8)});
    assert_eq!(code("metadata", of_bytes(limits::MAX_METADATA_BYTES)), None);
    assert_eq!(
        code("metadata", of_bytes(limits::MAX_METADATA_BYTES + 1)),
        Some(FaultCode::TooLarge)
    );
}

#[test]
fn metadata_of_32_keys_of_64_characters() {
    let keys =
        |count: usize| Value::Object((0..count).map(|n| (format!("k{n}"), json!(n))).collect());
    assert_eq!(code("metadata", keys(limits::MAX_METADATA_KEYS)), None);
    assert_eq!(
        code("metadata", keys(limits::MAX_METADATA_KEYS + 1)),
        Some(FaultCode::TooMany)
    );
    let named = |chars: usize| Value::Object(Map::from_iter([("é".repeat(chars), json!(1))]));
    assert_eq!(code("metadata", named(0)), Some(FaultCode::Empty));
    assert_eq!(code("metadata", named(1)), None);
    assert_eq!(
        code("metadata", named(limits::MAX_METADATA_KEY_CHARS)),
        None
    );
    assert_eq!(
        code("metadata", named(limits::MAX_METADATA_KEY_CHARS + 1)),
        Some(FaultCode::TooLong)
    );
}

#[test]
fn metadata_4_deep() {
    assert_eq!(code("metadata", json!({"a": {"b": {"c": {"d": 1}}}})), None);
    assert_eq!(code("metadata", json!({"a": [[["d"]]]})), None);
    assert_eq!(
        code("metadata", json!({"a": {"b": {"c": {"d": {}}}}})),
        Some(FaultCode::TooDeep)
    );
    assert_eq!(
        code("metadata", json!({"a": [[[["e"]]]]})),
        Some(FaultCode::TooDeep)
    );
}

#[test]
fn documents_of_16_levels() {
    let nested = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
    // Unknown fields are read too: only then is the limit of the document itself reached.
    assert_eq!(
        code("x", nested(limits::MAX_SPEC_DEPTH)),
        Some(FaultCode::UnknownField)
    );
    assert_eq!(
        code("x", nested(limits::MAX_SPEC_DEPTH + 1)),
        Some(FaultCode::TooDeep)
    );
}

#[test]
fn documents_of_256_kib() {
    let padded = |bytes: usize| {
        let job = br#"{"images":["a.jpg"]}"#;
        [&job[..], &vec![b' '; bytes - job.len()]].concat()
    };
    assert!(JobSpec::from_json(&padded(limits::MAX_SPEC_BYTES)).is_ok());
    let report = JobSpec::from_json(&padded(limits::MAX_SPEC_BYTES + 1)).expect_err("too large");
    assert_eq!(report.faults[0].code, FaultCode::TooLarge);
    let report =
        JobSpec::from_msgpack(&vec![0; limits::MAX_SPEC_BYTES + 1]).expect_err("too large");
    assert_eq!(report.faults[0].code, FaultCode::TooLarge);
}

#[test]
fn reports_of_50_faults() {
    let job = |unknown: usize| {
        let fields = (0..unknown).map(|n| (format!("x{n}"), json!(n)));
        Value::Object(
            fields
                .chain([("images".to_owned(), json!(["a"]))])
                .collect(),
        )
        .to_string()
    };
    let count = |unknown| {
        JobSpec::from_json(job(unknown).as_bytes())
            .expect_err("unknown fields")
            .faults
            .len()
    };
    assert_eq!(count(limits::MAX_FAULTS - 1), limits::MAX_FAULTS - 1);
    assert_eq!(count(limits::MAX_FAULTS), limits::MAX_FAULTS);
    assert_eq!(count(limits::MAX_FAULTS + 1), limits::MAX_FAULTS);
}
