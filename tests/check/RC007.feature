Feature: f
  Scenario: s
    Given a user alice
    And a bucket reports
    And alice has the inline policy p:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObjects", "Resource": "arn:aws:s3:::reports/*"}]
      }
      """
    Then alice can't upload to reports
    When alice tries s3:GetObjekt on reports/q1.txt
    Then it is denied
    And access is:
      | who   | action      | resource | verdict |
      | alice | s4:ListDisk | reports  | denied  |
