//! Lists as deflated JSON, and bytes deflated.

use super::block::Broken;
use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec_with_limit};
use serde::{Serialize, de::DeserializeOwned};

/// Most bytes that one block may become.
const MOST: usize = 256 << 20;
/// Effort of the deflation: more costs time and gains little.
const LEVEL: u8 = 6;

/// Bytes, deflated.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, LEVEL)
}

/// What was deflated.
///
/// # Errors
/// As [`unpack`].
pub(super) fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    decompress_to_vec_with_limit(bytes, MOST).map_err(|_| Broken)
}

/// Deflated JSON. What cannot be written as JSON is empty, and refused when it is read.
pub(super) fn pack(value: &impl Serialize) -> Vec<u8> {
    deflate(&serde_json::to_vec(value).unwrap_or_default())
}

/// What was packed.
///
/// # Errors
/// [`Broken`] for anything else, and for what is larger than 256 MiB.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Broken> {
    serde_json::from_slice(&inflate(bytes)?).map_err(|_| Broken)
}
