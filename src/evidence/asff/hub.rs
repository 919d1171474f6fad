//! Whose Security Hub takes the findings.

use crate::compliance;
use crate::format::{Hub, RenderError};
use crate::record::Record;

/// The account and region of a Security Hub.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<'run> {
    pub(super) account: &'run str,
    pub(super) region: &'run str,
    partition: &'static str,
}

impl<'run> Place<'run> {
    /// The account that was tested, and the region of its calls; where it was none of AWS, only what is named by the user.
    ///
    /// # Errors
    /// Where they are not known, or the findings would be about another account than the one that was tested.
    pub(super) fn of(record: &'run Record, hub: Hub<'run>) -> Result<Place<'run>, RenderError> {
        let tested = compliance::account(record);
        if let (Some(tested), Some(named)) = (tested, hub.account)
            && tested != named
        {
            return Err(RenderError::OtherAccount { tested: tested.to_owned(), named: named.to_owned() });
        }
        let calls = record.target.as_ref().filter(|_| tested.is_some()).and_then(|it| it.region.as_deref());
        let account = tested.or(hub.account).ok_or(RenderError::NoHub)?;
        let region = hub.region.or(calls).ok_or(RenderError::NoHub)?;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(RenderError::NoAccountId(account.to_owned()));
        }
        let partition = partition(region).ok_or_else(|| RenderError::NoRegion(region.to_owned()))?;
        Ok(Place { account, region, partition })
    }

    /// The product of findings that an account imports itself.
    pub(super) fn product(&self) -> String {
        let Place { account, region, partition } = self;
        format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default")
    }
}

/// `None`: it is no region, or one of a partition that we can't tell.
fn partition(region: &str) -> Option<&'static str> {
    let parts: Vec<&str> = region.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let (number, words) = parts.split_last()?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || region.len() > 16 || !words.iter().all(is_word) {
        return None;
    }
    match words {
        ["us", "gov", _] => Some("aws-us-gov"),
        ["cn", _] => Some("aws-cn"),
        [_, _] if !matches!(words.first(), Some(&"eusc")) => Some("aws"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_the_partition_of_their_names() {
        let check =
            |region: &str, expected: Option<&str>| assert_eq!(partition(region), expected, "{region}");
        check("us-east-1", Some("aws"));
        check("ap-southeast-2", Some("aws"));
        check("cn-north-1", Some("aws-cn"));
        check("us-gov-west-1", Some("aws-us-gov"));
        for region in
            ["us-iso-east-1", "eusc-de-east-1", "eusc-de-1", "", "us-east", "us--1", "US-EAST-1", "a:b-c-1"]
        {
            check(region, None);
        }
    }
}
