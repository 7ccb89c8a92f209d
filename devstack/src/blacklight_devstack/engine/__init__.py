"""A local stand-in for the Inngest server.

It speaks the server's SDK protocol over HTTP to unmodified services, so that one machine without
the real server runs the same workflows. It is for development and tests; it refuses to start in
production. Its state is one SQLite file: an engine that is killed at any moment goes on where it
was when it is started again, and calls that were under way are made once more.

How the parts fit: :mod:`.api` takes an event to :class:`~.engine.Engine`, which stores it and asks
:mod:`.triggers` (what does it start?) and :mod:`.listeners` (who waits for it?). Both leave jobs in
the database; :mod:`.scheduler` does those that are due: :mod:`.timers` wakes and ends things,
:mod:`.executor` calls the SDK and applies its answer.

Where it differs from the real server on purpose:

* A call that reaches nobody (a worker that is being restarted) does not count as an attempt for
  three minutes; it is repeated as soon as the worker answers. The real server counts it.
* An app may be synced from several URLs; calls go round among them.
* Steps that call AI gateways fail the run with a clear error.
* A cron time that passed while the engine was down is made up for within a minute.
"""
