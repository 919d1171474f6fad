//! Formats of ARNs, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.

use crate::arn::ArnParts;
use crate::variables::{Reading, Template};

/// A format, compiled. `${…}` stands for at least one letter, `*` for any number.
#[derive(Debug)]
pub(super) struct ArnFormat {
    /// Partition, service, region, account and the resource part.
    segments: [Template; 5],
    /// How many letters are fixed.
    fixed: usize,
}

impl ArnFormat {
    /// `None`: it is not one of an ARN.
    pub(super) fn of(format: &str) -> Option<Self> {
        let parts = ArnParts::of(format)?;
        let reading = Reading { wildcards: true, variables: false, fold: false };
        let segments = parts.segments().chain([parts.resource]);
        let segments = segments.map(|segment| Template::parse(&pattern(segment), reading).ok());
        let segments: Vec<Template> = segments.collect::<Option<_>>()?;
        let fixed = pattern(format).chars().filter(|letter| !matches!(letter, '?' | '*')).count();
        Some(Self { segments: segments.try_into().ok()?, fixed })
    }

    /// How many letters of the format are fixed, where the ARN has the format.
    pub(super) fn fit(&self, arn: ArnParts<'_>) -> Option<usize> {
        let found = arn.segments().chain([arn.resource]);
        let fits = self.segments.iter().zip(found).all(|(wanted, found)| wanted.matches_plainly(found));
        fits.then_some(self.fixed)
    }
}

/// The format with wildcards in place of what varies.
fn pattern(format: &str) -> String {
    let mut pattern = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("${") {
        pattern += before;
        pattern += "?*";
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    pattern + rest
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::reference::action;

    #[track_caller]
    fn check(name: &str, resource: &str, expected: bool) {
        assert_eq!(action(name).unwrap().fits(resource), expected, "{name} {resource}");
    }

    #[test]
    fn resources_fit_the_actions_that_are_about_them() {
        check("s3:GetObject", "arn:aws:s3:::b/k/l", true);
        check("s3:GetObject", "arn:aws:s3:::b", false);
        check("s3:ListBucket", "arn:aws:s3:::b", true);
        check("s3:ListBucket", "arn:aws:s3:::b/k", false);
        check("s3:ListAllMyBuckets", "*", true);
        check("iam:GetRole", "arn:aws:iam::111122223333:role/a/b", true);
        check("iam:GetRole", "arn:aws:iam::111122223333:user/a", false);
        check("iam:GetRole", "arn:aws:iam:::role/a", false);
        check("sts:AssumeRole", "arn:aws:iam::111122223333:role/a", true);
        check("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", true);
        check("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/a", false);
        check("dms:DescribeTableStatistics", "arn:aws:dms:eu-west-1:111122223333:task:x", true);
        check("ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1", true);
    }
}
