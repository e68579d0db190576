//! Which containers and codecs a tenant's file may use.
//!
//! FFmpeg itself checks both lists: a container outside [`DEMUXERS`] is refused right after probing, before its
//! demuxer parses a byte, and a codec outside [`DECODERS`] is never opened, not even while streams are probed.
//! Left out on purpose: playlists and anything that names further files (hls, dash, concat, image2, sdp), raw
//! formats that accept any bytes, subtitles, and rare game and broadcast formats nobody uploads.

/// Demuxers that may run, by FFmpeg's names.
pub const DEMUXERS: &[&str] = &[
    // Containers for audio and video.
    "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "asf",
    // Audio alone.
    "mp3", "wav", "w64", "aiff", "caf", "au", "flac", "ogg", "aac", "ac3", "eac3", "amr", "wv",
    "ape", "tta",
];

/// Decoders that may run, by FFmpeg's names; where two decode the same codec, the first one is taken.
pub const DECODERS: &[&str] = &[
    // Video: overlays, and cover pictures that FFmpeg looks at while it probes.
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "libvpx",
    "libvpx-vp9",
    "libdav1d",
    "mpeg4",
    "prores",
    "qtrle",
    "mjpeg",
    "png",
    // Audio, lossy.
    "mp3float",
    "mp3",
    "mp2float",
    "mp1float",
    "aac",
    "vorbis",
    "opus",
    "ac3",
    "eac3",
    "wmav1",
    "wmav2",
    "wmapro",
    "amrnb",
    "amrwb",
    "adpcm_ms",
    "adpcm_ima_wav",
    "adpcm_ima_qt",
    // Audio, lossless.
    "flac",
    "alac",
    "wavpack",
    "ape",
    "tta",
    "pcm_u8",
    "pcm_s8",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s24be",
    "pcm_s32le",
    "pcm_s32be",
    "pcm_f32le",
    "pcm_f32be",
    "pcm_f64le",
    "pcm_f64be",
    "pcm_alaw",
    "pcm_mulaw",
];

/// A list the way FFmpeg's options want it.
pub(super) fn comma_separated(names: &[&str]) -> String {
    names.join(",")
}

/// The listed decoders that this FFmpeg was built without.
#[must_use]
pub fn missing_decoders() -> Vec<String> {
    let is_missing = |name: &&&str| ffmpeg_next::decoder::find_by_name(name).is_none();
    DECODERS
        .iter()
        .filter(is_missing)
        .map(|name| (*name).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_format_that_names_other_files_is_allowed() {
        for bad in [
            "hls",
            "dash",
            "concat",
            "image2",
            "sdp",
            "rtsp",
            "tedcaptions",
            "lavfi",
            "rawvideo",
            "s16le",
            "webm_dash_manifest",
        ] {
            assert!(!DEMUXERS.contains(&bad), "{bad}");
        }
    }

    #[test]
    fn this_ffmpeg_knows_the_common_decoders() {
        for name in [
            "h264", "vp9", "mp3float", "aac", "flac", "vorbis", "opus", "alac",
        ] {
            let found = ffmpeg_next::decoder::find_by_name(name);
            assert!(found.is_some_and(|codec| codec.name() == name), "{name}");
        }
    }
}
