//! Every limit of the job spec at, below and above, in both encodings.

use gildhall_proto::{FaultCode, JSON, JobMessage, JobSpec, MessageFault, limits};
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

/// That a number is accepted from `low` to `high`, at the edges and next to them, and gives `beyond` outside.
#[track_caller]
fn edges(low: i64, high: i64, beyond: FaultCode, judge: impl Fn(i64) -> Option<FaultCode>) {
    for good in [low, low + 1, high - 1, high] {
        assert_eq!(judge(good), None, "{good}");
    }
    for bad in [low - 1, high + 1] {
        assert_eq!(judge(bad), Some(beyond), "{bad}");
    }
}

/// That so many of something are accepted, and one less, and that one more gives `beyond`.
#[track_caller]
fn at_most(most: usize, beyond: FaultCode, judge: impl Fn(usize) -> Option<FaultCode>) {
    assert_eq!(judge(most - 1), None, "one less than {most}");
    assert_eq!(judge(most), None, "{most}");
    assert_eq!(judge(most + 1), Some(beyond), "one more than {most}");
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
    assert_eq!(code("images", images(limits::MIN_IMAGES)), None);
    at_most(limits::MAX_IMAGES, FaultCode::TooMany, |count| {
        code("images", images(count))
    });
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
    edges(15, 35, FaultCode::OutOfRange, |crf| {
        output("crf", json!(crf))
    });
}

#[test]
fn priority_0_to_9() {
    edges(0, 9, FaultCode::OutOfRange, |priority| {
        code("priority", json!(priority))
    });
}

#[test]
fn thumbnails_0_to_10() {
    edges(0, 10, FaultCode::OutOfRange, |count| {
        output("thumbnails", json!(count))
    });
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
    at_most(limits::MAX_RENDITIONS, FaultCode::TooMany, |count| {
        output("renditions", json!(sizes[..count]))
    });
    // A width of 18 more or less is the next size.
    for step in [20, 21, 59, 60] {
        let size = format!("{}x{}", 18 * step, 32 * step);
        assert_eq!(output("renditions", json!([size])), None, "{size}");
    }
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
    for letter in [
        "a",
        "é",
        "e\u{301}",
        "指",
        "🇫🇷",
        "👍🏽",
        "நி",
        "\u{1100}\u{1161}",
        // The longest that people write: 25 to 35 bytes each.
        "👨‍👩‍👧‍👦",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "👩🏽‍❤️‍💋‍👨🏿",
    ] {
        at_most(limits::MAX_HOOK_CHARS, FaultCode::TooLong, |count| {
            code("text_overlay", json!(letter.repeat(count)))
        });
    }
    // One character of any number of code points, and characters that are taken out, count in bytes.
    for filler in ["👩\u{200D}", "\u{FE0F}", "\0"] {
        let bytes = |bytes: usize| {
            let rest = "a".repeat(bytes % filler.len());
            code(
                "text_overlay",
                json!(filler.repeat(bytes / filler.len()) + &rest),
            )
        };
        at_most(limits::MAX_HOOK_BYTES, FaultCode::TooLong, bytes);
    }
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
    at_most(limits::MAX_METADATA_BYTES, FaultCode::TooLarge, |bytes| {
        code("metadata", of_bytes(bytes))
    });
}

#[test]
fn metadata_of_32_keys_of_64_characters() {
    let keys =
        |count: usize| Value::Object((0..count).map(|n| (format!("k{n}"), json!(n))).collect());
    at_most(limits::MAX_METADATA_KEYS, FaultCode::TooMany, |count| {
        code("metadata", keys(count))
    });
    let named = |chars: usize| Value::Object(Map::from_iter([("é".repeat(chars), json!(1))]));
    assert_eq!(code("metadata", named(0)), Some(FaultCode::Empty));
    assert_eq!(code("metadata", named(1)), None);
    at_most(
        limits::MAX_METADATA_KEY_CHARS,
        FaultCode::TooLong,
        |chars| code("metadata", named(chars)),
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
    for levels in [limits::MAX_SPEC_DEPTH - 1, limits::MAX_SPEC_DEPTH] {
        assert_eq!(code("x", nested(levels)), Some(FaultCode::UnknownField));
    }
    for levels in [limits::MAX_SPEC_DEPTH + 1, 100] {
        assert_eq!(code("x", nested(levels)), Some(FaultCode::TooDeep));
    }
}

#[test]
fn documents_of_256_kib() {
    let padded = |bytes: usize| {
        let job = br#"{"images":["a.jpg"]}"#;
        [&job[..], &vec![b' '; bytes - job.len()]].concat()
    };
    assert!(JobSpec::from_json(&padded(limits::MAX_SPEC_BYTES - 1)).is_ok());
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

#[test]
fn keys_of_512_bytes_in_16_parts_of_255() {
    let key = |key: &str| code("images", json!([key]));
    let four = |bytes: usize| {
        let part = "k".repeat(bytes / 4 - 1);
        let last = "k".repeat(bytes - 3 * (part.len() + 1));
        key(&[part.as_str(), &part, &part, &last].join("/"))
    };
    at_most(limits::MAX_KEY_BYTES, FaultCode::InvalidKey, four);
    at_most(limits::MAX_KEY_PART_BYTES, FaultCode::InvalidKey, |bytes| {
        key(&"k".repeat(bytes))
    });
    at_most(limits::MAX_KEY_PARTS, FaultCode::InvalidKey, |parts| {
        key(&vec!["k"; parts].join("/"))
    });
    assert_eq!(key(""), Some(FaultCode::InvalidKey));
    assert_eq!(key("k"), None);
}

#[test]
fn messages_of_16_kib() {
    const MOST: usize = 16 * 1024;
    let of_bytes = |bytes: usize| {
        let message = json!({
            "version": 1,
            "job_id": "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d",
            "tenant_id": "acme",
            "submitted_at": "2026-01-31T12:00:00Z",
        });
        let message = message.to_string();
        let padded = [message.as_bytes(), &vec![b' '; bytes - message.len()]].concat();
        JobMessage::decode(Some(JSON), &padded)
    };
    assert!(of_bytes(MOST - 1).is_ok());
    assert!(of_bytes(MOST).is_ok());
    let bytes = MOST + 1;
    assert_eq!(of_bytes(bytes), Err(MessageFault::TooLarge { bytes }));
}
