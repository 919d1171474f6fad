Feature: f
  Scenario: s
    Given main-user
    # AKIAQ3EGRTLMNOPQRSTU
    Then upload is denied
