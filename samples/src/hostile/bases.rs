//! Sound files of every format, small enough to be sent by the thousand.

use super::Use;
use super::form::Form;
use super::sources::{RATE_HZ, encoded, film, frame, picture, sound};
use crate::error::Error;
use crate::ffmpeg;
use crate::rng::Rng;
use image::{DynamicImage, ImageFormat};
use std::fs;
use std::path::Path;

/// A sound file.
pub(super) struct Base {
    /// Its name, which tells what is in it.
    pub name: &'static str,
    pub extension: &'static str,
    pub usage: Use,
    pub form: Form,
    pub bytes: Vec<u8>,
}

/// All sound files, and streams that become another one in their middle.
pub(super) struct Bases {
    pub all: Vec<Base>,
    /// Each decodes, in its way.
    pub changing: Vec<Base>,
}

/// Sides of the pictures.
const SIZE: (u32, u32) = (64, 48);
/// Pictures of a film.
const FRAMES: u32 = 8;
/// Length of a sound in seconds.
const SOUND_S: f32 = 0.4;

/// Name, extension, form, and how `ffmpeg` is to code it.
type Coding = (&'static str, &'static str, Form, &'static str);

#[rustfmt::skip]
const SOUNDS: [Coding; 21] = [
    ("wav", "wav", Form::Riff, "-c:a pcm_s16le"),
    ("wav-float", "wav", Form::Riff, "-c:a pcm_f32le"),
    ("wav-adpcm", "wav", Form::Riff, "-c:a adpcm_ms"),
    ("w64", "w64", Form::W64, "-c:a pcm_s16le"),
    ("aiff", "aiff", Form::Aiff, "-c:a pcm_s16be"),
    ("caf", "caf", Form::Caf, "-c:a pcm_s16le"),
    ("au", "au", Form::Au, "-c:a pcm_s16be"),
    ("mp3", "mp3", Form::Mpeg, "-c:a libmp3lame -b:a 64k -metadata title=hostile"),
    ("flac", "flac", Form::Flac, "-c:a flac"),
    ("vorbis", "ogg", Form::Ogg, "-c:a libvorbis"),
    ("opus", "opus", Form::Ogg, "-c:a libopus -ar 48000"),
    ("aac-m4a", "m4a", Form::Iso, "-c:a aac"),
    ("alac", "m4a", Form::Iso, "-c:a alac"),
    ("adts", "aac", Form::Raw, "-c:a aac"),
    ("ac3", "ac3", Form::Raw, "-c:a ac3"),
    ("eac3", "eac3", Form::Raw, "-c:a eac3"),
    ("wavpack", "wv", Form::Raw, "-c:a wavpack"),
    ("tta", "tta", Form::Raw, "-c:a tta"),
    ("mka", "mka", Form::Ebml, "-c:a flac"),
    ("opus-webm", "webm", Form::Ebml, "-c:a libopus -ar 48000"),
    ("wma", "wma", Form::Asf, "-c:a wmav2"),
];

#[rustfmt::skip]
const FILMS: [Coding; 10] = [
    ("h264", "mp4", Form::Iso, "-c:v libx264 -threads 1 -pix_fmt yuv420p -c:a aac -movflags +faststart"),
    ("hevc", "mp4", Form::Iso, "-c:v libx265 -x265-params log-level=none:pools=none:frame-threads=1 -pix_fmt yuv420p -an"),
    ("prores", "mov", Form::Iso, "-c:v prores -threads 1 -c:a pcm_s16le"),
    ("qtrle", "mov", Form::Iso, "-c:v qtrle -threads 1 -an"),
    ("h264-mkv", "mkv", Form::Ebml, "-c:v libx264 -threads 1 -pix_fmt yuv420p -c:a flac"),
    ("vp8", "webm", Form::Ebml, "-c:v libvpx -threads 1 -c:a libvorbis"),
    ("vp9", "webm", Form::Ebml, "-c:v libvpx-vp9 -threads 1 -an"),
    ("mjpeg", "avi", Form::Riff, "-c:v mjpeg -threads 1 -pix_fmt yuvj420p -c:a pcm_s16le"),
    ("mpeg4", "avi", Form::Riff, "-c:v mpeg4 -threads 1 -c:a libmp3lame"),
    ("png-mov", "mov", Form::Iso, "-c:v png -threads 1 -an"),
];

#[rustfmt::skip]
const STILLS: [Coding; 2] = [
    ("webp-lossy", "webp", Form::Riff, "-c:v libwebp -pix_fmt yuv420p -frames:v 1"),
    ("avif", "avif", Form::Iso, "-c:v libaom-av1 -still-picture 1 -cpu-used 8 -threads 1 -pix_fmt yuv420p -frames:v 1"),
];

/// Name, extension, and how the two halves are coded.
#[rustfmt::skip]
const SOUND_CHANGES: [(&str, &str, &str, &str); 5] = [
    ("rates-adts", "aac", "-c:a aac", "-c:a aac -ar 24000 -ac 1"),
    ("rates-mp3", "mp3", "-c:a libmp3lame -b:a 64k", "-c:a libmp3lame -b:a 32k -ar 22050 -ac 1"),
    ("rates-vorbis", "ogg", "-c:a libvorbis", "-c:a libvorbis -ar 16000 -ac 1"),
    ("channels-ac3", "ac3", "-c:a ac3 -ar 48000 -ac 6", "-c:a ac3 -ar 32000 -ac 1"),
    ("depths-flac", "flac", "-c:a flac", "-c:a flac -sample_fmt s32 -ar 48000 -ac 1"),
];

impl Bases {
    /// Makes them in `folder`.
    pub(super) fn make(folder: &Path) -> Result<Self, Error> {
        let maker = Maker { folder };
        let mut all = pictures();
        for coding in SOUNDS {
            all.push(maker.sound(coding)?);
        }
        let music = folder.join("wav.wav");
        for coding in FILMS {
            all.push(maker.film(coding, Some(&music), FRAMES)?);
        }
        for coding in STILLS {
            let still = maker.film(coding, None, 1)?;
            all.push(Base {
                usage: Use::Products,
                ..still
            });
        }
        let changing = maker.changing()?;
        Ok(Self { all, changing })
    }

    /// Any of them.
    pub(super) fn any(&self, rng: &mut Rng) -> &Base {
        &self.all[rng.below(self.all.len() as u32) as usize]
    }

    /// Number `turn`, round and round.
    pub(super) fn turn(&self, turn: u32) -> &Base {
        &self.all[turn as usize % self.all.len()]
    }

    /// The first of this form; there is one of each.
    pub(super) fn of(&self, form: Form) -> &Base {
        let found = self.all.iter().find(|base| base.form == form);
        found.unwrap_or(&self.all[0])
    }

    /// The one of this name, or the first of all.
    pub(super) fn named(&self, name: &str) -> &Base {
        let found = self.all.iter().find(|base| base.name == name);
        found.unwrap_or(&self.all[0])
    }
}

/// Pictures that the `image` crate writes.
fn pictures() -> Vec<Base> {
    let rgb = picture(SIZE.0, SIZE.1);
    let deep = DynamicImage::from(rgb.clone()).into_rgb16();
    let sheer = frame(SIZE.0, SIZE.1);
    let plain = |name, extension, form, format| Base {
        name,
        extension,
        usage: Use::Products,
        form,
        bytes: encoded(rgb.clone(), format),
    };
    let clear = |name, extension, form, format| Base {
        usage: Use::Frames,
        bytes: encoded(sheer.clone(), format),
        ..plain(name, extension, form, format)
    };
    vec![
        plain("jpeg", "jpg", Form::Jpeg, ImageFormat::Jpeg),
        plain("png", "png", Form::Png, ImageFormat::Png),
        Base {
            bytes: encoded(deep, ImageFormat::Png),
            ..plain("png16", "png", Form::Png, ImageFormat::Png)
        },
        plain("bmp", "bmp", Form::Bmp, ImageFormat::Bmp),
        plain("tiff", "tiff", Form::Tiff, ImageFormat::Tiff),
        clear("png-frame", "png", Form::Png, ImageFormat::Png),
        clear("webp-frame", "webp", Form::Riff, ImageFormat::WebP),
        clear("gif-frame", "gif", Form::Gif, ImageFormat::Gif),
    ]
}

/// Makes files with `ffmpeg`.
struct Maker<'a> {
    folder: &'a Path,
}

impl Maker<'_> {
    fn sound(&self, coding: Coding) -> Result<Base, Error> {
        let rate = RATE_HZ.to_string();
        let input = ["-f", "f32le", "-ar", &rate, "-ac", "2"];
        self.run(coding, &input, &sound(SOUND_S), Use::Audio)
    }

    fn film(&self, coding: Coding, music: Option<&Path>, frames: u32) -> Result<Base, Error> {
        let size = format!("{}x{}", SIZE.0, SIZE.1);
        let music = music.map(|path| path.to_string_lossy().into_owned());
        let mut input: Vec<&str> = Vec::new();
        if let Some(music) = &music {
            input.extend(["-i", music.as_str()]);
        }
        input.extend(["-f", "rawvideo", "-pix_fmt", "rgb24"]);
        input.extend(["-s", size.as_str(), "-r", "25"]);
        let pictures = film(SIZE.0, SIZE.1, frames);
        self.run(coding, &input, &pictures, Use::Overlays)
    }

    /// Codes what is piped in, and reads the file that it makes.
    fn run(
        &self,
        (name, extension, form, coding): Coding,
        input: &[&str],
        piped: &[u8],
        usage: Use,
    ) -> Result<Base, Error> {
        let path = self.folder.join(format!("{name}.{extension}"));
        let output: Vec<&str> = coding.split_whitespace().collect();
        ffmpeg::encode(&path, input, &output, |pipe| pipe.write_all(piped))?;
        let bytes = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        Ok(Base {
            name,
            extension,
            usage,
            form,
            bytes,
        })
    }

    /// Streams whose second half is another stream: other sizes, rates, channels or kinds of sample.
    fn changing(&self) -> Result<Vec<Base>, Error> {
        let mut changing = Vec::new();
        for (name, extension, one, two) in SOUND_CHANGES {
            let first = self.sound(("one", extension, Form::Raw, one))?;
            let second = self.sound(("two", extension, Form::Raw, two))?;
            changing.push(Base {
                name,
                bytes: [first.bytes, second.bytes].concat(),
                ..first
            });
        }
        let jpeg = |width, height| encoded(picture(width, height), ImageFormat::Jpeg);
        let pair = [jpeg(64, 48), jpeg(160, 120)].concat();
        for (name, pairs) in [("sizes-mjpeg", 1), ("sizes-mjpeg-often", 150)] {
            let coding = (name, "avi", Form::Riff, "-c copy");
            let stream = pair.repeat(pairs);
            changing.push(self.run(coding, &["-f", "mjpeg"], &stream, Use::Overlays)?);
        }
        let [one, two] = [
            ("one", "-c:v libx264 -threads 1 -pix_fmt yuv420p"),
            (
                "two",
                "-c:v libx264 -threads 1 -pix_fmt yuv444p -vf scale=320:180",
            ),
        ]
        .map(|(name, coding)| self.film((name, "h264", Form::Raw, coding), None, FRAMES));
        let stream = [one?.bytes, two?.bytes].concat();
        let coding = ("kinds-h264", "mp4", Form::Iso, "-c copy");
        changing.push(self.run(coding, &["-f", "h264"], &stream, Use::Overlays)?);
        Ok(changing)
    }
}
