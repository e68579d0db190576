//! A folder with assets and a place for outputs, and the renderer on top of it.

use gildhall_proto::JobSpec;
use gildhall_render::assets::AssetRoot;
use gildhall_render::compose::planes::OwnedFrame;
use gildhall_render::job::{
    self, Progress, RenderError, RenderOptions, RenderReport, RenderRequest,
};
use gildhall_render::plan::RenderPlan;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A cheap job: reduced size, no atmosphere, no thumbnails. Tests change what they are about.
pub fn job(images: &[&str], duration_s: u32) -> Value {
    json!({
        "images": images,
        "duration_s": duration_s,
        "overlay": "none",
        "output": {"quality": "reduced", "preset": "ultrafast", "thumbnails": 0},
    })
}

/// Options that give the same bytes on every machine.
pub fn options() -> RenderOptions {
    RenderOptions {
        threads: 2,
        ..RenderOptions::default()
    }
}

/// Folders that go away with it.
pub struct Studio {
    folder: TempDir,
}

impl Studio {
    /// An empty asset folder and an empty output folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for part in ["assets", "out"] {
            fs::create_dir(folder.path().join(part)).expect("a folder");
        }
        Self { folder }
    }

    /// With these assets.
    pub fn with<const N: usize>(assets: [(&str, Vec<u8>); N]) -> Self {
        let studio = Self::new();
        for (key, bytes) in assets {
            studio.write(key, &bytes);
        }
        studio
    }

    /// Adds an asset.
    pub fn write(&self, key: &str, bytes: &[u8]) {
        fs::write(self.asset(key), bytes).expect("an asset");
    }

    /// Where an asset lies.
    pub fn asset(&self, key: &str) -> PathBuf {
        self.folder.path().join("assets").join(key)
    }

    /// A file in the output folder.
    pub fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    /// The main video's file.
    pub fn video(&self) -> PathBuf {
        self.out("video.mp4")
    }

    /// Names of all files in the output folder, sorted.
    pub fn outputs(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out("")).expect("the output folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Renders to [`Studio::video`].
    pub fn render(&self, job: &Value) -> Result<RenderReport, RenderError> {
        self.render_to(&self.video(), job, &options(), &|_| {})
    }

    /// Renders, with everything in the caller's hands.
    pub fn render_to(
        &self,
        output: &Path,
        job: &Value,
        options: &RenderOptions,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<RenderReport, RenderError> {
        self.request(job, output, options, |request| {
            job::render(request, progress)
        })
    }

    /// Plans only.
    pub fn plan(&self, job: &Value) -> Result<RenderPlan, RenderError> {
        self.request(job, &self.video(), &options(), job::plan)
    }

    /// Composes without encoding; gives the frames of these numbers, ascending.
    pub fn compose(&self, job: &Value, wanted: &[u32]) -> Vec<OwnedFrame> {
        let mut frames = Vec::new();
        let composed = self.request(job, &self.video(), &options(), |request| {
            job::compose_frames(request, |index, buffer| {
                if wanted.contains(&index) {
                    frames.push(buffer.to_owned_frame());
                }
            })
        });
        composed.expect("composed");
        frames
    }

    fn request<T>(
        &self,
        job: &Value,
        output: &Path,
        options: &RenderOptions,
        act: impl FnOnce(RenderRequest<'_>) -> T,
    ) -> T {
        let spec = JobSpec::from_json(job.to_string().as_bytes()).expect("a valid job");
        let assets = AssetRoot::open(&self.folder.path().join("assets")).expect("the assets");
        act(RenderRequest {
            spec: &spec,
            assets: &assets,
            output,
            options,
        })
    }
}
