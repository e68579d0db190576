//! Finds the source files and tells which module each one is.

use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file of the repository.
pub struct SourceFile {
    /// From the root of the repository, with forward slashes: `render/src/plan/slots.rs`.
    pub path: String,
    /// Its module from the crate's root: `["plan", "slots"]`; empty for `lib.rs` and `main.rs`.
    pub module: Vec<String>,
    /// Its content.
    pub text: String,
}

impl SourceFile {
    /// `src` is the crate's source folder, which `path` starts with.
    pub fn new(src: &str, path: String, text: String) -> Self {
        let module = module_of(path.strip_prefix(src).unwrap_or(&path));
        Self { path, module, text }
    }
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file under `src` (from the root of the repository) in a stable order. Files of tests (`tests.rs`, `tests/`)
/// are left out: what a test knows binds nobody.
pub fn sources(src: &str) -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(&repository().join(src), &mut files);
    files.sort();
    files
        .iter()
        .map(|file| read(src, file))
        .filter(|file| !file.module.iter().any(|part| part == "tests"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(src: &str, file: &Path) -> SourceFile {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let relative = file
        .strip_prefix(repository())
        .expect("sources lie in the repository");
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    SourceFile::new(src, parts.join("/"), text)
}

fn module_of(path_in_src: &str) -> Vec<String> {
    let stem = path_in_src.trim_start_matches('/').trim_end_matches(".rs");
    let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
    let last = module.last().map(String::as_str);
    // main.rs and lib.rs name the crate only at the top; deeper they would be modules of that name.
    if last == Some("mod") || (module.len() == 1 && matches!(last, Some("lib" | "main"))) {
        module.pop();
    }
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_name_their_modules() {
        assert_eq!(module_of("/plan/slots.rs"), ["plan", "slots"]);
        assert_eq!(module_of("/plan/mod.rs"), ["plan"]);
        assert_eq!(module_of("/plan.rs"), ["plan"]);
        assert!(module_of("/lib.rs").is_empty());
        assert!(module_of("/main.rs").is_empty());
    }
}
