//! Blocks of IPv4 addresses, as VPCs and subnets have them.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>

use std::net::Ipv4Addr;

/// A block of IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    first: u32,
    length: u32,
}

impl Block {
    pub(super) const DEFAULT_VPC: Self = Self { first: Ipv4Addr::new(172, 31, 0, 0).to_bits(), length: 16 };

    /// The block of the `number`th default subnet, a /20.
    pub(super) fn default_subnet(self, number: u32) -> Self {
        Self { first: self.first + number * 4096, length: 20 }
    }

    /// `None` unless it is like `10.0.0.0/16`, between /16 and /28, as AWS requires.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let length: u32 = length.parse().ok().filter(|length| (16..=28).contains(length))?;
        // AWS takes 10.0.0.1/16 for 10.0.0.0/16.
        Some(Self { first: u32::from(address) & (u32::MAX << (32 - length)), length })
    }

    fn size(self) -> u32 {
        1 << (32 - self.length)
    }

    fn last(self) -> u32 {
        self.first + (self.size() - 1)
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last() <= self.last()
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.first <= other.last() && other.first <= self.last()
    }

    /// The addresses that instances can have: AWS keeps the first four and the last.
    pub(super) fn usable(self) -> impl Iterator<Item = Ipv4Addr> {
        (self.first + 4..self.last()).map(Ipv4Addr::from)
    }

    pub(super) fn usable_count(self) -> usize {
        usize::try_from(self.size() - 5).unwrap_or(0)
    }

    pub(super) fn allows(self, address: Ipv4Addr) -> bool {
        (self.first + 4..self.last()).contains(&u32::from(address))
    }
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::Block;

    #[test]
    fn blocks() {
        let parse = |text| Block::parse(text).map(|block| block.to_string());
        assert_eq!(parse("10.0.1.7/24").as_deref(), Some("10.0.1.0/24"));
        assert_eq!(parse("10.0.0.0/15"), None);
        assert_eq!(parse("10.0.0.0/29"), None);
        assert_eq!(parse("10.0.0/24"), None);
        let whole = Block::parse("255.255.0.0/16");
        assert_eq!(whole.map(Block::usable_count), Some(65531));
        assert_eq!(
            whole.and_then(|b| b.usable().next()).map(|a| a.to_string()).as_deref(),
            Some("255.255.0.4")
        );
    }
}
