Feature: f
  Scenario: s
    Given main-user
    Then upload to testing-s3 is denied
