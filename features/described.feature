@needs:explanations
Feature: Accounts as they are, or will be
  Files that AWS and other tools write describe users, roles, policies and buckets: they are made as the file says.

  Scenario: An account of which IAM told the details
    Given the account described in "accounts/gaad.json"
    And a bucket homes-123456789012
    And a bucket releases
    Then access is:
      | who         | action                    | resource                                                            | verdict           | because      |
      | olga        | s3:PutObject              | homes-123456789012/olga/*                                           | allowed           | home         |
      | olga        | s3:PutObject              | homes-123456789012/nils/*                                           | denied            | no policy    |
      | olga        | dynamodb:GetItem          | arn:aws:dynamodb:eu-west-1:<YOUR_ACCOUNT_ID>:table/orders           | allowed           | read-orders  |
      # Only the default version of a managed policy counts.
      | olga        | dynamodb:DeleteTable      | arn:aws:dynamodb:eu-west-1:<YOUR_ACCOUNT_ID>:table/orders           | denied            | no policy    |
      | olga        | sts:AssumeRole            | deploy                                                              | allowed           | Operators    |
      | nils        | sts:AssumeRole            | deploy                                                              | denied            |              |
      | nils        | iam:CreateUser            | arn:aws:iam::<YOUR_ACCOUNT_ID>:user/new                             | allowed           |              |
      # IAMFullAccess would allow it.
      | nils        | iam:CreateRole            | arn:aws:iam::<YOUR_ACCOUNT_ID>:role/new                             | denied            | only-users   |
      # Of a role it is decided what any session of it may do.
      | deploy      | s3:PutObject              | releases/*                                                          | allowed           | Releases     |
      | deploy      | s3:DeleteObject           | releases/*                                                          | denied explicitly | KeepReleases |
      | deploy      | sts:AssumeRole            | runs-orders                                                         | allowed           |              |
      | runs-orders | dynamodb:Query            | arn:aws:dynamodb:eu-west-1:<YOUR_ACCOUNT_ID>:table/orders           | allowed           | read-orders  |
      | runs-orders | lambda:UpdateFunctionCode | arn:aws:lambda:eu-west-1:<YOUR_ACCOUNT_ID>:function:orders          | denied            | no policy    |

  Scenario: Whoever is described acts as anybody else
    Given the account described in "accounts/gaad.json"
    And a bucket releases
    When olga assumes deploy
    Then upload to releases succeeds
    When deploy tries iam:PassRole on runs-orders with:
      | key                 | value                |
      | iam:PassedToService | lambda.amazonaws.com |
    Then it succeeds
    When deploy tries iam:PassRole on runs-orders with:
      | key                 | value             |
      | iam:PassedToService | ec2.amazonaws.com |
    Then it is denied

  Scenario: A stack, before it is made
    Given the CloudFormation template "accounts/stack.yaml"
    And the bucket reports-test holds q1.txt
    Then access is:
      | who         | action           | resource                                                  | verdict           | because     |
      | writer-test | s3:PutObject     | reports-test/<YOUR_ACCOUNT_ID>/*                          | allowed           | Write       |
      | writer-test | s3:PutObject     | reports-test/*                                            | denied            | no policy   |
      | writer-test | s3:DeleteObject  | reports-test/*                                            | denied explicitly | KeepReports |
      | writer-test | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/Orders | allowed           | ReadOrders  |
      | olga        | sts:AssumeRole   | writer-test                                               | allowed           |             |
      | olga        | s3:GetObject     | reports-test/q1.txt                                       | allowed           | one         |
      | olga        | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:<YOUR_ACCOUNT_ID>:table/Orders | allowed           | ReadOrders  |

  Scenario: The same stack with other parameters
    Given the CloudFormation template "accounts/stack.yaml" with the parameters:
      | parameter | value |
      | Stage     | prod  |
    And the bucket reports-prod holds q1.txt
    Then access is:
      | who         | action         | resource            | verdict |
      | olga        | sts:AssumeRole | writer-prod         | allowed |
      | olga        | s3:GetObject   | reports-prod/q1.txt | denied  |
      | writer-prod | sqs:ListQueues | *                   | denied  |

  Scenario: What a Terraform plan will make
    Given the Terraform plan "accounts/plan.json"
    Then access is:
      | who    | action          | resource       | verdict           | because       |
      | olga   | sts:AssumeRole  | writer         | allowed           |               |
      | olga   | s3:PutObject    | reports-prod/* | denied            | no policy     |
      | writer | s3:PutObject    | reports-prod/* | allowed           | write-reports |
      | writer | s3:DeleteObject | reports-prod/* | denied explicitly | Keep          |
