"""Source databases for a rehearsal: a server, an application's database in it, and the roles that use it."""
