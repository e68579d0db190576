//! Any text as an asset key: no panic, and what is accepted stays under any root.
#![no_main]

use std::path::{Component, Path};

use gildhall_proto::{AssetKey, HookText};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = AssetKey::parse(text) {
        assert_eq!(key.as_str(), text);
        let normal = |component| matches!(component, Component::Normal(_));
        assert!(Path::new(text).components().all(normal));
        assert_eq!(Path::new(text).components().count(), key.parts().count());
        let hidden = |c: char| c.is_control() || matches!(c, '\\' | ':' | '\u{202A}'..='\u{202E}');
        assert!(!text.chars().any(hidden));
    }
    // The other parser of free text shares this target: cleaning a cleaned text changes nothing.
    if let Ok(Some(cleaned)) = HookText::parse(text) {
        assert_eq!(HookText::parse(cleaned.as_str()), Ok(Some(cleaned.clone())));
    }
});
