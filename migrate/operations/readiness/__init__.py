"""What a project lead asks of a migration, collected from the journal and the kept reports of rehearsals."""
