//! Where the files of a test lie, as a worker lays out those of a job: inputs in one folder, what is written in another.

use crate::photos::PLAIN;
use crate::row::Row;
use anyhow::Context;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder with the inputs of all rows and a folder for each row; it goes away with it.
pub struct Place(TempDir);

impl Place {
    /// With the photo of all jobs in it.
    pub fn new() -> anyhow::Result<Place> {
        let place = Place(tempfile::tempdir().context("no folder can be made")?);
        fs::create_dir(place.inputs()).context("no folder can be made")?;
        PLAIN.make(&place.inputs())?;
        Ok(place)
    }

    /// What renders may read.
    pub fn inputs(&self) -> PathBuf {
        self.0.path().join("inputs")
    }

    /// The file of a row.
    pub fn file_of(&self, row: &Row) -> PathBuf {
        self.inputs().join(row.name)
    }

    /// A new folder for a row's own.
    pub fn folder_for(&self, row: &Row) -> anyhow::Result<PathBuf> {
        let folder = self.0.path().join(row.name);
        fs::create_dir(&folder).context("no folder can be made")?;
        Ok(folder)
    }
}
