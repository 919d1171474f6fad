//! Decodes bodies that are sent in signed or unsigned chunks, with trailing headers.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use crate::sigv4::{Signature, hex, hmac, same};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A body without its framing.
pub(crate) struct Decoded {
    pub(crate) body: Bytes,
    /// Names in lower case.
    pub(crate) trailers: Vec<(String, String)>,
}

/// Why a chunked body is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadChunks {
    /// Its framing can't be read, or it ends early.
    Incomplete,
    /// A chunk's or the trailer's signature is not the signer's.
    Signature,
}

/// Verifies the chain of signatures that begins with that of the headers.
struct Chain<'a> {
    signature: &'a Signature,
    key: &'a [u8; 32],
    previous: String,
}

/// How a body is sent in chunks, by its `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streaming {
    Signed,
    SignedWithTrailer,
    UnsignedWithTrailer,
}

impl Streaming {
    pub(crate) fn of(content_sha256: &str) -> Option<Self> {
        match content_sha256 {
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Some(Self::Signed),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Some(Self::SignedWithTrailer),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Some(Self::UnsignedWithTrailer),
            _ => None,
        }
    }

    /// The body of `raw`. `signed`: the request's signature and the key of those of the chunks.
    pub(crate) fn decode(
        self,
        raw: &Bytes,
        signed: Option<(&Signature, &[u8; 32])>,
    ) -> Result<Decoded, BadChunks> {
        let mut chain = match (self, signed) {
            (Self::UnsignedWithTrailer, _) => None,
            (_, Some((signature, key))) => {
                Some(Chain { signature, key, previous: signature.signature.clone() })
            }
            // Signed chunks can't follow from a signature that is not there.
            (_, None) => return Err(BadChunks::Signature),
        };
        let mut body = BytesMut::with_capacity(raw.len());
        let mut rest = raw.as_ref();
        loop {
            let (line, after) = line(rest)?;
            let (size, extension) = line.split_once(';').unwrap_or((line, ""));
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| BadChunks::Incomplete)?;
            let data = after.get(..size).ok_or(BadChunks::Incomplete)?;
            rest = after.get(size..).ok_or(BadChunks::Incomplete)?;
            if let Some(chain) = &mut chain {
                let sent = extension.trim().strip_prefix("chunk-signature=").ok_or(BadChunks::Signature)?;
                let hashes = format!("{EMPTY}\n{}", hex(&Sha256::digest(data)));
                chain.check("AWS4-HMAC-SHA256-PAYLOAD", &hashes, sent)?;
            }
            if size == 0 {
                let trailers = match self {
                    Self::Signed => Vec::new(),
                    Self::SignedWithTrailer | Self::UnsignedWithTrailer => trailers(rest, chain.as_mut())?,
                };
                return Ok(Decoded { body: body.freeze(), trailers });
            }
            body.extend_from_slice(data);
            rest = rest.strip_prefix(b"\r\n").ok_or(BadChunks::Incomplete)?;
        }
    }
}

impl Chain<'_> {
    fn check(&mut self, algorithm: &str, hashes: &str, sent: &str) -> Result<(), BadChunks> {
        let scope = self.signature.scope();
        let text =
            format!("{algorithm}\n{}\n{scope}\n{}\n{hashes}", self.signature.timestamp(), self.previous);
        let expected = hex(&hmac(self.key, text.as_bytes()));
        if !same(&expected, sent.trim()) {
            return Err(BadChunks::Signature);
        }
        self.previous = expected;
        Ok(())
    }
}

fn trailers(mut rest: &[u8], chain: Option<&mut Chain<'_>>) -> Result<Vec<(String, String)>, BadChunks> {
    let mut found = Vec::new();
    let mut sent = None;
    while !rest.is_empty() {
        let (text, after) = line(rest)?;
        rest = after;
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or(BadChunks::Incomplete)?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        if name == "x-amz-trailer-signature" {
            sent = Some(value);
        } else {
            found.push((name, value));
        }
    }
    if let Some(chain) = chain {
        let text: String = found.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let sent = sent.ok_or(BadChunks::Signature)?;
        chain.check("AWS4-HMAC-SHA256-TRAILER", &hex(&Sha256::digest(text)), &sent)?;
    }
    Ok(found)
}

fn line(bytes: &[u8]) -> Result<(&str, &[u8]), BadChunks> {
    // Some clients end the trailer by a line feed alone.
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(BadChunks::Incomplete)?;
    let (line, after) = bytes.split_at(end);
    let line = std::str::from_utf8(line).map_err(|_| BadChunks::Incomplete)?;
    Ok((line.trim_end_matches('\r'), after.get(1..).unwrap_or_default()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    /// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>: 65 KiB in chunks of 64.
    fn example() -> (Signature, [u8; 32], Vec<u8>) {
        let request = http::Request::put("https://s3.amazonaws.com/examplebucket/chunkObject.txt")
            .header("x-amz-date", "20130524T000000Z")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,\
                 Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
            )
            .body(())
            .unwrap();
        let signature = Signature::of(&request.into_parts().0).unwrap();
        let key = signature.signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let mut raw =
            b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                .to_vec();
        raw.extend(vec![b'a'; 65536]);
        raw.extend(
            b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
        );
        raw.extend(vec![b'a'; 1024]);
        raw.extend(
            b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
        );
        (signature, key, raw)
    }

    #[test]
    fn documented_chunks() {
        let (signature, key, raw) = example();
        let decoded = Streaming::Signed.decode(&raw.into(), Some((&signature, &key))).unwrap();
        assert_eq!(decoded.body.len(), 66560);
    }

    #[test]
    fn changed_and_cut_chunks_are_refused() {
        let (signature, key, raw) = example();
        let mut changed = raw.clone();
        changed[100] = b'b';
        assert_eq!(
            Streaming::Signed.decode(&changed.into(), Some((&signature, &key))).err(),
            Some(BadChunks::Signature)
        );
        let cut = raw[..raw.len() - 100].to_vec();
        assert_eq!(
            Streaming::Signed.decode(&cut.into(), Some((&signature, &key))).err(),
            Some(BadChunks::Incomplete)
        );
    }

    #[test]
    fn unsigned_chunks_with_a_trailer() {
        let raw = Bytes::from_static(b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n");
        let decoded = Streaming::UnsignedWithTrailer.decode(&raw, None).unwrap();
        assert_eq!(decoded.body, "abc");
        assert_eq!(decoded.trailers, [("x-amz-checksum-crc32".to_owned(), "NSRBwg==".to_owned())]);
    }

    #[test]
    fn broken_framing_is_an_incomplete_body() {
        for raw in ["", "5\r\nhel", "zz\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "ffffffffffffffff\r\na\r\n"] {
            let decoded = Streaming::UnsignedWithTrailer.decode(&Bytes::from(raw), None);
            assert_eq!(decoded.err(), Some(BadChunks::Incomplete), "{raw}");
        }
    }

    #[test]
    fn signed_chunks_need_a_signer() {
        let raw = Bytes::from_static(b"0\r\n\r\n");
        assert_eq!(Streaming::Signed.decode(&raw, None).err(), Some(BadChunks::Signature));
    }
}
