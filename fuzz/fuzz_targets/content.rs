//! Any bytes as the beginning of an upload: no panic, and a content that its kind takes.
#![no_main]

use gildhall::inspect::{AssetKind, Content, HEAD_BYTES, sniff};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for kind in AssetKind::ALL {
        let Some(content) = sniff(kind, bytes) else {
            continue;
        };
        let named = Content::named(kind, content.media_type, content.extension);
        assert_eq!(named, Some(content));
        // The rest of a file changes nothing.
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        assert_eq!(sniff(kind, head), Some(content));
    }
});
