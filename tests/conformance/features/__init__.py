"""The functions of the conformance app, one module per group of features."""
