//! The promise: −14 ±0.5 LUFS, true peak ≤ −1 dBTP, exact length, as heard in the decoded result.

use ebur128::{EbuR128, Mode};
use ffmpeg_next::{codec, decoder, frame, packet::Packet};

use crate::audio::test_support::{Folder, Store, music, noise, sine, wav_bytes};
use crate::audio::{AacSettings, AudioEdit, AudioNote, MasteredAudio, master};
use crate::media::MediaSource;

/// Decodes the packets as a player would, apart from the code under test.
fn heard(audio: &MasteredAudio) -> Vec<f32> {
    let mut context = codec::Context::new_with_codec(
        decoder::find_by_name("aac").expect("FFmpeg has an AAC decoder"),
    );
    let mut parameters = codec::Parameters::new();
    parameters.set_medium(ffmpeg_next::media::Type::Audio);
    parameters.set_id(codec::Id::AAC);
    // SAFETY: `avcodec_parameters_free` releases the extradata that is allocated here with FFmpeg's allocator, and
    // the padding it asks for is zeroed.
    unsafe {
        let size = audio.extradata.len();
        let data = ffmpeg_next::ffi::av_mallocz(size + 64).cast::<u8>();
        data.copy_from_nonoverlapping(audio.extradata.as_ptr(), size);
        (*parameters.as_mut_ptr()).extradata = data;
        (*parameters.as_mut_ptr()).extradata_size = size as i32;
    }
    context.set_parameters(parameters).expect("set");
    let mut decoder = context.decoder().audio().expect("opens");
    let mut out = Vec::new();
    let mut frame = frame::Audio::empty();
    for packet in &audio.packets {
        decoder
            .send_packet(&Packet::copy(&packet.data))
            .expect("sent");
        while decoder.receive_frame(&mut frame).is_ok() {
            let lanes = frame.plane::<f32>(0).iter().zip(frame.plane::<f32>(1));
            out.extend(lanes.flat_map(|(&l, &r)| [l, r]));
        }
    }
    out.drain(..2 * audio.priming_samples as usize);
    assert!(out.len() as u64 >= 2 * audio.total_samples);
    out.truncate(2 * audio.total_samples as usize);
    out
}

fn measured(samples: &[f32]) -> (f64, f64) {
    let mut meter = EbuR128::new(2, 48_000, Mode::I | Mode::TRUE_PEAK).expect("a meter");
    meter.add_frames_f32(samples).expect("measured");
    let peak = |channel| meter.true_peak(channel).expect("read");
    let loudness = meter.loudness_global().expect("read");
    (loudness, 20.0 * peak(0).max(peak(1)).log10())
}

fn mastered(source: &MediaSource, total: u64) -> MasteredAudio {
    let edit = AudioEdit::plain(total);
    master(source, &edit, &AacSettings::default()).expect("masters")
}

fn assert_promise(name: &str, audio: &MasteredAudio) {
    let (loudness, peak) = measured(&heard(audio));
    assert!(
        (loudness + 14.0).abs() <= 0.5,
        "{name}: {loudness} LUFS, {audio:?}"
    );
    assert!(peak <= -1.0, "{name}: {peak} dBTP, {audio:?}");
    assert!(
        (audio.loudness_lufs - loudness).abs() < 0.05,
        "{name}: {loudness}, {audio:?}"
    );
    assert!(
        (audio.true_peak_dbtp - peak).abs() < 0.15,
        "{name}: {peak}, {audio:?}"
    );
}

#[test]
fn music_of_any_level_comes_out_at_the_target() {
    let folder = Folder::new();
    let total = 6 * 48_000;
    let clipped = music(total, 6.0)
        .iter()
        .map(|v| v.clamp(-1.0, 1.0))
        .collect();
    let bursts: Vec<f32> = noise(total, 1.0, 8)
        .iter()
        .enumerate()
        .map(|(n, v)| v * (0.02 + (-((n / 2 % 16_000) as f32) / 150.0).exp()))
        .collect();
    let cases: [(&str, Vec<f32>); 5] = [
        ("quiet", music(total, 0.06)),
        ("usual", music(total, 0.5)),
        ("clipped", clipped),
        ("transients", bursts),
        ("sine and noise", {
            let hiss = noise(total, 0.01, 3);
            sine(440.0, 0.05, total)
                .iter()
                .zip(&hiss)
                .map(|(a, b)| a + b)
                .collect()
        }),
    ];
    for (name, signal) in &cases {
        let audio = mastered(&folder.wav("a.wav", signal), total as u64);
        assert_promise(name, &audio);
        assert_eq!(audio.notes, [], "{name}");
    }
}

#[test]
fn files_of_other_shapes_come_out_at_the_target() {
    let folder = Folder::new();
    let stereo = music(3 * 48_000, 0.5);
    let mono: Vec<f32> = stereo.iter().copied().step_by(2).collect();
    let six: Vec<f32> = stereo
        .chunks_exact(2)
        .flat_map(|f| [f[0], f[1], f[0], 0.0, f[1], f[0]])
        .collect();
    let shapes = [
        ("mono", wav_bytes(48_000, 1, Store::Int16, &mono)),
        ("5.1", wav_bytes(48_000, 6, Store::Int16, &six)),
        ("8 kHz", wav_bytes(8_000, 2, Store::Int16, &stereo)),
        ("96 kHz", wav_bytes(96_000, 2, Store::Int24, &stereo)),
        (
            "1 s",
            wav_bytes(48_000, 2, Store::Float32, &stereo[..96_000]),
        ),
    ];
    for (name, bytes) in shapes {
        let source = folder.write("a.wav", &bytes);
        let facts = crate::audio::scan(&source, None, |_| {}).expect("scans");
        assert_promise(name, &mastered(&source, facts.samples.min(4 * 48_000)));
    }
}

#[test]
fn the_result_has_exactly_the_length_asked_for() {
    let folder = Folder::new();
    let source = folder.wav("a.wav", &music(2 * 48_000, 0.5));
    for total in [48_000_u64, 48_640, 50_176, 70_001] {
        let audio = mastered(&source, total);
        let (first, last) = (&audio.packets[0], &audio.packets[audio.packets.len() - 1]);
        assert_eq!(first.pts, -i64::from(audio.priming_samples));
        assert_eq!(last.pts + last.duration, total as i64);
        let contiguous = audio
            .packets
            .windows(2)
            .all(|p| p[0].pts + p[0].duration == p[1].pts);
        assert!(contiguous && last.duration > 0);
        assert_eq!(heard(&audio).len() as u64, 2 * total);
    }
}

#[test]
fn the_sound_keeps_its_place_in_time() {
    let folder = Folder::new();
    let mut signal = noise(96_000, 0.01, 2);
    signal[2 * 50_000] = 1.0;
    signal[2 * 50_000 + 1] = 1.0;
    let out = heard(&mastered(&folder.wav("a.wav", &signal), 96_000));
    let loudest = (0..96_000).max_by(|&a, &b| out[2 * a].abs().total_cmp(&out[2 * b].abs()));
    let place = loudest.expect("not empty") as i64;
    assert!((place - 50_000).abs() <= 1, "{place}");
}

#[test]
fn silence_stays_silent_and_says_so() {
    let folder = Folder::new();
    for level in [0.0, 1e-5] {
        let source = folder.wav("a.wav", &noise(48_000, level, 1));
        let audio = mastered(&source, 48_000);
        assert_eq!(audio.notes, [AudioNote::Silent]);
        assert_eq!(audio.gain_db, 0.0);
        assert!(audio.true_peak_dbtp < -90.0);
    }
}

#[test]
fn a_constant_at_full_scale_is_no_loudness_but_a_peak() {
    let folder = Folder::new();
    let audio = mastered(&folder.wav("a.wav", &[1.0; 96_000]), 48_000);
    let (_, peak) = measured(&heard(&audio));
    assert!(peak <= -1.0, "{peak}");
}

#[test]
fn very_quiet_music_is_raised_by_the_bound_only() {
    let folder = Folder::new();
    let audio = mastered(&folder.wav("a.wav", &music(96_000, 0.003)), 96_000);
    assert_eq!(audio.gain_db, 30.0);
    assert_eq!(audio.notes, [AudioNote::GainBounded { gain_db: 30.0 }]);
}

#[test]
fn lone_clicks_keep_their_peaks_in_bounds_and_say_that_they_stay_quiet() {
    let folder = Folder::new();
    let clicks: Vec<f32> = noise(96_000, 0.004, 8)
        .iter()
        .enumerate()
        .map(|(n, v)| if n / 2 % 16_000 < 6 { 0.9 } else { *v })
        .collect();
    let audio = mastered(&folder.wav("a.wav", &clicks), 96_000);
    let (_, peak) = measured(&heard(&audio));
    assert!(peak <= -1.0, "{peak}");
    assert_eq!(audio.notes, [AudioNote::GainBounded { gain_db: 30.0 }]);
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let folder = Folder::new();
    let source = folder.wav("a.wav", &music(96_000, 0.3));
    let (one, two) = (mastered(&source, 96_000), mastered(&source, 96_000));
    assert_eq!(one.packets, two.packets);
    assert_eq!(one.extradata, two.extradata);
}

#[test]
fn the_fade_is_heard_in_the_result() {
    let folder = Folder::new();
    let edit = AudioEdit {
        fade_out_samples: 48_000,
        ..AudioEdit::plain(144_000)
    };
    let source = folder.wav("a.wav", &music(144_000, 0.5));
    let audio = master(&source, &edit, &AacSettings::default()).expect("masters");
    let out = heard(&audio);
    let peak = |samples: &[f32]| samples.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    assert!(peak(&out[out.len() - 400..]) < 0.002);
    assert!(peak(&out[96_000..192_000]) > 0.3);
}

#[test]
fn a_silent_track_is_real_aac_of_the_right_length() {
    let audio = MasteredAudio::silence(48_001, &AacSettings::default()).expect("encodes");
    let out = heard(&audio);
    assert_eq!(out.len(), 96_002);
    assert!(out.iter().all(|value| value.abs() < 1e-6));
    assert_eq!(audio.loudness_lufs, f64::NEG_INFINITY);
}
