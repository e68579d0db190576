//! What there is.

use super::numbers::timed;
use super::{Objects, ObjectsError};
use aws_sdk_s3::types::Object;
use std::time::SystemTime;

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Length in bytes.
    pub bytes: u64,
    /// When it was stored, by the store's clock.
    pub modified: Option<SystemTime>,
}

impl Objects {
    /// All objects whose key begins with `prefix`, by key. They are held in memory: ask for a job or a tenant, not for
    /// the bucket.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, ObjectsError> {
        timed("list", self.all_pages(prefix)).await
    }

    /// One page of the same, of at most 1,000, with what to give as `from` to get the next one; none where it is the last.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list_page(
        &self,
        prefix: &str,
        from: Option<String>,
    ) -> Result<(Vec<Listed>, Option<String>), ObjectsError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_continuation_token(from);
        let sent = async {
            let sent = request.send().await;
            sent.map_err(|error| ObjectsError::of("list objects", error))
        };
        let page = timed("list", sent).await?;
        let listed = page.contents.unwrap_or_default();
        let next = page.next_continuation_token.filter(|mark| !mark.is_empty());
        Ok((listed.into_iter().filter_map(entry).collect(), next))
    }

    async fn all_pages(&self, prefix: &str) -> Result<Vec<Listed>, ObjectsError> {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix);
        let mut pages = request.into_paginator().send();
        let mut listed = Vec::new();
        while let Some(page) = pages
            .try_next()
            .await
            .map_err(|error| ObjectsError::of("list objects", error))?
        {
            listed.extend(
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(entry),
            );
        }
        Ok(listed)
    }
}

/// An object without a key is none.
fn entry(object: Object) -> Option<Listed> {
    Some(Listed {
        key: object.key?,
        bytes: object
            .size
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or(0),
        modified: object.last_modified.and_then(|time| time.try_into().ok()),
    })
}
