//! The certificates that are trusted beside the system's, checked before anything connects.
//!
//! The HTTP client panics at a certificate that it can't read, and takes a file without any for one that adds nothing.

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Certificates in PEM, each of which can be read.
#[derive(Clone)]
pub struct CaBundle(Vec<u8>);

/// Why a file is no bundle of certificates.
#[derive(Debug, thiserror::Error)]
pub enum CaBundleError {
    /// It is something else.
    #[error("it holds no certificate in PEM")]
    Empty,
    /// One is damaged.
    #[error("its certificate {0} can't be read: {1}")]
    Damaged(usize, String),
}

impl CaBundle {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// Where they hold no certificate, or a damaged one.
    pub fn new(pem: Vec<u8>) -> Result<CaBundle, CaBundleError> {
        let mut store = RootCertStore::empty();
        for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
            let damaged = |error: String| CaBundleError::Damaged(index + 1, error);
            let certificate = certificate.map_err(|error| damaged(error.to_string()))?;
            store.add(certificate).map_err(|error| damaged(error.to_string()))?;
        }
        if store.is_empty() { Err(CaBundleError::Empty) } else { Ok(CaBundle(pem)) }
    }

    pub(crate) fn pem(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CaBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaBundle")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use assert_matches::assert_matches;

    use super::*;

    fn bundle(text: &str) -> Result<CaBundle, CaBundleError> {
        CaBundle::new(text.as_bytes().to_vec())
    }

    #[test]
    fn what_is_no_certificate_is_told_before_anything_connects() {
        assert_matches!(bundle("subjectAltName=DNS:localhost"), Err(CaBundleError::Empty));
        assert_matches!(bundle(""), Err(CaBundleError::Empty));
        let pem = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        assert_matches!(bundle(&pem("AAAA")), Err(CaBundleError::Damaged(1, _)));
        assert_matches!(bundle(&pem("no base64!")), Err(CaBundleError::Damaged(1, _)));
        assert_matches!(bundle(&pem("AAAA").replace("-----END CERTIFICATE-----", "")), Err(_));
    }
}
