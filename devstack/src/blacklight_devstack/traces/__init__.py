"""Traces of the local system: received from its processes, and drawn as a picture."""
