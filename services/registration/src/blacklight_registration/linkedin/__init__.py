"""What stands in a LinkedIn profile, from a service that may know it."""
