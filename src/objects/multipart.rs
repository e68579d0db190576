//! An object that is sent in parts. It becomes visible when the last step is done, and otherwise never.

use super::{Objects, ObjectsError};
use crate::telemetry::chain;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use std::io;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Length of every part but the last: equal lengths suit every server, and S3 wants 5 MiB at least. Since it takes
/// 10,000 parts at most, an object has 78 GiB at most.
pub(super) const PART_BYTES: usize = 8 << 20;

/// Parts on their way at once; each is held in memory.
const IN_FLIGHT: usize = 2;

/// An upload that has begun. Finish it or abort it; one that is dropped is aborted in the background, so that a caller who
/// goes away leaves no parts behind that nobody sees and somebody pays for.
pub(super) struct Multipart {
    name: Name,
    sending: JoinSet<Result<CompletedPart, ObjectsError>>,
    sent: Vec<CompletedPart>,
    last_number: i32,
    is_settled: bool,
}

/// Which upload.
#[derive(Clone)]
struct Name {
    objects: Objects,
    key: String,
    id: String,
}

impl Multipart {
    /// Begins an upload.
    pub(super) async fn begin(
        objects: &Objects,
        key: &str,
        content_type: &str,
    ) -> Result<Multipart, ObjectsError> {
        const ACTION: &str = "begin an upload";
        let request = objects
            .client
            .create_multipart_upload()
            .bucket(&objects.bucket)
            .key(key);
        let reply = request.content_type(content_type).send().await;
        let reply = reply.map_err(|error| ObjectsError::of(ACTION, error))?;
        let no_id = || ObjectsError::of_code(ACTION, None, "the upload has no id".into());
        Ok(Multipart {
            name: Name {
                objects: objects.clone(),
                key: key.to_owned(),
                id: reply.upload_id.ok_or_else(no_id)?,
            },
            sending: JoinSet::new(),
            sent: Vec::new(),
            last_number: 0,
            is_settled: false,
        })
    }

    /// Sends the next part, once fewer than [`IN_FLIGHT`] are on their way.
    ///
    /// # Errors
    /// Those of an earlier part.
    pub(super) async fn part(&mut self, bytes: Bytes) -> Result<(), ObjectsError> {
        while self.sending.len() >= IN_FLIGHT {
            self.take_one().await?;
        }
        self.last_number += 1;
        self.sending
            .spawn(self.name.clone().send(self.last_number, bytes));
        Ok(())
    }

    /// Makes the object of its parts. After an error the upload is still there.
    pub(super) async fn finish(&mut self) -> Result<(), ObjectsError> {
        while !self.sending.is_empty() {
            self.take_one().await?;
        }
        // They arrived in any order, and S3 wants theirs.
        self.sent.sort_by_key(CompletedPart::part_number);
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(self.sent.clone()))
            .build();
        self.name.complete(parts).await?;
        self.is_settled = true;
        Ok(())
    }

    /// Gives the upload up; its parts are gone then, or a line in the log says why not.
    pub(super) async fn abort(&mut self) {
        // A part that arrives after the abort would stay.
        self.sending.shutdown().await;
        self.name.abort().await;
        self.is_settled = true;
    }

    async fn take_one(&mut self) -> Result<(), ObjectsError> {
        match self.sending.join_next().await {
            Some(Ok(part)) => self.sent.push(part?),
            // Nobody cancels these tasks while they are waited for, so one has panicked.
            Some(Err(error)) => return Err(io::Error::other(error).into()),
            None => {}
        }
        Ok(())
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        // Without a runtime the process is about to end: the bucket's own rule for unfinished uploads has to do.
        let runtime = Handle::try_current();
        if let (false, Ok(runtime)) = (self.is_settled, runtime) {
            let (name, mut sending) = (self.name.clone(), std::mem::take(&mut self.sending));
            runtime.spawn(async move {
                sending.shutdown().await;
                name.abort().await;
            });
        }
    }
}

impl Name {
    async fn send(self, number: i32, bytes: Bytes) -> Result<CompletedPart, ObjectsError> {
        let client = &self.objects.client;
        let request = client
            .upload_part()
            .bucket(&self.objects.bucket)
            .key(&self.key);
        let reply = request
            .upload_id(&self.id)
            .part_number(number)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(|error| ObjectsError::of("store a part", error))?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(reply.e_tag);
        Ok(part.build())
    }

    async fn complete(&self, parts: CompletedMultipartUpload) -> Result<(), ObjectsError> {
        let client = &self.objects.client;
        let request = client
            .complete_multipart_upload()
            .bucket(&self.objects.bucket)
            .key(&self.key);
        let reply = request
            .upload_id(&self.id)
            .multipart_upload(parts)
            .send()
            .await;
        reply.map_err(|error| ObjectsError::of("finish an upload", error))?;
        Ok(())
    }

    async fn abort(&self) {
        let client = &self.objects.client;
        let request = client
            .abort_multipart_upload()
            .bucket(&self.objects.bucket)
            .key(&self.key);
        if let Err(error) = request.upload_id(&self.id).send().await {
            let error = ObjectsError::of("abort an upload", error);
            tracing::warn!(
                key = self.key,
                error = chain(&error),
                "parts of an upload may have stayed behind"
            );
        }
    }
}
