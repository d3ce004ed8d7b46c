//! The decoders of this crate as one table, for fuzzing.
//!
//! Each entry decodes arbitrary bytes and, when they decode, encodes the value again; it panics if the bytes differ, for
//! every form here is canonical.

use crate::{
    Ciphertexts, Dealing, DecryptionKey, DkgError, ProofOfChunking, ProofOfSharing, PublicCoefficients,
    PublicKeyWithProof, RecoveredVerificationKeys,
};

/// A decoder under test.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    /// Name of the fuzz target.
    pub name: &'static str,
    /// Decodes; true if the bytes were accepted.
    pub accepts: fn(&[u8]) -> bool,
}

fn canonical<T, B: AsRef<[u8]>>(name: &str, bytes: &[u8], decoded: Result<T, DkgError>, encode: fn(&T) -> B) -> bool {
    match decoded {
        Ok(value) => {
            assert!(encode(&value).as_ref() == bytes, "{name} accepts bytes that it would not write");
            true
        }
        Err(_) => false,
    }
}

macro_rules! decoder {
    ($name:literal, $type:ty) => {
        Decoder { name: $name, accepts: |bytes| canonical($name, bytes, <$type>::from_bytes(bytes), |v| v.to_bytes()) }
    };
}

/// All of them.
pub const DECODERS: &[Decoder] = &[
    decoder!("public_key_with_proof", PublicKeyWithProof),
    decoder!("public_coefficients", PublicCoefficients),
    decoder!("ciphertexts", Ciphertexts),
    decoder!("proof_of_chunking", ProofOfChunking),
    decoder!("proof_of_sharing", ProofOfSharing),
    decoder!("dealing", Dealing),
    decoder!("recovered_verification_keys", RecoveredVerificationKeys),
    decoder!("decryption_key", DecryptionKey),
    Decoder {
        name: "key_file",
        accepts: |bytes| {
            canonical("key_file", bytes, DecryptionKey::from_key_file(bytes), |key| {
                key.to_key_file().expect("a key read from a key file knows x")
            })
        },
    },
    Decoder {
        name: "key_texts",
        // Text forms tolerate white space, so only the value is compared.
        accepts: |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            let mut accepted = DecryptionKey::from_pem(text).is_ok();
            for key in [PublicKeyWithProof::from_base58(text), PublicKeyWithProof::from_pem(text)].into_iter().flatten()
            {
                assert_eq!(PublicKeyWithProof::from_pem(&key.to_pem()).as_ref(), Ok(&key));
                assert_eq!(PublicKeyWithProof::from_base58(&key.to_base58()).as_ref(), Ok(&key));
                accepted = true;
            }
            accepted
        },
    },
];
