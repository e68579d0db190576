//! The packets in an MP4: sound begins at 0 and ends where it should.

use ffmpeg_next::Rational;

use crate::audio::test_support::{Folder, decode_all, noise, sine};
use crate::audio::{AacSettings, AudioEdit, MasteredAudio, master};
use crate::media::{MediaSource, probe};

fn mux(folder: &Folder, audio: &MasteredAudio) -> MediaSource {
    let path = folder.at("out.mp4");
    let mut output = ffmpeg_next::format::output(&path).expect("opens");
    let codec = ffmpeg_next::encoder::find_by_name("aac").expect("an encoder");
    let mut stream = output.add_stream(codec).expect("a stream");
    audio.apply_parameters(&mut stream);
    output.write_header().expect("a header");
    let time_base = output.stream(0).expect("the stream").time_base();
    for packet in &audio.packets {
        let mut packet = packet.to_ffmpeg(0);
        packet.rescale_ts(Rational(1, 48_000), time_base);
        packet.write_interleaved(&mut output).expect("written");
    }
    output.write_trailer().expect("a trailer");
    MediaSource::path(path)
}

#[test]
fn an_mp4_of_the_packets_keeps_time_to_the_sample() {
    let folder = Folder::new();
    let total = 5 * 48_000 + 123;
    let mut signal = noise(total, 0.01, 2);
    for at in [10_000, 230_000] {
        signal[2 * at..2 * at + 2].fill(1.0);
    }
    let edit = AudioEdit::plain(total as u64);
    let source = folder.wav("a.wav", &signal);
    let audio = master(&source, &edit, &AacSettings::default()).expect("masters");
    let file = mux(&folder, &audio);
    let out = decode_all(&file);
    for (range, at) in [(0..100_000, 10_000_i64), (200_000..240_000, 230_000)] {
        let loudest = range.max_by(|&a, &b| out[2 * a].abs().total_cmp(&out[2 * b].abs()));
        let place = loudest.expect("not empty") as i64;
        assert!((place - at).abs() <= 1, "{place} for {at}");
    }
    let info = probe::probe(&file).expect("probes");
    let sound = info.audio.expect("audio");
    assert_eq!((sound.sample_rate_hz, sound.channels), (48_000, 2));
    let duration_us = info.duration_us.expect("a duration");
    let expected_us = total as i64 * 1_000_000 / 48_000;
    assert!((duration_us - expected_us).abs() < 1_100, "{duration_us}");
    let too_long = out.len() as i64 / 2 - total as i64;
    assert!((0..1_024).contains(&too_long), "{too_long}");
}

#[test]
fn a_silent_track_muxes_too() {
    let folder = Folder::new();
    let audio = MasteredAudio::silence(48_000, &AacSettings::default()).expect("encodes");
    let out = decode_all(&mux(&folder, &audio));
    assert!(out.len() >= 96_000 && out.iter().all(|value| value.abs() < 1e-6));
    // The helper signal is heard, so that the assertion above means something.
    assert!(sine(440.0, 0.5, 100).iter().any(|value| *value > 0.1));
}
