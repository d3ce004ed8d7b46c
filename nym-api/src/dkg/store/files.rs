//! Single files of the store: read, written, wiped, and what is said when that fails.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::dkg::CeremonyError;
use crate::files::write_secret;

pub(super) fn damaged(path: &Path, epoch: u64, reason: impl ToString) -> CeremonyError {
    CeremonyError::DamagedRecord { path: path.to_owned(), epoch, reason: reason.to_string() }
}

pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> CeremonyError {
    move |source| CeremonyError::Storage { action, path: path.to_owned(), source }
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CeremonyError> {
    write_secret(path, bytes).map_err(failed("write", path))
}

/// The content, `None` if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, CeremonyError> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        content => content.map(Some).map_err(failed("read", path)),
    }
}

fn remove(path: &Path) -> Result<(), CeremonyError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done.map_err(failed("remove", path)),
    }
}

/// Overwrites a file with zeros and removes it. Storage that copies on write may keep the old blocks all the same.
pub(super) fn wipe(path: &Path) -> Result<(), CeremonyError> {
    let length = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(failed("wipe", path))?.len(),
    };
    let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
    OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|mut file| file.write_all(&zeros).and_then(|()| file.sync_all()))
        .map_err(failed("wipe", path))?;
    remove(path)
}

/// More dealings than a key has components are never written.
const MAX_DEALINGS: usize = 64;

/// Blocks that are each preceded by their length as BE64.
pub(super) fn split_blocks(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut blocks = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        if length > rest.len() || blocks.len() == MAX_DEALINGS {
            return None;
        }
        let (block, rest) = rest.split_at(length);
        blocks.push(block.to_vec());
        bytes = rest;
    }
    bytes.is_empty().then_some(blocks)
}
