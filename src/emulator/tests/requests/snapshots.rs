//! Snapshots that one account shares with another.
//!
//! <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>

use crate::place::{Place, element, start};
use crate::signer::Unsigned;

#[test]
fn others_see_what_is_shared_with_them_and_may_not_touch_it() {
    let place = Place::new();
    let other = place.administrator("444455556666");
    let ec2 = |body: &str| Unsigned::form("ec2", format!("Version=2016-11-15&Action={body}"), start());
    let volume = element(&place.ok(&ec2("CreateVolume&AvailabilityZone=us-east-1a&Size=8")), "volumeId");
    let snapshot = element(&place.ok(&ec2(&format!("CreateSnapshot&VolumeId={volume}"))), "snapshotId");
    let seen = |body: &str| place.answer(ec2(body).signed(&other)).1.contains(&snapshot);
    let named = format!("DescribeSnapshots&SnapshotId.1={snapshot}");
    assert_eq!(place.code(ec2(&named).signed(&other)), (400, "InvalidSnapshot.NotFound".to_owned()));
    let modify = format!("ModifySnapshotAttribute&SnapshotId={snapshot}&Attribute=createVolumePermission");
    place.ok(&ec2(&format!("{modify}&OperationType=add&UserId.1=444455556666")));
    assert!(seen(&named));
    assert!(seen("DescribeSnapshots&RestorableBy.1=self"));
    assert!(!seen("DescribeSnapshots&Owner.1=self"));
    // A volume of it is the other account's, and not smaller.
    let make = format!("CreateVolume&AvailabilityZone=us-east-1a&SnapshotId={snapshot}");
    assert_eq!(
        place.code(ec2(&format!("{make}&Size=4")).signed(&other)),
        (400, "InvalidParameterValue".to_owned())
    );
    let (status, made) = place.answer(ec2(&make).signed(&other));
    assert_eq!(
        (status, element(&made, "snapshotId"), element(&made, "size")),
        (200, snapshot.clone(), "8".to_owned())
    );
    let delete = format!("DeleteSnapshot&SnapshotId={snapshot}");
    assert_eq!(place.code(ec2(&delete).signed(&other)), (400, "InvalidSnapshot.NotFound".to_owned()));
    // Who may be shared with can be limited.
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:ModifySnapshotAttribute",
        "Resource":"arn:aws:ec2:*::snapshot/*","Condition":{"StringEquals":{"ec2:Add/userId":"444455556666"}}}}"#;
    let sharer = place.user_with("sharer", Some(policy));
    for (account, status) in [("444455556666", 200), ("777788889999", 403)] {
        let share = ec2(&format!("{modify}&CreateVolumePermission.Add.1.UserId={account}"));
        assert_eq!(place.answer(share.signed(&sharer)).0, status, "{account}");
    }
}
