//! The renderer as its callers see it: a job and a folder in, files out, judged by the `ffmpeg` and `ffprobe` commands
//! wherever a second opinion is to be had.

mod colour;
mod companions;
mod cuts;
mod degradation;
mod files;
mod golden;
mod layers;
mod sound;
mod stream;
mod support;
mod zoom;
