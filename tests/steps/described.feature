Feature: Descriptions that are not there
  Scenario: No account
    Given the account described in "accounts/none.json"
    Then it succeeds

  Scenario: No template
    Given the CloudFormation template "accounts/none.yaml"
    Then it succeeds

  Scenario: No template that has parameters
    Given the CloudFormation template "accounts/none.yaml" with the parameters:
      | parameter | value |
      | Name | reports |
    Then it succeeds

  Scenario: No plan
    Given the Terraform plan "accounts/none.json"
    Then it succeeds
