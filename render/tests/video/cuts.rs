//! Cuts and beats: the plan's against the truth of generated tracks, and the picture's against the plan's.

use crate::support::{Studio, ffmpeg, job, media};
use gildhall_render::plan::{MAX_SLOT_FRAMES, MIN_SLOT_FRAMES};
use gildhall_samples::tracks::{Track, render, suite};
use serde_json::json;

fn track(name: &str, duration_s: f64) -> Track {
    let named = suite().into_iter().find(|track| track.name == name);
    let mut spec = named.expect("a track of the suite").spec;
    spec.duration_s = duration_s;
    render(&spec)
}

#[test]
fn cuts_lie_on_true_beats_from_the_first_to_the_last() {
    let photos = ["0.png", "1.png", "2.png"];
    let studio = Studio::with(photos.map(|key| (key, media::flat([90, 90, 90]))));
    for name in ["ballad-72", "rock-118", "house-128", "dnb-174"] {
        let track = track(name, 30.0);
        studio.write("track.wav", &media::wav(&track.stereo));
        let mut job = job(&photos, 30);
        job["audio"] = json!("track.wav");
        let plan = studio.plan(&job).expect("planned");
        assert!(plan.warnings.is_empty(), "{name}: {:?}", plan.warnings);
        let mut next_frame = 0;
        for slot in &plan.slots {
            assert_eq!(slot.first_frame, next_frame, "{name}: slots tile the video");
            next_frame += slot.frames;
            let allowed = MIN_SLOT_FRAMES..=MAX_SLOT_FRAMES;
            assert!(allowed.contains(&slot.frames), "{name}: {slot:?}");
            assert_eq!(
                slot.beat_s.is_some(),
                slot.first_frame > 0,
                "{name}: {slot:?}"
            );
            let Some(beat_s) = slot.beat_s else { continue };
            let cut = f64::from(slot.first_frame);
            assert!((beat_s * 30.0 - cut).abs() <= 0.5, "{name}: {slot:?}");
            let off = |truth: &f64| (truth - beat_s).abs();
            let nearest_s = track.beats_s.iter().map(off).fold(f64::INFINITY, f64::min);
            assert!(nearest_s <= 0.025, "{name}: {nearest_s:.3} s off, {slot:?}");
        }
        assert_eq!(next_frame, 900, "{name}");
    }
}

#[test]
fn the_picture_changes_exactly_at_the_cuts() {
    let studio = Studio::with([
        ("dark.png", media::flat([20, 20, 20])),
        ("light.png", media::flat([200, 200, 200])),
        ("track.wav", media::wav(&track("house-128", 9.0).stereo)),
    ]);
    let mut job = job(&["dark.png", "light.png"], 9);
    job["audio"] = json!("track.wav");
    let plan = studio.plan(&job).expect("planned");
    assert!(plan.slots.len() >= 3, "{:?}", plan.slots);
    studio.render(&job).expect("rendered");
    let luma = ffmpeg::patch_luma(&studio.video(), [352, 632]);
    let shown: Vec<usize> = luma.iter().map(|&y| usize::from(y > 100.0)).collect();
    let planned: Vec<usize> = plan
        .slots
        .iter()
        .flat_map(|slot| std::iter::repeat_n(slot.image, slot.frames as usize))
        .collect();
    assert_eq!(shown, planned);
    // No mixture of both pictures anywhere.
    assert!(luma.iter().all(|y| !(45.0..=175.0).contains(y)), "{luma:?}");
}
