//! Stills of a composed frame.

use crate::inputs::{self, CANVAS};
use divan::Bencher;
use gildhall_render::compose::planes::OwnedFrame;
use gildhall_render::compose::{Compositor, Content};
use gildhall_render::encode::write_jpeg;

/// A finished frame on plain ground.
fn composed() -> OwnedFrame {
    let photo = inputs::prepared(false);
    let mut frame = OwnedFrame::new(CANVAS.width, CANVAS.height);
    let content = Content {
        photo: &photo,
        zoom: 1.03,
        focus: [0.5, 0.5],
    };
    Compositor::new(CANVAS, inputs::top_layer()).compose(&mut frame.as_mut(), None, content);
    frame
}

/// A JPEG as wide as the canvas (the poster), or 270 pixels wide (a thumbnail).
#[divan::bench(args = [1080, 270], sample_count = 20, sample_size = 1)]
fn jpeg(bencher: Bencher, width: u32) {
    let frame = composed();
    let size = [width, width * 16 / 9];
    bencher.bench_local(|| {
        let mut bytes = Vec::new();
        write_jpeg(&frame, size, &mut bytes).expect("memory can be written");
        bytes
    });
}
