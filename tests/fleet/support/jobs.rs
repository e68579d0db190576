//! Jobs to submit, and files to make them of.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// A job for workers that only pretend: what it names need not be there.
pub fn any() -> Value {
    json!({"images": ["products/ring.jpg"], "duration_s": 1})
}

/// A job of one uploaded image that renders in a moment.
pub fn tiny() -> Value {
    json!({
        "images": ["products/ring.jpg"],
        "duration_s": 1,
        "overlay": "none",
        "output": {"quality": "reduced", "preset": "ultrafast", "thumbnails": 1},
    })
}

/// A job of the same image that renders for some seconds.
pub fn some_seconds() -> Value {
    json!({
        "images": ["products/ring.jpg"],
        "duration_s": 10,
        "overlay": "none",
        "output": {"preset": "medium"},
    })
}

/// A job of the same image that renders for minutes.
pub fn endless() -> Value {
    json!({
        "images": ["products/ring.jpg"],
        "duration_s": 180,
        "overlay": "none",
        "output": {"preset": "slow"},
    })
}

/// The image of these jobs.
pub fn ring() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/products/ring.jpg");
    fs::read(path).expect("it is one of the sample assets")
}
