//! XML with name spaces, its exclusive canonical form, and enveloped signatures.
//!
//! Of the many ways to sign XML those are taken that identity providers use: exclusive canonicalization, RSA with
//! SHA-256, one reference to the signed element itself. All others are refused by name.
//! <https://www.w3.org/TR/xml-exc-c14n/>, <https://www.w3.org/TR/xmldsig-core1/>

mod canonical;
mod parse;
mod signature;

pub(crate) use parse::Element;
pub(crate) use signature::{Unverified, sign, verify};
