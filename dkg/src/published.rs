//! The vectors of `vectors/published.json`, for the unit tests of what they fix.

use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Published {
    pub(crate) setup: Setup,
    pub(crate) oracle: Vec<Oracle>,
    pub(crate) public_key_with_proof: String,
    pub(crate) sharing: Sharing,
    pub(crate) chunking: Chunking,
}

#[derive(Deserialize)]
pub(crate) struct Setup {
    pub(crate) f0: String,
    pub(crate) fh0: String,
    pub(crate) h: String,
    pub(crate) f: String,
}

#[derive(Deserialize)]
pub(crate) struct Oracle {
    pub(crate) seed: String,
    pub(crate) challenges: Vec<u8>,
}

#[derive(Deserialize)]
pub(crate) struct Sharing {
    pub(crate) instance: String,
    pub(crate) challenge: String,
}

#[derive(Deserialize)]
pub(crate) struct Chunking {
    pub(crate) seed: String,
    pub(crate) challenges: Vec<u8>,
    pub(crate) challenges_sha256: String,
    pub(crate) second_challenge: String,
}

pub(crate) fn published() -> Published {
    serde_json::from_str(include_str!("../vectors/published.json")).expect("the file in the repository is well-formed")
}
