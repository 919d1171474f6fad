//! A text as a QR code in a PNG image.
//!
//! <https://www.w3.org/TR/png-3/>: one bit a pixel, uncompressed.

use crc_fast::CrcAlgorithm;
use qrcodegen::{QrCode, QrCodeEcc};

/// Pixels a module.
const SCALE: i32 = 4;
/// Modules around the code, as its standard asks for.
const QUIET_ZONE: i32 = 4;

/// The image; `None`: the text is too long for a QR code.
pub(super) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let width = (code.size() + 2 * QUIET_ZONE) * SCALE;
    let module = |pixel: i32| pixel.div_euclid(SCALE) - QUIET_ZONE;
    let mut rows = Vec::new();
    for y in 0..width {
        rows.push(0); // no filter
        for left in (0..width).step_by(8) {
            let light = (left..left + 8).map(|x| u8::from(!code.get_module(module(x), module(y))));
            rows.push(light.fold(0, |byte, bit| byte << 1 | bit));
        }
    }
    let size = u32::try_from(width).ok()?.to_be_bytes();
    let header = [&size[..], &size[..], &[1, 0, 0, 0, 0]].concat();
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", header), (b"IDAT", stored(&rows)), (b"IEND", Vec::new())] {
        image.extend(u32::try_from(data.len()).ok()?.to_be_bytes());
        let chunk = [&name[..], &data].concat();
        let sum = u32::try_from(crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, &chunk)).unwrap_or_default();
        image.extend(chunk);
        image.extend(sum.to_be_bytes());
    }
    Some(image)
}

/// A zlib stream of blocks that are stored as they are.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = bytes.chunks(usize::from(u16::MAX));
    let last = blocks.len().saturating_sub(1);
    for (place, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        stream.push(u8::from(place == last));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_the_pixels_of_the_code() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        let image = png("otpauth://totp/a@1?secret=AAAA").unwrap();
        assert_eq!(&image[..8], b"\x89PNG\r\n\x1a\n");
        let width = u32::from_be_bytes(*image[16..].first_chunk().unwrap());
        // A code of version 3 has 29 modules.
        assert_eq!(width, (29 + 8) * 4);
        let rows = &image[8 + 25 + 8 + 2 + 5..];
        let stride = 1 + 148 / 8 + 1;
        let light = |x: usize, y: usize| rows[y * stride + 1 + x / 8] >> (7 - x % 8) & 1;
        // The quiet zone, and the corner of a finder pattern: dark around light.
        assert_eq!([light(0, 0), light(16, 16), light(20, 20), light(24, 24)], [1, 0, 1, 0]);
        assert_eq!(png(&"x".repeat(5000)), None);
    }
}
