@needs:aws-cli @needs:instances
Feature: The walkthrough's own commands, on its instances
  The real AWS CLI runs "on" Testing1 and Testing2: in a process of its own that knows nothing but the endpoint and
  the instance's metadata service.

  Background:
    Given the account of the walkthrough

  Scenario: Step 6: Testing1 uploads without any configured key
    When Testing1 runs:
      """
      echo "Test file content" > testfile.txt
      aws s3 cp testfile.txt s3://testing-s3/
      """
    Then the command succeeds
    And the bucket testing-s3 holds testfile.txt

  Scenario: Testing2 has no role, and the AWS CLI finds no credentials there
    When Testing2 runs:
      """
      echo "Test file content" > testfile.txt
      aws s3 cp testfile.txt s3://testing-s3/
      """
    Then the command fails with "Unable to locate credentials"
    And the bucket testing-s3 does not hold testfile.txt

  Scenario: Step 11.1: main-user is configured on Testing2
    Given the AWS CLI of Testing2 is configured for main-user
    When Testing2 runs:
      """
      aws sts get-caller-identity --query Arn --output text
      """
    Then the output is "arn:aws:iam::<YOUR_ACCOUNT_ID>:user/main-user"

  Scenario: Steps 11.2 and 11.3: assuming the role, exporting its credentials, uploading
    Given the AWS CLI of Testing2 is configured for main-user
    When Testing2 runs:
      """
      credentials=$(aws sts assume-role --role-arn "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/main-role1" \
        --role-session-name "testSession" --output text \
        --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')
      set -- $credentials
      export AWS_ACCESS_KEY_ID=$1
      export AWS_SECRET_ACCESS_KEY=$2
      export AWS_SESSION_TOKEN=$3
      echo "Hello from assumed role" > testfile.txt
      aws s3 cp --only-show-errors testfile.txt s3://testing-s3/
      aws sts get-caller-identity --query Arn --output text
      """
    Then the output is "arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/main-role1/testSession"
    And the bucket testing-s3 holds testfile.txt

  Scenario: main-user can't upload directly
    Given the AWS CLI of Testing2 is configured for main-user
    When Testing2 runs:
      """
      echo "Hello" > testfile.txt
      aws s3 cp testfile.txt s3://testing-s3/
      """
    Then the command fails with "AccessDenied"

  Scenario: The role's maximum session duration
    Given main-user has the inline policy look with the statements:
      | effect | action      | resource                                       |
      | Allow  | iam:GetRole | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/main-role1 |
    And the AWS CLI of Testing2 is configured for main-user
    When Testing2 runs:
      """
      aws iam get-role --role-name main-role1 --query "Role.MaxSessionDuration"
      """
    Then the output is "3600"

  Scenario: Three hours
    Given the maximum session duration of main-role1 is 10800 seconds
    And the AWS CLI of Testing2 is configured for main-user
    When Testing2 runs:
      """
      aws sts assume-role --role-arn "arn:aws:iam::<YOUR_ACCOUNT_ID>:role/main-role1" \
        --role-session-name "main-user-session" --duration-seconds 10800 \
        --query AssumedRoleUser.Arn --output text
      """
    Then the output is "arn:aws:sts::<YOUR_ACCOUNT_ID>:assumed-role/main-role1/main-user-session"

  Scenario: Calls to services that are not emulated are decided all the same
    Given the AWS CLI of Testing2 is configured for main-user
    And main-user has the inline policy read-orders:
      """
      {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:*:table/orders"}]
      }
      """
    When Testing2 runs:
      """
      aws dynamodb get-item --table-name orders --key '{"id": {"S": "1"}}'
      """
    Then the command is allowed
    When Testing2 runs:
      """
      aws dynamodb delete-table --table-name orders
      """
    Then the command is denied
