//! Files of many kinds, good and bad, come out as 48 kHz stereo or as the right error.

use std::time::Instant;

use crate::audio::test_support::{Folder, Store, decode_all, music, noise, read, sine, wav_bytes};
use crate::audio::{AudioError, Pcm, scan};
use crate::media::{MediaError, MediaSource};

fn media_error(source: &MediaSource) -> MediaError {
    let outcome = scan(source, None, |_| {});
    match outcome {
        Err(AudioError::Media(error)) => error,
        other => panic!("expected a media error, got {other:?}"),
    }
}

/// The strongest frequency's amplitude at `hertz`, by correlation.
fn level_at(samples: &[f32], channel: usize, hertz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    let lane: Vec<f32> = samples.chunks_exact(2).map(|f| f[channel]).collect();
    for (n, &value) in lane.iter().enumerate() {
        let angle = std::f64::consts::TAU * hertz * n as f64 / 48_000.0;
        re += f64::from(value) * angle.cos();
        im += f64::from(value) * angle.sin();
    }
    2.0 * re.hypot(im) / lane.len() as f64
}

#[test]
fn wav_at_the_working_rate_passes_bit_for_bit() {
    let folder = Folder::new();
    let signal = noise(10_000, 0.9, 2);
    assert_eq!(decode_all(&folder.wav("a.wav", &signal)), signal);
}

#[test]
fn other_rates_and_depths_keep_length_and_level() {
    let folder = Folder::new();
    for (rate, store) in [(8_000_u32, Store::Int16), (96_000, Store::Int24)] {
        let tone: Vec<f32> = (0..rate * 2)
            .flat_map(|n| {
                let t = f64::from(n) / f64::from(rate);
                [(0.5 * (std::f64::consts::TAU * 1_000.0 * t).sin()) as f32; 2]
            })
            .collect();
        let source = folder.write("a.wav", &wav_bytes(rate, 2, store, &tone));
        let out = decode_all(&source);
        assert!((out.len() as i64 / 2 - 96_000).abs() <= 16, "{}", out.len());
        assert!((level_at(&out, 0, 1_000.0) - 0.5).abs() < 0.005, "{rate}");
    }
}

#[test]
fn a_cover_picture_is_not_heard() {
    let folder = Folder::new();
    let signal = music(24_000, 0.5);
    folder.wav("a.wav", &signal);
    folder.ffmpeg("-f lavfi -i testsrc2=size=400x400 -frames:v 1", "cover.png");
    // Plain samples: a picture's bytes would be taken for as many of them.
    for (name, coding) in [
        ("a.aiff", "-c:a pcm_s16be -write_id3v2 1"),
        ("a.mp3", "-c:a libmp3lame"),
        ("a.flac", "-c:a flac"),
        ("a.m4a", "-c:a aac"),
    ] {
        let args = format!(
            "-i a.wav -i cover.png -map 0:a -map 1:v -c:v copy -disposition:v attached_pic {coding}"
        );
        let source = folder.ffmpeg(&args, name);
        let mut pcm = Pcm::open(&source).expect("opens");
        let mut heard = 0;
        while let Some(block) = pcm.next_block().expect("decodes") {
            heard += block.len() / 2;
        }
        assert_eq!(pcm.damaged_packets(), 0, "{name}");
        assert!((24_000..26_000).contains(&heard), "{name}: {heard}");
    }
}

#[test]
fn mono_sounds_on_both_sides() {
    let folder = Folder::new();
    let mono: Vec<f32> = sine(500.0, 0.4, 48_000).into_iter().step_by(2).collect();
    let out = decode_all(&folder.write("a.wav", &wav_bytes(48_000, 1, Store::Float32, &mono)));
    assert_eq!(out.len(), 96_000);
    assert!(out.chunks_exact(2).all(|frame| frame[0] == frame[1]));
    assert!(level_at(&out, 0, 500.0) > 0.25);
}

#[test]
fn surround_is_mixed_down_with_the_voice_on_both_sides() {
    let folder = Folder::new();
    // Six tones, in WAV's order for six channels: FL FR FC LFE BL BR.
    let tones = [300.0, 400.0, 500.0, 60.0, 700.0, 800.0];
    let frames = (0..48_000).flat_map(|n| {
        tones.map(|hertz| {
            (0.1 * (std::f64::consts::TAU * hertz * f64::from(n) / 48_000.0).sin()) as f32
        })
    });
    let values: Vec<f32> = frames.collect();
    let out = decode_all(&folder.write("a.wav", &wav_bytes(48_000, 6, Store::Float32, &values)));
    for (channel, own, other) in [(0, 0, 1), (1, 1, 0)] {
        let front = level_at(&out, channel, tones[own]);
        assert!(front > 0.09, "{front}");
        assert!(level_at(&out, channel, tones[other]) < 0.001);
        let centre = level_at(&out, channel, 500.0);
        assert!((centre / front - 0.707).abs() < 0.01, "{centre}");
    }
}

#[test]
fn encoder_delay_of_mp3_and_m4a_is_cut() {
    let folder = Folder::new();
    // Half a second of silence, then sound: its beginning must be where it was.
    let mut signal = vec![0.0; 48_000];
    signal.extend(sine(1_000.0, 0.5, 48_000));
    folder.wav("a.wav", &signal);
    for name in ["a.mp3", "a.m4a", "a.ogg", "a.opus", "a.flac"] {
        let out = decode_all(&folder.ffmpeg("-i a.wav", name));
        let begin = out.chunks_exact(2).position(|frame| frame[0].abs() > 0.1);
        let begin = begin.expect("it sounds") as i64;
        assert!((begin - 24_000).abs() < 100, "{name} begins at {begin}");
        let off = out.len() as i64 / 2 - 72_000;
        assert!((0..2_048).contains(&off), "{name}: {off} samples too long");
    }
}

#[test]
fn a_stream_that_changes_rate_and_channels_goes_on() {
    let folder = Folder::new();
    folder.wav("a.wav", &sine(1_000.0, 0.5, 96_000));
    folder.ffmpeg("-i a.wav -ar 44100 -ac 2", "one.aac");
    folder.ffmpeg("-i a.wav -ar 24000 -ac 1", "two.aac");
    let mut bytes = read(&folder.at("one.aac"));
    bytes.extend(read(&folder.at("two.aac")));
    let out = decode_all(&folder.write("both.aac", &bytes));
    let seconds = out.len() as f64 / 96_000.0;
    assert!((3.95..4.2).contains(&seconds), "{seconds}");
    let second_half = &out[5 * 48_000..7 * 48_000];
    assert!(level_at(second_half, 0, 1_000.0) > 0.3);
}

#[test]
fn sound_goes_on_in_whatever_follows_it() {
    let folder = Folder::new();
    folder.wav("a.wav", &sine(1_000.0, 0.5, 96_000));
    // Two streams behind each other: the second has another rate, other channels, and in some its own way of coding.
    for (extension, one, two) in [
        (
            "mp3",
            "-ar 44100 -ac 2 -b:a 128k",
            "-ar 22050 -ac 1 -b:a 32k",
        ),
        (
            "ogg",
            "-ar 44100 -ac 2 -c:a libvorbis",
            "-ar 24000 -ac 1 -c:a libvorbis",
        ),
        ("ac3", "-ar 48000 -ac 6", "-ar 32000 -ac 1"),
    ] {
        let [one, two] = [("one", one), ("two", two)].map(|(name, coding)| {
            let name = format!("{name}.{extension}");
            folder.ffmpeg(&format!("-i a.wav {coding}"), &name);
            read(&folder.at(&name))
        });
        let out = decode_all(&folder.write(&format!("both.{extension}"), &[one, two].concat()));
        let seconds = out.len() as f64 / 96_000.0;
        assert!((3.9..4.2).contains(&seconds), "{extension}: {seconds}");
        let later = &out[5 * 48_000..7 * 48_000];
        let level = level_at(later, 0, 1_000.0);
        assert!(level > 0.25, "{extension}: {level}");
    }
}

/// The frames of an ADTS file (ISO/IEC 13818-7, 6.2): each header holds its length in 13 bits.
fn adts_frames(file: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut rest = file;
    while let [_, _, _, a, b, c, ..] = *rest {
        let length = usize::from(a & 3) << 11 | usize::from(b) << 3 | usize::from(c) >> 5;
        let (frame, after) = rest.split_at(length);
        frames.push(frame);
        rest = after;
    }
    frames
}

#[test]
fn a_stream_may_change_a_hundred_times() {
    let folder = Folder::new();
    folder.wav("a.wav", &sine(1_000.0, 0.5, 96_000));
    folder.ffmpeg("-i a.wav -ar 44100 -ac 2", "one.aac");
    folder.ffmpeg("-i a.wav -ar 24000 -ac 1", "two.aac");
    let [one, two] = ["one.aac", "two.aac"].map(|name| read(&folder.at(name)));
    let [one, two] = [&one, &two].map(|file| adts_frames(file)[10]);
    for (frames, fits) in [(100, true), (101, true), (102, false)] {
        let bytes: Vec<u8> = [one, two]
            .into_iter()
            .cycle()
            .take(frames)
            .flatten()
            .copied()
            .collect();
        match scan(&folder.write("all.aac", &bytes), None, |_| {}) {
            Ok(facts) => assert!(fits && facts.samples > 40 * 1_024, "{frames}: {facts:?}"),
            Err(AudioError::Media(MediaError::Corrupt { .. })) => assert!(!fits, "{frames}"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn infinities_in_float_files_do_no_harm() {
    let folder = Folder::new();
    let mut signal = sine(1_000.0, 0.5, 4_800);
    signal[100] = f32::NAN;
    signal[200] = f32::INFINITY;
    let source = folder.wav("a.wav", &signal);
    assert!(decode_all(&source).iter().all(|value| value.is_finite()));
}

#[test]
fn damage_in_the_middle_is_passed_over_and_counted() {
    let folder = Folder::new();
    folder.wav("a.wav", &music(5 * 48_000, 1.0));
    folder.ffmpeg("-i a.wav -b:a 128k", "a.mp3");
    let mut bytes = read(&folder.at("a.mp3"));
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3_000].fill(0x5a);
    let facts = scan(&folder.write("b.mp3", &bytes), None, |_| {}).expect("decodes");
    assert!(facts.samples > 4 * 48_000, "{facts:?}");
    assert!(facts.damaged_packets > 0, "{facts:?}");
}

#[test]
fn a_truncated_file_plays_as_far_as_it_goes() {
    let folder = Folder::new();
    folder.wav("a.wav", &music(5 * 48_000, 1.0));
    folder.ffmpeg("-i a.wav -b:a 128k", "a.mp3");
    let bytes = read(&folder.at("a.mp3"));
    let source = folder.write("b.mp3", &bytes[..bytes.len() / 2 + 77]);
    let facts = scan(&source, None, |_| {}).expect("decodes");
    let half = 5 * 48_000 / 2;
    assert!(facts.samples.abs_diff(half) < 5_000, "{facts:?}");
}

#[test]
fn the_name_does_not_matter() {
    let folder = Folder::new();
    let signal = sine(440.0, 0.5, 4_800);
    let source = folder.wav("song.mp4", &signal);
    assert_eq!(decode_all(&source), signal);
    let open = std::fs::File::open(folder.at("song.mp4")).expect("opens");
    std::fs::remove_file(folder.at("song.mp4")).expect("removed");
    let source = MediaSource::file(open);
    assert_eq!(decode_all(&source), signal);
    assert_eq!(decode_all(&source), signal);
}

#[test]
fn what_is_not_media_is_refused() {
    let folder = Folder::new();
    folder.wav("real.wav", &sine(440.0, 0.5, 4_800));
    let texts: [&[u8]; 5] = [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.wav\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile real.wav\n",
        b"<?xml version=\"1.0\"?><MPD type=\"static\"></MPD>",
        b"just a letter to the editor",
        b"",
    ];
    for text in texts {
        let error = media_error(&folder.write("track.mp3", text));
        assert!(matches!(error, MediaError::NotMedia), "{error:?}");
    }
    let zeros = media_error(&folder.write("track.mp3", &[0; 5_000]));
    assert!(matches!(zeros, MediaError::NotMedia), "{zeros:?}");
    let folder_itself = media_error(&MediaSource::path(folder.at(".")));
    assert!(matches!(folder_itself, MediaError::NotMedia));
    let missing = media_error(&MediaSource::path(folder.at("none.mp3")));
    assert!(matches!(missing, MediaError::Io(_)));
}

#[test]
fn a_playlist_behind_a_binary_byte_is_refused_as_a_format() {
    let folder = Folder::new();
    folder.wav("real.wav", &sine(440.0, 0.5, 4_800));
    let text = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.wav\n#EXT-X-ENDLIST\n\x01";
    let error = media_error(&folder.write("track.mp3", text));
    // Newer FFmpeg does not even take it for a playlist.
    assert!(
        matches!(error, MediaError::FormatNotAllowed | MediaError::NotMedia),
        "{error:?}"
    );
}

#[test]
fn video_without_sound_has_no_audio_stream() {
    let folder = Folder::new();
    let source = folder.ffmpeg("-f lavfi -i testsrc=size=64x64:duration=0.2", "v.mp4");
    assert!(matches!(media_error(&source), MediaError::NoAudioStream));
}

#[test]
fn a_codec_off_the_list_is_refused() {
    let folder = Folder::new();
    folder.wav("a.wav", &sine(440.0, 0.5, 48_000));
    let source = folder.ffmpeg("-i a.wav -c:a g722 -ar 16000 -ac 1", "a.mkv");
    let error = media_error(&source);
    assert!(
        matches!(error, MediaError::CodecNotAllowed { .. }),
        "{error:?}"
    );
}

#[test]
fn a_deadline_that_has_passed_ends_everything() {
    let folder = Folder::new();
    let source = folder.wav("a.wav", &sine(440.0, 0.5, 48_000));
    let late = source.clone().with_deadline(Instant::now());
    assert!(matches!(media_error(&late), MediaError::TimedOut));
    assert!(Pcm::open(&source).is_ok());
}

#[test]
fn the_scan_measures_what_was_decoded() {
    let folder = Folder::new();
    let source = folder.wav("a.wav", &sine(440.0, 0.5, 48_000));
    let mut heard = Vec::new();
    let facts = scan(&source, None, |mono| heard.extend_from_slice(mono)).expect("scans");
    assert_eq!((facts.samples, heard.len()), (48_000, 48_000));
    assert!((facts.sample_peak - 0.5).abs() < 1e-3 && !facts.silent && !facts.has_more);
    let part = scan(&source, Some(1_000), |_| {}).expect("scans");
    assert!(part.samples == 1_000 && part.has_more);
    let silent = folder.wav("s.wav", &[0.0; 9_600]);
    assert!(scan(&silent, None, |_| {}).expect("scans").silent);
}
