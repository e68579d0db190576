//! What is known of an object without fetching it.

use super::numbers::timed;
use super::{Objects, ObjectsError};

/// An object, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Length in bytes.
    pub bytes: u64,
    /// The store's name for this version of the object; empty where it gives none.
    pub etag: String,
    /// The media type it was stored with.
    pub content_type: Option<String>,
}

impl Objects {
    /// Looks at an object; `None` where there is none.
    ///
    /// # Errors
    /// What the store says.
    pub async fn head(&self, key: &str) -> Result<Option<Head>, ObjectsError> {
        let request = self.client.head_object().bucket(&self.bucket).key(key);
        let look = async {
            let reply = request.send().await;
            reply.map_err(|error| ObjectsError::of_key("look at an object", key, error))
        };
        match timed("head", look).await {
            Ok(reply) => Ok(Some(Head {
                bytes: reply
                    .content_length
                    .and_then(|bytes| bytes.try_into().ok())
                    .unwrap_or(0),
                etag: reply.e_tag.unwrap_or_default(),
                content_type: reply.content_type,
            })),
            Err(ObjectsError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
