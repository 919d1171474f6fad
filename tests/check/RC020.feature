Feature: f
  Background:
    Given a user alice
    And a bucket reports

  Scenario: A verdict
    Then access is:
      | who   | action       | resource   | verdict | because |
      | alice | s3:GetObject | reports/q1 | denyed  |         |

  Scenario: Columns
    Then access is:
      | who   | action       | resource   | verdct |
      | alice | s3:GetObject | reports/q1 | denied |
    Then access is:
      | who   | action       | verdict |
      | alice | s3:GetObject | denied  |

  Scenario: Attributes
    Given an instance Testing1 with:
      | attribute | value |
      | kind      | large |
    Then access is:
      | who | action | resource | verdict |

  Scenario: Nothing
    Then access is:

  Scenario: Attributes of an assertion
    Given a SAML provider directory
    And a role auditor trusted by alice
    When zoe assumes auditor with an assertion of directory:
      | attribute       | value |
      | PrincipalTags:a | blue  |
    Then it is denied
