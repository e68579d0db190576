//! The installed fonts: which there are, and one shaping system that holds only those a text has needed.
//!
//! Scanning reads the name tables only. A font file is mapped into memory when a text first needs it, so the
//! 140 MB of a full Noto installation cost neither time nor memory.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use cosmic_text::{
    Font, FontSystem, SwashCache,
    fontdb::{Database, FaceInfo, ID, Style as Slope, Weight},
    skrifa::{FontRef, MetadataProvider},
};

use super::{
    error::TextError,
    inventory::{FontRole, inventory},
};

/// Folders below these hold the distributions' fonts.
const FONT_ROOTS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
/// How deep folders are searched; `/usr/share/fonts/truetype/noto` is two below its root.
const MAX_DEPTH: usize = 4;

/// One face that a text uses, loaded into the shaping system.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Face {
    pub id: ID,
    pub family: String,
    pub weight: Weight,
    pub index: u32,
}

/// The fonts a hook may use. Faces are chosen per character before shaping, so the shaping system never has
/// to look for one itself. Make one and keep it: fonts once needed stay mapped.
#[derive(Debug)]
pub struct FontLibrary {
    catalogue: Database,
    system: FontSystem,
    swash: SwashCache,
    faces: Vec<Face>,
    by_family: HashMap<(String, u16), Option<usize>>,
}

impl FontLibrary {
    /// The fonts of the operating system's Noto packages (see [`Self::default_dirs`]).
    ///
    /// # Errors
    /// [`TextError::NoFonts`] where there is no text font at all.
    pub fn system() -> Result<Self, TextError> {
        Self::from_dirs(&Self::default_dirs())
    }

    /// The fonts in these folders and below, and no others: a stray font such as DejaVu would otherwise take
    /// characters (the heart, for one) from the colour emoji. Where two folders hold the same family, the
    /// earlier one wins. Unreadable files are skipped.
    ///
    /// # Errors
    /// [`TextError::NoFonts`] where there is no text font at all.
    pub fn from_dirs(dirs: &[PathBuf]) -> Result<Self, TextError> {
        let mut catalogue = Database::new();
        for dir in dirs {
            for file in font_files(dir, MAX_DEPTH) {
                // A file that cannot be read or is no font is as good as absent.
                let _ = catalogue.load_font_file(file);
            }
        }
        if !catalogue.faces().any(is_text_face) {
            return Err(TextError::NoFonts {
                dirs: dirs.to_vec(),
            });
        }
        Ok(Self {
            catalogue,
            system: FontSystem::new_with_locale_and_db("en-US".into(), Database::new()),
            swash: SwashCache::new(),
            faces: Vec::new(),
            by_family: HashMap::new(),
        })
    }

    /// Where Debian, Ubuntu, Fedora, Alpine and Arch put their Noto fonts: each existing folder up to two below
    /// the font roots whose name contains "noto", in alphabetical order.
    pub fn default_dirs() -> Vec<PathBuf> {
        let mut dirs = Vec::new();
        for root in FONT_ROOTS {
            for dir in sorted_entries(Path::new(root))
                .into_iter()
                .filter(|d| d.is_dir())
            {
                if names_noto(&dir) {
                    dirs.push(dir);
                } else {
                    dirs.extend(
                        sorted_entries(&dir)
                            .into_iter()
                            .filter(|d| d.is_dir() && names_noto(d)),
                    );
                }
            }
        }
        dirs
    }

    /// Every folder that [`Self::system`] reads from, for whoever has to allow it: the font roots, and the folders in them,
    /// which may be links to other places.
    pub fn read_dirs() -> Vec<PathBuf> {
        let roots = FONT_ROOTS.iter().map(PathBuf::from);
        let mut dirs: Vec<PathBuf> = roots.filter(|root| root.is_dir()).collect();
        dirs.extend(Self::default_dirs());
        dirs
    }

    /// What is installed for each role a hook may need, for a person to read.
    pub fn inventory(&self) -> Vec<FontRole> {
        inventory(|family| self.catalogue.faces().any(|f| has_family(f, family)))
    }

    pub(super) fn system_mut(&mut self) -> &mut FontSystem {
        &mut self.system
    }

    pub(super) fn shaper_and_swash(&mut self) -> (&mut FontSystem, &mut SwashCache) {
        (&mut self.system, &mut self.swash)
    }

    pub(super) fn face(&self, index: usize) -> &Face {
        &self.faces[index]
    }

    pub(super) fn face_of(&self, id: ID) -> Option<&Face> {
        self.faces.iter().find(|f| f.id == id)
    }

    pub(super) fn font(&mut self, index: usize) -> Option<Arc<Font>> {
        let face = &self.faces[index];
        self.system.get_font(face.id, face.weight)
    }

    /// The upright face of a family that is nearest in weight.
    pub(super) fn find(&mut self, family: &str, weight: u16) -> Option<usize> {
        let key = (family.to_owned(), weight);
        if let Some(&known) = self.by_family.get(&key) {
            return known;
        }
        let best = self
            .catalogue
            .faces()
            .filter(|f| f.style == Slope::Normal && has_family(f, family))
            .min_by_key(|f| {
                (
                    f.weight.0.abs_diff(weight),
                    f.stretch.to_number().abs_diff(5),
                )
            })
            .cloned();
        let found = best.and_then(|info| self.load(info));
        self.by_family.insert(key, found);
        found
    }

    /// Whether a face has a picture for a character.
    pub(super) fn covers(&mut self, index: usize, c: char) -> bool {
        self.font(index)
            .is_some_and(|f| f.as_swash().charmap().map(c) != 0)
    }

    /// The last resort for characters that no family of the tables has: each installed text face is asked once,
    /// in alphabetical order of families. Returns a face for each character that any has.
    pub(super) fn search(&mut self, wanted: &[char], weight: u16) -> HashMap<char, usize> {
        let mut found = HashMap::new();
        if wanted.is_empty() {
            return found;
        }
        for info in self.search_order(weight) {
            let covered = self
                .catalogue
                .with_face_data(info.id, |bytes, index| covered(bytes, index, wanted));
            let new: Vec<char> = covered
                .unwrap_or_default()
                .into_iter()
                .filter(|c| !found.contains_key(c))
                .collect();
            if !new.is_empty()
                && let Some(face) = self.load(info)
            {
                found.extend(new.into_iter().map(|c| (c, face)));
            }
            if found.len() == wanted.len() {
                break;
            }
        }
        found
    }

    fn search_order(&self, weight: u16) -> Vec<FaceInfo> {
        let text = self
            .catalogue
            .faces()
            .filter(|f| is_text_face(f) && f.style == Slope::Normal);
        let mut infos: Vec<FaceInfo> = text.cloned().collect();
        infos.sort_by_key(|f| {
            (
                family_of(f).to_owned(),
                f.weight.0.abs_diff(weight),
                f.index,
            )
        });
        infos
    }

    fn load(&mut self, info: FaceInfo) -> Option<usize> {
        let (family, weight, index) = (family_of(&info).to_owned(), info.weight, info.index);
        if let Some(known) = self
            .faces
            .iter()
            .position(|f| f.family == family && f.weight == weight)
        {
            return Some(known);
        }
        let id = self.system.db_mut().push_face_info(info);
        // A file that vanished or broke since the scan counts as not installed.
        self.system.get_font(id, weight)?;
        self.faces.push(Face {
            id,
            family,
            weight,
            index,
        });
        Some(self.faces.len() - 1)
    }
}

fn covered(bytes: &[u8], index: u32, wanted: &[char]) -> Vec<char> {
    let Ok(font) = FontRef::from_index(bytes, index) else {
        return Vec::new();
    };
    let map = font.charmap();
    wanted
        .iter()
        .copied()
        .filter(|&c| map.map(c).is_some_and(|g| g.to_u32() != 0))
        .collect()
}

fn has_family(face: &FaceInfo, family: &str) -> bool {
    face.families.iter().any(|(name, _)| name == family)
}

fn family_of(face: &FaceInfo) -> &str {
    face.families.first().map_or("", |(name, _)| name)
}

fn is_text_face(face: &FaceInfo) -> bool {
    !face.post_script_name.contains("Emoji") && !family_of(face).contains("SignWriting")
}

fn names_noto(dir: &Path) -> bool {
    dir.file_name()
        .is_some_and(|n| n.to_string_lossy().to_lowercase().contains("noto"))
}

/// Font files in a folder and below, in an order that depends on names alone.
fn font_files(dir: &Path, depth: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in sorted_entries(dir) {
        if path.is_dir() {
            if depth > 0 {
                files.extend(font_files(&path, depth - 1));
            }
        } else if has_font_extension(&path) {
            files.push(path);
        }
    }
    files
}

fn has_font_extension(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("ttf" | "otf" | "ttc" | "otc"))
}

fn sorted_entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_font_folder_is_an_error_not_a_crash() {
        let dirs = [PathBuf::from("/nonexistent/fonts")];
        let error = FontLibrary::from_dirs(&dirs).unwrap_err();
        assert_eq!(
            error,
            TextError::NoFonts {
                dirs: dirs.to_vec()
            }
        );
    }

    #[test]
    fn the_nearest_weight_of_a_family_is_found_once() {
        let Ok(mut fonts) = FontLibrary::system() else {
            return;
        };
        let Some(bold) = fonts.find("Noto Serif Display", 700) else {
            return;
        };
        assert_eq!(fonts.find("Noto Serif Display", 700), Some(bold));
        assert_eq!(fonts.face(bold).family, "Noto Serif Display");
        assert!(fonts.covers(bold, 'g') && !fonts.covers(bold, '金'));
        assert_eq!(fonts.find("No Such Family", 700), None);
    }

    #[test]
    fn rare_scripts_are_found_by_asking_every_face() {
        let Ok(mut fonts) = FontLibrary::system() else {
            return;
        };
        let found = fonts.search(&['\u{16A0}', '\u{10FFFD}'], 700);
        assert!(!found.contains_key(&'\u{10FFFD}'));
        if let Some(&face) = found.get(&'\u{16A0}') {
            assert!(fonts.covers(face, '\u{16A0}'));
        }
    }
}
