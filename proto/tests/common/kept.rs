//! Generated files that are kept in the repository.

use std::path::Path;

use serde_json::Value;

/// Holds the file of this name, counted from the crate's folder, against the JSON that is generated. With
/// `GILDHALL_BLESS=1` the file is written first.
pub fn is_kept(file: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("GILDHALL_BLESS").is_some() {
        let folder = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(&path, generated).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    // As trees: the order of fields depends on features that other crates switch on.
    assert_eq!(
        parse(&kept),
        parse(generated),
        "{file} differs: run the tests once with GILDHALL_BLESS=1"
    );
}
