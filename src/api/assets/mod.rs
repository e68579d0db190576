//! `/api/v1/video/assets`: what tenants upload, and what their jobs gave.

pub mod delete;
pub mod get;
pub mod list;
pub mod upload;

mod incoming;
mod keep;
mod receive;
mod view;

use crate::inspect::kind;
