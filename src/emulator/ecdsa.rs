//! Signatures by ECDSA on the three curves of NIST, as JSON Web Tokens have them.
//!
//! The keys follow from names that everyone can read, and the arithmetic does not hide how long it takes: they are fit for
//! tests, and protect nothing.
//! <https://nvlpubs.nist.gov/nistpubs/FIPS/NIST.FIPS.186-5.pdf>, <https://www.rfc-editor.org/rfc/rfc7518#section-3.4>

use num_bigint::BigUint;
use sha2::{Digest, Sha512};

/// A curve `y² = x³ - 3x + b`, of which `b` is never needed.
pub(crate) struct Curve {
    prime: &'static str,
    /// How many points the base point makes.
    order: &'static str,
    base: (&'static str, &'static str),
    /// The bytes of a coordinate.
    size: usize,
}

pub(crate) const P256: Curve = Curve {
    prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    base: (
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    ),
    size: 32,
};
pub(crate) const P384: Curve = Curve {
    prime: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    order: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    base: (
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    ),
    size: 48,
};
pub(crate) const P521: Curve = Curve {
    prime: concat!(
        "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "fffffffffffffffffffffffffffffffffffffffff",
    ),
    order: concat!(
        "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc014",
        "8f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    ),
    base: (
        concat!(
            "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127",
            "a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
        ),
        concat!(
            "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b90",
            "13fad0761353c7086a272c24088be94769fd16650",
        ),
    ),
    size: 66,
};

/// A point by `x / z²` and `y / z³`; `z` is zero for the one at infinity.
#[derive(Clone)]
struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

/// A curve with its numbers read.
struct Group {
    prime: BigUint,
    order: BigUint,
    base: Point,
    size: usize,
}

/// A key pair, of which the public half is worked out where it is needed.
pub(crate) struct EcKey {
    group: Group,
    private: BigUint,
}

impl Curve {
    /// The key of a name.
    pub(crate) fn key_of(&self, name: &str) -> EcKey {
        let group = Group::of(self);
        let private = group.scalar(&[name.as_bytes()]);
        EcKey { group, private }
    }
}

impl EcKey {
    /// The signature of a message's digest: two numbers, each as long as a coordinate.
    pub(crate) fn sign(&self, digest: &[u8]) -> Vec<u8> {
        let Group { order, size, .. } = &self.group;
        // What is signed decides the secret number, which is thus never used for two digests.
        let nonce = self.group.scalar(&[&self.private.to_bytes_be(), digest]);
        let x = self.group.affine_x(&self.group.multiple(&nonce, &self.group.base)) % order;
        let inverse = nonce.modinv(order).unwrap_or_default();
        let sum = BigUint::from_bytes_be(digest) + &x * &self.private;
        [padded(&x, *size), padded(&(inverse * sum % order), *size)].concat()
    }

    /// Whether a signature of this digest is this key's.
    pub(crate) fn verifies(&self, digest: &[u8], signature: &[u8]) -> bool {
        let Group { order, size, base, .. } = &self.group;
        let Some((x, proof)) = (signature.len() == 2 * size).then(|| signature.split_at(*size)) else {
            return false;
        };
        let (x, proof) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(proof));
        let is_inside = |number: &BigUint| *number != BigUint::ZERO && number < order;
        let Some(inverse) = proof.modinv(order).filter(|_| is_inside(&x) && is_inside(&proof)) else {
            return false;
        };
        let public = self.group.multiple(&self.private, base);
        let first = self.group.multiple(&(BigUint::from_bytes_be(digest) * &inverse % order), base);
        let second = self.group.multiple(&(&x * inverse % order), &public);
        self.group.affine_x(&self.group.sum(&first, &second)) % order == x
    }
}

impl Group {
    fn of(curve: &Curve) -> Self {
        let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap_or_default();
        let base = Point { x: number(curve.base.0), y: number(curve.base.1), z: BigUint::from(1_u32) };
        Self { prime: number(curve.prime), order: number(curve.order), base, size: curve.size }
    }

    /// A number from 1 to below the order, which follows from the parts.
    fn scalar(&self, parts: &[&[u8]]) -> BigUint {
        let blocks = (0_u8..2).flat_map(|block| {
            let hash =
                parts.iter().fold(Sha512::new().chain_update([block]), |hash, part| hash.chain_update(part));
            hash.finalize().to_vec()
        });
        let one = BigUint::from(1_u32);
        BigUint::from_bytes_be(&blocks.collect::<Vec<u8>>()) % (&self.order - &one) + one
    }

    fn minus(&self, one: &BigUint, other: &BigUint) -> BigUint {
        (one + &self.prime - other % &self.prime) % &self.prime
    }

    fn times(&self, one: &BigUint, other: &BigUint) -> BigUint {
        one * other % &self.prime
    }

    fn affine_x(&self, point: &Point) -> BigUint {
        let inverse = point.z.modinv(&self.prime).unwrap_or_default();
        self.times(&point.x, &self.times(&inverse, &inverse))
    }

    fn multiple(&self, number: &BigUint, point: &Point) -> Point {
        let zero = Point { x: BigUint::from(1_u32), y: BigUint::from(1_u32), z: BigUint::ZERO };
        (0..number.bits()).rev().fold(zero, |sum, bit| {
            let doubled = self.double(&sum);
            if number.bit(bit) { self.sum(&doubled, point) } else { doubled }
        })
    }

    /// <https://www.hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-3.html>
    fn double(&self, Point { x, y, z }: &Point) -> Point {
        let (delta, gamma) = (self.times(z, z), self.times(y, y));
        let beta = self.times(x, &gamma);
        let alpha = self.times(&self.minus(x, &delta), &(x + &delta)) * 3_u32 % &self.prime;
        let doubled_x = self.minus(&self.times(&alpha, &alpha), &(&beta * 8_u32));
        let eightfold = self.times(&gamma, &gamma) * 8_u32;
        let doubled_y =
            self.minus(&self.times(&alpha, &self.minus(&(&beta * 4_u32), &doubled_x)), &eightfold);
        Point { x: doubled_x, y: doubled_y, z: y * z * 2_u32 % &self.prime }
    }

    fn sum(&self, one: &Point, other: &Point) -> Point {
        if one.z == BigUint::ZERO {
            return other.clone();
        }
        if other.z == BigUint::ZERO {
            return one.clone();
        }
        let (one_square, other_square) = (self.times(&one.z, &one.z), self.times(&other.z, &other.z));
        let (one_x, other_x) = (self.times(&one.x, &other_square), self.times(&other.x, &one_square));
        let one_y = self.times(&self.times(&one.y, &other.z), &other_square);
        let other_y = self.times(&self.times(&other.y, &one.z), &one_square);
        if one_x == other_x {
            let zero = Point { x: BigUint::from(1_u32), y: BigUint::from(1_u32), z: BigUint::ZERO };
            return if one_y == other_y { self.double(one) } else { zero };
        }
        let (across, up) = (self.minus(&other_x, &one_x), self.minus(&other_y, &one_y));
        let square = self.times(&across, &across);
        let cube = self.times(&square, &across);
        let middle = self.times(&one_x, &square);
        let x = self.minus(&self.times(&up, &up), &(&cube + &middle * 2_u32));
        let y = self.minus(&self.times(&up, &self.minus(&middle, &x)), &self.times(&one_y, &cube));
        Point { x, y, z: self.times(&across, &self.times(&one.z, &other.z)) }
    }
}

fn padded(number: &BigUint, size: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; size.saturating_sub(bytes.len())], bytes].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use sha2::{Sha256, Sha384};

    use super::*;

    fn digests() -> [(&'static Curve, Vec<u8>); 3] {
        [
            (&P256, Sha256::digest("message").to_vec()),
            (&P384, Sha384::digest("message").to_vec()),
            (&P521, Sha512::digest("message").to_vec()),
        ]
    }

    /// A private key of OpenSSL's for each curve, and the two numbers of a signature that it made.
    const OF_OPENSSL: [(&str, &str, &str); 3] = [
        (
            "8713c142498b9cedeae05c2bc5b08ede87bcac9a31cb2645e1f4532121475541",
            "79e863f3b74da20ecce3510a62e925b60c5d5045530965252b4bb190273a8af5",
            "546eda1701f788177c20d11cbdef32a7a4ed722b328947510e9d4bd2527ff929",
        ),
        (
            concat!(
                "cb597ce9952a2503d540bd123cf121fff63dee8e4bd303959df60c63b184ad792c5cbe2eecadaa2d",
                "01cc3b0e63da30f1"
            ),
            concat!(
                "dbc179a26925fc7a0e2a91f98210e9a2eadbcdd1ba49ec338b5e3718600902610179028ac72a3c42",
                "f96e35a821ac169b"
            ),
            concat!(
                "af0f9c6f554dc68c5c98974beb462409bbb22e8288609dcbdd4cdf20ed1fe3c7c5135290bd28136a",
                "4e5979c3979096a1"
            ),
        ),
        (
            concat!(
                "c31c92981402535fa534b9a6bd1c4c82a205c9d225fe677fb56f616219d932f63c3741c1f0ee8e32",
                "081227f0b12d58206e8e037c6eb35f2d2971098f39379be1f4"
            ),
            concat!(
                "011ac86bb8c0c9937aa89835149046c980c4f141e57bbd06db03aaf2f136f91c62e6d8bde9e8f5bc",
                "a0d3ca912f06983b773313792c5bb19a3e0afbb0d3755ac256cb"
            ),
            concat!(
                "006e8ccc91c0441190b6b049a9add2ec9311f3a29d0809655d141a0fcc3f642d45b18a3736d2fe9d",
                "bbe4cd7de498fb74b9724378adc54dc2df29c4daeac65b696f29"
            ),
        ),
    ];

    #[test]
    fn signatures_of_others_verify() {
        for ((curve, digest), (private, x, proof)) in digests().into_iter().zip(OF_OPENSSL) {
            let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap();
            let key = EcKey { group: Group::of(curve), private: number(private) };
            let signature = [padded(&number(x), curve.size), padded(&number(proof), curve.size)].concat();
            assert!(key.verifies(&digest, &signature));
        }
    }

    #[test]
    fn only_the_signed_digest_and_the_signing_key_verify() {
        for (curve, digest) in digests() {
            let (key, other) = (curve.key_of("a"), curve.key_of("b"));
            let mut signature = key.sign(&digest);
            assert_eq!(signature.len(), 2 * curve.size);
            assert!(key.verifies(&digest, &signature));
            assert!(!other.verifies(&digest, &signature));
            assert!(!key.verifies(&Sha256::digest("massage"), &signature));
            assert!(!key.verifies(&digest, &vec![0; 2 * curve.size]));
            *signature.last_mut().unwrap() ^= 1;
            assert!(!key.verifies(&digest, &signature));
        }
    }
}
