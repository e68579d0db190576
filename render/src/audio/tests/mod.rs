//! Whole passes over files, as callers run them.

mod decoding;
mod editing;
mod mastering;
mod muxing;
