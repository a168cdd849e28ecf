"""Invitations, enrolment, tokens, roles."""
