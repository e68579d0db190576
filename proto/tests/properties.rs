//! What holds for every input.

use std::path::{Component, Path};

use gildhall_proto::{
    AssetKey, Focus, Frame, HookText, ImageSpec, JobSpec, Metadata, Motion, Overlay,
};
use gildhall_proto::{
    Crf, Cuts, HookPosition, HookStyle, Output, Preset, Priority, Quality, Rendition,
};
use gildhall_proto::{Seconds, TextOverlay};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// Keys put together from what keys and attacks on them are made of.
fn key_like() -> impl Strategy<Value = String> {
    let pieces = [
        "..",
        ".",
        "/",
        "//",
        "\\",
        "~",
        ":",
        "C:",
        "a",
        "ring",
        "é",
        "製品",
        "✨",
        "❤\u{FE0F}",
        "\u{200D}",
        "%2e",
        "%2F",
        "%",
        "\u{2215}",
        "\u{FF0E}",
        "\u{202E}",
        "\0",
        " ",
        "con",
        ".jpg",
        "e\u{301}",
        "none",
        "о",
        "кольцо",
        "ο",
        "ｌ",
        "𝐠",
        "٢",
        "-",
        "\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}",
    ];
    vec(select(pieces.to_vec()), 0..8).prop_map(|pieces| pieces.concat())
}

/// Texts put together from what cleaning looks for.
fn text_like() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "Gold ",
        "é",
        "e",
        "\u{301}",
        "\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "\u{2028}",
        "\u{0}",
        "\u{1B}[0m",
        "\u{85}",
        "\u{202A}",
        "\u{202B}",
        "\u{202D}",
        "\u{202E}",
        "\u{202C}",
        "\u{2066}",
        "\u{2067}",
        "\u{2068}",
        "\u{2069}",
        "\u{200F}",
        "\u{200D}",
        "\u{FE0F}",
        "👩",
        "\u{FEFF}",
        "خاتم",
        "\u{1100}",
        "\u{1161}",
        "\u{11A8}",
        "\u{3000}",
        "\u{FFFE}",
        "\u{0344}",
        "\u{1D160}",
        "\u{2000}",
    ];
    prop_oneof![
        vec(select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat()),
        any::<String>()
    ]
}

fn key() -> impl Strategy<Value = AssetKey> {
    let name = "[a-zé製✨][a-z0-9 é指輪._-]{0,12}[a-z0-9✨]";
    vec(name, 1..4).prop_filter_map("a permitted key", |parts| {
        AssetKey::parse(&parts.join("/")).ok()
    })
}

fn image() -> impl Strategy<Value = ImageSpec> {
    let focus = (0.0..=1.0, 0.0..=1.0).prop_map(|(x, y)| Focus { x, y });
    let motion = select(Motion::ALL);
    (key(), prop_oneof![Just(Focus::default()), focus], motion).prop_map(
        |(asset, focus, motion)| ImageSpec {
            asset,
            focus,
            motion,
        },
    )
}

fn hook() -> impl Strategy<Value = Option<TextOverlay>> {
    let text = text_like().prop_map(|text| HookText::parse(&text).ok().flatten());
    (text, select(HookStyle::ALL), select(HookPosition::ALL)).prop_map(|(text, style, position)| {
        text.map(|text| TextOverlay {
            text,
            style,
            position,
        })
    })
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[^\0]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let map = proptest::collection::btree_map("[a-z]{1,6}", inner.clone(), 0..3);
        prop_oneof![
            vec(inner, 0..3).prop_map(Value::from),
            map.prop_map(|map| json!(map))
        ]
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let map = proptest::collection::btree_map("[a-zé_]{1,12}", json_value(), 0..6);
    map.prop_filter_map("permitted metadata", |map| {
        Metadata::new(map.into_iter().collect()).ok()
    })
}

fn output() -> impl Strategy<Value = Output> {
    let renditions = subsequence(Rendition::all().collect::<Vec<_>>(), 0..=5).prop_shuffle();
    let crf = (15..=35_u8).prop_filter_map("a permitted factor", Crf::new);
    (
        select(Preset::ALL),
        crf,
        select(Quality::ALL),
        renditions,
        0..=10_u8,
    )
        .prop_map(|(preset, crf, quality, renditions, thumbnails)| Output {
            preset,
            crf,
            quality,
            renditions,
            thumbnails,
        })
}

fn spec() -> impl Strategy<Value = JobSpec> {
    let overlay = prop_oneof![
        Just(Overlay::Default),
        Just(Overlay::None),
        key().prop_map(Overlay::Asset)
    ];
    let frame = prop_oneof![
        Just(Frame::Procedural),
        Just(Frame::None),
        key().prop_map(Frame::Asset)
    ];
    let seconds = (1_000..=180_000_u32).prop_filter_map("a permitted length", Seconds::from_millis);
    let priority = (0..=9_u8).prop_filter_map("a permitted priority", Priority::new);
    let layers = (
        option::of(key()),
        overlay,
        frame,
        hook(),
        option::of(seconds),
    );
    (
        vec(image(), 1..6),
        layers,
        select(Cuts::ALL),
        output(),
        priority,
        metadata(),
    )
        .prop_map(
            |(
                images,
                (audio, overlay, frame, text_overlay, duration_s),
                cuts,
                output,
                priority,
                metadata,
            )| JobSpec {
                audio,
                overlay,
                frame,
                text_overlay,
                duration_s,
                cuts,
                output,
                priority,
                metadata,
                ..JobSpec::new(images)
            },
        )
}

/// Where a path leads without asking any file system; `None` if it leaves its start on the way.
fn lexically(path: &Path) -> Option<usize> {
    path.components()
        .try_fold(0_usize, |depth, component| match component {
            Component::Normal(_) => Some(depth + 1),
            Component::CurDir => Some(depth),
            Component::ParentDir => depth.checked_sub(1),
            Component::RootDir | Component::Prefix(_) => None,
        })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = JobSpec::from_json(&bytes);
        let _ = JobSpec::from_msgpack(&bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = JobSpec::from_json(text.as_bytes());
        let _ = AssetKey::parse(&text);
        let _ = HookText::parse(&text);
    }

    #[test]
    fn both_encodings_of_anything_are_judged_alike(value in json_value(), field in "images|overlay|output|metadata|audio|x") {
        let job = json!({"images": ["a"], field: value});
        let packed = rmp_serde::to_vec_named(&job).expect("JSON fits MessagePack");
        prop_assert_eq!(JobSpec::from_json(job.to_string().as_bytes()), JobSpec::from_msgpack(&packed));
    }

    #[test]
    fn an_accepted_key_stays_under_its_root(text in prop_oneof![key_like(), any::<String>()]) {
        if let Ok(key) = AssetKey::parse(&text) {
            prop_assert_eq!(key.as_str(), &text);
            let depth = lexically(Path::new(key.as_str()));
            prop_assert_eq!(depth, Some(key.parts().count()));
            prop_assert!(Path::new("/root").join(key.as_str()).starts_with("/root"));
            prop_assert!(key.parts().all(|part| !part.is_empty() && part != "." && part != ".."));
            let harmful = ['\\', ':', '\0', '\u{202E}', '\u{2215}', '𝐠'];
            prop_assert!(!text.contains(harmful));
            let chars: Vec<char> = text.chars().collect();
            let swapped = |pair: &[char]| pair[0].is_ascii_alphabetic() && matches!(pair[1], 'а'..='я' | 'α'..='ω');
            prop_assert!(!chars.windows(2).any(swapped));
        }
    }

    #[test]
    fn cleaned_text_is_clean_and_stays_as_it_is(text in text_like()) {
        if let Ok(Some(cleaned)) = HookText::parse(&text) {
            let kept = cleaned.as_str();
            prop_assert!(kept.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", kept);
            let removed = ['\u{2028}', '\u{2029}', '\u{FEFF}'];
            prop_assert!(!kept.contains("\n\n\n") && !kept.contains(removed));
            prop_assert_eq!(kept.trim(), kept);
            prop_assert_eq!(HookText::parse(kept), Ok(Some(cleaned.clone())));
        }
    }

    #[test]
    fn every_spec_survives_both_encodings(spec in spec()) {
        let read = JobSpec::from_json(spec.to_json().as_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&spec));
        let read = JobSpec::from_msgpack(&spec.to_msgpack());
        prop_assert_eq!(read.as_ref(), Ok(&spec));
        let read = spec.checked();
        prop_assert_eq!(read.as_ref(), Ok(&spec));
    }

    #[test]
    fn cut_or_changed_messages_do_no_harm(spec in spec(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut packed = spec.to_msgpack();
        let at = at.index(packed.len());
        prop_assert!(JobSpec::from_msgpack(&packed[..at]).is_err());
        packed[at] = byte;
        if let Ok(changed) = JobSpec::from_msgpack(&packed) {
            prop_assert_eq!(JobSpec::from_msgpack(&changed.to_msgpack()), Ok(changed));
        }
    }
}
