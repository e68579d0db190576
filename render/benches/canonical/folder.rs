//! The benchmark's folder: the inputs, and what is put beside them while it runs.

use crate::Result;
use gildhall_proto::JobSpec;
use gildhall_render::assets::AssetRoot;
use gildhall_render::job::{RenderOptions, RenderRequest};
use gildhall_samples::canonical;
use std::fs;
use std::path::{Path, PathBuf};

/// The seed of `gildhall-samples canonical`: other inputs give numbers that cannot be compared.
const SEED: u64 = 7;

/// Where everything lies.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The finished frames, raw 4:2:0 one after another.
    pub fn frames(&self) -> PathBuf {
        self.0.join("frames.yuv")
    }

    /// The edited music, interleaved stereo f32 in little-endian order at 48 kHz.
    pub fn samples(&self) -> PathBuf {
        self.0.join("music.f32")
    }

    /// A video that a child writes.
    pub fn video(&self, name: &str) -> PathBuf {
        self.0.join("out").join(name)
    }

    /// The music's file.
    pub fn music(&self) -> Result<PathBuf> {
        let key = self.spec()?.audio.ok_or("the job has no music")?;
        Ok(self.0.join(key.as_str()))
    }

    /// The job.
    pub fn spec(&self) -> Result<JobSpec> {
        Ok(JobSpec::from_json(&fs::read(self.job())?)?)
    }

    /// Makes the inputs if they are not there.
    pub fn make_inputs(&self) -> Result<()> {
        fs::create_dir_all(self.0.join("out"))?;
        // The job is written last: where it is, everything is.
        if !self.job().exists() {
            println!("making the inputs in {} ...", self.0.display());
            canonical::write(&self.0, SEED, &mut |file: &Path| {
                println!("  {}", file.display());
            })?;
        }
        Ok(())
    }

    fn job(&self) -> PathBuf {
        self.0.join("job.json")
    }
}

/// The job with everything that a request borrows.
pub struct Job {
    pub spec: JobSpec,
    assets: AssetRoot,
    output: PathBuf,
    options: RenderOptions,
}

impl Job {
    /// The job of `folder`, to be rendered into the video `name`.
    pub fn open(folder: &Folder, name: &str) -> Result<Self> {
        Ok(Self {
            spec: folder.spec()?,
            assets: AssetRoot::open(folder.path())?,
            output: folder.video(name),
            options: RenderOptions::default(),
        })
    }

    pub fn request(&self) -> RenderRequest<'_> {
        RenderRequest {
            spec: &self.spec,
            assets: &self.assets,
            output: &self.output,
            options: &self.options,
        }
    }
}
