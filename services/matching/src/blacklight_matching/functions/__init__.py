"""The workflows of the matching worker, one module each, named by its Inngest id."""
