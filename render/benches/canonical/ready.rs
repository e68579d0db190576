//! What the bare encoder is fed with: the job's finished frames and its edited music, in files.

use crate::Result;
use crate::folder::{Folder, Job};
use gildhall_render::audio::{AudioEdit, EditedPcm};
use gildhall_render::compose::planes::OwnedFrame;
use gildhall_render::job;
use gildhall_render::media::MediaSource;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

/// The files; gone when this is dropped.
pub struct Ready<'a> {
    folder: &'a Folder,
}

impl<'a> Ready<'a> {
    /// Composes the job once and writes the files.
    pub fn make(folder: &'a Folder) -> Result<Self> {
        let ready = Self { folder };
        println!(
            "writing the finished frames to {} (2.8 GB, deleted at the end) ...",
            folder.frames().display()
        );
        let edit = ready.write_frames()?;
        ready.write_samples(&edit)?;
        Ok(ready)
    }

    fn write_frames(&self) -> Result<AudioEdit> {
        let mut file = File::create(self.folder.frames())?;
        let mut written = Ok(());
        let job = Job::open(self.folder, "frames.mp4")?;
        let (plan, _) = job::compose_frames(job.request(), |_, buffer| {
            if written.is_ok() {
                written = write_frame(&mut file, &buffer.to_owned_frame());
            }
        })?;
        written?;
        // Writing back to the disk must not go on while children are measured; the page cache keeps what was written.
        file.sync_all()?;
        Ok(plan.sound.ok_or("the job has no music")?.edit)
    }

    fn write_samples(&self, edit: &AudioEdit) -> Result<()> {
        let mut file = BufWriter::new(File::create(self.folder.samples())?);
        let mut music = EditedPcm::open(&MediaSource::path(self.folder.music()?), edit)?;
        while let Some(block) = music.next_block()? {
            for sample in block {
                file.write_all(&sample.to_le_bytes())?;
            }
        }
        file.flush()?;
        Ok(())
    }
}

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        // A file that was never written need not be removed.
        let _ = fs::remove_file(self.folder.frames());
        let _ = fs::remove_file(self.folder.samples());
    }
}

fn write_frame(file: &mut File, frame: &OwnedFrame) -> io::Result<()> {
    frame
        .planes
        .iter()
        .try_for_each(|plane| file.write_all(plane))
}
