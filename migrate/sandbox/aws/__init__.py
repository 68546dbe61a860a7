"""The plain AWS services: moto's, with what it lacks or gets wrong for a migration put right."""
