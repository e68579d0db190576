//! `gildhall inspect`, which the API runs.

use crate::support::{ASSETS, Folder, assert_code, json_of};
use serde_json::json;
use std::path::Path;

#[test]
fn an_upload_is_inspected_in_a_line() {
    let folder = Folder::new("inspect");
    let inspect = |kind: &str, file: &str| {
        let file = Path::new(ASSETS).join(file).display().to_string();
        folder.run(&["inspect", "--sandbox", "best-effort", "--kind", kind, &file])
    };
    let ring = inspect("products", "products/ring.jpg");
    assert_code(&ring, 0);
    let found = json_of(&ring);
    assert_eq!(
        (&found["media_type"], &found["extension"]),
        (&json!("image/jpeg"), &json!("jpg"))
    );
    assert!(
        found["width"].is_u64() && found["height"].is_u64(),
        "{found}"
    );
    let track = inspect("audio", "audio/track.mp3");
    assert_code(&track, 0);
    assert!(json_of(&track)["duration_ms"].as_u64() > Some(5_000));
    for (kind, file, code) in [
        ("audio", "products/ring.jpg", "unsupported_content"),
        ("overlays", "job.json", "unsupported_content"),
        ("audio", "overlays/glitter.mp4", "unsupported_content"),
    ] {
        let refused = inspect(kind, file);
        assert_code(&refused, 4);
        let error = json_of(&refused)["error"].clone();
        assert_eq!(
            (&error["code"], &error["class"]),
            (&json!(code), &json!("rejected")),
            "{file}"
        );
    }
    assert_code(&inspect("audio", "missing.mp3"), 5);
    assert_code(&inspect("video", "audio/track.mp3"), 2);
}
