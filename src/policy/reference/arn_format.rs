//! Formats of ARNs, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.

use crate::arn::ArnParts;
use crate::variables::{Reading, Template};

/// How many letters of the format are fixed, where the ARN has the format. `${…}` stands for at least one letter, `*`
/// for any number.
pub(super) fn fit(format: &str, arn: &str) -> Option<usize> {
    let (wanted, found) = (ArnParts::of(format)?, ArnParts::of(arn)?);
    let mut segments = wanted.segments().zip(found.segments());
    let fits =
        segments.all(|(wanted, found)| segment(wanted, found)) && segment(wanted.resource, found.resource);
    fits.then(|| pattern(format).chars().filter(|letter| !matches!(letter, '?' | '*')).count())
}

fn segment(format: &str, found: &str) -> bool {
    let reading = Reading { wildcards: true, variables: false, fold: false };
    Template::parse(&pattern(format), reading).is_ok_and(|template| template.matches_plainly(found))
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
