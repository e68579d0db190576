//! Opening a media file and reading its packets.

use std::sync::{Arc, Once};

use ffmpeg_next as ffmpeg;
use ffmpeg_next::format::context::{self, StreamIo};
use ffmpeg_next::{Dictionary, Packet, error, media};

use super::reader::{Watch, WatchedFile};
use super::source::Bytes;
use super::{MediaError, MediaSource, allowed};

/// FFmpeg may look at this many bytes to tell what the streams are.
const PROBE_BYTES: u32 = 5_000_000;
/// FFmpeg may look at this much media time, in microseconds, to tell what the streams are.
const ANALYSE_US: u32 = 5_000_000;
/// No real music or overlay file has more; each costs memory before a packet is read.
const MAX_STREAMS: u32 = 32;
/// No single allocation inside FFmpeg may be larger: a lying header fails instead of taking the memory.
const MAX_ALLOCATION_BYTES: usize = 512 << 20;
/// FFmpeg's demuxers may say "try again" this often in a row; a plain file has no reason to.
const MAX_RETRIES: u32 = 64;
/// Enough of a file's beginning to tell text from media.
const HEAD_BYTES: usize = 512;

/// What [`Input::read_packet`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// The packet is filled.
    Packet,
    /// A damaged stretch was passed over; the packet is empty and reading can go on.
    Damaged,
    /// The end of the file.
    End,
}

/// An opened media file.
pub struct Input {
    context: context::Input,
    watch: Arc<Watch>,
}

/// Opens a file whose container is on the list; streams are known afterwards, nothing is decoded yet.
///
/// # Errors
/// [`MediaError::NotMedia`], [`MediaError::FormatNotAllowed`], [`MediaError::Corrupt`], [`MediaError::TimedOut`]
/// or [`MediaError::Io`].
pub fn open(source: &MediaSource) -> Result<Input, MediaError> {
    quieten_ffmpeg();
    let (bytes, length) = source.open()?;
    refuse_text(&bytes)?;
    let watch = Arc::new(Watch::new(source.deadline(), length));
    let reader = WatchedFile::new(bytes, Arc::clone(&watch));
    let io = StreamIo::from_read_seek(reader).map_err(|_| OUT_OF_MEMORY)?;
    let stop = Arc::clone(&watch);
    // No file name is handed over: FFmpeg judges the content alone, never an extension.
    ffmpeg::format::input_from_stream_with_interrupt(io, None, Some(options()), move || {
        stop.must_stop()
    })
    .map_err(|error| watch.error().unwrap_or_else(|| opening_error(error)))
    .map(|context| Input { context, watch })
}

const OUT_OF_MEMORY: MediaError = MediaError::Corrupt {
    detail: "its headers ask for too much memory",
};

/// Silences FFmpeg's own messages and bounds its allocations, once per process.
///
/// FFmpeg keeps these two settings per process; every other place that uses FFmpeg (the encoders) calls this first
/// too.
pub fn quieten_ffmpeg() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        ffmpeg::log::set_level(ffmpeg::log::Level::Quiet);
        // SAFETY: takes a plain number and stores it; callable at any time.
        unsafe { ffmpeg::ffi::av_max_alloc(MAX_ALLOCATION_BYTES) };
    });
}

fn options() -> Dictionary<'static> {
    let mut options = Dictionary::new();
    // The bytes come through our own reader, so even "file" stays off: nothing in a file can open another one.
    options.set("protocol_whitelist", "none");
    options.set(
        "format_whitelist",
        &allowed::comma_separated(allowed::DEMUXERS),
    );
    options.set(
        "codec_whitelist",
        &allowed::comma_separated(allowed::DECODERS),
    );
    options.set("probesize", &PROBE_BYTES.to_string());
    options.set("analyzeduration", &ANALYSE_US.to_string());
    options.set("max_streams", &MAX_STREAMS.to_string());
    options
}

/// Playlists and other text that FFmpeg would understand as "media elsewhere" end here: every accepted container
/// begins with bytes that no text has.
fn refuse_text(bytes: &Bytes) -> Result<(), MediaError> {
    let mut head = [0; HEAD_BYTES];
    let mut length = 0;
    while length < head.len() {
        match bytes.read_at(&mut head[length..], length as u64) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(MediaError::Io(error)),
        }
    }
    let is_text = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\t'..=b'\r');
    let valid = match std::str::from_utf8(&head[..length]) {
        Ok(_) => true,
        // A character cut in two by the end of the head.
        Err(error) => error.error_len().is_none(),
    };
    if valid && head[..length].iter().all(is_text) {
        return Err(MediaError::NotMedia);
    }
    Ok(())
}

fn opening_error(error: ffmpeg::Error) -> MediaError {
    match error {
        // The answer of `avformat_open_input` to a format that is off the list.
        ffmpeg::Error::Other {
            errno: error::EINVAL,
        } => MediaError::FormatNotAllowed,
        ffmpeg::Error::Other {
            errno: error::ENOMEM,
        } => OUT_OF_MEMORY,
        ffmpeg::Error::InvalidData | ffmpeg::Error::Eof => MediaError::NotMedia,
        _ => MediaError::Corrupt {
            detail: "its headers make no sense",
        },
    }
}

impl Input {
    /// Reads the next packet of any stream that is not switched off.
    ///
    /// # Errors
    /// [`MediaError::TimedOut`], [`MediaError::Io`], or [`MediaError::Corrupt`] when reading leads nowhere.
    pub fn read_packet(&mut self, packet: &mut Packet) -> Result<Read, MediaError> {
        for _ in 0..MAX_RETRIES {
            // A fresh packet: `av_read_frame` overwrites without freeing what was there.
            *packet = Packet::empty();
            if self.watch.must_stop() {
                break;
            }
            match packet.read(&mut self.context) {
                Ok(()) => return Ok(Read::Packet),
                Err(ffmpeg::Error::Other {
                    errno: error::EAGAIN,
                }) => {}
                Err(reason) => return self.reading_ended(reason),
            }
        }
        Err(self.watch.error().unwrap_or(MediaError::Corrupt {
            detail: "it yields no packets",
        }))
    }

    fn reading_ended(&self, reason: ffmpeg::Error) -> Result<Read, MediaError> {
        if let Some(error) = self.watch.error() {
            return Err(error);
        }
        Ok(match reason {
            ffmpeg::Error::Eof => Read::End,
            _ => Read::Damaged,
        })
    }

    /// Goes back to the beginning, for the next round of a loop; the decoder must be flushed by its owner.
    ///
    /// # Errors
    /// [`MediaError::Corrupt`] when the file cannot be sought; open it anew then.
    pub fn rewind(&mut self) -> Result<(), MediaError> {
        self.watch.refill();
        self.context.seek(0, ..).map_err(|_| {
            self.watch.error().unwrap_or(MediaError::Corrupt {
                detail: "it cannot be rewound",
            })
        })
    }

    /// Fails once the source's deadline has passed; for loops that work long without reading.
    ///
    /// # Errors
    /// [`MediaError::TimedOut`], or an earlier failure of the reader.
    pub fn check_deadline(&self) -> Result<(), MediaError> {
        match self.watch.must_stop() {
            true => Err(self.watch.error().unwrap_or(MediaError::TimedOut)),
            false => Ok(()),
        }
    }

    /// FFmpeg's context: streams, tags, chapters.
    #[must_use]
    pub fn context(&self) -> &context::Input {
        &self.context
    }

    /// The index of the stream FFmpeg thinks best of its kind; cover pictures are no video.
    #[must_use]
    pub fn best_stream(&self, kind: media::Type) -> Option<usize> {
        let is_picture = |stream: &ffmpeg::Stream| {
            stream
                .disposition()
                .contains(ffmpeg::format::stream::Disposition::ATTACHED_PIC)
        };
        self.context
            .streams()
            .best(kind)
            .filter(|stream| !is_picture(stream))
            .map(|stream| stream.index())
    }

    /// Switches all other streams off, so that only packets of stream `index` are read.
    pub fn keep_only(&mut self, index: usize) {
        for mut stream in self.context.streams_mut() {
            let discard = match stream.index() == index {
                true => ffmpeg::Discard::Default,
                false => ffmpeg::Discard::All,
            };
            // SAFETY: the stream belongs to the context borrowed mutably here; `discard` is a plain field that the
            // demuxer reads between packets.
            unsafe { (*stream.as_mut_ptr()).discard = discard.into() };
        }
    }
}
