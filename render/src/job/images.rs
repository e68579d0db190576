//! Reading a job's images, each within its limits of memory and time.

use super::error::RenderError;
use crate::assets::{AssetError, AssetRoot};
use crate::describe;
use crate::photo::{self, CoverTarget, Limits, Photo, PhotoError, PhotoInfo};
use gildhall_proto::AssetKey;
use std::time::Duration;

/// Why an image cannot be shown.
#[derive(Debug)]
pub(super) enum ImageFault {
    /// The image is to blame, and the video may do without it.
    Unusable(String),
    /// It used up its CPU time and is still at it on a thread that nobody can end, so the render has to end instead.
    TooCostly(Duration),
}

impl ImageFault {
    /// The reason for the warning that the image of this key was left out.
    ///
    /// # Errors
    /// [`RenderError::ImageTooCostly`].
    pub fn into_reason(self, key: &AssetKey) -> Result<String, RenderError> {
        match self {
            Self::Unusable(reason) => Ok(reason),
            Self::TooCostly(limit) => Err(RenderError::ImageTooCostly {
                asset: key.to_string(),
                limit_s: limit.as_secs(),
            }),
        }
    }
}

impl From<AssetError> for ImageFault {
    fn from(error: AssetError) -> Self {
        Self::Unusable(describe(&error))
    }
}

impl From<PhotoError> for ImageFault {
    fn from(error: PhotoError) -> Self {
        match error {
            PhotoError::TooCostly { limit } => Self::TooCostly(limit),
            error => Self::Unusable(describe(&error)),
        }
    }
}

/// Reads the header of an image.
pub(super) fn probe(key: &AssetKey, assets: &AssetRoot) -> Result<PhotoInfo, ImageFault> {
    within_limits(key, assets, photo::probe)
}

/// Decodes an image to fill `target`.
pub(super) fn cover(
    key: &AssetKey,
    assets: &AssetRoot,
    target: CoverTarget,
) -> Result<(PhotoInfo, Photo), ImageFault> {
    within_limits(key, assets, move |bytes, limits| {
        let info = photo::probe(bytes, limits)?;
        let photo = photo::load_cover(bytes, &target, limits)?;
        Ok((info, photo))
    })
}

/// Decodes an image at its own size.
pub(super) fn full(key: &AssetKey, assets: &AssetRoot) -> Result<Photo, ImageFault> {
    within_limits(key, assets, photo::load_full)
}

fn within_limits<T, F>(key: &AssetKey, assets: &AssetRoot, act: F) -> Result<T, ImageFault>
where
    T: Send + 'static,
    F: FnOnce(&[u8], &Limits) -> Result<T, PhotoError> + Send + 'static,
{
    let bytes = assets.bytes(key)?;
    let done = photo::in_time(&Limits::default(), move |limits| act(&bytes, limits));
    Ok(done?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AssetKey {
        AssetKey::parse("products/ring.jpg").expect("a key")
    }

    #[test]
    fn a_costly_image_ends_the_render_and_any_other_fault_does_not() {
        let costly = PhotoError::TooCostly {
            limit: Duration::from_secs(10),
        };
        let error = ImageFault::from(costly).into_reason(&key());
        assert!(matches!(
            error,
            Err(RenderError::ImageTooCostly { asset, limit_s: 10 }) if asset == "products/ring.jpg"
        ));
        for fault in [
            ImageFault::from(PhotoError::ZeroSize),
            ImageFault::from(PhotoError::Panicked),
            ImageFault::from(AssetError::Missing),
        ] {
            assert!(fault.into_reason(&key()).is_ok());
        }
    }
}
