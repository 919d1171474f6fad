Feature: f
  Scenaro: s
    Given main-user
    Then upload succeeds
