//! What happens with media that are missing, broken, or not what they claim to be.

use crate::support::{Studio, job, media, options};
use gildhall_render::job::{ErrorClass, RenderError, RenderReport};
use gildhall_render::{NoBeatsReason, Warning};
use image::codecs::gif::GifEncoder;
use image::{Frame, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};
use std::fs;

fn studio() -> Studio {
    Studio::with([("red.png", media::flat([180, 30, 40]))])
}

/// Whether the report tells that this image was left out.
fn left_out(report: &RenderReport, key: &str) -> bool {
    let told = |w: &Warning| matches!(w, Warning::ImageUnusable { asset, .. } if asset == key);
    report.warnings.iter().any(told)
}

#[test]
fn an_unusable_image_among_others_is_left_out_with_a_warning() {
    let studio = studio();
    studio.write("note.png", b"this is a text and no picture at all\n");
    studio.write("empty.png", b"");
    for key in ["missing.png", "note.png", "empty.png"] {
        let report = studio.render(&job(&[key, "red.png"], 1)).expect("rendered");
        assert!(left_out(&report, key), "{key}: {:?}", report.warnings);
        assert_eq!(report.frames, 30);
    }
}

#[test]
fn an_image_that_breaks_while_decoding_gives_way_to_the_next() {
    let studio = studio();
    let noise = media::noise();
    studio.write("cut.png", &noise[..noise.len() / 2]);
    // With and without a slot of its own for the image that can be used.
    for seconds in [5, 1] {
        let report = studio.render(&job(&["cut.png", "red.png"], seconds));
        let report = report.expect("rendered");
        assert!(left_out(&report, "cut.png"), "{:?}", report.warnings);
        assert_eq!(report.frames, 30 * seconds);
    }
}

#[test]
fn without_any_usable_image_every_reason_is_told() {
    let studio = studio();
    studio.write("note.jpg", b"this is a text and no picture at all\n");
    let error = studio.render(&job(&["missing.png", "note.jpg"], 1));
    let error = error.expect_err("nothing to show");
    assert_eq!(error.class(), ErrorClass::Rejected);
    let RenderError::NoUsableImage { reasons } = &error else {
        panic!("{error}");
    };
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].starts_with("missing.png: "), "{reasons:?}");
    assert!(reasons[1].starts_with("note.jpg: "), "{reasons:?}");
}

#[test]
fn a_file_that_is_no_video_is_no_overlay() {
    let studio = studio();
    studio.write("note.mp4", b"this is a text and no video at all\n");
    for key in ["note.mp4", "missing.mp4", "red.png"] {
        let mut job = job(&["red.png"], 1);
        job["overlay"] = json!(key);
        let report = studio.render(&job).expect("rendered");
        let told = report.warnings.iter().any(|warning| match warning {
            Warning::OverlayUnusable { asset, used, .. } => asset == key && used == "default",
            _ => false,
        });
        assert!(told, "{:?}", report.warnings);
        assert_eq!(report.frames, 30);
    }
}

#[test]
fn an_image_in_the_overlays_place_is_called_one() {
    let studio = studio();
    let mut job = job(&["red.png"], 1);
    job["overlay"] = json!("red.png");
    let plan = studio.plan(&job).expect("planned");
    let wanted = "it is an image (PNG); an overlay has to be a video";
    let told = plan.warnings.iter().any(|warning| match warning {
        Warning::OverlayUnusable { reason, .. } => reason == wanted,
        _ => false,
    });
    assert!(told, "{:?}", plan.warnings);
}

#[test]
fn an_overlay_that_breaks_off_does_not_stop_the_render() {
    let studio = studio();
    let overlay = fs::read(media::sample("overlays/glitter.mp4")).expect("a sample");
    studio.write("cut.mp4", &overlay[..overlay.len() / 8]);
    let mut job = job(&["red.png"], 3);
    job["overlay"] = json!("cut.mp4");
    assert_eq!(studio.render(&job).expect("rendered").frames, 90);
}

fn with_audio(bytes: &[u8], key: &str) -> (Studio, Value) {
    let studio = studio();
    studio.write(key, bytes);
    let mut job = job(&["red.png"], 2);
    job["audio"] = json!(key);
    (studio, job)
}

#[test]
fn what_is_no_audio_is_an_input_error() {
    let playlist =
        b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n";
    let picture = media::flat([1, 2, 3]);
    for bytes in [&playlist[..], b"", b"plain text\n", &picture[..]] {
        let (studio, job) = with_audio(bytes, "audio.mp3");
        let error = studio.render(&job).expect_err("no audio");
        assert_eq!(error.class(), ErrorClass::Rejected, "{error}");
        assert!(error.to_string().contains("audio.mp3"), "{error}");
        assert!(studio.outputs().is_empty());
    }
}

#[test]
fn silence_gives_fixed_slots_and_a_warning() {
    for samples in [0, 96_000 * 2] {
        let (studio, job) = with_audio(&media::wav(&vec![0.0; samples]), "silence.wav");
        let report = studio.render(&job).expect("rendered");
        let reason = NoBeatsReason::Silent;
        let told = report.warnings.contains(&Warning::NoBeats { reason });
        assert!(told, "{:?}", report.warnings);
        assert_eq!(report.frames, 60);
    }
}

#[test]
fn without_audio_the_video_lasts_fifteen_seconds_of_fixed_slots() {
    let studio = studio();
    let plan = studio
        .plan(&json!({"images": ["red.png"]}))
        .expect("planned");
    assert_eq!((plan.frames, plan.sound), (450, None));
    assert!(plan.slots.iter().all(|slot| slot.beat_s.is_none()));
    let reason = NoBeatsReason::NoAudio;
    assert_eq!(plan.warnings, [Warning::NoBeats { reason }]);
}

#[test]
fn the_content_counts_and_not_the_name() {
    let studio = studio();
    studio.write("really-a-png.jpg", &media::flat([30, 60, 170]));
    studio.write(
        "one-pixel.png",
        &media::png(RgbImage::from_pixel(1, 1, Rgb([9, 200, 90]))),
    );
    studio.write("moving.gif", &animation());
    for key in ["really-a-png.jpg", "one-pixel.png", "moving.gif"] {
        let report = studio.render(&job(&[key], 1)).expect("rendered");
        assert_eq!(report.frames, 30, "{key}");
        assert!(!left_out(&report, key), "{:?}", report.warnings);
    }
}

/// A red and then a blue frame.
fn animation() -> Vec<u8> {
    let frame = |rgb: [u8; 3]| {
        let [r, g, b] = rgb;
        Frame::new(RgbaImage::from_pixel(90, 160, Rgba([r, g, b, 255])))
    };
    let mut bytes = Vec::new();
    let frames = [frame([180, 30, 40]), frame([30, 60, 170])];
    // The trailer is written when the encoder is dropped, at the end of the statement.
    GifEncoder::new(&mut bytes)
        .encode_frames(frames)
        .expect("a GIF");
    bytes
}

#[test]
fn keys_cannot_reach_beyond_the_asset_folder() {
    let studio = studio();
    fs::write(studio.out("secret.png"), media::flat([1, 2, 3])).expect("a file outside");
    std::os::unix::fs::symlink("../out/secret.png", studio.asset("link.png")).expect("a link");
    let result = studio.render_to(&studio.video(), &job(&["link.png"], 1), &options(), &|_| {});
    let error = result.expect_err("outside");
    assert_eq!(error.class(), ErrorClass::Rejected);
    assert!(error.to_string().contains("out of"), "{error}");
}
