//! Jobs that are refused, alike in both encodings.

use super::{Case, both};

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = LIST
        .iter()
        .map(|(name, text, faults)| both(name, text, faults))
        .collect();
    cases.extend(KEYS.iter().map(|(name, key)| {
        let text = serde_json::json!({"images": [key]}).to_string();
        both(name, &text, &[("/images/0", "invalid_key")])
    }));
    cases
}

/// A case: its name, the document, and field and code of every fault.
type Refused = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const LIST: &[Refused] = &[
    ("empty-object", "{}", &[("/images", "missing")]),
    ("not-an-object", r#"["a.jpg"]"#, &[("", "wrong_type")]),
    ("no-images", r#"{"images": []}"#, &[("/images", "too_few")]),
    (
        "images-not-a-list",
        r#"{"images": "a.jpg"}"#,
        &[("/images", "wrong_type")],
    ),
    (
        "image-of-wrong-type",
        r#"{"images": ["a.jpg", 7, null]}"#,
        &[("/images/1", "wrong_type"), ("/images/2", "wrong_type")],
    ),
    (
        "image-without-asset",
        r#"{"images": [{"motion": "still"}]}"#,
        &[("/images/0/asset", "missing")],
    ),
    (
        "several-faults-at-once",
        r#"{
  "images": ["a.jpg", {"asset": "b.jpg", "focus": {"x": 1.5, "y": 0.5}}],
  "duration": 20,
  "duration_s": 200,
  "text_overlay": 24,
  "output": {"preset": "very-fast", "crf": 51},
  "priority": "high"
}"#,
        &[
            ("/duration", "unknown_field"),
            ("/images/1/focus/x", "out_of_range"),
            ("/text_overlay", "wrong_type"),
            ("/duration_s", "out_of_range"),
            ("/output/preset", "unknown_word"),
            ("/output/crf", "out_of_range"),
            ("/priority", "wrong_type"),
        ],
    ),
    (
        "version-2",
        r#"{"version": 2, "images": [], "layers": []}"#,
        &[("/version", "unsupported_version")],
    ),
    (
        "version-as-text",
        r#"{"version": "1", "images": ["a"]}"#,
        &[("/version", "wrong_type")],
    ),
    (
        "unknown-field-far-off",
        r#"{"images": ["a"], "watermark": "w.png"}"#,
        &[("/watermark", "unknown_field")],
    ),
    (
        "unknown-field-inside",
        r#"{"images": [{"asset": "a", "Motion": "still"}]}"#,
        &[("/images/0/Motion", "unknown_field")],
    ),
    (
        "unknown-field-with-slash",
        r#"{"images": ["a"], "a/b~c": 1}"#,
        &[("/a~1b~0c", "unknown_field")],
    ),
    (
        "null-where-it-means-nothing",
        r#"{"images": ["a"], "overlay": null, "output": null, "metadata": null}"#,
        &[
            ("/overlay", "wrong_type"),
            ("/output", "wrong_type"),
            ("/metadata", "wrong_type"),
        ],
    ),
    (
        "words-of-other-fields",
        r#"{"images": ["a"], "overlay": "procedural", "frame": "Default"}"#,
        &[("/overlay", "unknown_word"), ("/frame", "unknown_word")],
    ),
    (
        "unknown-words",
        r#"{"images": [{"asset": "a", "motion": "spin"}], "cuts": "beat", "text_overlay": {"text": "x", "style": "bold", "position": "middle"}, "output": {"quality": "low"}}"#,
        &[
            ("/images/0/motion", "unknown_word"),
            ("/text_overlay/style", "unknown_word"),
            ("/text_overlay/position", "unknown_word"),
            ("/cuts", "unknown_word"),
            ("/output/quality", "unknown_word"),
        ],
    ),
    (
        "text-object-without-text",
        r#"{"images": ["a"], "text_overlay": {"style": "gold"}}"#,
        &[("/text_overlay/text", "missing")],
    ),
    (
        "fraction-for-a-whole-number",
        r#"{"images": ["a"], "priority": 4.5, "output": {"crf": 21.5, "thumbnails": 2.5}}"#,
        &[
            ("/output/crf", "wrong_type"),
            ("/output/thumbnails", "wrong_type"),
            ("/priority", "wrong_type"),
        ],
    ),
    (
        "duration-too-short",
        r#"{"images": ["a"], "duration_s": 0.9999}"#,
        &[("/duration_s", "out_of_range")],
    ),
    (
        "duration-too-long",
        r#"{"images": ["a"], "duration_s": 180.0001}"#,
        &[("/duration_s", "out_of_range")],
    ),
    (
        "rendition-sizes",
        r#"{"images": ["a"], "output": {"renditions": ["720x1281", "342x608", "big", {"width": 720}, 720]}}"#,
        &[
            ("/output/renditions/0", "invalid_size"),
            ("/output/renditions/1", "invalid_size"),
            ("/output/renditions/2", "invalid_size"),
            ("/output/renditions/3/height", "missing"),
            ("/output/renditions/4", "wrong_type"),
        ],
    ),
    (
        "rendition-twice",
        r#"{"images": ["a"], "output": {"renditions": ["720x1280", {"width": 720, "height": 1280}]}}"#,
        &[("/output/renditions/1", "duplicate_entry")],
    ),
    (
        "renditions-too-many",
        r#"{"images": ["a"], "output": {"renditions": ["360x640", "378x672", "396x704", "414x736", "432x768", "450x800"]}}"#,
        &[("/output/renditions", "too_many")],
    ),
    (
        "metadata-too-deep",
        r#"{"images": ["a"], "metadata": {"a": {"b": {"c": {"d": {"e": 1}}}}}}"#,
        &[("/metadata/a/b/c/d", "too_deep")],
    ),
    (
        "metadata-names",
        r#"{"images": ["a"], "metadata": {"": 1, "a\nb": 2}}"#,
        &[
            ("/metadata/", "empty"),
            ("/metadata/a\\u{a}b", "bad_character"),
        ],
    ),
    (
        "metadata-with-nul",
        r#"{"images": ["a"], "metadata": {"note": ["a\u0000b"]}}"#,
        &[("/metadata/note/0", "bad_character")],
    ),
    (
        "document-too-deep",
        r#"{"images": [[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]}"#,
        &[
            ("/images/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", "too_deep"),
            ("/images/0", "wrong_type"),
        ],
    ),
    (
        "hidden-characters-are-shown",
        r#"{"images": ["gpj.\u202egnir"], "\u202eoidua": 1, "cuts": "be\u0000ats"}"#,
        &[
            ("/\\u{202e}oidua", "unknown_field"),
            ("/images/0", "invalid_key"),
            ("/cuts", "unknown_word"),
        ],
    ),
];

/// Keys that are refused, each as the only image of a job.
const KEYS: &[(&str, &str)] = &[
    ("key-empty", ""),
    ("key-parent", "../ring.jpg"),
    ("key-parent-inside", "products/../../ring.jpg"),
    ("key-dot", "./ring.jpg"),
    ("key-absolute", "/etc/passwd"),
    ("key-home", "~/ring.jpg"),
    ("key-empty-part", "products//ring.jpg"),
    ("key-trailing-slash", "products/"),
    ("key-backslash", "products\\ring.jpg"),
    ("key-drive-letter", "C:ring.jpg"),
    ("key-stream", "ring.jpg:hidden"),
    ("key-url", "https://example.com/ring.jpg"),
    ("key-nul", "ring.jpg\0.png"),
    ("key-newline", "ring\n.jpg"),
    ("key-direction-override", "ring\u{202E}gpj.exe"),
    ("key-zero-width-space", "ri\u{200B}ng.jpg"),
    ("key-division-slash", "..\u{2215}ring.jpg"),
    ("key-fullwidth-slash", "..\u{FF0F}ring.jpg"),
    ("key-fullwidth-backslash", "a\u{FF3C}ring.jpg"),
    ("key-fullwidth-dots", "\u{FF0E}\u{FF0E}/ring.jpg"),
    ("key-two-dot-leader", "\u{2025}/ring.jpg"),
    ("key-combining-solidus", "..x\u{0338}ring.jpg"),
    ("key-percent-encoded", "%2e%2E/ring.jpg"),
    ("key-percent-encoded-twice", "a%252fring.jpg"),
    ("key-not-normalised", "bague-e\u{301}te\u{301}.jpg"),
    ("key-trailing-dot", "products./ring.jpg"),
    ("key-trailing-space", "products /ring.jpg"),
    ("key-device-name", "products/NUL.jpg"),
    ("key-pattern", "products/*.jpg"),
    ("key-private-use", "ring\u{F03A}.jpg"),
    ("key-word", "none"),
    ("key-mixed-scripts", "products/gоld.jpg"),
    ("key-mixed-digits", "products/ring2٢.jpg"),
    ("key-mixed-widths", "products/goｌd.jpg"),
    ("key-in-disguise", "products/gold-рох.jpg"),
    ("key-styled-letters", "products/𝗴𝗼𝗹𝗱.jpg"),
    ("key-mark-alone", "products/\u{301}ring.jpg"),
    (
        "key-tower-of-marks",
        "products/z\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}.jpg",
    ),
];
