"""Tests of both programs and of the contract between them."""
