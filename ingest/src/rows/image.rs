use super::{Batch, Source};
use thoth_schema::image::ImageAnalysis;

impl Batch {
    pub(super) fn image(&mut self, _image: &ImageAnalysis, _source: &Source<'_>) {}
}
