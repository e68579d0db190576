//! Away with objects.

use super::numbers::timed;
use super::{Objects, ObjectsError};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

/// What one request may name.
const BATCH: usize = 1000;

const ACTION: &str = "delete objects";

impl Objects {
    /// Deletes objects; that one is not there is no error. After an error some may be gone and some not: ask again.
    ///
    /// # Errors
    /// What the store says, for the first that it did not delete.
    pub async fn delete(&self, keys: &[String]) -> Result<(), ObjectsError> {
        timed("delete", self.delete_batches(keys)).await
    }

    async fn delete_batches(&self, keys: &[String]) -> Result<(), ObjectsError> {
        for batch in keys.chunks(BATCH) {
            let request = self
                .client
                .delete_objects()
                .bucket(&self.bucket)
                .delete(named(batch)?);
            let reply = request
                .send()
                .await
                .map_err(|error| ObjectsError::of(ACTION, error))?;
            if let Some(fault) = reply.errors().first() {
                let key = fault.key().unwrap_or_default();
                let message = fault.message().unwrap_or_default();
                return Err(ObjectsError::of_code(
                    ACTION,
                    fault.code(),
                    format!("{key}: {message}").into(),
                ));
            }
        }
        Ok(())
    }
}

/// The client library fails only where a key is left out.
fn named(keys: &[String]) -> Result<Delete, ObjectsError> {
    let identifiers = keys
        .iter()
        .map(|key| ObjectIdentifier::builder().key(key).build());
    identifiers
        .collect::<Result<Vec<_>, _>>()
        .and_then(|objects| {
            Delete::builder()
                .set_objects(Some(objects))
                .quiet(true)
                .build()
        })
        .map_err(|error| ObjectsError::of_code(ACTION, None, error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_every_key() {
        let keys = ["a".to_owned(), "b/c".to_owned()];
        let delete = named(&keys).expect("every key is given");
        let named: Vec<&str> = delete.objects().iter().map(ObjectIdentifier::key).collect();
        assert_eq!(named, ["a", "b/c"]);
    }
}
