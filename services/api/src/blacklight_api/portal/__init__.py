"""The portal: pages for recruiters, HR people, admins and candidates, rendered here.

A page is an endpoint in ``pages/`` with a template of the same name. It asks the services of the
domain packages, as the HTTP API does, and adds nothing to what they allow.
"""
