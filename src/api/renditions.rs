//! Names of the files that belong to one video.
//!
//! They are stored under plain file names such as `video.poster.jpg` or `video.720x1280.mp4`. In the API the telling
//! part is enough: `poster`, `thumb-1`, `720x1280`.

/// The video itself.
pub const VIDEO: &str = "video";

/// The part of a file name that tells the file from the others of its video: what stands before the extension.
pub fn short_name(file: &str) -> &str {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    stem.rsplit_once('.').map_or(stem, |(_, part)| part)
}

/// Whether a file is the one that was asked for, by its short name or in full.
pub fn is_named(file: &str, wanted: &str) -> bool {
    file == wanted || short_name(file) == wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telling_part_stands_before_the_extension() {
        for (file, short) in [
            ("video.mp4", VIDEO),
            ("video.poster.jpg", "poster"),
            ("poster.jpg", "poster"),
            ("video.thumb-1.jpg", "thumb-1"),
            ("video.720x1280.mp4", "720x1280"),
            ("poster", "poster"),
            ("", ""),
        ] {
            assert_eq!(short_name(file), short, "{file}");
            assert!(is_named(file, short) && is_named(file, file));
        }
        assert!(!is_named("video.thumb-1.jpg", "thumb-2"));
    }
}
