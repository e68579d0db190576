//! Jobs that are accepted.

use super::{Case, both};

pub fn cases() -> Vec<Case> {
    LIST.iter()
        .map(|(name, text)| both(name, text, &[]))
        .collect()
}

const LIST: &[(&str, &str)] = &[
    ("minimal", r#"{"images": ["products/ring.jpg"]}"#),
    (
        "documented-example",
        r#"{
  "version": 1,
  "images": ["products/ring.jpg", "products/box.webp", {"asset": "products/bag.png"}],
  "audio": "audio/track.mp3",
  "overlay": "overlays/glitter-rain.mp4",
  "frame": "frames/golden-frame.png",
  "text_overlay": "Only 24 hours: the gold drop ✨",
  "duration_s": 30,
  "output": {"preset": "veryfast", "crf": 21},
  "metadata": {"campaign": "autumn"}
}"#,
    ),
    (
        "every-field",
        r#"{
  "version": 1,
  "images": [
    {"asset": "products/ring.jpg", "focus": {"x": 0.25, "y": 0.75}, "motion": "zoom_out"},
    {"asset": "products/box.webp", "motion": "still"}
  ],
  "audio": "audio/track.mp3",
  "overlay": "none",
  "frame": "none",
  "text_overlay": {"text": "Last pieces", "style": "gold", "position": "bottom"},
  "duration_s": 29.97,
  "cuts": "fixed",
  "output": {
    "preset": "medium",
    "crf": 18,
    "quality": "reduced",
    "renditions": ["360x640", {"width": 720, "height": 1280}],
    "thumbnails": 0
  },
  "priority": 9,
  "metadata": {"campaign": "autumn", "sku": [1, 2.5, null, true], "nested": {"a": {"b": "c"}}}
}"#,
    ),
    (
        "defaults-written-out",
        r#"{
  "version": 1,
  "images": [{"asset": "a.jpg", "focus": {"x": 0.5, "y": 0.5}, "motion": "zoom_in"}],
  "overlay": "default",
  "frame": "procedural",
  "cuts": "beats",
  "output": {"preset": "veryfast", "crf": 21, "quality": "full", "renditions": [], "thumbnails": 3},
  "priority": 4,
  "metadata": {}
}"#,
    ),
    (
        "nulls-of-optional-fields",
        r#"{"images": ["a.jpg"], "audio": null, "text_overlay": null, "duration_s": null}"#,
    ),
    (
        "whole-numbers-as-fractions",
        r#"{"version": 1.0, "images": ["a.jpg"], "duration_s": 30.0, "priority": 0.0, "output": {"crf": 15.0}}"#,
    ),
    (
        "shortest-and-lowest",
        r#"{"images": ["a"], "duration_s": 1, "priority": 0, "output": {"crf": 15, "thumbnails": 0, "renditions": ["360x640"]}}"#,
    ),
    (
        "longest-and-highest",
        r#"{"images": ["a"], "duration_s": 180, "priority": 9, "output": {"crf": 35, "thumbnails": 10, "renditions": ["1080x1920"]}}"#,
    ),
    (
        "milliseconds",
        r#"{"images": ["a"], "duration_s": 12.3456}"#,
    ),
    (
        "focus-at-the-corners",
        r#"{"images": [{"asset": "a", "focus": {"x": 0, "y": 1}}, {"asset": "b", "focus": {"y": 0.1}}]}"#,
    ),
    (
        "same-image-twice",
        r#"{"images": ["a.jpg", "b.jpg", "a.jpg"]}"#,
    ),
    (
        "keys-of-many-scripts",
        r#"{"images": ["produits/bague-été.jpg", "製品/指輪.png", "منتجات/خاتم.webp", "उत्पाद/अंगूठी.png", "สินค้า/แหวน.jpg"]}"#,
    ),
    (
        "keys-of-several-scripts-each",
        r#"{"images": ["кольцо-gold.jpg", "指輪Gold新作.png", "반지Gold.jpg", "роса.jpg", "חותם 24.png", "кольцо с iPhone.jpg"]}"#,
    ),
    (
        "keys-with-emoji",
        r#"{"images": ["gold/✨ drop ❤️.png", "family/👨‍👩‍👧.png", "top/1️⃣.png"]}"#,
    ),
    (
        "keys-that-look-suspicious-but-are-not",
        r#"{"images": ["a..b/c.d", ".hidden/x", "50% off.jpg", "a%20b.jpg", "console.png", "x/none", "a~b"]}"#,
    ),
    (
        "escapes-in-json",
        r#"{"images": ["caf\u00e9\/a.jpg"], "text_overlay": "\ud83d\udc8d Gold"}"#,
    ),
    ("text-empty", r#"{"images": ["a"], "text_overlay": ""}"#),
    (
        "text-of-nothing-visible",
        r#"{"images": ["a"], "text_overlay": {"text": " \u0000\u202e\u200b\n ", "style": "gold"}}"#,
    ),
    (
        "text-line-ends",
        r#"{"images": ["a"], "text_overlay": "one\r\ntwo\rthree\u2028four\u2029five\u0085six\n\n\n\nseven"}"#,
    ),
    (
        "text-control-characters",
        r#"{"images": ["a"], "text_overlay": "\ufeffG\u0000o\u001bl\u007fd\u009b\tdrop\ufffe"}"#,
    ),
    (
        "text-lone-bidi-override",
        r#"{"images": ["a"], "text_overlay": "sale \u202eelas"}"#,
    ),
    (
        "text-balanced-isolate",
        r#"{"images": ["a"], "text_overlay": "خصم \u2066Gold\u2069 اليوم"}"#,
    ),
    (
        "text-bidi-per-line",
        r#"{"images": ["a"], "text_overlay": "\u2067one\ntwo\u2069 \u202bthree\u202c"}"#,
    ),
    (
        "text-normal-form",
        r#"{"images": ["a"], "text_overlay": "e\u0301te\u0301"}"#,
    ),
    (
        "text-stacked-marks",
        r#"{"images": ["a"], "text_overlay": "g\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030bold"}"#,
    ),
    (
        "text-joiners-stay",
        r#"{"images": ["a"], "text_overlay": "👩‍❤️‍👩 می‌خواهم 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣"}"#,
    ),
    (
        "metadata-numbers",
        r#"{"images": ["a"], "metadata": {"big": 18446744073709551615, "low": -9223372036854775808, "third": 0.3333333333333333, "one": 1.0, "tiny": 5e-324}}"#,
    ),
    (
        "metadata-of-any-names",
        r#"{"images": ["a"], "metadata": {"Größe": "M", "a/b~c": 1, " ": "x"}}"#,
    ),
];
