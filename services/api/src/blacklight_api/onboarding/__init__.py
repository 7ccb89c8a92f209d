"""Onboarding: what an invited person does, by the link of the invitation."""
