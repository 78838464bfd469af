"""Tests of the copy to a second machine."""
