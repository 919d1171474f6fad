Feature: Who reads the reports
