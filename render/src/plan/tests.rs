//! Whole plans: tables of the rules, and properties that hold for any job.

use super::*;
use crate::warning::NoBeatsReason;
use gildhall_proto::JobSpec;
use proptest::prelude::*;
use serde_json::{Value, json};

const SECOND: u64 = SAMPLE_RATE as u64;

fn spec(job: &Value) -> JobSpec {
    JobSpec::from_json(job.to_string().as_bytes()).expect("a valid job")
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("products/{i}.jpg")).collect()
}

/// Opaque images at these positions of the job.
fn images(indices: impl IntoIterator<Item = usize>) -> Vec<MeasuredImage> {
    let opaque = |index| MeasuredImage {
        index,
        may_have_alpha: false,
    };
    indices.into_iter().map(opaque).collect()
}

fn music(samples: u64, beats: Result<Vec<f64>, ()>) -> MeasuredAudio {
    MeasuredAudio {
        samples,
        silent: false,
        beats,
    }
}

fn steady(bpm: f64, until_s: f64) -> Vec<f64> {
    (0..)
        .map(|i| 0.25 + f64::from(i) * 60.0 / bpm)
        .take_while(|&beat| beat < until_s)
        .collect()
}

/// The plan of a job with `count` usable images and perhaps music.
fn plan(job: &Value, count: usize, audio: Option<MeasuredAudio>) -> RenderPlan {
    let measured = Measured {
        images: images(0..count),
        audio,
        warnings: Vec::new(),
    };
    build(&spec(job), measured).expect("there are images")
}

#[test]
fn a_whole_plan_reads_well() {
    let job = json!({
        "images": [
            "products/ring.jpg",
            {"asset": "products/bag.png", "motion": "zoom_out", "focus": {"x": 0.25, "y": 0.75}},
            "products/missing.jpg",
        ],
        "audio": "audio/track.mp3",
        "overlay": "overlays/rain.mp4",
        "text_overlay": "Only 24 hours",
        "duration_s": 8,
        "output": {"renditions": ["360x640"], "thumbnails": 2},
    });
    let missing = Warning::ImageUnusable {
        asset: "products/missing.jpg".to_owned(),
        reason: "there is no such file".to_owned(),
    };
    let measured = Measured {
        images: images([0, 1]),
        audio: Some(music(30 * SECOND, Ok(steady(120.0, 30.0)))),
        warnings: vec![missing],
    };
    insta::assert_json_snapshot!(build(&spec(&job), measured));
}

#[test]
fn without_a_usable_image_there_is_no_plan() {
    let job = json!({"images": ["products/ring.jpg"]});
    assert_eq!(build(&spec(&job), Measured::default()), None);
}

#[test]
fn an_asked_length_is_rounded_to_the_nearest_frame() {
    for (duration_s, frames) in [
        (1.0, 30),
        (1.016, 30),
        (1.017, 31),
        (29.97, 899),
        (179.99, 5_400),
        (180.0, 5_400),
    ] {
        let job = json!({"images": keys(1), "duration_s": duration_s});
        assert_eq!(plan(&job, 1, None).frames, frames, "{duration_s} s");
        // The music has no say in it.
        let job = json!({"images": keys(1), "audio": "a.mp3", "duration_s": duration_s});
        let audio = music(7 * SECOND, Ok(Vec::new()));
        assert_eq!(plan(&job, 1, Some(audio)).frames, frames, "{duration_s} s");
    }
}

#[test]
fn without_an_asked_length_the_music_decides_within_the_limits() {
    let job = json!({"images": keys(1), "audio": "a.mp3"});
    for (samples, frames, trimmed) in [
        (0, 30, false),
        (SECOND - 1, 30, false),
        (SECOND, 30, false),
        (SECOND * 12 + 1_599, 360, false),
        (SECOND * 180, 5_400, false),
        (SECOND * 180 + 1_600, 5_400, true),
        (SECOND * 600, 5_400, true),
    ] {
        let plan = plan(&job, 1, Some(music(samples, Err(()))));
        assert_eq!(plan.frames, frames, "{samples} samples");
        let told = plan
            .warnings
            .contains(&Warning::AudioTrimmed { kept_s: 180.0 });
        assert_eq!(told, trimmed, "{samples} samples");
        let sound = plan.sound.expect("music");
        assert_eq!(
            sound.edit.total_samples,
            u64::from(frames) * SAMPLES_PER_FRAME
        );
    }
    let silent = plan(&json!({"images": keys(1)}), 1, None);
    assert_eq!((silent.frames, silent.sound), (SILENT_FRAMES, None));
}

#[test]
fn why_there_are_no_beats_is_told() {
    let beats = || music(30 * SECOND, Ok(steady(120.0, 30.0)));
    let silent = MeasuredAudio {
        silent: true,
        ..beats()
    };
    let failed = music(30 * SECOND, Err(()));
    let one = music(30 * SECOND, Ok(vec![1.0]));
    for (cuts, audio, reason) in [
        ("beats", None, Some(NoBeatsReason::NoAudio)),
        ("fixed", Some(beats()), Some(NoBeatsReason::SwitchedOff)),
        ("beats", Some(silent), Some(NoBeatsReason::Silent)),
        ("beats", Some(failed), Some(NoBeatsReason::AnalysisFailed)),
        ("beats", Some(one), Some(NoBeatsReason::NoPulse)),
        ("beats", Some(beats()), None),
    ] {
        let job = json!({"images": keys(3), "audio": "a.mp3", "cuts": cuts, "duration_s": 30});
        let plan = plan(&job, 3, audio);
        let told: Vec<Warning> = reason
            .into_iter()
            .map(|reason| Warning::NoBeats { reason })
            .collect();
        assert_eq!(plan.warnings, told);
        let on_beats = plan.slots.iter().any(|slot| slot.beat_s.is_some());
        assert_eq!(on_beats, reason.is_none());
    }
}

#[test]
fn images_take_turns_in_the_order_of_the_job() {
    let job = json!({"images": keys(5), "duration_s": 30});
    let measured = Measured {
        images: images([0, 2, 3]),
        ..Measured::default()
    };
    let plan = build(&spec(&job), measured).expect("images");
    for (number, slot) in plan.slots.iter().enumerate() {
        assert_eq!(slot.image, [0, 2, 3][number % 3]);
        assert_eq!(slot.asset, format!("products/{}.jpg", slot.image));
    }
}

#[test]
fn images_that_find_no_room_are_counted() {
    let job = json!({"images": keys(9), "duration_s": 10});
    let plan = plan(&job, 9, None);
    let count = 9 - plan.slots.len();
    assert!(count > 0 && plan.warnings.contains(&Warning::ImagesNotShown { count }));
    assert!(plan.slots.iter().all(|slot| slot.frames >= MIN_SLOT_FRAMES));
}

#[test]
fn the_atmosphere_is_needed_behind_images_with_alpha_only() {
    let job = json!({"images": keys(6), "duration_s": 4});
    // Two slots: what the last four images are like makes no difference.
    for (with_alpha, seen) in [
        (Some(0), Seen::Everywhere),
        (Some(5), Seen::Mat),
        (None, Seen::Mat),
    ] {
        let mut images = images(0..6);
        if let Some(index) = with_alpha {
            images[index].may_have_alpha = true;
        }
        let measured = Measured {
            images,
            ..Measured::default()
        };
        let plan = build(&spec(&job), measured).expect("images");
        assert_eq!(plan.slots.len(), 2);
        assert_eq!(plan.atmosphere_seen, seen, "image {with_alpha:?}");
    }
}

#[test]
fn reduced_quality_is_smaller_and_faster_and_otherwise_the_same() {
    for (asked, used) in [
        ("ultrafast", Preset::Ultrafast),
        ("superfast", Preset::Superfast),
        ("veryfast", Preset::Superfast),
        ("slow", Preset::Superfast),
    ] {
        let job = |quality: &str| json!({"images": keys(3), "output": {"preset": asked, "quality": quality}});
        let full = plan(&job("full"), 3, None);
        let reduced = plan(&job("reduced"), 3, None);
        assert_eq!((full.canvas, reduced.canvas), ([1080, 1920], [720, 1280]));
        assert_eq!(reduced.encode.preset, used);
        assert_eq!(full.slots, reduced.slots);
        assert_eq!(full.stills, reduced.stills);
    }
}

#[test]
fn the_zoom_goes_from_end_to_end_of_its_slot() {
    let images = json!([
        {"asset": "a.jpg"},
        {"asset": "b.jpg", "motion": "zoom_out"},
        {"asset": "c.jpg", "motion": "still"},
    ]);
    let plan = plan(&json!({"images": images, "duration_s": 9}), 3, None);
    for (slot, ends) in plan
        .slots
        .iter()
        .zip([[1.0, 1.05], [1.05, 1.0], [1.0, 1.0]])
    {
        assert_eq!([slot.zoom_at(0), slot.zoom_at(slot.frames - 1)], ends);
        for index in 1..slot.frames {
            let step = slot.zoom_at(index) - slot.zoom_at(index - 1);
            let even = (ends[1] - ends[0]) / f64::from(slot.frames - 1);
            assert!((step - even).abs() < 1e-12, "frame {index} of {slot:?}");
        }
    }
}

fn any_job() -> impl Strategy<Value = (Value, usize, Option<MeasuredAudio>)> {
    let beats = proptest::collection::vec(0.0..200.0_f64, 0..200).prop_map(|mut beats| {
        beats.sort_by(f64::total_cmp);
        beats
    });
    let audio = (0..200 * SECOND, any::<bool>(), beats).prop_map(|(samples, silent, beats)| {
        MeasuredAudio {
            samples,
            silent,
            beats: Ok(beats),
        }
    });
    let audio = proptest::option::of(audio);
    let duration_ms = proptest::option::of(1_000..=180_000_u32);
    (1..=50_usize, audio, duration_ms, 0..=10_u8).prop_map(|(count, audio, ms, thumbnails)| {
        let mut job = json!({"images": keys(count), "output": {"thumbnails": thumbnails}});
        if audio.is_some() {
            job["audio"] = json!("a.mp3");
        }
        if let Some(ms) = ms {
            job["duration_s"] = json!(f64::from(ms) / 1000.0);
        }
        (job, count, audio)
    })
}

proptest! {
    #[test]
    fn every_plan_holds_together((job, count, audio) in any_job()) {
        let made = plan(&job, count, audio.clone());
        prop_assert!((FPS..=180 * FPS).contains(&made.frames));
        let mut next_frame = 0;
        for slot in &made.slots {
            prop_assert_eq!(slot.first_frame, next_frame);
            prop_assert!(slot.frames > 0 && slot.image < count);
            next_frame += slot.frames;
            if let Some(beat_s) = slot.beat_s {
                let off = beat_s * f64::from(FPS) - f64::from(slot.first_frame);
                prop_assert!(off.abs() <= 0.5);
            }
        }
        prop_assert_eq!(next_frame, made.frames);
        prop_assert!(made.stills.poster < made.slots[0].frames);
        let thumbnails = &made.stills.thumbnails;
        prop_assert_eq!(json!(thumbnails.len()), job["output"]["thumbnails"].clone());
        prop_assert!(thumbnails.is_sorted() && thumbnails.iter().all(|&at| at < made.frames));
        prop_assert_eq!(made.sound.is_some(), audio.is_some());
        if let Some(sound) = &made.sound {
            prop_assert!(sound.edit.check().is_ok());
            prop_assert_eq!(sound.edit.total_samples, u64::from(made.frames) * SAMPLES_PER_FRAME);
        }
        prop_assert_eq!(&made, &plan(&job, count, audio));
    }
}
